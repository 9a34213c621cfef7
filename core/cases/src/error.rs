//! What is wrong with documents and plugins.

use std::path::PathBuf;

/// Why cases cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// The document or folder is not there.
    #[error("there is no {0}")]
    Missing(PathBuf),
    /// The folder has no document.
    #[error(
        "there are no cases in {0}: put Markdown files (*.md) there, docs/plugins.md has their form"
    )]
    NoCases(PathBuf),
    /// The document is too large to be one.
    #[error("{path} has {bytes} bytes, a document of cases has at most {limit}")]
    TooLarge {
        /// The document.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// What it may have.
        limit: u64,
    },
    /// The document is no text.
    #[error("{0} is no text in UTF-8")]
    NoText(PathBuf),
    /// The document is not in the form of cases.
    #[error("{path}: {problem}")]
    Malformed {
        /// The document.
        path: PathBuf,
        /// What is wrong, with its line.
        problem: String,
    },
    /// The plugin is not there, or cannot be called.
    #[error("plugin {plugin}: {reason}")]
    Plugin {
        /// Its id, or its file.
        plugin: String,
        /// Why.
        reason: String,
    },
    /// The project of a document cannot be imported.
    #[error("{path}: its project cannot be imported: {reason}")]
    Import {
        /// The document.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {what} {path}: {error}")]
    Io {
        /// `read`, `write`, `make`.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        error: std::io::Error,
    },
    /// What runs plugins cannot be set up.
    #[error("{0}")]
    Setup(String),
}

impl CasesError {
    /// Makes an error of a file operation.
    pub(crate) fn io(
        what: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |error| Self::Io { what, path, error }
    }
}
