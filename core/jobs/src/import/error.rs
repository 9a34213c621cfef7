//! Why an import ends without a graph.

use std::path::PathBuf;

use codegraph_cpg::store::StoreError;
use codegraph_storage::StorageError;

use crate::fetch::FetchError;

/// Why an import ends without a graph. A file that cannot be lowered is none: it is a gap.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The path is not there.
    #[error("there is no folder '{}'", .0.display())]
    NotFound(PathBuf),
    /// The path is a file.
    #[error("'{}' is a file: give the folder that holds the source", .0.display())]
    NotAFolder(PathBuf),
    /// The folder may not be read.
    #[error("the folder '{}' cannot be read: {problem}", path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        problem: String,
    },
    /// The origin gives no name for the project.
    #[error("'{0}' gives no name for the project: give one with --project")]
    NoName(String),
    /// Nothing there to import.
    #[error("there are no files to import in '{0}'")]
    Empty(String),
    /// Nothing there that an importer knows.
    #[error("no file of '{origin}' can be imported: {files} files are there, {known}")]
    NothingToLower {
        /// Where.
        origin: String,
        /// How many files there are.
        files: usize,
        /// What could be imported, and what the files are.
        known: String,
    },
    /// A language that no importer has.
    #[error("there is no importer for '{language}'; there are importers for: {known}")]
    UnknownLanguage {
        /// What was asked for.
        language: String,
        /// What there is.
        known: String,
    },
    /// A pattern that is none.
    #[error("'{pattern}' is no glob: {problem}")]
    Glob {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        problem: String,
    },
    /// More files than allowed.
    #[error(
        "there are more than {limit} files: leave some out with --exclude, or raise import.max_files"
    )]
    TooManyFiles {
        /// The limit.
        limit: usize,
    },
    /// The repository could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The graph could not be written.
    #[error("the graph cannot be written: {0}")]
    Graph(#[source] StoreError),
    /// The disk is full.
    #[error("no space left in the data folder '{}'", .0.display())]
    Full(PathBuf),
    /// The data folder cannot be used.
    #[error("the data folder cannot be used: {what} '{}': {problem}", path.display())]
    Data {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        problem: std::io::Error,
    },
    /// The database refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Somebody asked to stop.
    #[error("the import was cancelled; nothing of it was kept")]
    Cancelled,
    /// The job that the import belongs to is another worker's now.
    #[error("another worker took the job; nothing of this attempt was kept")]
    Lost,
    /// A defect of ours.
    #[error("the import failed by a defect of CodeGraph: {0}")]
    Internal(String),
}

impl ImportError {
    pub(super) fn data(
        what: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |problem| {
            if problem.kind() == std::io::ErrorKind::StorageFull {
                return Self::Full(path);
            }
            Self::Data {
                what,
                path,
                problem,
            }
        }
    }

    /// An error of the graph file; DuckDB tells a full disk in words only.
    pub(super) fn graph(error: StoreError, folder: &std::path::Path) -> Self {
        let text = error.to_string();
        if text.contains("No space left")
            || text.contains("not enough space")
            || text.contains("disk is full")
        {
            return Self::Full(folder.to_owned());
        }
        Self::Graph(error)
    }
}

impl From<tokio::task::JoinError> for ImportError {
    fn from(error: tokio::task::JoinError) -> Self {
        if error.is_cancelled() {
            Self::Cancelled
        } else {
            Self::Internal(error.to_string())
        }
    }
}
