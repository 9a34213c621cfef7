//! What an import is told and what it tells.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ProjectId, RepositoryId, RevisionId};
use crate::project::ProjectName;
use crate::repository::Origin;

/// What is to be imported, and as what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRequest {
    /// Where the source is.
    pub origin: Origin,
    /// The project; none is named after the origin.
    pub project: Option<ProjectName>,
    /// Languages to lower; empty is all that have an importer.
    pub languages: Vec<String>,
    /// Globs on paths from the root: what matches none is left out; empty is everything.
    pub include: Vec<String>,
    /// Globs on paths from the root that are left out.
    pub exclude: Vec<String>,
    /// Whether folders of dependencies and build results are skipped by the built-in list.
    pub skip_dependency_folders: bool,
}

/// A step of an import, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Clones the repository.
    Fetch,
    /// Lists the files and says what they are.
    Find,
    /// Asks importers for the outlines of files.
    Outline,
    /// Turns files into rows of the graph.
    Lower,
    /// Joins what files say of each other.
    Link,
    /// Writes what is left, checks and syncs the file.
    Store,
    /// Puts the graph in its place.
    Publish,
}

impl Step {
    /// All steps in order.
    pub const ALL: [Self; 7] = [
        Self::Fetch,
        Self::Find,
        Self::Outline,
        Self::Lower,
        Self::Link,
        Self::Store,
        Self::Publish,
    ];

    /// Its name in reports.
    pub fn text(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Find => "find",
            Self::Outline => "outline",
            Self::Lower => "lower",
            Self::Link => "link",
            Self::Store => "store",
            Self::Publish => "publish",
        }
    }
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    /// The project.
    pub project: ProjectName,
    /// Its id.
    pub project_id: ProjectId,
    /// The repository.
    pub repository_id: RepositoryId,
    /// The graph that was published.
    pub revision_id: RevisionId,
    /// Whether the project was made by this import.
    pub project_is_new: bool,
    /// Commit of the source; empty where it was no git repository.
    pub indexed_commit: String,
    /// When the source was read.
    pub indexed_at: Timestamp,
    /// Files in the graph: those that were lowered and those that are only listed.
    pub files: u64,
    /// Files that were lowered.
    pub files_lowered: u64,
    /// Lowered files by language.
    pub files_by_language: BTreeMap<String, u64>,
    /// Files by role.
    pub files_by_role: BTreeMap<String, u64>,
    /// Lines of the files that were lowered.
    pub lines: u64,
    /// Bytes of the files that were lowered.
    pub source_bytes: u64,
    /// Nodes of the graph.
    pub nodes: u64,
    /// Edges of the graph.
    pub edges: u64,
    /// Methods, with bodies in this repository.
    pub methods: u64,
    /// Call edges.
    pub calls: u64,
    /// Call edges by how their target was found.
    pub calls_by_resolution: BTreeMap<String, u64>,
    /// Rows of `analysis_gaps`.
    pub gaps: u64,
    /// Those by reason.
    pub gaps_by_reason: BTreeMap<String, u64>,
    /// Files for which no importer is there, by language where it is known.
    pub no_importer_by_language: BTreeMap<String, u64>,
    /// Wall seconds by step.
    pub seconds_by_step: BTreeMap<String, f64>,
    /// Wall seconds in all.
    pub seconds: f64,
    /// Peak resident memory of this process, plugins and database engine included.
    pub peak_rss_bytes: u64,
    /// Peak resident memory of the largest child process (git, plugin compiler); 0 where none ran.
    pub peak_child_rss_bytes: u64,
    /// Bytes of the graph file.
    pub graph_bytes: u64,
    /// Bytes in it that are compressed source text.
    pub stored_source_bytes: u64,
}
