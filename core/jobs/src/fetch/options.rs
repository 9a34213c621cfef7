//! What a fetch may do and how much of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use codegraph_egress::Egress;

use super::Cancel;

/// How a fetch is to be done.
#[derive(Clone, Debug)]
pub struct FetchOptions {
    /// The branch or tag; `None` takes what the server calls its default.
    pub branch: Option<String>,
    /// How many commits of history come along; at least 1.
    pub depth: u32,
    /// The folder in which the job folder is made; it is created when it is missing.
    pub work_dir: PathBuf,
    /// Who may be dialled.
    pub egress: Arc<Egress>,
    /// What locks the child up.
    pub sandbox: Sandbox,
    /// PEM file with certificates of an operator's own authority; the system's stay trusted.
    pub extra_ca: Option<PathBuf>,
    /// How much may be used.
    pub limits: Limits,
    /// Ends the fetch from outside. Dropping the future ends it as well.
    pub cancel: Cancel,
}

impl FetchOptions {
    /// Options with the limits of a usual repository.
    pub fn new(work_dir: PathBuf, egress: Arc<Egress>, sandbox: Sandbox) -> Self {
        Self {
            branch: None,
            depth: 1,
            work_dir,
            egress,
            sandbox,
            extra_ca: None,
            limits: Limits::default(),
            cancel: Cancel::new(),
        }
    }
}

/// What locks the child up.
#[derive(Clone, Debug)]
pub struct Sandbox {
    /// The `codegraph` program, whose subcommand `sandbox-exec` is the launcher.
    pub launcher: PathBuf,
    /// Refuses to run where the system cannot enforce a part of the sandbox.
    pub strict: bool,
}

impl Sandbox {
    /// A sandbox by this `codegraph` program that makes do with what the system has.
    pub fn new(launcher: PathBuf) -> Self {
        Self {
            launcher,
            strict: false,
        }
    }
}

/// Caps of a fetch. Each has its own error, see [`Cap`](super::Cap), but for those that say that they make a gap.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Time for all of it.
    pub deadline: Duration,
    /// Time for which a connection may be silent.
    pub idle: Duration,
    /// Bytes that may come over the network; a pack on disk cannot become larger either.
    pub download_bytes: u64,
    /// Size of one file of the repository, in bytes. A larger one is a gap; servers that can leave it out do.
    pub blob_bytes: u64,
    /// Size of all files together, in bytes.
    pub total_bytes: u64,
    /// Number of paths in the commit, refused ones included.
    pub paths: usize,
    /// Folders above a file; a deeper file is a gap.
    pub depth: usize,
    /// Length of a path in bytes; a longer one is a gap.
    pub path_bytes: usize,
    /// Address space of each process, in bytes.
    pub address_space: u64,
    /// CPU time of each process, in seconds.
    pub cpu_seconds: u64,
    /// Open files of each process.
    pub open_files: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_mins(15),
            idle: Duration::from_mins(1),
            download_bytes: 2 << 30,
            blob_bytes: 16 << 20,
            total_bytes: 8 << 30,
            paths: 500_000,
            depth: 64,
            path_bytes: 4096,
            address_space: 4 << 30,
            cpu_seconds: 900,
            open_files: 256,
        }
    }
}
