//! Rows that control never comes to: behind calls that do not come back.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::engine::Engine;
use super::order::Barrier;
use super::program::FileAt;
use crate::kind::property::{ASYNC, GENERATOR, MODULE};

impl Engine<'_, '_> {
    /// Whether control cannot come to a row, as a call before it never comes back.
    pub(super) fn is_ended(&mut self, file: FileAt, row: u32) -> bool {
        let known = self.ended.get(&file).cloned();
        let rows = known.unwrap_or_else(|| {
            let found = Rc::new(self.ended_in(file));
            self.ended.insert(file, Rc::clone(&found));
            found
        });
        rows.contains(&row)
    }

    fn ended_in(&mut self, file: FileAt) -> FxHashSet<u32> {
        let program = self.program;
        let facts = program.files[file as usize];
        let mut last: Vec<(u32, u32)> = Vec::new();
        for site in &facts.calls {
            // Where something may handle an exception, control goes on.
            if self.order.goes_on(program, file, site.row) == 1
                && self.never_comes_back(file, site.row)
            {
                last.push((program.function_of(file, site.row), site.row));
            }
        }
        last.sort_unstable();
        let mut ended = FxHashSet::default();
        for same in last.chunk_by(|one, other| one.0 == other.0) {
            let function = same[0].0;
            if function == super::program::NONE {
                continue;
            }
            let start = program.function(function).1.row;
            let rows = same.iter().map(|&(_, row)| row).collect();
            let barrier = Barrier { rows, edge: None };
            let reached = self
                .order
                .after(program, file, start, barrier, &mut self.steps);
            let before = Barrier::default();
            let all = self
                .order
                .after(program, file, start, before, &mut self.steps);
            let behind = all.iter().filter(|&row| !reached.contains(row));
            ended.extend(behind);
        }
        ended
    }

    /// Whether none of what a row calls comes back. Methods of classes do not count: others may have them otherwise.
    fn never_comes_back(&mut self, file: FileAt, row: u32) -> bool {
        let program = self.program;
        let targets = program.targets(file, row);
        !targets.is_empty()
            && targets.iter().all(|edge| {
                if let Some(&function) = program.functions.get(&edge.target) {
                    return self.never_returns(function);
                }
                let name = program.stubs.get(&edge.target);
                let described = name
                    .zip(self.language(file))
                    .and_then(|(name, language)| language.described(name));
                described.is_some_and(|function| function.ends)
            })
    }

    /// Whether every way out of a function raises.
    fn never_returns(&mut self, function: u32) -> bool {
        let program = self.program;
        let (file, facts) = program.function(function);
        if facts.class.is_some() || facts.properties & (ASYNC | GENERATOR | MODULE) != 0 {
            return false;
        }
        let order = &program.files[file as usize].order;
        let own = (function - program.bases[file as usize].functions) as usize;
        let end = order.ends[own];
        let mut rows: Vec<u32> = order
            .raises
            .iter()
            .map(|raise| raise.row)
            .filter(|row| (facts.row..end).contains(row))
            .collect();
        if rows.is_empty() || !self.order.is_point(program, file, facts.row) {
            return false;
        }
        rows.sort_unstable();
        let barrier = Barrier { rows, edge: None };
        !self
            .order
            .leaves(program, file, facts.row, &barrier, &mut self.steps)
    }
}
