//! A way into a program.

use serde::{Deserialize, Serialize};

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Answers HTTP requests.
    Route,
    /// Takes connections or datagrams.
    Listener,
    /// Is started by its name.
    Command,
    /// Where a program begins.
    Main,
    /// Runs when something happens.
    Handler,
    /// Is started by a queue or a clock.
    Job,
    /// Is offered to other programs.
    Export,
}

impl Kind {
    /// All kinds in the order of answers.
    pub const ALL: [Self; 7] = [
        Self::Route,
        Self::Listener,
        Self::Command,
        Self::Main,
        Self::Handler,
        Self::Job,
        Self::Export,
    ];

    /// Who gets to such entries.
    pub fn trust(self) -> Trust {
        match self {
            Self::Route | Self::Listener => Trust::Network,
            Self::Command | Self::Main => Trust::Local,
            Self::Handler | Self::Job | Self::Export => Trust::Internal,
        }
    }
}

/// Who gets to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// Whoever can reach the machine.
    Network,
    /// Users and programs of the machine.
    Local,
    /// The program itself, and those that are linked with it.
    Internal,
}

/// A line of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Path from the root.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
}

/// A function or class that is entered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Handler {
    /// Its node.
    #[serde(skip)]
    pub node: u64,
    /// Full name.
    pub name: String,
    /// Where it is defined.
    pub place: Place,
    /// Its last line.
    #[serde(skip)]
    pub line_end: u32,
    /// Parameters, receivers not among them.
    pub parameters: Vec<String>,
    /// The class that it is a method of; 0 for none.
    #[serde(skip)]
    pub class: u64,
}

/// A check on the way to the work of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// `authentication` …, or `refusal` for code of the project that may turn a caller away.
    pub kind: String,
    /// How it stands there: `decorator`, `class`, `attribute`, `dependency`, `before`, `call`, `branch`.
    pub how: &'static str,
    /// Its name or code.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// Where it turns away, for code of the project.
    pub refuses: Option<Place>,
    /// Everything that comes after it in the handler comes only after it.
    pub always: bool,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// Who gets there.
    pub trust: Trust,
    /// Why, in the language of the answer.
    pub reason: String,
    /// The library that calls it.
    pub library: String,
    /// Where that is documented.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub documentation: String,
    /// Verbs of HTTP; `*` for any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub verbs: Vec<String>,
    /// Path of a route, name of a command or signal; empty where it is not known.
    pub name: String,
    /// What the name is made of could not be told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub name_unknown: bool,
    /// What is entered; none where it could not be told.
    pub handler: Option<Handler>,
    /// Where it is registered or defined.
    pub place: Place,
    /// From 0 to 1.
    pub confidence: f64,
    /// Checks before its work.
    pub checks: Vec<Check>,
    /// The object that it is registered on, for prefixes.
    #[serde(skip)]
    pub owners: Vec<Owner>,
    /// The row of the registration.
    #[serde(skip)]
    pub node: u64,
    /// In a file of tests.
    #[serde(skip)]
    pub is_test: bool,
}

/// What routes are registered on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// An object, by the call or function that makes it.
    Made(u64),
    /// A file.
    File(String),
}
