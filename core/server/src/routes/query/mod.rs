//! SQL over a graph.

pub mod execute;
pub mod validate;
