//! The DuckDB file of a revision: how it is built, opened and asked.
//!
//! - [`schema`]: the one description of tables and views; DDL, Arrow columns and `docs/graph-schema.md` come from it.
//! - [`GraphBuilder`] writes a file under a temporary name, from nothing or from a copy of the last one; publishing it by a
//!   rename is the caller's.
//! - [`GraphStore`] attaches published files read-only and gives [`Graph`]s: named queries of the [`catalog`],
//!   [`Graph::reach`] along edges, [`Graph::source`] text.
//!
//! To add a column: one line in `schema/tables.rs`, its value in `build/`, `UPDATE_DOCS=1 cargo test -p codegraph-cpg`.
//! To add a query: one file in `queries/`, a line in `catalog/list.rs`, the same command.

mod answers;
mod build;
mod cache;
pub mod catalog;
mod columns;
mod domain;
mod engine;
mod error;
mod frame;
mod graph;
mod input;
mod names;
mod open;
mod places;
mod previous;
mod quality;
mod reach;
pub mod schema;
mod summary;
#[cfg(test)]
mod tests;
mod texts;
mod values;
mod watch;

pub use build::GraphBuilder;
pub use catalog::{Budget, Rows};
pub use columns::{ColumnBatch, ColumnData, ColumnInfo, ColumnType, Value};
pub use error::{QueryError, StoreError};
pub use graph::{Graph, RevisionInfo};
pub use input::{
    BuildOptions, BuildSummary, FileInput, FileRole, InputKey, Metadata, UnparsedFile,
};
pub use open::{GraphStore, StoreOptions};
pub use places::Place;
pub use previous::KnownFile;
pub use quality::Quality;
pub use reach::{Direction, ReachSpec};
pub use texts::Take;
pub use values::Patience;
pub use watch::Interrupt;

/// Key in `metadata`: nodes that stand behind those of other files because their file was replaced since the last full import.
/// They are found all the same, but not by skipping what cannot hold them.
pub const NODES_OUT_OF_ORDER: &str = "nodes_out_of_order";
