//! What an import works with.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use codegraph_cpg::store::GraphStore;
use codegraph_egress::Egress;
use codegraph_model::{Clock, DataFolder};
use codegraph_plugin_host::PluginHost;
use codegraph_storage::Db;

/// What an import works with; cheap to clone.
#[derive(Clone)]
pub struct ImportContext {
    /// The relational database.
    pub db: Db,
    /// Where graphs lie.
    pub data: DataFolder,
    /// Importers.
    pub host: Arc<PluginHost>,
    /// Published graphs: the last one says which file had which number.
    pub graphs: GraphStore,
    /// Who may be dialled.
    pub egress: Arc<Egress>,
    /// The time.
    pub clock: Clock,
    /// Limits and sizes.
    pub options: ImportOptions,
}

/// Limits and sizes of an import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// Files lowered at the same time.
    pub parallel_files: usize,
    /// Bytes of source that may be in work at the same time.
    pub bytes_in_work: u64,
    /// Larger files are listed and not lowered.
    pub max_file_bytes: u64,
    /// More files end the import.
    pub max_files: usize,
    /// Memory of the graph database, bytes.
    pub graph_memory: u64,
    /// Nodes of a file that are loaded at once.
    pub rows_at_once: u32,
    /// Commits of history that a clone brings along, at least 1.
    pub fetch_depth: u32,
    /// Time for a clone.
    pub fetch_time: Duration,
    /// Bytes that a clone may download.
    pub fetch_bytes: u64,
    /// The `codegraph` program: it starts `git` locked up.
    pub launcher: PathBuf,
    /// Refuses to clone where the sandbox is not whole.
    pub strict_sandbox: bool,
    /// PEM file of an own authority.
    pub extra_ca: Option<PathBuf>,
}
