//! Typestate: which states objects go through, by an automaton that the question brings.
//!
//! R. Strom, S. Yemini, "Typestate: A Programming Language Concept for Enhancing Software Reliability" (IEEE TSE, 1986), decided as
//! M. Das, S. Lerner, M. Seigle, "ESP: Path-Sensitive Program Verification in Polynomial Time" (PLDI 2002) and S. Fink et al., "Effective
//! Typestate Verification in the Presence of Aliasing" (TOSEM 2008) do it: each object is followed alone from the call that creates it,
//! along the control flow with its exceptions. What is known at a row is the state of the object, the set of places that hold it
//! (variables, and fields of what variables hold), and the outcomes of tests that stand more than once. Places are exact on a way: a
//! write takes the name away from the object or gives it to it, so that events are strong updates. A test of the object itself closes
//! the way that cannot be.
//!
//! Methods of the project are entered with the places of their parameters that hold the object; what comes of it is kept by method,
//! places and state (M. Sharir, A. Pnueli, 1981), methods that call themselves are gone through until nothing changes. An object that
//! a method returns, or leaves in a field of a parameter, lives on in its callers: a function that opens counts as opening.
//!
//! An object that gets out of sight (into a collection, a field of something unknown, a closure, or to a function that may keep it) is not
//! followed any further. Nothing here knows a language: what differs comes as facts, rules and descriptions of libraries.
//!
//! | file | |
//! |---|---|
//! | `spec`, `automaton` | the question |
//! | `resources` | what descriptions of libraries say of resources, as names of the question |
//! | `index`, `place` | what happens at rows; where objects are |
//! | `bind` | what calls hand on |
//! | `walk`, `effects`, `calls`, `outside`, `branch` | one object in one method |
//! | `summary`, `callers`, `search` | across methods; results |

mod automaton;
mod bind;
mod branch;
mod callers;
mod calls;
mod effects;
mod ended;
mod index;
mod outside;
mod place;
mod resources;
mod search;
mod spec;
mod summary;
#[cfg(test)]
mod tests;
mod walk;

pub use spec::{
    Creation, End, ErrorState, Event, MOST_ENTRIES, MOST_STATES, Query, Spec, SpecError,
    Transition, Unknown,
};

use std::sync::Arc;

use crate::NodeId;
use crate::flows::{Flows, Indexed};
use crate::passes::Linked;
use crate::passes::facts::FileFacts;
use crate::rules::Rules;
use crate::stop::Stop;

/// How much a search may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Budget {
    /// Steps; see [`Found::steps`].
    pub steps: u64,
    /// Findings that are given; others are only counted.
    pub findings: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            steps: 20_000_000,
            findings: 1_000,
        }
    }
}

/// What a step of a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum StepKind {
    /// The object begins, or comes into its first state.
    Created,
    /// An event took it into another state.
    Event,
    /// It got another name.
    Assignment,
    /// It is handed to a method.
    Argument,
    /// It comes back from the method that created it.
    Return,
    /// A test decided about it.
    Test,
    /// An exception passes.
    Exception,
    /// Nothing can get at it any more.
    End,
    /// An event took it into a state that is wrong.
    Error,
}

impl StepKind {
    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Event => "event",
            Self::Assignment => "assignment",
            Self::Argument => "argument",
            Self::Return => "return",
            Self::Test => "test",
            Self::Exception => "exception",
            Self::End => "end",
            Self::Error => "error",
        }
    }
}

/// A step of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StateStep {
    /// The row.
    pub node: NodeId,
    /// What happens there.
    pub kind: StepKind,
}

/// An object that is in a wrong state.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// Label of the error or end.
    pub label: String,
    /// Name of the state.
    pub state: String,
    /// Row of the error; of an object that ends wrongly the row that it comes from.
    pub node: NodeId,
    /// Row that the object comes from in its method: its creation, or the call that gave it.
    pub created: NodeId,
    /// Only an exception leads there.
    pub exceptional: bool,
    /// From creation to error or end.
    pub steps: Vec<StateStep>,
    /// Product of what is known of the calls on the way.
    pub confidence: f32,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Found {
    /// By row, then by creation.
    pub findings: Vec<Finding>,
    /// Findings that are not among them.
    pub more: usize,
    /// Objects that were followed.
    pub objects: usize,
    /// Rows that were gone through, once for each thing that was known there.
    pub steps: u64,
    /// The budget ended the search: there may be others.
    pub cut: bool,
}

/// Facts of all files, ready for questions.
pub struct States<'a>(Arc<Indexed<'a>>);

impl<'a> States<'a> {
    /// Indexes the facts; `rules` has one entry a language.
    pub fn new(files: &'a [FileFacts], linked: &'a Linked, rules: &[Rules]) -> Self {
        Self(Indexed::new(files, linked, rules))
    }

    /// Over what is indexed already.
    pub fn over(flows: &Flows<'a>) -> Self {
        Self(Arc::clone(&flows.0))
    }

    /// Answers a question.
    ///
    /// # Errors
    /// What is wrong with the question.
    pub fn find(&self, spec: &Spec, budget: Budget) -> Result<Found, SpecError> {
        let found = self.find_until(spec, budget, &|| false)?;
        Ok(found.unwrap_or_default())
    }

    /// The same, until `stop` says to end: then there is no answer.
    ///
    /// # Errors
    /// What is wrong with the question.
    pub fn find_until(
        &self,
        spec: &Spec,
        budget: Budget,
        stop: &dyn Fn() -> bool,
    ) -> Result<Option<Found>, SpecError> {
        spec.check()?;
        let Indexed {
            program, languages, ..
        } = &*self.0;
        let spec = resources::expand(spec, languages)?;
        Ok(search::Search::new(program, languages, &spec, budget, Stop::new(stop)).run())
    }
}
