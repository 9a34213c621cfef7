//! Fetches the source of a Git repository: a bare, shallow clone by a locked-up `git`, read object by object.
//!
//! The steps, each in its file:
//!
//! 1. [`url`](GitUrl): the address and the branch are parsed; what is not plain `https://host/path` ends here.
//! 2. `program`: the `git` that is installed is found and its version checked.
//! 3. `command` and `settings`: a child with an empty environment, our settings and nobody else's, inside the sandbox
//!    launcher. The one address that it can reach is the vetting proxy of `codegraph-egress`.
//! 4. `clone` and `failure`: the clone, watched: progress, deadline, cancellation, a readable cause when it fails.
//! 5. `tree` and `names`: the files of the commit. A name is bytes until it has been validated; what is refused is
//!    listed with its reason.
//! 6. `blobs`: the content, through one long-lived `git cat-file --batch`.
//!
//! Nothing is ever checked out, so no name, link, hook, filter or submodule of the repository touches the file
//! system. Everything lies in one job folder that goes when [`Fetched`] is dropped or the fetch fails.

mod blobs;
mod cancel;
mod clone;
mod command;
mod error;
mod failure;
mod fetched;
mod group;
mod lines;
mod names;
mod options;
mod program;
mod progress;
mod settings;
mod tree;
mod url;

pub use cancel::Cancel;
pub use clone::fetch;
pub use error::{Cap, FetchError};
pub use fetched::Fetched;
pub use options::{FetchOptions, Limits, Sandbox};
pub use progress::{Phase, Progress};
pub use tree::{Entry, Refused, RefusedReason};
pub use url::{GitUrl, check_branch, is_remote};
