//! Takes rights away from child processes, so that a bug in what they run stays theirs.
//!
//! A child calls [`Policy::apply`] first in `main`, before it starts a thread or reads input; from then on the process
//! and all that it starts can only do what the policy lists. Programs that are not ours are started through
//! [`exec_child`]. What each layer takes away:
//!
//! | layer | what it takes |
//! |---|---|
//! | file descriptors | all inherited ones from 3 up are closed |
//! | resource limits | memory, CPU time, size of files, open files, processes, core dumps |
//! | Landlock | all files but those listed; TCP but to one port; signals and abstract sockets out of the sandbox |
//! | capabilities | all of them; `no_new_privs` keeps set-uid programs from giving them back |
//! | seccomp | system calls: an allow-list for [`Syscalls::Compute`], a deny-list for [`Syscalls::Tools`] |
//!
//! A kernel that lacks a layer gives [`Strength::Degraded`] and says what is missing; a policy with `strict` set
//! refuses to run there. Systems other than Linux have resource limits only.
//!
//! To add a profile: a variant of [`Syscalls`], its filters in `linux/seccomp.rs`, a column in the table of
//! `tests/tests/sandbox.rs`.

mod exec;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
#[path = "other.rs"]
mod linux;

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use exec::exec_child;

/// Lists what a child may do; everything else is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Files, and folders with all below them, that may be read. Paths that do not exist are passed over.
    #[serde(default)]
    pub read: Vec<PathBuf>,
    /// Files, and folders with all below them, that may be read, written, created and removed.
    #[serde(default)]
    pub write: Vec<PathBuf>,
    /// Files, and folders with all below them, that may be read and executed.
    #[serde(default)]
    pub execute: Vec<PathBuf>,
    /// The one TCP port that may be dialled ([`Syscalls::Tools`] only); the address is not looked at.
    #[serde(default)]
    pub connect: Option<u16>,
    /// Resource limits.
    #[serde(default)]
    pub limits: Limits,
    /// Which system calls there are.
    pub syscalls: Syscalls,
    /// Refuses with [`SandboxError::TooWeak`] instead of running with a layer missing.
    #[serde(default)]
    pub strict: bool,
}

/// Resource limits of a process; `None` leaves what was inherited.
///
/// They bind every single process, not a tree of them, and `processes` does not bind root (a rule of the kernel):
/// under [`Syscalls::Compute`] no second process can exist anyway, under [`Syscalls::Tools`] whoever starts the child
/// has to bound the tree by its process group or a control group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Address space in bytes.
    pub address_space: Option<u64>,
    /// CPU time in seconds, over all threads.
    pub cpu_seconds: Option<u64>,
    /// Size of a file that is written, in bytes.
    pub file_size: Option<u64>,
    /// Number of open files.
    pub open_files: Option<u64>,
    /// Number of processes and threads of the user.
    pub processes: Option<u64>,
}

/// Which system calls a child may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Syscalls {
    /// For our own children that only compute: threads, memory, clocks and files. No sockets, no new processes, no
    /// signals to others. What is not on the list does not exist (`ENOSYS`), what is known to be abused is refused
    /// (`EPERM`).
    Compute,
    /// For programs of others, such as Git: what an ordinary program needs, processes included. TCP sockets only where
    /// [`Policy::connect`] names a port, no other sockets; nothing that administers, traces or reaches other processes.
    Tools,
}

/// Says how much of a policy the system could enforce.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// All of it.
    Full,
    /// All but these, in words for an operator.
    Degraded(Vec<String>),
}

impl Strength {
    fn of(missing: Vec<String>) -> Self {
        if missing.is_empty() {
            Self::Full
        } else {
            Self::Degraded(missing)
        }
    }
}

impl fmt::Display for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("full"),
            Self::Degraded(missing) => write!(f, "degraded: {}", missing.join("; ")),
        }
    }
}

/// Says why a policy could not be applied. The process must then stop: it may be half restricted.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Landlock and capabilities bind the calling thread and those it starts: others would stay free.
    #[error("the sandbox must be entered before threads are started, {0} are running")]
    Threads(usize),
    /// The policy is strict and the system lacks something.
    #[error("the system cannot enforce the sandbox: {}", .0.join("; "))]
    TooWeak(Vec<String>),
    /// The system refused a step that it should know.
    #[error("cannot {step}: {reason}")]
    Step {
        /// What was tried.
        step: &'static str,
        /// What the system said.
        reason: String,
    },
}

impl SandboxError {
    fn step(step: &'static str, reason: impl fmt::Display) -> Self {
        Self::Step {
            step,
            reason: reason.to_string(),
        }
    }
}

impl Policy {
    /// A policy for a child of ours that only computes: no file, no socket, no process.
    pub fn compute() -> Self {
        Self {
            read: Vec::new(),
            write: Vec::new(),
            execute: Vec::new(),
            connect: None,
            limits: Limits::default(),
            syscalls: Syscalls::Compute,
            strict: false,
        }
    }

    /// A policy for a program of others: its libraries, `/dev/null` and the like are open; files, programs and the
    /// port are the caller's to add.
    pub fn tools() -> Self {
        let libraries = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/libexec"];
        let system = [
            "/etc/ld.so.cache",
            "/dev/urandom",
            "/dev/random",
            "/dev/zero",
            "/usr/share/zoneinfo",
        ];
        Self {
            read: system.map(PathBuf::from).into(),
            write: vec![PathBuf::from("/dev/null")],
            execute: libraries.map(PathBuf::from).into(),
            syscalls: Syscalls::Tools,
            ..Self::compute()
        }
    }

    /// Binds this process, and all that it will start, to the policy. There is no way back.
    ///
    /// Closes every inherited file descriptor from 3 up. Call it first in `main`: it refuses when a second thread
    /// runs. After an error the process must exit.
    pub fn apply(&self) -> Result<Strength, SandboxError> {
        let missing = linux::missing(self);
        if self.strict && !missing.is_empty() {
            return Err(SandboxError::TooWeak(missing));
        }
        linux::apply(self)?;
        Ok(Strength::of(missing))
    }

    /// Says how much of the policy this system can enforce, without applying anything.
    pub fn strength(&self) -> Strength {
        Strength::of(linux::missing(self))
    }
}
