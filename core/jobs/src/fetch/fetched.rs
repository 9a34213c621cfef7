//! What a fetch gives.

use std::collections::BTreeMap;

use super::blobs::Blobs;
use super::command::{JobFolder, Setting};
use super::{Entry, FetchError, Refused};

/// A fetched repository: the files of one commit. Its folder on disk goes when this is dropped.
#[derive(Debug)]
pub struct Fetched {
    // Before the folder, so that its child is killed first.
    pub(super) blobs: Blobs,
    pub(super) setting: Setting,
    pub(super) commit: String,
    pub(super) branch: Option<String>,
    pub(super) bytes: u64,
    pub(super) entries: Vec<Entry>,
    pub(super) by_path: BTreeMap<String, usize>,
    pub(super) refused: Vec<Refused>,
    pub(super) folder: JobFolder,
}

impl Fetched {
    /// The commit, in hexadecimal.
    pub fn commit(&self) -> &str {
        &self.commit
    }

    /// The branch or tag: the one that was asked for, else the server's default. `None` when the server names none.
    pub fn branch(&self) -> Option<&str> {
        self.branch.as_deref()
    }

    /// Bytes that came over the network, protocol included.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The files that can be read, in the order of the tree.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What the commit holds besides and is not handed out, each with its reason.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// The content of a file. Reads wait for each other.
    pub async fn read(&self, path: &str) -> Result<Vec<u8>, FetchError> {
        let entry = self
            .by_path
            .get(path)
            .and_then(|index| self.entries.get(*index))
            .ok_or_else(|| FetchError::NoSuchFile(path.escape_debug().to_string()))?;
        self.blobs.read(&self.setting, &self.folder, entry).await
    }
}
