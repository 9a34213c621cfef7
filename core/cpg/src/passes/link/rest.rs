//! Functions beyond the limit of a place, together as one value.
//!
//! A table of commands has hundreds of functions, and what is called through it are all of them. Places that many functions come to first
//! (members, variables, parts of collections) keep those beyond the limit in a wide place of their own and hand on one value that
//! stands for them: it costs what one function costs wherever it goes, and where it is called, all are.

use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};

use super::program::Node;
use super::solver::{Solver, Use};
use super::value::{Kind, Val};
use crate::passes::Resolution;
use crate::passes::facts::Owner;

/// Wide places of the program.
#[derive(Default)]
pub(super) struct Rests {
    /// By place: its wide one.
    of: FxHashMap<Node, Node>,
    /// By wide place and call, in which tier it is called.
    called: FxHashMap<(Node, u32), Resolution>,
}

impl Solver<'_, '_> {
    /// A value comes to a place that has no room for it.
    pub(super) fn spill(&mut self, node: Node, value: Val, tier: Resolution) {
        if !matches!(value.kind(), Kind::Function | Kind::Rest) || !self.gathers(node) {
            self.refuse(node);
            return;
        }
        let rest = if let Some(&rest) = self.rests.of.get(&node) {
            rest
        } else {
            let rest = self.fresh_wide();
            self.rests.of.insert(node, rest);
            rest
        };
        // What stands for all is handed on in the best tier of them; each keeps its own.
        self.add_last(node, Val::new(Kind::Rest, rest), tier);
        self.add(rest, value, tier);
    }

    /// Whether values of many places come together first in one. What is read from there only passes on what it gets.
    fn gathers(&self, node: Node) -> bool {
        let program = self.program;
        let ends = program.ends();
        if node >= ends.variables {
            return node >= self.first_made && !self.is_wide(node);
        }
        let file = program.file_of_variable(node);
        let at = node - program.bases[file as usize].variables;
        let variable = &program.files[file as usize].variables[at as usize];
        !matches!(variable.owner, Owner::Version(_))
    }

    /// What stands for many functions is called.
    pub(super) fn call_rest(&mut self, call: u32, rest: Node, tier: Resolution) {
        match self.rests.called.entry((rest, call)) {
            Entry::Occupied(known) if *known.get() <= tier => return,
            Entry::Occupied(mut known) => {
                known.insert(tier);
            }
            Entry::Vacant(new) => {
                new.insert(tier);
            }
        }
        self.on(rest, Use::CallAtBest { call, tier });
    }

    /// Sites that call what stands for many functions: those are what a table holds, and no mixture of values.
    pub(super) fn sites_of_rests(&self) -> FxHashSet<u32> {
        let calls = self.rests.called.keys();
        calls
            .map(|&(_, call)| self.invocations[call as usize].site)
            .collect()
    }
}
