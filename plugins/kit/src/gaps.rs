//! Gaps: stretches of the source that were not analysed.

use crate::output::Output;
use crate::rows::Writer;

/// Most gaps of one kind that a file reports one by one; the rest is one gap that counts them.
const MOST: usize = 200;

/// Errors that the parser found, to be reported once each.
#[derive(Clone, Debug, Default)]
pub struct Gaps {
    errors: Vec<(u32, u32, String)>,
}

impl Gaps {
    /// Adds a stretch that the grammar does not know. One inside the one before is part of it.
    pub fn syntax_error(&mut self, start: u32, end: u32, detail: impl FnOnce() -> String) {
        if self
            .errors
            .last()
            .is_some_and(|&(from, to, _)| from <= start && end <= to)
        {
            return;
        }
        self.errors.push((start, end, detail()));
    }

    /// How many bytes the stretches have, and one for each stretch.
    pub fn weight(&self) -> u64 {
        self.errors
            .iter()
            .map(|&(start, end, _)| u64::from(end - start) + 1)
            .sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// Reports them all.
    pub fn report<O: Output>(mut self, writer: &mut Writer<O>) {
        // The widest first of those that start together: what lies inside another is part of it.
        self.errors
            .sort_by_key(|&(start, end, _)| (start, std::cmp::Reverse(end)));
        let mut reach = 0;
        self.errors.retain(|&(start, end, _)| {
            let is_inside = end <= reach && start < reach;
            reach = reach.max(end);
            !is_inside
        });
        let more = self.errors.len().saturating_sub(MOST);
        for (start, end, detail) in self.errors.iter().take(MOST) {
            writer.gap(*start, *end, "syntax_error", detail);
        }
        if let Some((start, _, _)) = self.errors.get(MOST) {
            let end = self
                .errors
                .iter()
                .map(|&(_, end, _)| end)
                .max()
                .unwrap_or(*start);
            writer.gap(
                *start,
                end,
                "syntax_error",
                &format!("{more} more places that the grammar does not know"),
            );
        }
    }
}
