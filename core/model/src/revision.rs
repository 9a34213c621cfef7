//! Revisions: the graphs of a repository, one an import.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{RepositoryId, RevisionId};

/// A graph that was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Its id; its file is `graphs/<repository>/<id>.duckdb`.
    pub id: RevisionId,
    /// The repository.
    pub repository: RepositoryId,
    /// Whether it still answers new questions.
    pub state: RevisionState,
    /// When its source was read.
    pub indexed_at: Timestamp,
    /// When another one took its place.
    pub superseded_at: Option<Timestamp>,
    /// Commit of the source; empty where it was no git repository.
    pub indexed_commit: String,
    /// Files in the graph.
    pub files: u64,
    /// Files by language.
    pub languages: BTreeMap<String, u64>,
    /// Lines of the files that were lowered.
    pub lines: u64,
    /// Nodes of the graph.
    pub nodes: u64,
    /// Edges of the graph, those that are functions of columns not among them.
    pub edges: u64,
    /// Rows of `analysis_gaps`.
    pub gaps: u64,
    /// Bytes of the graph file.
    pub graph_bytes: u64,
}

/// What is known of a revision when it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of Revision")]
pub struct NewRevision {
    pub id: RevisionId,
    pub repository: RepositoryId,
    pub indexed_at: Timestamp,
    pub indexed_commit: String,
    pub files: u64,
    pub languages: BTreeMap<String, u64>,
    pub lines: u64,
    pub nodes: u64,
    pub edges: u64,
    pub gaps: u64,
    pub graph_bytes: u64,
}

/// Whether a revision answers new questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RevisionState {
    /// It does.
    Published,
    /// A newer one does; readers that had it keep it.
    Superseded,
}

impl RevisionState {
    /// The text in the database.
    pub fn text(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Superseded => "superseded",
        }
    }
}
