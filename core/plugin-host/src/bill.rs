//! What a call cost.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

/// What a call cost; shown beside its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bill {
    /// From the slot to the end, milliseconds in JSON.
    #[serde(serialize_with = "crate::types::as_millis", rename = "wall_ms")]
    pub wall: Duration,
    /// Wait for a slot.
    #[serde(serialize_with = "crate::types::as_millis", rename = "queued_ms")]
    pub queued: Duration,
    /// CPU time of the guest and of what the host did for it, graph queries on other threads among them.
    #[serde(serialize_with = "crate::types::as_millis", rename = "cpu_ms")]
    pub cpu: Duration,
    /// Highest sum of the guest's linear memories, bytes.
    pub peak_memory: u64,
    /// Rows pushed by an importer; pieces of an answer.
    pub rows: u64,
    /// Rows that the graph gave.
    pub rows_read: u64,
    /// Bytes that the guest handed to the host as results: rows, pieces of an answer.
    pub bytes: u64,
    /// Calls from the guest to the host's interfaces, WASI not counted.
    pub host_calls: u64,
    /// Lines written to the log.
    pub log_lines: u64,
    /// Lines that were too many for the log.
    pub log_lines_dropped: u64,
}

/// Adds up CPU time from several threads.
#[derive(Clone, Debug, Default)]
pub(crate) struct CpuMeter(Arc<AtomicU64>);

impl CpuMeter {
    /// Runs `work` and counts what this thread spends on it.
    pub(crate) fn measure<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = thread_cpu_nanos();
        let result = work();
        let spent = thread_cpu_nanos().saturating_sub(before);
        self.0.fetch_add(spent, Ordering::Relaxed);
        result
    }

    /// What was counted so far.
    pub(crate) fn total(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }

    /// Counts what a future spends while it is polled, on whatever threads that is.
    pub(crate) fn around<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        Metered {
            meter: self.clone(),
            future: Box::pin(future),
        }
    }
}

struct Metered<F> {
    meter: CpuMeter,
    future: Pin<Box<F>>,
}

impl<F: Future> Future for Metered<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        this.meter.measure(|| this.future.as_mut().poll(context))
    }
}

fn thread_cpu_nanos() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned()
}
