//! Def-use edges against reaching definitions by their definition, on programs that nobody wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use crate::ast::FileAst;
use crate::kind::{EdgeKind, NodeKind, Role};
use crate::passes::{FileInfo, Local, op, sketch};

fn info() -> FileInfo {
    FileInfo {
        ordinal: 1,
        path: "m.s".into(),
        module: "m".into(),
        is_package: false,
    }
}

/// (row that runs, target, variable) of all writes by assignment, loop or import.
fn writes(ast: &FileAst) -> Vec<(u32, u32, u32)> {
    let mut found = Vec::new();
    for row in 1..ast.len() as u32 {
        let at = row as usize;
        if ast.kinds[at] != NodeKind::Identifier {
            continue;
        }
        let Some(variable) = ast.reference(row) else {
            continue;
        };
        let parent = ast.parents[at];
        let assigned = ast.kinds[parent as usize] == NodeKind::Call
            && ast.name(parent) == op::ASSIGNMENT
            && ast.arguments[at] == 1;
        if assigned {
            found.push((parent, row, variable));
        } else if ast.roles[at] == Role::Target {
            found.push((row, row, variable));
        }
    }
    found
}

/// (definition, read) pairs by iterating over the control flow until nothing changes.
fn naive(ast: &FileAst, local: &Local) -> BTreeSet<(u32, u32)> {
    let writes = writes(ast);
    let targets: BTreeSet<u32> = writes.iter().map(|&(_, target, _)| target).collect();
    let mut by_row: FxHashMap<u32, Vec<(u32, u32)>> = FxHashMap::default();
    for &(row, target, variable) in &writes {
        by_row.entry(row).or_default().push((target, variable));
    }
    let mut before: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for edge in local.edges.iter().filter(|edge| edge.kind == EdgeKind::Cfg) {
        before.entry(edge.dst).or_default().push(edge.src);
    }
    // After a row: (variable, definition). Parameters are defined by their methods' rows.
    let mut after: BTreeMap<u32, BTreeSet<(u32, u32)>> = BTreeMap::new();
    for row in 1..ast.len() as u32 {
        if ast.kinds[row as usize] == NodeKind::MethodParameterIn {
            let method = ast.parents[row as usize];
            after.entry(method).or_default().insert((row, row));
        }
    }
    loop {
        let mut changed = false;
        for (&row, from) in &before {
            let mut held: BTreeSet<(u32, u32)> = from
                .iter()
                .filter_map(|from| after.get(from))
                .flatten()
                .copied()
                .collect();
            for &(target, variable) in by_row.get(&row).into_iter().flatten() {
                held.retain(|&(other, _)| other != variable);
                held.insert((variable, target));
            }
            if after.get(&row) != Some(&held) {
                after.insert(row, held);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let mut pairs = BTreeSet::new();
    for (&row, from) in &before {
        let Some(variable) = ast.reference(row) else {
            continue;
        };
        if ast.kinds[row as usize] != NodeKind::Identifier || targets.contains(&row) {
            continue;
        }
        for from in from {
            for &(held, definition) in after.get(from).into_iter().flatten() {
                if held == variable {
                    pairs.insert((definition, row));
                }
            }
        }
    }
    pairs
}

fn line(lines: &mut String, text: std::fmt::Arguments<'_>) {
    lines.write_fmt(text).expect("a text takes everything");
}

/// Knuth's linear congruential generator: the same programs on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn variable(&mut self) -> &'static str {
        ["a", "b", "c"][self.below(3) as usize]
    }

    fn block(&mut self, depth: usize, lines: &mut String) {
        let indent = "  ".repeat(depth);
        for _ in 0..=self.below(3) {
            let (to, from) = (self.variable(), self.variable());
            let kind = if depth > 4 {
                self.below(2)
            } else {
                self.below(8)
            };
            match kind {
                0 => line(lines, format_args!("{indent}{to} = g({from})\n")),
                1 => line(lines, format_args!("{indent}g({from})\n")),
                2 => {
                    line(lines, format_args!("{indent}if {from}:\n"));
                    self.block(depth + 1, lines);
                    line(lines, format_args!("{indent}else:\n"));
                    self.block(depth + 1, lines);
                }
                3 => {
                    line(lines, format_args!("{indent}while {from}:\n"));
                    self.block(depth + 1, lines);
                    if self.below(2) == 0 {
                        line(
                            lines,
                            format_args!("{indent}  if {to}:\n{indent}    break\n"),
                        );
                    }
                }
                4 => {
                    line(lines, format_args!("{indent}for {to} in {from}:\n"));
                    self.block(depth + 1, lines);
                }
                5 => {
                    line(lines, format_args!("{indent}try:\n"));
                    self.block(depth + 1, lines);
                    line(lines, format_args!("{indent}except E as {to}:\n"));
                    self.block(depth + 1, lines);
                }
                6 => {
                    line(
                        lines,
                        format_args!("{indent}if {from}:\n{indent}  return {to}\n"),
                    );
                }
                _ => line(lines, format_args!("{indent}{to} = {from}\n")),
            }
        }
    }
}

#[test]
fn edges_are_the_reaching_definitions() {
    let mut pairs = 0;
    for seed in 0..400 {
        let mut random = Random(seed);
        let mut source = "def f(a):\n".to_owned();
        random.block(1, &mut source);
        let (ast, local) = sketch::passes(&info(), &source, &sketch::rules());
        let expected = naive(&ast, &local);
        let found: BTreeSet<(u32, u32)> = local
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::ReachingDef)
            .map(|edge| (edge.src, edge.dst))
            .collect();
        // A variable that is written once keeps one place: its edges are there whatever the order is.
        let more: Vec<_> = found.difference(&expected).collect();
        for &&(definition, read) in &more {
            let variable = ast.reference(read);
            let writes = writes(&ast);
            let count = writes
                .iter()
                .filter(|&&(.., own)| Some(own) == variable)
                .count();
            assert!(
                count <= 1
                    || !local
                        .edges
                        .iter()
                        .any(|edge| edge.kind == EdgeKind::Cfg && edge.dst == read),
                "seed {seed}: {definition} does not reach {read}\n{source}"
            );
        }
        let missing: Vec<_> = expected.difference(&found).collect();
        assert!(
            missing.is_empty(),
            "seed {seed}: {missing:?} are missing\n{source}"
        );
        pairs += expected.len();
    }
    assert!(pairs > 2000, "only {pairs} pairs were compared");
}
