//! What the text index holds.

use serde::{Deserialize, Serialize};

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextKind {
    /// A section of a README.
    Readme,
    /// A section of another document.
    Document,
    /// A comment, or a docstring.
    Comment,
    /// A name that is defined.
    Symbol,
}

impl TextKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Readme, Self::Document, Self::Comment, Self::Symbol];

    /// Its name.
    pub fn text(self) -> &'static str {
        match self {
            Self::Readme => "readme",
            Self::Document => "document",
            Self::Comment => "comment",
            Self::Symbol => "symbol",
        }
    }
}

/// Which texts an index is to hold beside names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedTexts {
    /// READMEs.
    pub readmes: bool,
    /// Other documents.
    pub documents: bool,
    /// Comments and docstrings.
    pub comments: bool,
}

impl Default for WantedTexts {
    fn default() -> Self {
        Self {
            readmes: true,
            documents: true,
            comments: true,
        }
    }
}

/// A text that can be found, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What it is.
    pub kind: TextKind,
    /// Path from the root of the repository.
    pub path: String,
    /// First line, from 1.
    pub line: u32,
    /// Last line.
    pub line_end: u32,
    /// Heading of a section, full name of a symbol, or of what a docstring belongs to; empty for none.
    pub name: String,
    /// The text itself, line by line as it stands in the file.
    pub text: String,
}
