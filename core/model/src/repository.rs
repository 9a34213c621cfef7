//! Repositories.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ProjectId, RepositoryId, RevisionId};

/// A tree of source files that belongs to a project and has at most one published graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Its id; its graphs lie in a folder of that name.
    pub id: RepositoryId,
    /// The project it belongs to.
    pub project: ProjectId,
    /// Its name in the project.
    pub name: String,
    /// Where its source comes from.
    pub origin: Origin,
    /// The one that is meant where none is named.
    pub is_primary: bool,
    /// The revision whose graph answers questions; none before the first import.
    pub published: Option<RevisionId>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Where source comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Origin {
    /// A folder of this machine, absolute.
    Folder {
        /// Its path; bytes that are no UTF-8 are replaced.
        path: String,
    },
    /// A git repository.
    Git {
        /// Its URL, without user and password.
        url: String,
        /// The branch that was asked for; none is the remote's default.
        branch: Option<String>,
    },
}
