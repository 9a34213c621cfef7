//! One revision, open for reading.

use super::catalog::{self, Budget, Rows};
use super::engine::Engine;
use super::names;
use super::reach;
use super::schema::VERSION;
use super::watch::Interrupt;
use super::{ColumnBatch, QueryError, ReachSpec, StoreError, Value};
use duckdb::Connection;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Longest text that [`Graph::source`] gives, in bytes.
const SOURCE_BYTES: usize = 64 << 10;

/// Largest file whose text is unpacked: importers refuse far smaller ones.
const UNPACKED_BYTES: usize = 256 << 20;

/// Connections that wait for the next query.
const IDLE_CONNECTIONS: usize = 8;

/// Which graph this is, how fresh it is, and what it could not see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevisionInfo {
    /// Name of the project.
    pub project: String,
    /// Identifier of the revision.
    pub revision: String,
    /// Commit of the imported tree; empty where it was no git repository.
    pub indexed_commit: String,
    /// RFC 3339, UTC.
    pub indexed_at: String,
    /// Languages that were lowered.
    pub languages: Vec<String>,
    /// Number of files.
    pub files: u32,
    /// Number of rows in `analysis_gaps`.
    pub gaps: u32,
    /// What has no field of its own: name of the root, counts, what the import added.
    pub extra: Vec<(String, String)>,
}

/// One revision, pinned while it is held. Calls block: an async caller moves them to a blocking thread.
pub struct Graph {
    pub(super) engine: Arc<Engine>,
    /// Name under which the file is attached.
    pub(super) name: String,
    path: PathBuf,
    revision: RevisionInfo,
    /// Look-ups by name so far.
    lookups: AtomicU32,
    idle: Mutex<Vec<Connection>>,
}

impl std::fmt::Debug for Graph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Graph")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Graph {
    pub(super) fn attach(engine: &Arc<Engine>, path: &Path) -> Result<Self, StoreError> {
        let unreadable = |reason: String| StoreError::Unreadable {
            path: path.into(),
            reason,
        };
        let mut log = path.as_os_str().to_owned();
        log.push(".wal");
        if Path::new(&log).exists() {
            // Replaying another program's log is not safe, and a published file has none.
            return Err(unreadable("an import of it never ended".into()));
        }
        let name = engine
            .attach(path)
            .map_err(|error| unreadable(first_line(&error.to_string())))?;
        let mut graph = Self {
            engine: Arc::clone(engine),
            name,
            path: path.into(),
            revision: RevisionInfo::default(),
            lookups: AtomicU32::new(0),
            idle: Mutex::default(),
        };
        let entries = graph
            .metadata()
            .map_err(|_| unreadable("it is no code graph".into()))?;
        let found = entries.get("schema_version").cloned().unwrap_or_default();
        if found != VERSION.to_string() {
            return Err(StoreError::SchemaVersion {
                path: path.into(),
                found,
                wanted: VERSION,
            });
        }
        graph.revision = revision(entries);
        Ok(graph)
    }

    /// Which graph this is.
    pub fn revision(&self) -> &RevisionInfo {
        &self.revision
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs a query of the [`catalog`] within a budget.
    pub fn query(
        &self,
        name: &str,
        parameters: &[Value],
        budget: Budget,
    ) -> Result<Rows, QueryError> {
        self.query_with(name, parameters, budget, &Interrupt::default())
    }

    /// The same, with a handle that stops it from another thread.
    pub fn query_with(
        &self,
        name: &str,
        parameters: &[Value],
        budget: Budget,
        interrupt: &Interrupt,
    ) -> Result<Rows, QueryError> {
        let query = catalog::find(name)?;
        let bound = query.bind(parameters)?;
        let budget = budget.within(self.engine.bounds);
        if names::answers(name)
            && self.lookups.fetch_add(1, Ordering::Relaxed) >= names::FIRST_LOOKUPS
        {
            if interrupt.is_stopped() {
                return Err(QueryError::Cancelled);
            }
            if let Some(rows) = self.names()?.answer(query, parameters, budget) {
                return Ok(rows);
            }
        }
        let connection = self.connection()?;
        let rows = catalog::run(
            &connection,
            query,
            &bound,
            budget,
            &self.engine.watcher,
            interrupt,
        );
        self.give_back(connection);
        rows
    }

    /// Reads what look-ups by name need, so that the first ones are as fast as the rest.
    pub fn warm_names(&self) -> Result<(), QueryError> {
        self.names()?;
        self.lookups
            .fetch_max(names::FIRST_LOOKUPS, Ordering::Relaxed);
        Ok(())
    }

    fn names(&self) -> Result<Arc<names::Names>, QueryError> {
        self.engine.name_cache.get(&self.name, &(), || {
            let connection = self.connection()?;
            let names = names::load(&connection, self.engine.names_bytes);
            self.give_back(connection);
            names
        })
    }

    /// Searches along edges.
    pub fn reach(&self, spec: &ReachSpec) -> Result<ColumnBatch, QueryError> {
        let edges = reach::edge_set(spec)?;
        let arrays = self.engine.arrays.get(&self.name, &edges, || {
            let connection = self.connection()?;
            let arrays = reach::load(&connection, &edges);
            self.give_back(connection);
            arrays
        })?;
        reach::search(&arrays, spec)
    }

    /// Source text of a file: whole lines from 1, both ends included, 0 as last for the rest; at most 64 KiB, cut after a
    /// whole line where one fits. What is no UTF-8 is replaced.
    pub fn source(&self, path: &str, first: u32, last: u32) -> Result<String, QueryError> {
        let connection = self.connection()?;
        let found = connection
            .prepare_cached("SELECT content FROM source_files WHERE filename = $1")
            .and_then(|mut statement| statement.query_row([path], |row| row.get::<_, Vec<u8>>(0)));
        self.give_back(connection);
        let frame = match found {
            Ok(frame) => frame,
            Err(duckdb::Error::QueryReturnedNoRows) => {
                return Err(QueryError::NoSource(path.into()));
            }
            Err(error) => return Err(error.into()),
        };
        let size = zstd::bulk::Decompressor::upper_bound(&frame)
            .unwrap_or(UNPACKED_BYTES)
            .min(UNPACKED_BYTES);
        let text = zstd::bulk::decompress(&frame, size)
            .map_err(|error| QueryError::Engine(format!("the text of {path:?}: {error}")))?;
        Ok(cut_lines(&text, first, last))
    }

    fn metadata(&self) -> Result<BTreeMap<String, String>, duckdb::Error> {
        let connection = self.engine.connect(&self.name)?;
        let entries = {
            let mut statement = connection.prepare("SELECT key, value FROM metadata")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        self.give_back(connection);
        Ok(entries)
    }

    pub(super) fn connection(&self) -> Result<Connection, QueryError> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        Ok(match idle {
            Some(connection) => connection,
            None => self.engine.connect(&self.name)?,
        })
    }

    /// Keeps a connection with its prepared statements for the next query.
    pub(super) fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_CONNECTIONS {
            idle.push(connection);
        }
    }
}

impl Drop for Graph {
    fn drop(&mut self) {
        self.idle
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        self.engine.arrays.forget(&self.name);
        self.engine.name_cache.forget(&self.name);
        self.engine.values.forget(&self.name);
        self.engine.answers.forget(&self.name);
        self.engine.detach(&self.name);
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn revision(mut entries: BTreeMap<String, String>) -> RevisionInfo {
    let mut take = |key: &str| entries.remove(key).unwrap_or_default();
    let languages = take("languages");
    RevisionInfo {
        project: take("project"),
        revision: take("revision"),
        indexed_commit: take("indexed_commit"),
        indexed_at: take("indexed_at"),
        languages: serde_json::from_str(&languages).unwrap_or_default(),
        files: take("files").parse().unwrap_or_default(),
        gaps: take("gaps").parse().unwrap_or_default(),
        extra: entries
            .into_iter()
            .map(|(key, value)| {
                (
                    key.strip_prefix("extra.")
                        .map_or(key.clone(), str::to_owned),
                    value,
                )
            })
            .collect(),
    }
}

fn cut_lines(text: &[u8], first: u32, last: u32) -> String {
    let first = first.max(1) as usize;
    let count = if last == 0 {
        usize::MAX
    } else {
        (last as usize + 1).saturating_sub(first)
    };
    let mut out = Vec::new();
    for line in text
        .split_inclusive(|&byte| byte == b'\n')
        .skip(first - 1)
        .take(count)
    {
        if out.len() + line.len() > SOURCE_BYTES {
            if out.is_empty() {
                out.extend_from_slice(&line[..SOURCE_BYTES]);
            }
            break;
        }
        out.extend_from_slice(line);
    }
    let mut text = String::from_utf8_lossy(&out).into_owned();
    // Replacing may lengthen it.
    text.truncate(text.floor_char_boundary(SOURCE_BYTES));
    text
}
