//! Calls as the runs of compiled programs show them, from what the linker found: `tests/truth/c-calls/README.md` says what is listed.

use std::collections::{BTreeMap, BTreeSet};

use codegraph_cpg::NodeId;
use codegraph_cpg::ast::FileAst;
use codegraph_cpg::kind::{NodeKind, Role, property};
use codegraph_cpg::passes::{CallEdge, Resolution};

use crate::truth::Call;

/// The files of a program with their rows.
pub(crate) struct Sources<'a> {
    pub(crate) files: &'a [(String, String)],
    pub(crate) asts: &'a [FileAst],
}

impl Sources<'_> {
    fn ast(&self, node: NodeId) -> &FileAst {
        &self.asts[node.file() as usize - 1]
    }

    fn line(&self, file: usize, offset: u32) -> usize {
        1 + self.files[file].1[..offset as usize].matches('\n').count()
    }

    fn path(&self, node: NodeId) -> &str {
        &self.files[node.file() as usize - 1].0
    }

    /// Whether a function is one of the program's text, with a body: a run shows no others.
    fn has_body(&self, node: NodeId) -> bool {
        let ast = self.ast(node);
        (1..ast.len() as u32).any(|row| {
            ast.parents[row as usize] == node.row() && ast.roles[row as usize] == Role::Body
        })
    }

    /// Whether a function is a macro: a run shows what it expands to.
    fn is_macro(&self, node: NodeId) -> bool {
        let text = &self.files[node.file() as usize - 1].1;
        let start = self.ast(node).starts[node.row() as usize] as usize;
        let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let words = text[line..].trim_start();
        words
            .strip_prefix('#')
            .is_some_and(|rest| rest.trim_start().starts_with("define"))
    }

    /// The name of a function as calls are compared by: it is told apart by its row.
    fn name(&self, node: NodeId) -> String {
        let ast = self.ast(node);
        format!(
            "{}@{}#{}",
            ast.detail(node.row()),
            self.path(node),
            node.row()
        )
    }

    /// The function that a list means by `ns::f@a.c:3`: of that name, its head at that line.
    pub(crate) fn listed(&self, label: &str) -> String {
        let Some((name, place)) = label.split_once('@') else {
            return label.to_owned();
        };
        let (path, line) = place.split_once(':').unwrap_or((place, ""));
        let Some(file) = self.files.iter().position(|(own, _)| own == path) else {
            return label.to_owned();
        };
        let ast = &self.asts[file];
        let short = short(name);
        let rows = (1..ast.len() as u32).filter(|&row| ast.kinds[row as usize] == NodeKind::Method);
        let row = if name == "<module>" {
            rows.rev().find(|&row| ast.has(row, property::MODULE))
        } else {
            let line: usize = line.parse().unwrap_or(0);
            let heads = rows.filter(|&row| {
                let own = ast.name(row).replace(' ', "");
                let named = own == short || short == "<lambda>" && own.starts_with("<lambda>");
                let body = (row + 1..ast.len() as u32).find(|&child| {
                    ast.parents[child as usize] == row && ast.roles[child as usize] == Role::Body
                });
                let end = body.map_or(ast.ends[row as usize], |body| ast.starts[body as usize]);
                named
                    && self.line(file, ast.starts[row as usize]) <= line
                    && line <= self.line(file, end)
            });
            heads.max_by_key(|&row| ast.starts[row as usize])
        };
        row.map_or_else(
            || label.to_owned(),
            |row| self.name(NodeId::new(file as u32 + 1, row)),
        )
    }

    /// What was found, each call with its tier: macros are replaced by what they call.
    pub(crate) fn found(&self, edges: &[CallEdge]) -> BTreeMap<Call, &'static str> {
        let own: Vec<&CallEdge> = edges
            .iter()
            .filter(|edge| edge.target.file() != 0)
            .collect();
        let mut of_macros: BTreeMap<NodeId, Vec<(NodeId, Resolution)>> = BTreeMap::new();
        for edge in &own {
            if self.is_macro(edge.caller) {
                let known = of_macros.entry(edge.caller).or_default();
                known.push((edge.target, edge.resolution));
            }
        }
        let mut best: BTreeMap<Call, Resolution> = BTreeMap::new();
        for edge in own.iter().filter(|edge| !self.is_macro(edge.caller)) {
            let mut open = vec![(edge.target, edge.resolution)];
            let mut seen = BTreeSet::new();
            while let Some((target, tier)) = open.pop() {
                if !seen.insert(target) {
                    continue;
                }
                if self.is_macro(target) {
                    let inside = of_macros.get(&target).into_iter().flatten();
                    open.extend(inside.map(|&(next, worse)| (next, tier.max(worse))));
                } else if self.has_body(target) {
                    let call = (
                        self.site(edge.site, target),
                        self.name(edge.caller),
                        self.name(target),
                    );
                    let known = best.entry(call).or_insert(tier);
                    *known = tier.min(*known);
                }
            }
        }
        best.into_iter()
            .map(|(call, tier)| (call, tier.text()))
            .collect()
    }

    /// Where a destructor runs is not compared: a compiler puts its calls wherever control leaves.
    fn site(&self, site: NodeId, target: NodeId) -> String {
        let path = self.path(site);
        if self.ast(target).name(target.row()).starts_with('~') {
            return path.to_owned();
        }
        let start = self.ast(site).starts[site.row() as usize];
        format!("{path}:{}", self.line(site.file() as usize - 1, start))
    }
}

/// The last part of a name, without blanks.
fn short(name: &str) -> String {
    let operator = name.rfind("operator");
    let (scope, last) = name.split_at(operator.unwrap_or(0));
    let last = if operator.is_some() && (scope.is_empty() || scope.ends_with("::")) {
        last
    } else {
        name.rsplit("::").next().unwrap_or(name)
    };
    last.replace(' ', "")
}
