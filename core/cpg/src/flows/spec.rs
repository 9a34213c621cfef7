//! What is asked: where values come from, where they must not get, and what makes them harmless.

use serde::{Deserialize, Serialize};

/// A question for flows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Spec {
    /// Where values come in.
    pub sources: Vec<Endpoint>,
    /// Where they are looked for.
    pub sinks: Vec<Endpoint>,
    /// What gives back harmless values: results of these calls carry no flow.
    pub sanitizers: Vec<Pattern>,
    /// Calls that pass content from a position to another one, whatever else is known of them.
    pub propagators: Vec<Propagator>,
    /// Calls that tell whether a value is harmless.
    pub guards: Vec<Guard>,
}

/// A place of interest, with a word for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Endpoint {
    /// What it belongs to.
    pub what: What,
    /// Any word; results carry it.
    pub label: String,
}

/// What an endpoint belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum What {
    /// A position of calls of a function.
    Call(Pattern, Position),
    /// Reads of a member or module variable.
    Read(Pattern),
    /// A parameter of functions of the project, by position from 0; all but receivers where none is given.
    Parameter(Pattern, Option<u16>),
    /// A parameter of functions of the project, by its name.
    NamedParameter(Pattern, String),
    /// A parameter, by position from 0 or all but receivers, of functions of the project that are registered: decorated by a
    /// function, or given to a position of its calls.
    Registered(Pattern, Option<Position>, Option<u16>),
}

/// A position of a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Position {
    /// An argument, from 0, receivers not counted.
    Argument(u16),
    /// An argument by keyword.
    Named(String),
    /// Every argument.
    AnyArgument,
    /// What the call is made on.
    Receiver,
    /// What it gives.
    Result,
}

/// A full name in which `*` stands for any text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

/// A call that passes content on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Propagator {
    /// The function.
    pub callee: Pattern,
    /// From where.
    pub from: Position,
    /// To where.
    pub to: Position,
}

/// A call whose outcome tells whether its argument is harmless.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Guard {
    /// The function.
    pub callee: Pattern,
    /// What it judges: an argument, or what the call is made on.
    pub position: Position,
    /// It does not judge itself, but gives something of which this member does, where that is compared with constants.
    pub member: Option<String>,
    /// The outcome with which it is harmless.
    pub holds: bool,
}

/// Why a question is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// A pattern says nothing.
    #[error("pattern `{0}` names nothing: it needs a character besides `*` and `.`")]
    EmptyPattern(String),
    /// A pattern is too long.
    #[error("a pattern has {0} bytes: at most {MOST_BYTES}")]
    LongPattern(usize),
    /// No source, or no sink.
    #[error("the question has no {0}")]
    Missing(&'static str),
    /// Too many entries.
    #[error("the question has {0} entries: at most {MOST_ENTRIES}")]
    TooMany(usize),
    /// A text is no place.
    #[error("{0}")]
    Syntax(String),
    /// The position means nothing there.
    #[error("{0}")]
    Position(&'static str),
}

/// Entries of a question, all lists together.
pub const MOST_ENTRIES: usize = 2_000;
/// Bytes of a pattern.
const MOST_BYTES: usize = 400;

impl Pattern {
    /// Takes a name with `*` for any text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether a full name fits. Takes time linear in the name for each `*`.
    pub fn fits(&self, name: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else {
            return self.0 == name;
        };
        let Some(mut left) = name.strip_prefix(first) else {
            return false;
        };
        let mut parts = rest.split('*').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return left.ends_with(part);
            }
            match left.find(part) {
                Some(at) => left = &left[at + part.len()..],
                None => return false,
            }
        }
        true
    }

    /// As it was written.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Refuses what fits anything, and what is too long.
    pub(crate) fn check(&self) -> Result<(), SpecError> {
        if self.0.len() > MOST_BYTES {
            return Err(SpecError::LongPattern(self.0.len()));
        }
        if self
            .0
            .chars()
            .all(|c| matches!(c, '*' | '.') || c.is_whitespace())
        {
            return Err(SpecError::EmptyPattern(self.0.clone()));
        }
        Ok(())
    }
}

impl Spec {
    /// Refuses what cannot be answered.
    ///
    /// # Errors
    /// What is wrong with the question.
    pub fn check(&self) -> Result<(), SpecError> {
        for (what, list) in [("sources", &self.sources), ("sinks", &self.sinks)] {
            if list.is_empty() {
                return Err(SpecError::Missing(what));
            }
        }
        let entries = self.sources.len()
            + self.sinks.len()
            + self.sanitizers.len()
            + self.propagators.len()
            + self.guards.len();
        if entries > MOST_ENTRIES {
            return Err(SpecError::TooMany(entries));
        }
        for endpoint in self.sources.iter().chain(&self.sinks) {
            match &endpoint.what {
                // Parameters of all functions may be asked for.
                What::Parameter(pattern, _) | What::NamedParameter(pattern, _)
                    if pattern.0 == "*" => {}
                What::Call(pattern, _)
                | What::Read(pattern)
                | What::Parameter(pattern, _)
                | What::NamedParameter(pattern, _)
                | What::Registered(pattern, ..) => {
                    pattern.check()?;
                }
            }
        }
        if self.sinks.iter().any(
            |sink| !matches!(&sink.what, What::Call(_, position) if *position != Position::Result),
        ) {
            return Err(SpecError::Position(
                "a sink is an argument or the receiver of a call",
            ));
        }
        self.sanitizers.iter().try_for_each(Pattern::check)?;
        self.propagators
            .iter()
            .try_for_each(|propagator| propagator.callee.check())?;
        let judges = |guard: &Guard| {
            matches!(
                guard.position,
                Position::Argument(_) | Position::Named(_) | Position::Receiver
            )
        };
        if !self.guards.iter().all(judges) {
            return Err(SpecError::Position(
                "a guard judges an argument or the receiver of a call",
            ));
        }
        self.guards
            .iter()
            .try_for_each(|guard| guard.callee.check())
    }
}
