//! Opening published graphs.

use super::engine::Engine;
use super::{Budget, Graph, StoreError};
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How graphs are opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Folders that graph files may be opened from; empty for all.
    pub directories: Vec<PathBuf>,
    /// Memory for all graphs together, in bytes.
    pub memory_limit: u64,
    /// Threads for all queries together.
    pub threads: u32,
    /// Graphs that nobody has used for so many milliseconds are closed.
    pub keep_milliseconds: u64,
    /// Bytes of adjacency arrays that are kept in memory.
    pub arrays_bytes: usize,
    /// Bytes of symbols and calls that are kept in memory for look-ups by name; larger graphs are asked by queries.
    pub names_bytes: usize,
    /// Bytes of values of graphs that are kept in memory, for questions that follow them.
    pub values_bytes: usize,
    /// Bytes of answers to such questions that are kept.
    pub answers_bytes: usize,
    /// Folder where answers are kept from process to process; none for memory only.
    pub answers_folder: Option<PathBuf>,
    /// Bytes of that folder.
    pub answers_folder_bytes: u64,
    /// What one query may cost at most; 0 for the store's own bounds (100,000 rows, 64 MiB, 30 s).
    pub bounds: Budget,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            directories: Vec::new(),
            memory_limit: 1 << 30,
            threads: 2,
            keep_milliseconds: 600_000,
            arrays_bytes: 512 << 20,
            names_bytes: 256 << 20,
            values_bytes: 1 << 30,
            answers_bytes: 64 << 20,
            answers_folder: None,
            answers_folder_bytes: 256 << 20,
            bounds: Budget::default(),
        }
    }
}

/// All graphs that a process reads: one DuckDB, one memory limit. Cloning is cheap.
#[derive(Clone)]
pub struct GraphStore {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Arc<Engine>,
    keep: Duration,
    graphs: Mutex<BTreeMap<PathBuf, Opened>>,
}

struct Opened {
    identity: Identity,
    graph: Arc<Graph>,
    used: Instant,
}

/// What tells a file from another one of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

impl GraphStore {
    /// Starts without graphs.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand it over for good, and later fields may be kept"
    )]
    pub fn new(options: StoreOptions) -> Result<Self, StoreError> {
        let engine = Arc::new(Engine::start(&options)?);
        let keep = Duration::from_millis(options.keep_milliseconds);
        Ok(Self {
            inner: Arc::new(Inner {
                engine,
                keep,
                graphs: Mutex::default(),
            }),
        })
    }

    /// Searches over values that were begun: what is answered from what is kept begins none.
    pub fn searches(&self) -> u64 {
        self.inner.engine.searches.load(Ordering::Relaxed)
    }

    /// Opens a graph, or gives the one that is open already. Graphs unused for long are closed by the way.
    pub fn open(&self, path: &Path) -> Result<Arc<Graph>, StoreError> {
        let path = path
            .canonicalize()
            .map_err(|_| StoreError::Missing(path.into()))?;
        let identity = identity(&path)?;
        let mut graphs = self
            .inner
            .graphs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        close_unused(&mut graphs, now, self.inner.keep);
        if let Some(opened) = graphs.get_mut(&path) {
            if opened.identity == identity {
                opened.used = now;
                return Ok(Arc::clone(&opened.graph));
            }
            if Arc::strong_count(&opened.graph) > 1 {
                return Err(StoreError::Replaced(path));
            }
            graphs.remove(&path);
        }
        let graph = Arc::new(Graph::attach(&self.inner.engine, &path)?);
        graphs.insert(
            path,
            Opened {
                identity,
                graph: Arc::clone(&graph),
                used: now,
            },
        );
        Ok(graph)
    }

    /// Closes graphs that nobody has used for long. [`GraphStore::open`] does so too.
    pub fn close_unused(&self) {
        let mut graphs = self
            .inner
            .graphs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        close_unused(&mut graphs, Instant::now(), self.inner.keep);
    }

    /// Number of graphs that are open.
    pub fn open_graphs(&self) -> usize {
        self.inner
            .graphs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }
}

fn close_unused(graphs: &mut BTreeMap<PathBuf, Opened>, now: Instant, keep: Duration) {
    graphs.retain(|_, opened| {
        let in_use = Arc::strong_count(&opened.graph) > 1;
        if in_use {
            opened.used = now;
        }
        in_use || now.duration_since(opened.used) < keep
    });
}

fn identity(path: &Path) -> Result<Identity, StoreError> {
    let unreadable = |error: std::io::Error| StoreError::Unreadable {
        path: path.into(),
        reason: error.to_string(),
    };
    let found = std::fs::metadata(path).map_err(unreadable)?;
    if !found.is_file() {
        return Err(StoreError::Unreadable {
            path: path.into(),
            reason: "it is no file".into(),
        });
    }
    Ok(Identity {
        device: found.dev(),
        inode: found.ino(),
        bytes: found.len(),
        modified: (found.mtime(), found.mtime_nsec()),
    })
}
