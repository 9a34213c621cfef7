//! The one DuckDB of a process that reads graphs.

use super::answers::AnswerFolder;
use super::names::{NameCache, bytes_of_names};
use super::open::StoreOptions;
use super::reach::{ArrayCache, Arrays};
use super::values::{AnswerCache, ValueCache, bytes_of_answer, bytes_of_values};
use super::watch::Watcher;
use super::{Budget, StoreError};
use duckdb::{Config, Connection};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Longest, largest and longest-running answers where the options say nothing.
const BOUNDS: Budget = Budget {
    rows: 100_000,
    bytes: 64 << 20,
    milliseconds: 30_000,
};

pub(super) struct Engine {
    /// Attaches, detaches, and is cloned for queries.
    base: Mutex<Connection>,
    names: AtomicU64,
    pub(super) bounds: Budget,
    pub(super) watcher: Watcher,
    pub(super) arrays: ArrayCache,
    pub(super) name_cache: NameCache,
    pub(super) names_bytes: usize,
    pub(super) values: ValueCache,
    pub(super) answers: AnswerCache,
    /// Searches over values that were begun.
    pub(super) searches: AtomicU64,
    pub(super) kept: Option<AnswerFolder>,
}

impl Engine {
    pub(super) fn start(options: &StoreOptions) -> Result<Self, StoreError> {
        let config = Config::default()
            .with("memory_limit", format!("{}B", options.memory_limit))?
            .with("temp_directory", "")?
            .enable_autoload_extension(false)?
            .threads(i64::from(options.threads.max(1)))?;
        let base = Connection::open_in_memory_with_flags(config)?;
        if !options.directories.is_empty() {
            // Attaching needs the file system: it is open for these folders and for nothing else.
            let folders: Vec<String> = options
                .directories
                .iter()
                .map(|folder| literal(&folder.to_string_lossy()))
                .collect();
            base.execute_batch(&format!(
                "SET allowed_directories = [{}]; SET enable_external_access = false",
                folders.join(", ")
            ))?;
        }
        base.execute_batch("SET lock_configuration = true")?;
        Ok(Self {
            base: Mutex::new(base),
            names: AtomicU64::new(1),
            bounds: options.bounds.or(BOUNDS),
            watcher: Watcher::start().map_err(|error| StoreError::Engine(error.to_string()))?,
            arrays: ArrayCache::new(options.arrays_bytes, Arrays::bytes),
            name_cache: NameCache::new(options.names_bytes, bytes_of_names),
            names_bytes: options.names_bytes,
            values: ValueCache::new(options.values_bytes, bytes_of_values),
            kept: options
                .answers_folder
                .clone()
                .map(|path| AnswerFolder::new(path, options.answers_folder_bytes)),
            answers: AnswerCache::new(options.answers_bytes, bytes_of_answer),
            searches: AtomicU64::new(0),
        })
    }

    /// Attaches a file under a new name.
    pub(super) fn attach(&self, path: &Path) -> Result<String, duckdb::Error> {
        let name = format!("revision_{}", self.names.fetch_add(1, Ordering::Relaxed));
        let base = self.base.lock().unwrap_or_else(PoisonError::into_inner);
        base.execute_batch(&format!(
            "ATTACH {} AS {name} (READ_ONLY, TYPE duckdb)",
            literal(&path.to_string_lossy())
        ))?;
        Ok(name)
    }

    pub(super) fn detach(&self, name: &str) {
        let base = self.base.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = base.execute_batch(&format!("DETACH {name}")) {
            tracing::warn!(graph.name = name, %error, "a graph could not be closed");
        }
    }

    /// A connection whose unqualified names are those of an attached file.
    pub(super) fn connect(&self, name: &str) -> Result<Connection, duckdb::Error> {
        let connection = self
            .base
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .try_clone()?;
        connection.execute_batch(&format!("USE {name}"))?;
        Ok(connection)
    }
}

/// Quotes a text for SQL.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
