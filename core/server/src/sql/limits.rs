//! What one statement may use.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What one statement may use. The defaults are for a person at a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Time from the start of the child to the last row.
    pub timeout: Duration,
    /// Memory of the child, all of it; the engine's own share is half.
    pub memory_bytes: u64,
    /// Temporary files on disk.
    pub temporary_bytes: u64,
    /// Threads of the engine.
    pub threads: u32,
    /// Rows of a statement that has a `LIMIT` of its own.
    pub max_rows: usize,
    /// Rows of a statement that has none.
    pub rows_without_limit: usize,
    /// Bytes of all cells together, written as JSON.
    pub max_bytes: usize,
    /// Whether statements may hold comments.
    pub comments: bool,
    /// Refuses to run where the system cannot enforce the whole sandbox.
    pub strict_sandbox: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            memory_bytes: 1 << 30,
            temporary_bytes: 512 << 20,
            threads: 2,
            max_rows: 10_000,
            rows_without_limit: 1_000,
            max_bytes: 16 << 20,
            comments: true,
            strict_sandbox: false,
        }
    }
}

impl Limits {
    /// The limits of the HTTP API: its reference refuses comments, gives 100 rows where there is no `LIMIT`, and at most
    /// 1000.
    pub fn api() -> Self {
        Self {
            max_rows: 1_000,
            rows_without_limit: 100,
            max_bytes: 4 << 20,
            comments: false,
            ..Self::default()
        }
    }

    /// Milliseconds, as errors tell them.
    pub(super) fn timeout_ms(&self) -> u64 {
        u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX)
    }
}
