//! Control flow inside methods: edges over expressions and statements, in the order in which they run.
//!
//! As in the CPG specification: from METHOD over arguments before their call to METHOD_RETURN. Besides expressions, RETURN, JUMP_TARGET
//! and UNKNOWN, these rows are nodes: IMPORT (it runs code and binds a name) and of the control structures BREAK, CONTINUE, GOTO, THROW;
//! CATCH (the test whether the exception fits), a loop over elements (the step to the next element), and a `with` (the exit of its
//! resources, on every way out). There is one copy of a `finally`; ways through it join there and part behind it.
//!
//! Inside of a `try` every call and import has an edge to the first handler; operators that cannot fail have none. A call outside of
//! every `try` has no edge to METHOD_RETURN: only THROW and a CATCH that does not fit have.
//!
//! What languages do differently comes by rules: `switch` (`fallthrough`: a case runs into the next one and BREAK leaves the switch;
//! `break`: BREAK leaves it; nothing said: neither), `default-values` (see [`super::tree::Defaults`]).

mod build;
mod jumps;
mod labels;
mod protect;
mod structures;
#[cfg(test)]
mod tests;

pub(crate) use build::Builder;

use serde::{Deserialize, Serialize};

use super::dominators::Graph;

/// Steps that building the control flow of one method may take.
pub(crate) const BUDGET: u64 = 50_000_000;

/// Control flow of one method.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    /// Rows of the nodes; the first is the METHOD, the second its METHOD_RETURN (0 where it has none). Rows of other methods and of
    /// types stand where their definitions bind names: whoever makes edges of the graph goes past them.
    pub(crate) rows: Vec<u32>,
    /// Edges between nodes by position in `rows`.
    pub(crate) graph: Graph,
    /// Edges that are not only ordinary steps, by positions: each in all the ways that it is taken.
    pub(crate) ways: Vec<(u32, u32, Way)>,
}

/// How control goes from a row to another one. There is one copy of a `finally`: what goes on behind it depends on how it was entered.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Way {
    /// The next step.
    #[default]
    Step,
    /// The row raises an exception.
    Throw,
    /// An exception that is on its way goes on: behind a `finally`, or past a handler that does not take it.
    Unwind,
    /// No exception is on its way behind a `finally`.
    Resume,
}

/// Position of the METHOD in a flow.
pub(crate) const ENTRY: u32 = 0;
/// Position of the METHOD_RETURN in a flow.
pub(crate) const EXIT: u32 = 1;
