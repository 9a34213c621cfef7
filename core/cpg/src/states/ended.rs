//! Calls that never come back: behind them there is nothing to be wrong.

use rustc_hash::FxHashSet;

use super::search::Search;
use crate::flows::program::FileAt;
use crate::passes::facts::Way;

/// Rows of a method that are gone through; a longer one is taken to come back.
const ROWS: usize = 2_000;

impl Search<'_, '_> {
    /// Whether none of what a row calls comes back. Where exceptions end a call, others run what handles them: only languages whose
    /// calls unwind nothing are looked at.
    pub(super) fn never_comes_back(&mut self, file: FileAt, row: u32) -> bool {
        let Some(language) = self.sites.language(file).filter(|own| own.transparent) else {
            return false;
        };
        let program = self.sites.program;
        let targets = program.targets(file, row);
        !targets.is_empty()
            && targets.iter().all(|edge| {
                if let Some(&function) = program.functions.get(&edge.target) {
                    return self.never_returns(function);
                }
                let name = program.stubs.get(&edge.target);
                name.and_then(|name| language.described(name))
                    .is_some_and(|function| function.ends)
            })
    }

    /// Whether control never comes to the end of a function.
    fn never_returns(&mut self, function: u32) -> bool {
        if let Some(&known) = self.endless.get(&function) {
            return known;
        }
        // One that calls itself is taken to come back while it is looked at.
        self.endless.insert(function, false);
        let program = self.sites.program;
        let (file, facts) = program.function(function);
        let index = self.index(file);
        if !index.is_point(facts.row) {
            return false;
        }
        let mut seen = FxHashSet::default();
        let mut open = vec![facts.row];
        let mut ended = false;
        while let Some(row) = open.pop() {
            if seen.len() > ROWS {
                return false;
            }
            if index.steps(row).is_empty() {
                return false;
            }
            self.steps += 1;
            if row != facts.row
                && program.call_at(file, row).is_some()
                && self.never_comes_back(file, row)
            {
                ended = true;
                continue;
            }
            for &(_, next, way) in index.steps(row) {
                if way != Way::Throw && seen.insert(next) {
                    open.push(next);
                }
            }
        }
        self.endless.insert(function, ended);
        ended
    }
}
