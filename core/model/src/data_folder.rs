//! The data folder: what lies where. Names only, nothing is opened here.

use std::path::{Path, PathBuf};

use crate::id::{RepositoryId, RevisionId};

/// The folder of all that is kept between runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    /// Names the folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self(root.into())
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.0
    }

    /// Folder of all graphs.
    pub fn graphs(&self) -> PathBuf {
        self.0.join("graphs")
    }

    /// Folder of a repository's graphs.
    pub fn repository(&self, repository: RepositoryId) -> PathBuf {
        self.graphs().join(repository.to_string())
    }

    /// File of a published graph.
    pub fn graph(&self, repository: RepositoryId, revision: RevisionId) -> PathBuf {
        self.repository(repository)
            .join(format!("{revision}.duckdb"))
    }

    /// Folder of the text index of a published graph.
    pub fn text_index(&self, repository: RepositoryId, revision: RevisionId) -> PathBuf {
        self.repository(repository)
            .join(format!("{revision}.search"))
    }

    /// File of the domain of a published graph.
    pub fn domain(&self, repository: RepositoryId, revision: RevisionId) -> PathBuf {
        self.repository(repository)
            .join(format!("{revision}.domain.json"))
    }

    /// Folder of what only its owner may read.
    pub fn secrets(&self) -> PathBuf {
        self.0.join("secrets")
    }

    /// Folder of the folders of running imports; on the file system of the graphs, so that a rename publishes.
    pub fn work(&self) -> PathBuf {
        self.0.join("work")
    }
}
