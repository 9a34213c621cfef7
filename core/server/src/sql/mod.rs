//! SQL of people and plugins over a graph, run by a child that can do nothing else.
//!
//! [`Runner::run`] starts `codegraph sql-worker` for one statement: empty environment, a private folder to work in, the
//! graph as its only file. The child ([`worker()`]) enters the sandbox, opens the graph and answers over its standard
//! output; the parent counts bytes and time and kills it when either runs out. Nothing that the child says is trusted
//! beyond its shape.
//!
//! Calls block: an async caller wraps them in `spawn_blocking`.

mod confine;
mod limits;
mod protocol;
pub mod render;
mod runner;
mod slots;
mod watch;
mod worker;

use std::path::Path;

use serde::Serialize;

pub use codegraph_cpg::console::{Column, MAX_SQL_BYTES, SqlError, Warning};
pub use limits::Limits;
pub use runner::{Runner, Usage};
pub use slots::Slots;
pub use worker::worker;

/// The rows of a statement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SqlResult {
    /// The columns, in order; names may repeat.
    pub columns: Vec<Column>,
    /// The rows, each with one cell a column.
    pub rows: Vec<Vec<serde_json::Value>>,
    /// How many rows there are here.
    pub row_count: usize,
    /// Whether there were more rows, or more bytes, than asked for.
    pub truncated: bool,
    /// How long the engine took, in milliseconds, without the start of the child.
    pub execution_time_ms: f64,
    /// What a person may want to change in the statement.
    pub warnings: Vec<Warning>,
}

/// Runs one statement with this program as the child.
pub fn run(graph: &Path, sql: &str, limits: &Limits) -> Result<SqlResult, SqlError> {
    Runner::current()?.run(graph, sql, limits)
}

/// Checks one statement without running it: its form, and that its tables, columns and types exist.
pub fn validate(graph: &Path, sql: &str, limits: &Limits) -> Result<Vec<Warning>, SqlError> {
    Runner::current()?.validate(graph, sql, limits)
}
