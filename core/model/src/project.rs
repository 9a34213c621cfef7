//! Projects.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{GroupId, ProjectId};

/// A workspace of one or more repositories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The group that it belongs to.
    pub group_id: GroupId,
    /// Its name, unique in its group.
    pub name: ProjectName,
    /// What it is.
    pub description: String,
    /// The language that most of it is written in; empty before the first import where nobody said.
    pub language: String,
    /// What clients call its files. They are names, no paths: nothing is opened by them.
    #[serde(flatten)]
    pub names: ProjectNames,
    /// What clients keep with it.
    pub metadata: serde_json::Map<String, serde_json::Value>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When a graph of it was last published; none before the first.
    pub imported_at: Option<Timestamp>,
    /// Since when it is the active one of its group; none where it is not.
    pub activated_at: Option<Timestamp>,
}

/// What clients call the files of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectNames {
    /// The graph.
    pub db_path: String,
    /// The graph in an exchange format.
    pub cpg_path: String,
    /// The source.
    pub source_path: String,
}

/// A name that a project may have: 1 to 100 characters, no control characters, no `/` or `\`, no space at its ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProjectName(String);

/// A text that cannot name a project.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadProjectName {
    /// Nothing there.
    #[error("a project's name is empty")]
    Empty,
    /// More than a name.
    #[error("a project's name has {0} characters, at most 100 are allowed")]
    TooLong(usize),
    /// A character that would not survive a path, a log line or a table.
    #[error("a project's name has the character {0:?}, which is not allowed")]
    Character(char),
    /// `.` and `..` name folders.
    #[error("'{0}' names a folder, no project")]
    Folder(String),
    /// Space that nobody sees.
    #[error("a project's name begins or ends with space")]
    Space,
}

impl ProjectName {
    const LONGEST: usize = 100;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Makes a name of any text, replacing what may not stand in one; none where nothing is left.
    pub fn from_any(text: &str) -> Option<Self> {
        let kept: String = text
            .chars()
            .map(|c| if Self::allows(c) { c } else { '-' })
            .take(Self::LONGEST)
            .collect();
        kept.trim().parse().ok()
    }

    fn allows(c: char) -> bool {
        !c.is_control() && c != '/' && c != '\\'
    }
}

impl FromStr for ProjectName {
    type Err = BadProjectName;

    fn from_str(text: &str) -> Result<Self, BadProjectName> {
        let length = text.chars().count();
        if length == 0 {
            return Err(BadProjectName::Empty);
        }
        if length > Self::LONGEST {
            return Err(BadProjectName::TooLong(length));
        }
        if let Some(c) = text.chars().find(|&c| !Self::allows(c)) {
            return Err(BadProjectName::Character(c));
        }
        if text == "." || text == ".." {
            return Err(BadProjectName::Folder(text.to_owned()));
        }
        if text.trim() != text {
            return Err(BadProjectName::Space);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for ProjectName {
    type Error = BadProjectName;

    fn try_from(text: String) -> Result<Self, BadProjectName> {
        text.parse()
    }
}

impl From<ProjectName> for String {
    fn from(name: ProjectName) -> Self {
        name.0
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_names_of_any_script() {
        for name in ["flask", "My Shop 2.0", "магазин", "a"] {
            assert_eq!(
                name.parse::<ProjectName>().map(String::from),
                Ok(name.to_owned())
            );
        }
    }

    #[test]
    fn refuses_what_would_not_survive_a_path_or_a_line() {
        let long = "x".repeat(101);
        for (text, error) in [
            ("", BadProjectName::Empty),
            (long.as_str(), BadProjectName::TooLong(101)),
            ("a/b", BadProjectName::Character('/')),
            ("a\nb", BadProjectName::Character('\n')),
            ("..", BadProjectName::Folder("..".into())),
            (" a", BadProjectName::Space),
        ] {
            assert_eq!(text.parse::<ProjectName>(), Err(error));
        }
    }

    #[test]
    fn makes_a_name_of_a_folder_name() {
        assert_eq!(
            ProjectName::from_any("a\\b\u{7}c ").unwrap().as_str(),
            "a-b-c"
        );
        assert_eq!(ProjectName::from_any(""), None);
    }
}
