//! Why a file is no plugin that can be called.

use std::path::PathBuf;

use crate::compile::CompileError;
use crate::error::PluginError;
use crate::manifest::ManifestError;

use super::report::Report;

/// Why a file is no plugin that can be called.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// The file is too large.
    #[error("it has {bytes} bytes, at most {limit} are allowed")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The manifest is missing or wrong, or the file is no component.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The file is no valid component.
    #[error("it is no valid component: {0}")]
    Invalid(String),
    /// It does not fit the contract.
    #[error("{0}")]
    Incompatible(Report),
    /// A function or type has another shape than in the contract.
    #[error("it does not fit the contract: {0}")]
    Mismatch(String),
    /// Another file has a plugin of the same identifier and goes first.
    #[error("the plugin {id:?} is taken from {}", .by.display())]
    Duplicate {
        /// The identifier.
        id: String,
        /// The file that goes first.
        by: PathBuf,
    },
    /// It needs more than a call may have, before it does anything.
    #[error("it needs {needs} {what}, at most {limit} are allowed")]
    Needs {
        /// Of what.
        what: &'static str,
        /// How many.
        needs: u64,
        /// The limit.
        limit: u64,
    },
    /// Its settings do not fit its schema, or the schema is not understood.
    #[error("settings: {0}")]
    Settings(String),
    /// It could not be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// It failed when it was asked what it is.
    #[error("it failed when asked to describe itself: {0}")]
    Smoke(PluginError),
    /// What it says of itself cannot be.
    #[error("it describes itself wrongly: {0}")]
    Description(String),
}
