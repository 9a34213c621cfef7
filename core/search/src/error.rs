//! What can go wrong with an index.

use std::path::Path;

use tantivy::TantivyError;

/// What can go wrong with an index.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// It was never built, or is gone.
    #[error("there is no text index")]
    Missing,
    /// It is not what was built, or was built by another version.
    #[error("the text index cannot be used: {0}")]
    Damaged(String),
    /// Nothing in the question can be looked for.
    #[error("the question has no word that can be looked for")]
    Nothing,
    /// The disk is full.
    #[error("no space left for the text index")]
    Full,
    /// Somebody asked to stop.
    #[error("stopped")]
    Cancelled,
    /// The system refused.
    #[error("the text index cannot be written: {0}")]
    Io(String),
}

impl SearchError {
    pub(crate) fn io(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull => Self::Full,
            std::io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Io(error.to_string()),
        }
    }

    /// What went wrong while reading; the folder is not told to whoever asks.
    pub(crate) fn reading(error: &TantivyError, folder: &Path) -> Self {
        let folder = folder.display().to_string();
        Self::Damaged(error.to_string().replace(&folder, "the index"))
    }

    pub(crate) fn writing(error: &TantivyError) -> Self {
        let text = error.to_string();
        if let TantivyError::IoError(error) = error {
            return Self::io(error);
        }
        if text.contains("No space left") || text.contains("StorageFull") {
            return Self::Full;
        }
        Self::Io(text)
    }
}
