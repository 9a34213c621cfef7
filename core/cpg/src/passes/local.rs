//! The passes over one file.

#[cfg(test)]
mod tests;

use super::cfg::{self, Builder, Flow, Way};
use super::def_use;
use super::ssa::Analysis;
use super::tree::{Defaults, Tree, containment};
use super::{FileInfo, Local, LocalEdge, control_dependence, dominators, facts, hash, metrics};
use crate::ast::{FileAst, Gap};
use crate::kind::{EdgeKind, NodeKind};
use crate::rules::Rules;

/// Steps that the dominators of one method may take.
const DOMINATOR_BUDGET: u64 = 100_000_000;
/// Steps that the control dependences of one method may take.
const DEPENDENCE_BUDGET: u64 = 20_000_000;

/// Runs the local passes over one file. It knows no language: what differs comes by `rules`, whose language the file's is.
pub fn local(ast: &FileAst, source: &[u8], info: &FileInfo, rules: &Rules) -> Local {
    let tree = Tree::new(ast);
    let method_of = containment(ast, Defaults::of(rules));
    let methods: Vec<u32> = (1..ast.len() as u32)
        .filter(|&row| ast.kinds[row as usize] == NodeKind::Method)
        .collect();
    let mut pass = Pass {
        ast,
        local: Local {
            idom: vec![0; ast.len()],
            ipdom: vec![0; ast.len()],
            ..Local::default()
        },
        analysis: Analysis::new(ast, &tree, &method_of, rules),
        ways: Vec::new(),
    };
    let mut builder = Builder::new(ast, &tree, rules);
    for &method in &methods {
        if let Some(flow) = builder.method(method) {
            let calm = if builder.has_throws() {
                builder.method_without_throws(method)
            } else {
                None
            };
            pass.add_flow(method, &flow, calm.as_ref());
        } else {
            pass.gap(
                method,
                "control_flow_budget",
                "has too many ways through it: its control flow is missing",
            );
            builder = Builder::new(ast, &tree, rules);
        }
    }
    let Pass {
        mut local,
        analysis,
        ways,
        ..
    } = pass;
    let Analysis { events, ssa, .. } = analysis;
    for method in def_use::edges(ast, &method_of, &methods, (&events, &ssa), &mut local.edges) {
        local.gaps.push(gap(
            ast,
            method,
            "def_use_budget",
            "has too many definitions that meet: part of its def-use edges is missing",
        ));
    }
    let hashes = hash::hashes(ast, &tree, &method_of, &methods);
    local.metrics = metrics::measure(ast, &tree, &method_of, &methods, &hashes, source, rules);
    let (facts, names) = facts::collect(ast, &tree, &method_of, info, rules, &ssa);
    local.facts = facts;
    local.facts.order.set_edges(&local.edges);
    local.facts.order.set_ways(ways);
    local.callee_names = names;
    local.method_of = method_of;
    local
}

struct Pass<'a> {
    ast: &'a FileAst,
    local: Local,
    analysis: Analysis<'a>,
    /// How rows go on where that is no ordinary step.
    ways: Vec<(u32, u32, Way)>,
}

impl Pass<'_> {
    fn gap(&mut self, method: u32, reason: &str, detail: &str) {
        self.local.gaps.push(gap(self.ast, method, reason, detail));
    }

    /// Definitions inside of a method have a place in its flow, where they bind their names, but no edges: their rows begin flows of
    /// their own.
    fn is_definition(&self, flow: &Flow, point: u32) -> bool {
        let row = flow.rows[point as usize];
        point > cfg::EXIT
            && matches!(
                self.ast.kinds[row as usize],
                NodeKind::Method | NodeKind::TypeDecl
            )
    }

    fn add_flow(&mut self, method: u32, flow: &Flow, calm: Option<&Flow>) {
        self.add_edges(flow);
        let backward = flow.graph.reversed();
        let forward = dominators::immediate(&flow.graph, &backward, cfg::ENTRY, DOMINATOR_BUDGET);
        let post = dominators::immediate(&backward, &flow.graph, cfg::EXIT, DOMINATOR_BUDGET);
        let (Some(forward), Some(post)) = (forward, post) else {
            self.gap(
                method,
                "dominator_budget",
                "is too entangled: its dominators are missing",
            );
            return;
        };
        let row_above = |pass: &Self, mut at: u32, above: &[u32]| {
            while at != dominators::NONE && pass.is_definition(flow, at) {
                at = above[at as usize];
            }
            if at == dominators::NONE {
                0
            } else {
                flow.rows[at as usize]
            }
        };
        for (node, &row) in flow.rows.iter().enumerate().filter(|&(_, &row)| row != 0) {
            if self.is_definition(flow, node as u32) {
                continue;
            }
            self.local.idom[row as usize] = row_above(self, forward[node], &forward);
            self.local.ipdom[row as usize] = row_above(self, post[node], &post);
        }
        match control_dependence::dependences(calm.unwrap_or(flow), DEPENDENCE_BUDGET) {
            Some(found) => {
                for (src, dst) in found {
                    let is_definition = matches!(
                        self.ast.kinds[dst as usize],
                        NodeKind::Method | NodeKind::TypeDecl
                    );
                    if !is_definition {
                        self.edge(src, dst, EdgeKind::Cdg);
                    }
                }
            }
            None => self.gap(
                method,
                "dependence_budget",
                "is too entangled: its control dependences are missing",
            ),
        }
        self.analysis.method(flow, &forward);
    }

    fn edge(&mut self, src: u32, dst: u32, kind: EdgeKind) {
        self.local.edges.push(LocalEdge {
            src,
            dst,
            kind,
            variable: 0,
        });
    }

    /// The row that control comes to at a point: a definition has one way on.
    fn arrival(&self, flow: &Flow, mut to: u32) -> u32 {
        while self.is_definition(flow, to)
            && let Some(&next) = flow.graph.of(to).first()
        {
            to = next;
        }
        if self.is_definition(flow, to) {
            0
        } else {
            flow.rows[to as usize]
        }
    }

    fn add_edges(&mut self, flow: &Flow) {
        for &(from, to, way) in &flow.ways {
            let (src, dst) = (flow.rows[from as usize], self.arrival(flow, to));
            if src != 0 && dst != 0 && !self.is_definition(flow, from) {
                self.ways.push((src, dst, way));
            }
        }
        for from in 0..flow.rows.len() as u32 {
            if self.is_definition(flow, from) {
                continue;
            }
            let src = flow.rows[from as usize];
            for &to in flow.graph.of(from) {
                let dst = self.arrival(flow, to);
                if dst != 0 && src != 0 {
                    self.edge(src, dst, EdgeKind::Cfg);
                }
            }
        }
    }
}

fn gap(ast: &FileAst, method: u32, reason: &str, detail: &str) -> Gap {
    let at = method as usize;
    Gap {
        start: ast.starts[at],
        end: ast.ends[at],
        reason: reason.to_owned(),
        detail: format!("{} {detail}", ast.detail(method)),
    }
}
