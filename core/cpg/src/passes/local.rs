//! The passes over one file.

#[cfg(test)]
mod tests;

use super::cfg::{self, Builder, Flow};
use super::tree::{Defaults, Tree, containment};
use super::{FileInfo, Local, LocalEdge, dominators, facts, hash, metrics};
use crate::ast::{FileAst, Gap};
use crate::kind::{EdgeKind, NodeKind};
use crate::rules::Rules;

/// Steps that the dominators of one method may take.
const DOMINATOR_BUDGET: u64 = 100_000_000;

/// Runs the local passes over one file. It knows no language: what differs comes by `rules`, whose language the file's is.
pub fn local(ast: &FileAst, source: &[u8], info: &FileInfo, rules: &Rules) -> Local {
    let tree = Tree::new(ast);
    let method_of = containment(ast, Defaults::of(rules));
    let methods: Vec<u32> = (1..ast.len() as u32)
        .filter(|&row| ast.kinds[row as usize] == NodeKind::Method)
        .collect();
    let mut local = Local {
        idom: vec![0; ast.len()],
        ipdom: vec![0; ast.len()],
        ..Local::default()
    };
    let mut builder = Builder::new(ast, &tree, rules);
    for &method in &methods {
        if let Some(flow) = builder.method(method) {
            add_flow(ast, method, &flow, &mut local);
        } else {
            local.gaps.push(gap(
                ast,
                method,
                "control_flow_budget",
                "has too many ways through it: its control flow is missing",
            ));
            builder = Builder::new(ast, &tree, rules);
        }
    }
    let hashes = hash::hashes(ast, &tree, &method_of, &methods);
    local.metrics = metrics::measure(ast, &tree, &method_of, &methods, &hashes, source, rules);
    let (facts, names) = facts::collect(ast, &tree, &method_of, info, rules);
    local.facts = facts;
    local.callee_names = names;
    local.method_of = method_of;
    local
}

fn add_flow(ast: &FileAst, method: u32, flow: &Flow, local: &mut Local) {
    for (from, &src) in flow.rows.iter().enumerate() {
        for &to in flow.graph.of(from as u32) {
            let dst = flow.rows[to as usize];
            if dst != 0 && src != 0 {
                local.edges.push(LocalEdge {
                    src,
                    dst,
                    kind: EdgeKind::Cfg,
                    variable: 0,
                });
            }
        }
    }
    let backward = flow.graph.reversed();
    let forward = dominators::immediate(&flow.graph, &backward, cfg::ENTRY, DOMINATOR_BUDGET);
    let post = dominators::immediate(&backward, &flow.graph, cfg::EXIT, DOMINATOR_BUDGET);
    let (Some(forward), Some(post)) = (forward, post) else {
        local.gaps.push(gap(
            ast,
            method,
            "dominator_budget",
            "is too entangled: its dominators are missing",
        ));
        return;
    };
    for (node, &row) in flow.rows.iter().enumerate().filter(|&(_, &row)| row != 0) {
        if forward[node] != dominators::NONE {
            local.idom[row as usize] = flow.rows[forward[node] as usize];
        }
        if post[node] != dominators::NONE {
            local.ipdom[row as usize] = flow.rows[post[node] as usize];
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
