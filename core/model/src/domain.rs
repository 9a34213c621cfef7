//! What a project is about, as its graph shows it: where it begins, what it is made of, which words it uses.

use serde::{Deserialize, Serialize};

/// The version of what is written.
pub const DOMAIN_FORMAT: u32 = 1;

/// A domain pack. Made by each import from the graph, and by nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// Version of what is written.
    pub format: u32,
    /// Its id: the name in lower case, `-` and `.` as `_`.
    pub id: String,
    /// Name for people.
    pub display_name: String,
    /// Where the program begins.
    pub entry_points: Vec<EntryPoint>,
    /// What it is made of.
    pub subsystems: Vec<Subsystem>,
    /// The words that its names are made of, the most frequent first.
    pub vocabulary: Vec<Term>,
}

/// A method that something outside begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryPoint {
    /// Full name.
    pub name: String,
    /// Path of its file.
    pub path: String,
    /// First line, from 1.
    pub line: u32,
    /// Places that call it.
    pub callers: u64,
}

/// A folder or file of the source that stands for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subsystem {
    /// Its name.
    pub name: String,
    /// What it holds, in a sentence of counts.
    pub description: String,
    /// Its methods that are called most.
    pub key_functions: Vec<String>,
    /// Globs that its files fit.
    pub patterns: Vec<String>,
    /// Its largest files.
    pub related_files: Vec<String>,
}

/// A word of the project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The word, in lower case.
    pub term: String,
    /// Names that hold it.
    pub count: u64,
    /// The first of them.
    pub example: String,
}

impl Domain {
    /// An id of a name.
    pub fn id_of(name: &str) -> String {
        let lower = name.trim().to_lowercase();
        let plain = |c: char| if c.is_alphanumeric() { c } else { '_' };
        lower.chars().map(plain).collect()
    }

    /// Whether a word is one of the project's.
    pub fn has_term(&self, word: &str) -> bool {
        self.vocabulary.iter().any(|term| term.term == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain() {
        assert_eq!(Domain::id_of(" My-Shop.v2 "), "my_shop_v2");
    }
}
