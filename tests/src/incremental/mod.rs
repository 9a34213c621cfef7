//! Incremental imports through the built importers: the graph is to be the one that a full import of the same folder makes.
//!
//! - [`tree`]: a small tree and random edits of it.
//! - [`world`]: imports as the command line makes them, in process.
//! - [`print`]: a graph as lines that no number of a file or node is in.

pub(crate) mod print;
pub(crate) mod tree;
pub(crate) mod world;
