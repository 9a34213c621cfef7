//! The one formula of confidence; `docs/answers.md` explains it to readers.
//!
//! A product of factors, each 1 where there was nothing to choose or to guess.

/// Read from the graph, nothing chosen, nothing guessed. Not 1: source may hide what no graph shows.
pub const EXACT: f64 = 0.98;
/// The question was a bare name: what is asked about it was guessed.
pub const BARE_NAME: f64 = 0.9;
/// The name is written in other letter case, or as words.
pub const NEARLY_WRITTEN: f64 = 0.95;
/// Only the last part of a qualified name fits.
pub const LAST_PART: f64 = 0.6;
/// One of several of that name, and it clearly stands out.
pub const STANDS_OUT: f64 = 0.88;
/// Several of that name, all listed, where a list answers the question.
pub const ALL_LISTED: f64 = 0.9;
/// Several of that name, and the question needs one.
pub const AMBIGUOUS: f64 = 0.55;
/// Nothing was seen where seeing nothing is the answer (no callers): absence proves less than presence.
pub const ABSENCE: f64 = 0.8;
/// Picked by a heuristic (where to start).
pub const HEURISTIC: f64 = 0.75;
/// Highest confidence of an answer to a question that was not understood.
pub const NOT_UNDERSTOOD: f64 = 0.2;

/// A confidence under construction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confidence(f64);

impl Default for Confidence {
    fn default() -> Self {
        Self(EXACT)
    }
}

impl Confidence {
    /// Takes a factor into account.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self(self.0 * factor.clamp(0.0, 1.0))
    }

    /// Takes the call edges of a list into account: their mean.
    #[must_use]
    pub fn edges(self, confidences: &[f64]) -> Self {
        if confidences.is_empty() {
            return self;
        }
        self.times(confidences.iter().sum::<f64>() / confidences.len() as f64)
    }

    /// Takes the edges of a path into account: all must hold, so their product.
    #[must_use]
    pub fn path(self, confidences: impl IntoIterator<Item = f64>) -> Self {
        confidences.into_iter().fold(self, Self::times)
    }

    /// Takes into account that `unresolved` calls of the name may belong to a list of `seen`: at worst it loses half.
    #[must_use]
    pub fn blind(self, unresolved: u64, seen: u64) -> Self {
        if unresolved == 0 {
            return self;
        }
        self.times(1.0 - 0.5 * unresolved as f64 / (unresolved + seen) as f64)
    }

    /// The value, to two places: more would pretend.
    pub fn value(self) -> f64 {
        (self.0.clamp(0.0, 1.0) * 100.0).round() / 100.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(confidence: Confidence, value: f64) {
        assert!(
            (confidence.value() - value).abs() < 1e-9,
            "{confidence:?} is not {value}"
        );
    }

    #[test]
    fn factors_multiply() {
        is(Confidence::default(), 0.98);
        is(Confidence::default().times(STANDS_OUT), 0.86);
        is(Confidence::default().edges(&[1.0, 0.5]), 0.74);
        is(Confidence::default().edges(&[]), 0.98);
        is(Confidence::default().path([0.9, 0.9, 0.5]), 0.4);
        is(Confidence::default().blind(3, 0), 0.49);
        is(Confidence::default().blind(1, 9), 0.93);
    }

    #[test]
    fn stays_within_bounds() {
        is(Confidence::default().times(7.0), 0.98);
        is(Confidence::default().times(-1.0), 0.0);
        is(Confidence::default().times(f64::MAX), 0.98);
    }
}
