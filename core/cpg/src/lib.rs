//! The code property graph: what an import makes, and what questions are asked of.
//!
//! - [`ast`]: the rows of one file as an importer pushed them, checked.
//! - [`kind`]: node kinds, roles, properties and edge kinds; their numbers are part of the plugin contract.
//! - [`passes`]: what the host computes from the rows, in a file and over all files. No pass knows a language:
//!   what differs between languages comes as [`rules::Rules`].
//! - [`flows`]: how what comes in at one place gets to another, over the facts of all files.
//! - [`states`]: which states objects go through, by an automaton that the question brings.
//! - [`mod@matches`]: calls, names and texts that fit patterns, with constants followed.
//! - [`store`]: the DuckDB file of a revision: schema, bulk load, views, named queries, reachability.
//! - [`console`]: SQL of people and plugins, for the sandboxed child that runs it.

pub mod ast;
pub mod console;
pub mod flows;
pub mod kind;
mod lines;
pub mod matches;
pub mod passes;
pub mod rules;
mod sites;
pub mod states;
mod stop;
pub mod store;

/// Names the code that turns a file's rows into those of a graph. Rows that a program of another name made are not mixed with
/// those of this one.
pub const FINGERPRINT: &str = env!("CODEGRAPH_CPG_SOURCES");

/// Identifies a node in a graph: file ordinal `<< 32 |` row number in the file, 53 bits, exact in JSON.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct NodeId(pub u64);

impl NodeId {
    /// Joins the ordinal of a file (below 2²¹) and a row number in it.
    pub fn new(file: u32, row: u32) -> Self {
        debug_assert!(file < 1 << 21, "file ordinals have 21 bits");
        Self(u64::from(file) << 32 | u64::from(row))
    }

    /// The ordinal of the file; 0 is the file of external stubs.
    pub fn file(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// The row number in the file.
    pub fn row(self) -> u32 {
        self.0 as u32
    }
}
