//! What an import is told and what it tells.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{GroupId, ProjectId, RepositoryId, RevisionId};
use crate::project::ProjectName;
use crate::repository::Origin;

/// What is to be imported, and as what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRequest {
    /// Where the source is.
    pub origin: Origin,
    /// The project; none is named after the origin.
    pub project: Option<ProjectName>,
    /// The group that the project belongs to.
    #[serde(default = "default_group")]
    pub group: GroupId,
    /// Languages to lower; empty is all that have an importer.
    pub languages: Vec<String>,
    /// Globs on paths from the root: what matches none is left out; empty is everything.
    pub include: Vec<String>,
    /// Globs on paths from the root that are left out.
    pub exclude: Vec<String>,
    /// Whether folders of dependencies and build results are skipped by the built-in list.
    pub skip_dependency_folders: bool,
    /// Whether the last graph may be taken over where nothing changed.
    #[serde(default)]
    pub mode: ImportMode,
}

fn default_group() -> GroupId {
    GroupId::DEFAULT
}

/// How a graph is made. Both ways give the same graph, but for the numbers of files and nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportMode {
    /// From all files.
    #[default]
    Full,
    /// From the last graph and the files that changed since.
    Incremental,
}

impl ImportMode {
    /// Its name in reports.
    pub fn text(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Incremental => "incremental",
        }
    }
}

/// Files against those of the last graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChanges {
    /// As they were.
    pub unchanged: u64,
    /// Of another content, or of another module, language or role.
    pub changed: u64,
    /// New.
    pub added: u64,
    /// Gone.
    pub removed: u64,
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
    /// Compares files with those of the last graph.
    Compare,
    /// Takes over what did not change.
    Reuse,
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
    pub const ALL: [Self; 9] = [
        Self::Fetch,
        Self::Find,
        Self::Outline,
        Self::Compare,
        Self::Reuse,
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
            Self::Compare => "compare",
            Self::Reuse => "reuse",
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
    /// The graph that answers questions now.
    pub revision_id: RevisionId,
    /// Whether it was made by this import; not so where an incremental import found nothing changed.
    pub revision_is_new: bool,
    /// Whether the project was made by this import.
    pub project_is_new: bool,
    /// How the graph was made.
    pub mode: ImportMode,
    /// Why it was made from all files although less was asked for.
    pub full_because: Option<String>,
    /// Files against those of the last graph; none where the graph was made from all files.
    pub changes: Option<FileChanges>,
    /// Commit of the source; empty where it was no git repository.
    pub indexed_commit: String,
    /// When the source of that graph was read.
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
