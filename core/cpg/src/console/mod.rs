//! SQL of people and plugins, for the sandboxed child that runs it.
//!
//! DuckDB is not a sandbox: its documentation says so, and SQL is code to it. Three walls stand one behind the other:
//!
//! 1. The process ([`codegraph-sandbox`](../../sandbox)): no file but the graph and a private folder, no network, no
//!    programs, bounded memory and time. It holds even when DuckDB has a bug.
//! 2. The engine ([`Console::open`]): the file is opened read-only, external access is off, the configuration is locked.
//! 3. The gate ([`Console::check`]): one statement, a `SELECT` by the engine's own parser, and only known table functions
//!    and catalogue views. It gives clear errors and keeps paths of the machine out of answers.
//!
//! Never open a console in a process that has something to lose.
//!
//! - To allow a table function or catalogue view: its name in `names.rs`, a row in `tests/src/sql/escapes.rs`.
//! - To render a type: an arm in `value.rs`, a row in its test.

mod engine_error;
mod error;
mod gate;
mod lexer;
mod names;
mod open;
mod run;
#[cfg(test)]
mod tests;
mod types;
mod value;

pub use error::SqlError;
pub use gate::{Checked, MAX_SQL_BYTES, Warning};
pub use open::{Console, Options};
pub use run::{Budget, Column, Ended, Event};
