//! Whether control can come from a row to another, past rows that overwrite and edges that a test closes.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::program::{FileAt, Program};

/// Searches that are kept.
const KEPT: usize = 20_000;

/// What a search may not pass.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Barrier {
    /// Rows that end the way; what they begin with is still reached.
    pub(super) rows: Vec<u32>,
    /// A row and those of its successors that are closed: inside of the stretch or outside of it.
    pub(super) edge: Option<(u32, (u32, u32), bool)>,
}

#[derive(Default)]
pub(super) struct Order {
    files: FxHashMap<FileAt, Rc<Vec<(u32, u32)>>>,
    known: FxHashMap<(FileAt, u32, Barrier), Rc<FxHashSet<u32>>>,
}

impl Order {
    fn edges(&mut self, program: &Program<'_>, file: FileAt) -> Rc<Vec<(u32, u32)>> {
        let edges = self
            .files
            .entry(file)
            .or_insert_with(|| Rc::new(program.files[file as usize].order.edges().collect()));
        Rc::clone(edges)
    }

    /// Rows that control can come to after a row; the row itself only where it can come back.
    pub(super) fn after(
        &mut self,
        program: &Program<'_>,
        file: FileAt,
        row: u32,
        barrier: Barrier,
        steps: &mut u64,
    ) -> Rc<FxHashSet<u32>> {
        let key = (file, row, barrier);
        if let Some(known) = self.known.get(&key) {
            return Rc::clone(known);
        }
        let edges = self.edges(program, file);
        let barrier = &key.2;
        let mut seen = FxHashSet::default();
        let mut stack = vec![row];
        let mut first = true;
        while let Some(at) = stack.pop() {
            *steps += 1;
            let ends = barrier.rows.binary_search(&at).is_ok() && !first;
            first = false;
            if ends {
                continue;
            }
            let from = edges.partition_point(|&(src, _)| src < at);
            for &(_, next) in edges[from..].iter().take_while(|&&(src, _)| src == at) {
                let closed = barrier.edge.is_some_and(|(row, (start, end), inside)| {
                    row == at && (start..end).contains(&next) == inside
                });
                if !closed && seen.insert(next) {
                    stack.push(next);
                }
            }
        }
        if self.known.len() >= KEPT {
            self.known.clear();
        }
        let found = Rc::new(seen);
        self.known.insert(key, Rc::clone(&found));
        found
    }

    /// Whether a row is a point of the control flow.
    pub(super) fn is_point(&mut self, program: &Program<'_>, file: FileAt, row: u32) -> bool {
        let edges = self.edges(program, file);
        let at = edges.partition_point(|&(src, _)| src < row);
        edges.get(at).is_some_and(|&(src, _)| src == row)
    }

    /// How many rows control can come to right after a row.
    pub(super) fn goes_on(&mut self, program: &Program<'_>, file: FileAt, row: u32) -> usize {
        let edges = self.edges(program, file);
        let at = edges.partition_point(|&(src, _)| src < row);
        edges[at..]
            .iter()
            .take_while(|&&(src, _)| src == row)
            .count()
    }

    /// Whether control can leave the method from a row.
    pub(super) fn leaves(
        &mut self,
        program: &Program<'_>,
        file: FileAt,
        row: u32,
        barrier: &Barrier,
        steps: &mut u64,
    ) -> bool {
        if !self.is_point(program, file, row) {
            return true;
        }
        let reached = self.after(program, file, row, barrier.clone(), steps);
        let edges = self.edges(program, file);
        reached.iter().any(|&row| {
            let at = edges.partition_point(|&(src, _)| src < row);
            let last = edges.get(at).is_none_or(|&(src, _)| src != row);
            last && barrier.rows.binary_search(&row).is_err()
        })
    }
}
