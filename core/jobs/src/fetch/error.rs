//! What can go wrong in a fetch, in words for the person who asked for it.

use std::fmt;
use std::io;

use codegraph_egress::Denied;

/// Says why a repository could not be fetched. Nothing of it is left on disk.
///
/// No message holds a credential: addresses that carry one are refused and not repeated.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address cannot be fetched from, whatever the network says.
    #[error("cannot import from this address: {0}")]
    BadUrl(String),
    /// The name cannot be that of a branch or tag.
    #[error("cannot use this branch name: {0}")]
    BadBranch(String),
    /// There is no repository, or none that strangers may see.
    #[error("{url} is not found: check the spelling, and whether the repository is public")]
    NotFound {
        /// The address.
        url: String,
    },
    /// The server wants to know who asks, or refuses us.
    #[error(
        "{url} asks for a login (status {status}): only public repositories can be imported by address, clone a private one yourself and import its folder"
    )]
    AuthNeeded {
        /// The address.
        url: String,
        /// What the server answered.
        status: u16,
    },
    /// The repository has no such branch or tag.
    #[error("there is no branch or tag `{branch}`{}", existing(.branches))]
    BranchMissing {
        /// What was asked for.
        branch: String,
        /// Branches that there are, the first few by name; empty when they could not be listed quickly.
        branches: Vec<String>,
    },
    /// The repository has no commit.
    #[error("{url} has no commit to import: it is empty, or no git repository")]
    Empty {
        /// The address.
        url: String,
    },
    /// An address was not dialled; the rule is named.
    #[error("not connected: {0}")]
    NetworkDenied(#[from] Denied),
    /// The server could not be reached or did not speak as it should.
    #[error("cannot reach {url}: {reason}")]
    Network {
        /// The address.
        url: String,
        /// What Git or the proxy said.
        reason: String,
    },
    /// The certificate of the server is not trusted.
    #[error(
        "the certificate of {url} is not trusted: {reason}; name your own authority's PEM file in the option for an extra CA"
    )]
    Certificate {
        /// The address.
        url: String,
        /// What Git said.
        reason: String,
    },
    /// It took too long.
    #[error("gave up after {seconds} s: {what}")]
    Timeout {
        /// The limit that was reached, in seconds.
        seconds: u64,
        /// What was going on.
        what: &'static str,
    },
    /// A cap was reached.
    #[error("the repository is too large: more than {limit} {cap}")]
    TooLarge {
        /// Which cap.
        cap: Cap,
        /// Its value.
        limit: u64,
    },
    /// Git's check of the objects found something that hostile repositories have.
    #[error("the repository is refused because an object in it is malformed: {reason}")]
    Fsck {
        /// What Git said.
        reason: String,
    },
    /// The data that came is damaged.
    #[error("what the server sent is damaged: {reason}")]
    Corrupt {
        /// What Git said.
        reason: String,
    },
    /// There is no `git`.
    #[error("git is not found in the search path: install git {minimum} or newer")]
    GitMissing {
        /// The oldest version that will do.
        minimum: &'static str,
    },
    /// The `git` there is has known holes.
    #[error("git {found} is too old: it has known security holes, install git {minimum} or newer")]
    GitTooOld {
        /// What is installed.
        found: String,
        /// The oldest version of that line, or of all, that will do.
        minimum: String,
    },
    /// The launcher could not start `git`.
    #[error("cannot start git in the sandbox: {0}")]
    Sandbox(String),
    /// Git failed in a way that has no name here.
    #[error("git failed ({status}): {reason}")]
    Git {
        /// Exit code or signal.
        status: String,
        /// The last lines that it wrote.
        reason: String,
    },
    /// Somebody asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// There is no such file among the entries.
    #[error("there is no file `{0}` in the commit")]
    NoSuchFile(String),
    /// The machine failed us.
    #[error("cannot {what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl FetchError {
    pub(super) fn io(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { what, source }
    }
}

/// What there may be only so much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cap {
    /// Bytes over the network.
    Download,
    /// Bytes of one file on disk.
    FileSize,
    /// Bytes of all files of the commit.
    Total,
    /// Paths of the commit.
    Paths,
    /// Bytes of all paths of the commit.
    Names,
    /// Connections to servers.
    Connections,
    /// Memory of a Git process.
    Memory,
    /// CPU time of a Git process.
    Cpu,
}

impl fmt::Display for Cap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Download => "bytes to download",
            Self::FileSize => "bytes in one file on disk",
            Self::Total => "bytes in all files together",
            Self::Paths => "paths",
            Self::Names => "bytes of path names",
            Self::Connections => "connections, redirects included",
            Self::Memory => "bytes of memory to unpack it",
            Self::Cpu => "seconds of CPU time to unpack it",
        })
    }
}

fn existing(branches: &[String]) -> String {
    if branches.is_empty() {
        String::new()
    } else {
        format!(", there are: {}", branches.join(", "))
    }
}
