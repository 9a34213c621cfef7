//! REACHING_DEF: from what defines a local to each row that reads that value.

#[cfg(test)]
mod tests;

use rustc_hash::FxHashSet;

use super::LocalEdge;
use super::ssa::{Events, NONE, Ssa};
use crate::ast::FileAst;
use crate::kind::EdgeKind;

/// Steps from reads to definitions over places where ways meet, in one method.
const BUDGET: u64 = 20_000_000;

/// Adds the edges of a file; gives the methods that exceed the budget.
pub(crate) fn edges(
    ast: &FileAst,
    method_of: &[u32],
    methods: &[u32],
    (events, ssa): (&Events, &Ssa),
    edges: &mut Vec<LocalEdge>,
) -> Vec<u32> {
    let mut left: Vec<u64> = vec![BUDGET; methods.len() + 1];
    let mut seen = FxHashSet::default();
    let mut stack = Vec::new();
    for (row, variable) in events.reads() {
        if ssa.dead[row as usize] {
            continue;
        }
        let method = methods.partition_point(|&method| method < method_of[row as usize]);
        let mut add = |definition: u32| {
            edges.push(LocalEdge {
                src: definition,
                dst: row,
                kind: EdgeKind::ReachingDef,
                variable: ast.names[variable as usize],
            });
        };
        let version = ssa.reads[row as usize];
        if version == NONE {
            // All definitions of a variable whose values have one place, in the method that reads it.
            if let Some(definition) = events.only_write_or_parameter(variable)
                && method_of[definition as usize] == method_of[row as usize]
            {
                add(definition);
            }
            continue;
        }
        seen.clear();
        stack.push(version);
        while let Some(version) = stack.pop() {
            if !seen.insert(version) {
                continue;
            }
            left[method] = left[method].saturating_sub(1);
            if left[method] == 0 {
                stack.clear();
                break;
            }
            let found = &ssa.versions[version as usize];
            if found.definition == 0 {
                stack.extend(&found.operands);
            } else if found.definition != variable || Events::is_parameter(ast, variable) {
                add(found.definition);
            }
        }
    }
    methods
        .iter()
        .zip(&left)
        .filter(|&(_, &left)| left == 0)
        .map(|(&method, _)| method)
        .collect()
}
