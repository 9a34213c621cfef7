//! What importers share: from a tree-sitter tree to the rows of the code property graph.
//!
//! # To write an importer
//!
//! 1. Name the grammar's node kinds and fields with [`grammar_names!`], and say with [`grammar::Grammar`] which of them are
//!    worth keeping. [`tree::Tree::parse`] copies those into one flat array in pre-order: children, fields and skips are
//!    index arithmetic from there on, and no node is ever allocated.
//! 2. Walk the array once and fill [`scope::Scopes`] with what the language binds where: its hoisting rules are the calls
//!    that you make.
//! 3. Walk it again and push a [`rows::Row`] for each construct to the [`rows::Writer`], parents first. Names of operators
//!    are in [`operators`]. Guard every recursion with [`depth::Depth`]: a guest's stack is small.
//! 4. Report what was not understood: [`gaps::Gaps`] does it for the errors that the parser found.
//!
//! The target of rows is the trait [`output::Output`]: [`output::Host`] in the component, [`testing::Collector`], which
//! checks what the host would check, in native tests.

pub mod depth;
pub mod gaps;
pub mod grammar;
#[cfg(not(target_family = "wasm"))]
pub mod measuring;
pub mod operators;
pub mod output;
pub mod qualified;
pub mod rows;
pub mod scope;
pub mod testing;
pub mod texts;
pub mod tree;

pub use codegraph_sdk::importer::{AstBatch, NodeFlags, NodeKind, Role};
pub use codegraph_sdk::{Fault, Signal, Span};
