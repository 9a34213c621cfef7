//! Groups of projects and who belongs to them.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{GroupId, UserId};
use crate::user::Username;

/// A group of projects: who belongs to it sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name, unique.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Projects in it.
    pub project_count: u64,
}

/// What a member may do in a group; each may what the one before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupRole {
    /// Reads.
    Viewer,
    /// Makes and changes projects, imports.
    Editor,
    /// Removes projects, says who belongs to the group.
    Admin,
}

impl GroupRole {
    /// Its name.
    pub fn text(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

/// A text that names no role in a group.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no role in a group: viewer, editor or admin is expected")]
pub struct NotAGroupRole(pub String);

impl FromStr for GroupRole {
    type Err = NotAGroupRole;

    fn from_str(text: &str) -> Result<Self, NotAGroupRole> {
        let all = [Self::Viewer, Self::Editor, Self::Admin];
        let found = all.into_iter().find(|role| role.text() == text);
        found.ok_or_else(|| NotAGroupRole(text.to_owned()))
    }
}

/// Somebody who belongs to a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The user.
    pub user: UserId,
    /// Its name.
    pub username: Username,
    /// What it may do there.
    pub role: GroupRole,
    /// Since when.
    pub created_at: Timestamp,
}
