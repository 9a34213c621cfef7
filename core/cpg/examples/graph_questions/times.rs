//! Wall times of one kind of question.

use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Times as they come.
#[derive(Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// Times a piece of work.
    pub(crate) fn take<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let result = work();
        self.0.push(began.elapsed());
        result
    }

    /// Their number, median, 99th percentile and maximum.
    pub(crate) fn summary(mut self) -> Value {
        self.0.sort_unstable();
        // The nearest rank: a time that was measured, never one between two.
        let at = |percent: usize| {
            let rank = (self.0.len() * percent).div_ceil(100).max(1);
            self.0.get(rank - 1).map(|&time| milliseconds(time))
        };
        json!({ "count": self.0.len(), "p50_ms": at(50), "p99_ms": at(99), "max_ms": at(100) })
    }
}

/// A time as JSON has it.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A prime above the lengths that are asked for, so that its multiples meet every place once.
const STRIDE: usize = 7919;

/// At most so many of a list, evenly spread over it, and not in its order: neighbours lie in the same blocks of a file.
pub(crate) fn spread<T>(list: &[T], most: usize) -> impl Iterator<Item = &T> {
    let count = most.min(list.len());
    debug_assert!(count < STRIDE, "else places could be met twice");
    (0..count).map(move |at| &list[at * STRIDE % count * list.len() / count])
}
