//! Flows from sources to sinks over the facts of all files.
//!
//! Whole-program search over sparse values: a fact says that what a source gave is at a part of a node (a variable in SSA form or an
//! expression). Facts move along the uses of their node; calls and returns are matched by tabulation (T. Reps, S. Horwitz, M. Sagiv,
//! "Precise Interprocedural Dataflow Analysis via Graph Reachability", POPL 1995): a method is entered once for each fact at its
//! entry, and what leaves it goes to all that entered so. Parts of objects are access paths of bounded length, shorter where a node has many of them.
//! What is stored into an object is looked for under its other names, backwards from the store (S. Arzt et al., "FlowDroid", PLDI
//! 2014), and counts from the row of the store on: reads that control cannot reach from there, or only past a row that overwrites the
//! part, do not see it.
//!
//! Summaries have no sources or sinks in them, so contexts serve all sources, and all places of one source share their facts: which of
//! them reaches a sink is found by going back from there. Nothing here knows a language: what differs comes as facts, rules and
//! descriptions of libraries.
//!
//! | file | |
//! |---|---|
//! | `spec`, `text` | the question |
//! | `program`, `index`, `meaning`, `language` | what is known of the code |
//! | `path`, `state`, `order` | facts, contexts, and when facts hold |
//! | `engine`, `forward`, `read`, `backward` | the search |
//! | `holds`, `exits`, `raise` | when facts hold, and how they enter and leave methods |
//! | `same`, `removed`, `ended` | variables that hold one object; parts that are gone behind a row; rows that never run |
//! | `narrow`, `given`, `moments` | which callers get a fact back, and when module bodies run a method |
//! | `bind`, `invoke`, `operations` | calls of the project |
//! | `outside`, `described`, `effects`, `entered` | calls of described and of unknown functions |
//! | `named`, `ends`, `guards` | names; sources, sinks and guards |
//! | `report`, `ways` | results, and the ways to them |

mod backward;
pub(crate) mod bind;
mod compared;
mod described;
mod effects;
mod ended;
mod ends;
mod engine;
mod entered;
mod exits;
mod forward;
mod given;
mod guards;
mod holds;
mod index;
mod invoke;
pub(crate) mod language;
pub(crate) mod meaning;
mod moments;
mod named;
mod narrow;
mod operations;
mod order;
mod outside;
pub(crate) mod path;
pub(crate) mod program;
mod raise;
mod read;
mod registered;
mod removed;
mod report;
mod same;
mod spec;
mod state;
#[cfg(test)]
mod tests;
mod text;
mod ways;

pub use spec::{
    Endpoint, Guard, MOST_ENTRIES, Pattern, Position, Propagator, Spec, SpecError, What,
};

use std::sync::{Arc, OnceLock};

use crate::NodeId;
use crate::passes::Linked;
use crate::passes::facts::FileFacts;
use crate::rules::Rules;

/// How sure a way must be to be followed: below that, ways of which next to nothing is known make nearly all of the work, and hardly
/// one of them is true.
pub const LEAST_CERTAINTY: f32 = 0.2;

/// How much a search may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Budget {
    /// Steps; see [`Found::steps`].
    pub steps: u64,
    /// Flows that are given; others are only counted.
    pub flows: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            steps: 20_000_000,
            flows: 1_000,
        }
    }
}

/// What a step of a flow is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum StepKind {
    /// Where it begins.
    Source,
    /// Into a variable.
    Assignment,
    /// Into a field or element.
    Store,
    /// Out of a field or element.
    Load,
    /// From an argument to a parameter.
    Argument,
    /// From a callee back to its caller.
    Return,
    /// Through an operator.
    Operation,
    /// Through a function of a library by its description.
    Library,
    /// Through a call of which nothing is known.
    Unknown,
    /// Another name of the same object.
    Alias,
    /// From where an exception is raised to where it is handled.
    Exception,
    /// Where it ends.
    Sink,
}

impl StepKind {
    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Assignment => "assignment",
            Self::Store => "store",
            Self::Load => "load",
            Self::Argument => "argument",
            Self::Return => "return",
            Self::Operation => "operation",
            Self::Library => "library",
            Self::Unknown => "unknown",
            Self::Alias => "alias",
            Self::Exception => "exception",
            Self::Sink => "sink",
        }
    }
}

/// A step of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FlowStep {
    /// The row.
    pub node: NodeId,
    /// What happens there.
    pub kind: StepKind,
}

/// A way from a source to a sink.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Flow {
    /// Label of the source.
    pub source: String,
    /// Label of the sink.
    pub sink: String,
    /// From source to sink.
    pub steps: Vec<FlowStep>,
    /// Product of what is known of the calls on the way, at least [`LEAST_CERTAINTY`].
    pub confidence: f32,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Found {
    /// Flows, by sink, then source: of each sink the hundred surest sources.
    pub flows: Vec<Flow>,
    /// Flows that were found and are not among them.
    pub more: usize,
    /// Facts that were looked at, their uses, and rows that were walked to tell when they hold.
    pub steps: u64,
    /// The budget ended the search: there may be others.
    pub cut: bool,
}

/// Facts of all files, indexed for questions of all kinds.
pub(crate) struct Indexed<'a> {
    pub(crate) program: program::Program<'a>,
    pub(crate) languages: Vec<language::Language>,
    /// Found by the first question that goes by names.
    named: OnceLock<named::Named>,
}

impl<'a> Indexed<'a> {
    pub(crate) fn new(files: &'a [FileFacts], linked: &'a Linked, rules: &[Rules]) -> Arc<Self> {
        Arc::new(Self {
            program: program::Program::new(files, linked),
            languages: rules.iter().map(language::Language::new).collect(),
            named: OnceLock::new(),
        })
    }

    fn named(&self) -> &named::Named {
        let find = || named::Named::new(&self.program, &self.languages);
        self.named.get_or_init(find)
    }
}

/// Facts of all files, ready for questions.
pub struct Flows<'a>(pub(crate) Arc<Indexed<'a>>);

impl<'a> Flows<'a> {
    /// Indexes the facts; `rules` has one entry a language.
    pub fn new(files: &'a [FileFacts], linked: &'a Linked, rules: &[Rules]) -> Self {
        Self(Indexed::new(files, linked, rules))
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
        let named = self.0.named();
        let mut engine = engine::Engine::new(program, languages, named, spec, budget);
        Ok(engine.run(stop).then(|| report::found(&engine)))
    }
}
