//! What a child gets: a folder, an environment, a policy.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use codegraph_sandbox::Policy;
use tempfile::TempDir;

use super::Limits;
use super::protocol::TEMPORARY;

/// What a child maps and hardly touches: the program, its libraries, stacks, the reserve of the allocator. Measured: 280 MB
/// of address space for 45 MB of memory. Limits of memory can only be put on the address space, so it is added.
const MAPPED_BYTES: u64 = 256 << 20;

pub(super) fn address_space(limits: &Limits) -> u64 {
    limits.memory_bytes.saturating_add(MAPPED_BYTES)
}

pub(super) fn private_folder(parent: &Path) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("codegraph-sql-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let folder = builder.tempdir_in(parent)?;
    fs::create_dir(folder.path().join(TEMPORARY))?;
    Ok(folder)
}

pub(super) fn policy(graph: &Path, folder: &Path, limits: &Limits) -> Policy {
    // DuckDB looks for the memory limit of its control group as it opens, and dies (1.5.6) when the files are there and
    // cannot be read.
    let control_group = ["/proc/self/cgroup", "/sys/fs/cgroup"].map(PathBuf::from);
    let mut read = vec![graph.to_owned(), folder.to_owned()];
    read.extend(control_group);
    Policy {
        read,
        write: vec![folder.join(TEMPORARY)],
        limits: codegraph_sandbox::Limits {
            address_space: Some(address_space(limits)),
            // All threads together, and a second for the start.
            cpu_seconds: Some((limits.timeout.as_secs() + 1) * u64::from(limits.threads + 1) + 1),
            file_size: Some(limits.temporary_bytes),
            open_files: Some(64),
            processes: None,
        },
        strict: limits.strict_sandbox,
        ..Policy::compute()
    }
}

pub(super) fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .arg("sql-worker")
        .env_clear()
        // Times are shown in UTC whatever the server's zone is.
        .env("TZ", "UTC")
        // glibc reserves 64 MB of address space for each thread otherwise.
        .env("MALLOC_ARENA_MAX", "2")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // Signals to our group, such as Ctrl-C, are ours to handle: we then close the child's input.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}
