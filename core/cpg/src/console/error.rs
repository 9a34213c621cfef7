//! What can go wrong with one statement, for a person and for a program.

use serde::{Deserialize, Serialize};

/// Says why a statement gave no answer. The texts name no path of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SqlError {
    /// The statement is understood and refused.
    #[error("{reason}: {hint}")]
    NotAllowed {
        /// What is refused.
        reason: String,
        /// What to do instead.
        hint: String,
    },
    /// The text is not SQL.
    #[error("{message}")]
    Syntax {
        /// What the parser says.
        message: String,
        /// Byte offset in the statement.
        position: Option<usize>,
    },
    /// There is no such table or view.
    #[error("there is no table `{name}`{}", did_you_mean(.suggestions))]
    UnknownTable {
        /// The name as written.
        name: String,
        /// Names that come near, best first.
        suggestions: Vec<String>,
        /// Byte offset in the statement.
        position: Option<usize>,
    },
    /// There is no such column in the tables named.
    #[error("there is no column `{name}`{}", did_you_mean(.suggestions))]
    UnknownColumn {
        /// The name as written.
        name: String,
        /// Names that come near, best first.
        suggestions: Vec<String>,
        /// Byte offset in the statement.
        position: Option<usize>,
    },
    /// The statement is SQL but cannot be answered: types that do not fit, a value that cannot be converted, an unknown
    /// function.
    #[error("{message}")]
    Invalid {
        /// What the engine says.
        message: String,
        /// Byte offset in the statement.
        position: Option<usize>,
    },
    /// It ran longer than it may.
    #[error("the query was stopped after {ms} ms: narrow it, or raise the time limit")]
    Timeout {
        /// The limit in milliseconds.
        ms: u64,
    },
    /// It needed more memory, or more temporary disk, than it may have.
    #[error("the query needs more memory than it may have: narrow it, or aggregate less at once")]
    MemoryLimit,
    /// The text of the statement, or one row of its result, is over the limit.
    #[error("{what} is larger than {limit_bytes} bytes")]
    TooLarge {
        /// What is too large.
        what: String,
        /// The limit in bytes.
        limit_bytes: usize,
    },
    /// The graph file cannot be read; importing the project again makes a new one.
    #[error("the graph file cannot be read, import the project again: {message}")]
    CorruptGraph {
        /// What the engine says.
        message: String,
    },
    /// The child process ended without an answer. The query is at fault, or the graph file; the server is not.
    #[error("the query process died{}: the statement may be nested too deeply, or the graph file damaged", by_signal(*.signal))]
    WorkerDied {
        /// The signal that ended it, if one did.
        signal: Option<i32>,
    },
    /// All query processes are in use.
    #[error("too many queries are running, try again in {retry_after_ms} ms")]
    Busy {
        /// When to try again, in milliseconds.
        retry_after_ms: u64,
    },
    /// The query process could not be started or spoken to.
    #[error("the query process cannot be used: {message}")]
    Unavailable {
        /// What failed.
        message: String,
    },
}

impl SqlError {
    pub(super) fn not_allowed(reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::NotAllowed {
            reason: reason.into(),
            hint: hint.into(),
        }
    }

    /// Where in the statement the fault is, as a byte offset.
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::Syntax { position, .. }
            | Self::UnknownTable { position, .. }
            | Self::UnknownColumn { position, .. }
            | Self::Invalid { position, .. } => *position,
            _ => None,
        }
    }

    /// Moves the position by the length of a prefix that was cut off before parsing.
    pub(super) fn shifted(mut self, by: usize) -> Self {
        match &mut self {
            Self::Syntax { position, .. }
            | Self::UnknownTable { position, .. }
            | Self::UnknownColumn { position, .. }
            | Self::Invalid { position, .. } => {
                if let Some(position) = position {
                    *position += by;
                }
            }
            _ => {}
        }
        self
    }
}

fn did_you_mean(suggestions: &[String]) -> String {
    if suggestions.is_empty() {
        return String::new();
    }
    let names: Vec<String> = suggestions.iter().map(|name| format!("`{name}`")).collect();
    format!(", did you mean {}?", names.join(" or "))
}

fn by_signal(signal: Option<i32>) -> String {
    signal.map_or_else(String::new, |number| format!(" (signal {number})"))
}
