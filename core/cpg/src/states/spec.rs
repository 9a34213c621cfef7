//! What is asked: states of an object, what takes it from one to another, and which of them are wrong.

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::flows::{Pattern, Position};

/// A question for states: a finite automaton over what happens to an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Calls with which tracking begins.
    pub creations: Vec<Creation>,
    /// What takes the object from one state to another. What is not listed leaves it where it is.
    pub transitions: Vec<Transition>,
    /// States that are wrong to reach.
    #[serde(default)]
    pub errors: Vec<ErrorState>,
    /// States in which the object may not be when nothing can get at it any more.
    #[serde(default)]
    pub ends: Vec<End>,
    /// Members that tell the state when they are tested.
    #[serde(default)]
    pub queries: Vec<Query>,
    /// Functions that take the object over: it is not followed behind them.
    #[serde(default)]
    pub takers: Vec<Pattern>,
    /// Functions that only use the object while they run.
    #[serde(default)]
    pub users: Vec<Pattern>,
    /// What functions do of which nothing is known.
    #[serde(default)]
    pub unknown: Unknown,
    /// Ends count also for objects that another object holds when that one is lost.
    #[serde(default)]
    pub contained: bool,
}

/// A call that begins the life of an object, or takes an existing one into a state.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Creation {
    /// The function.
    pub callee: Pattern,
    /// Where the object is: its result for a new object, else one that was there before.
    pub position: Position,
    /// The state that it is in then.
    pub state: String,
}

/// A step of the automaton.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// States that it leaves; any where there are none.
    #[serde(default)]
    pub from: Vec<String>,
    /// What happens.
    pub on: Event,
    /// The state behind it.
    pub to: String,
}

/// What can happen to an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It is at a position of a call of a function.
    Call(Pattern, Position),
    /// Any method of it is called that no other event names.
    AnyCall,
    /// Something is read of it: a member, an element, a step; or it is called.
    Access,
    /// Its context is entered.
    Enter,
    /// Its context is left.
    Exit,
    /// A test says that it is the only value of a type (`null`), or that it counts as false.
    Null,
    /// A test says that it is not.
    NotNull,
}

/// A state that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorState {
    /// The state.
    pub state: String,
    /// Any word; results carry it.
    pub label: String,
}

/// States that are wrong at the end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// The states.
    pub states: Vec<String>,
    /// Any word; results carry it.
    pub label: String,
    /// The word where only an exception leads there; such ends do not count where it is missing.
    #[serde(default)]
    pub exceptional: Option<String>,
}

/// A member whose truth tells the state: `f.closed`, `lock.locked()`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// Name of the member.
    pub member: String,
    /// States in which it is true; it is false in all others.
    pub states: Vec<String>,
}

/// What a function of which nothing is known does with an object that it is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// It may keep it or change its state: the object is not followed any further.
    #[default]
    Takes,
    /// It uses it while it runs; results are less certain then.
    Uses,
}

/// Why a question is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// A pattern says nothing or is too long.
    #[error(transparent)]
    Pattern(#[from] crate::flows::SpecError),
    /// Nothing begins.
    #[error("the question has no creations: nothing would be followed")]
    NoCreation,
    /// Nothing is wrong.
    #[error("the question has neither errors nor ends: nothing could be found")]
    NoError,
    /// A state that nothing leads to.
    #[error("no creation or transition leads to the state `{0}`")]
    Unreachable(String),
    /// A state without a name.
    #[error("a state has no name")]
    Nameless,
    /// Too many states.
    #[error("the question has {0} states: at most {MOST_STATES}")]
    TooManyStates(usize),
    /// Too many entries.
    #[error("the question has {0} entries: at most {MOST_ENTRIES}")]
    TooMany(usize),
    /// A name for resources that says nothing.
    #[error(
        "`{0}` stands for no function: `<acquires kind>`, `<releases kind>` and `<fails null>` are what descriptions of libraries say"
    )]
    Resource(String),
    /// An event that cannot happen to an object that is there.
    #[error(
        "a transition is on the result of `{0}`: results are new objects, which creations begin"
    )]
    Result(String),
}

/// Entries of a question, all lists together.
pub const MOST_ENTRIES: usize = 2_000;
/// States of a question.
pub const MOST_STATES: usize = 64;

impl Spec {
    /// Names of the states, ascending.
    pub(super) fn states(&self) -> Vec<&str> {
        let created = self.creations.iter().map(|creation| &creation.state);
        let reached = self.transitions.iter().map(|transition| &transition.to);
        let mut states: Vec<&str> = created.chain(reached).map(String::as_str).collect();
        states.sort_unstable();
        states.dedup();
        states
    }

    /// Refuses what cannot be answered.
    ///
    /// # Errors
    /// What is wrong with the question.
    pub fn check(&self) -> Result<(), SpecError> {
        if self.creations.is_empty() {
            return Err(SpecError::NoCreation);
        }
        if self.errors.is_empty() && self.ends.is_empty() {
            return Err(SpecError::NoError);
        }
        let entries = self.creations.len()
            + self.transitions.len()
            + self.errors.len()
            + self.ends.len()
            + self.queries.len()
            + self.takers.len()
            + self.users.len();
        if entries > MOST_ENTRIES {
            return Err(SpecError::TooMany(entries));
        }
        for creation in &self.creations {
            creation.callee.check()?;
        }
        for transition in &self.transitions {
            if let Event::Call(callee, position) = &transition.on {
                callee.check()?;
                if *position == Position::Result {
                    return Err(SpecError::Result(callee.text().to_owned()));
                }
            }
        }
        for pattern in self.takers.iter().chain(&self.users) {
            pattern.check()?;
        }
        self.check_states()
    }

    fn check_states(&self) -> Result<(), SpecError> {
        let states = self.states();
        if states.len() > MOST_STATES {
            return Err(SpecError::TooManyStates(states.len()));
        }
        let known: FxHashSet<&str> = states.into_iter().collect();
        let left = self
            .transitions
            .iter()
            .flat_map(|transition| &transition.from);
        let wrong = self.errors.iter().map(|error| &error.state);
        let at_end = self.ends.iter().flat_map(|end| &end.states);
        let told = self.queries.iter().flat_map(|query| &query.states);
        for state in left.chain(wrong).chain(at_end).chain(told) {
            if !known.contains(state.as_str()) {
                return Err(SpecError::Unreachable(state.clone()));
            }
        }
        if known.contains("") {
            return Err(SpecError::Nameless);
        }
        Ok(())
    }
}
