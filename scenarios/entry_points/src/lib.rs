//! Where a program can be entered, by whom, and which checks stand on the way.
//!
//! What counts as an entry is data ([`data`], `data/*.toml`): decorators, calls, classes and bindings of libraries, each with the page
//! that it is from. [`find`] asks the graph for them and joins what speaks of one object, [`mounts`] puts prefixes of routers together,
//! [`guards`] looks for checks before the work, [`topic`] reads what a question is about, [`report`] says it.
//!
//! # To add a library
//!
//! 1. A `[[point]]` in a file of `data/`: kind, library, page, and one of `decorator`, `call`, `class`, `binding`.
//! 2. A case in `cases/` with code that uses it, and code that only looks like it.

pub mod data;
pub mod describe;
mod exports;
mod find;
mod graph;
mod guards;
mod guest;
mod mains;
mod mounts;
pub mod point;
mod reached;
mod report;
pub mod topic;
mod words;

codegraph_sdk::export_scenario!(guest::EntryPoints);

#[cfg(test)]
mod tests;
