//! Searches along edges, over arrays in memory.

mod csr;
mod search;

/// Arrays by graph and edge kinds.
pub(super) type ArrayCache = super::cache::Cache<EdgeSet, Arrays>;
pub(super) use csr::{Arrays, EdgeSet, edge_set, load};
pub(super) use search::search;

/// Which way edges are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From source to destination.
    Forward,
    /// From destination to source.
    Backward,
}

/// A search along edges, breadth first.
///
/// Without `to` the answer has the columns `node` and `depth`: what is reached in one step or more, the nearest first, then
/// by id. With `to` it has `path`, `step`, `node` and `via` (the call or import that makes the step, 0 for none): simple
/// paths, the shortest first, then by ids; a path ends where it first meets a node of `to`.
#[derive(Clone, Debug)]
pub struct ReachSpec {
    /// Nodes to start from.
    pub from: Vec<u64>,
    /// Nodes to arrive at; empty for everything that can be reached.
    pub to: Vec<u64>,
    /// Edge kinds: `call` (method to method), `file_imports` (file to file), or a stored relation's name without `edges_`.
    pub edges: Vec<String>,
    /// Which way.
    pub direction: Direction,
    /// Most steps of a path; 0 for the host's own bound (64).
    pub max_depth: u32,
    /// Number of paths (with `to`) or of nodes (without); 0 for the host's own bounds (100, 100,000).
    pub max_results: u32,
    /// Edges below this confidence are not taken; 0 takes all.
    pub min_confidence: f64,
}
