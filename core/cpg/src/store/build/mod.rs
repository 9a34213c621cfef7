//! Writing the file of a revision.
//!
//! Rows become Arrow batches on the threads that call [`GraphBuilder::add_file`]; one loader thread appends them, in the
//! order of file ordinals, in one transaction. A process that dies leaves a file without its last checkpoint, under a
//! temporary name: nobody opens it.

mod batch;
mod convert;
mod finish;
mod lines;
mod linked;
mod loader;
mod open;
mod tree;
mod unparsed;

use super::{BuildOptions, BuildSummary, FileInput, Metadata, StoreError, UnparsedFile};
use crate::passes::Linked;
use crate::rules::Rules;
use batch::{Batches, Sink};
use loader::{Loader, Message};
use open::Opened;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
pub(super) use tree::without_number;

/// Number of files a graph can hold; ordinals go from 1.
const FILES: u32 = (1 << 21) - 1;

/// Writes one graph file; all methods may be called from several threads.
///
/// Dropped before [`GraphBuilder::finish`], it stops the loader and leaves an unfinished file for the caller to delete.
pub struct GraphBuilder {
    loader: Loader,
    /// Paths of the files of the graph, by ordinal.
    files: Mutex<BTreeMap<u32, String>>,
    /// Nodes of a file that are loaded at once.
    rows_at_once: u32,
}

/// Sends rows of one file as they come.
struct ToLoader<'a> {
    loader: &'a Loader,
    ordinal: u32,
}

impl Sink for ToLoader<'_> {
    fn take(&mut self, batches: &mut Batches) -> Result<(), StoreError> {
        self.loader.send(Message::Rows {
            ordinal: self.ordinal,
            rows: batches.finish(),
            last: false,
        })
    }
}

impl GraphBuilder {
    /// Starts a file under a temporary name. The file must not exist.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand it over for good, and later fields may be kept"
    )]
    pub fn create(path: &Path, options: BuildOptions) -> Result<Self, StoreError> {
        Self::start(open::create(path, &options)?, path, &options)
    }

    /// Starts with a copy of a published file, under a temporary name that must not exist; the published file is only read.
    ///
    /// What stays are the files whose ordinals are not in `replaced`. Files that are added then are new or stand for replaced
    /// ones; [`GraphBuilder::add_linked`] is to be told what the linker found over all files, those that stay among them.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand it over for good, and later fields may be kept"
    )]
    pub fn amend(
        published: &Path,
        path: &Path,
        options: BuildOptions,
        replaced: &BTreeSet<u32>,
    ) -> Result<Self, StoreError> {
        let opened = open::amend(published, path, &options, replaced)?;
        Self::start(opened, path, &options)
    }

    fn start(opened: Opened, path: &Path, options: &BuildOptions) -> Result<Self, StoreError> {
        Ok(Self {
            loader: Loader::start(
                opened.connection,
                path,
                options.reorder_bytes,
                opened.out_of_order,
            )?,
            files: Mutex::new(opened.files),
            rows_at_once: options.rows_at_once,
        })
    }

    /// Adds a lowered file. Rows go to the loader as they are made; the call waits while the loader is behind.
    pub fn add_file(&self, file: FileInput<'_>) -> Result<(), StoreError> {
        let ordinal = file.info.ordinal;
        self.claim(ordinal, &file.info.path)?;
        let converted = convert::Converter::new(file, self.rows_at_once).run(&mut ToLoader {
            loader: &self.loader,
            ordinal,
        });
        // Files behind this one must not wait for it, whatever came of it.
        self.loader.send(Message::Rows {
            ordinal,
            rows: Vec::new(),
            last: true,
        })?;
        converted
    }

    /// Adds a file that was not lowered.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand it over for good, and later fields may be kept"
    )]
    pub fn add_unparsed_file(&self, file: UnparsedFile) -> Result<(), StoreError> {
        self.claim(file.ordinal, &file.path)?;
        let (rows, result) = match unparsed::rows(&file) {
            Ok(mut batches) => (batches.finish(), Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        };
        self.loader.send(Message::Rows {
            ordinal: file.ordinal,
            rows,
            last: true,
        })?;
        result
    }

    /// Adds what the linker found, and the rules that it went by; once, after all files.
    pub fn add_linked(&self, linked: &Linked, rules: &[Rules]) -> Result<(), StoreError> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        self.loader
            .send(Message::Linked(linked::rows(linked, rules, &files)?))
    }

    /// Writes what needs all rows, closes the file and makes it durable. Its name is still the temporary one.
    pub fn finish(self, metadata: Metadata) -> Result<BuildSummary, StoreError> {
        self.loader.finish(metadata)
    }

    /// An ordinal and a path belong to one file.
    fn claim(&self, ordinal: u32, path: &str) -> Result<(), StoreError> {
        if ordinal == 0 || ordinal > FILES {
            return Err(StoreError::Input(format!(
                "file ordinal {ordinal} of {path:?} is not between 1 and {FILES}"
            )));
        }
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = files.get(&ordinal) {
            return Err(StoreError::Input(format!(
                "{path:?} has the ordinal {ordinal} of {other:?}"
            )));
        }
        files.insert(ordinal, path.to_owned());
        Ok(())
    }
}
