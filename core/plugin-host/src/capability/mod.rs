//! What a guest can ask of the host: one file an interface.
//!
//! To add one: see [`crate::contract`].

pub(crate) mod answer;
pub(crate) mod ast_sink;
pub(crate) mod convert;
pub(crate) mod evidence;
mod finding;
pub(crate) mod graph;
mod host;
mod questions;
