//! Listing the files of a source.

mod pattern;
mod skip;
mod walk;

use std::collections::BTreeMap;

pub use pattern::Patterns;
pub(crate) use skip::fits;
pub use skip::{Skip, SkipRules};
pub use walk::{WalkOptions, walk};

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Path from the root, with `/`.
    pub path: String,
    /// Bytes.
    pub size: u64,
}

/// What was found, and what was left out.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Files, by path.
    pub files: Vec<Found>,
    /// Folders that were listed, each with its `/`, the root as the empty path; only where a folder of this machine is listed.
    pub folders: Vec<String>,
    /// What was left out, by path (folders end in `/`): reasons and sentences.
    pub left_out: BTreeMap<String, Vec<(&'static str, String)>>,
    /// Files that were left out one by one, by folder and reason; told as one sentence a folder.
    counted: BTreeMap<(String, &'static str), u64>,
}

impl Findings {
    /// Notes that something was left out.
    pub(crate) fn leave_out(
        &mut self,
        path: impl Into<String>,
        reason: &'static str,
        why: impl Into<String>,
    ) {
        self.left_out
            .entry(path.into())
            .or_default()
            .push((reason, why.into()));
    }

    /// Counts a file that was left out: one sentence a folder tells of all.
    pub(crate) fn count_out(&mut self, path: &str, reason: &'static str) {
        let folder = path
            .rsplit_once('/')
            .map_or("./".to_owned(), |(folder, _)| format!("{folder}/"));
        *self.counted.entry((folder, reason)).or_default() += 1;
    }

    /// Puts what was found in order.
    pub(crate) fn finish(mut self) -> Self {
        for ((folder, reason), files) in std::mem::take(&mut self.counted) {
            let why = match reason {
                reason::IGNORED => "left out by .gitignore",
                _ => "left out by the request",
            };
            let files = if files == 1 {
                "1 file".to_owned()
            } else {
                format!("{files} files")
            };
            self.leave_out(folder, reason, format!("{files} {why}"));
        }
        self.files.sort_unstable();
        self
    }
}

/// Reasons of gaps that the listing gives.
pub mod reason {
    /// A folder of dependencies or build results.
    pub const SKIPPED_FOLDER: &str = "skipped_folder";
    /// Left out by `.gitignore`.
    pub const IGNORED: &str = "ignored";
    /// Left out by the request.
    pub const EXCLUDED: &str = "excluded";
    /// A symbolic link: what it points to is imported where it lies, if that is inside.
    pub const SYMLINK: &str = "symlink";
    /// A pipe, socket or device.
    pub const SPECIAL_FILE: &str = "special_file";
    /// May not be read.
    pub const UNREADABLE: &str = "unreadable";
    /// A name that is no UTF-8 or has control characters.
    pub const BAD_NAME: &str = "bad_name";
    /// Too many folders above it.
    pub const TOO_DEEP: &str = "too_deep";
}
