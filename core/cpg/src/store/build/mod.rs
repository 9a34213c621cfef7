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
mod tree;
mod unparsed;

use super::{BuildOptions, BuildSummary, FileInput, Metadata, StoreError, UnparsedFile};
use crate::ast::Gap;
use crate::passes::Linked;
use batch::{Batches, Sink};
use convert::Counts;
use loader::{Loader, Message};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Number of files a graph can hold; ordinals go from 1.
const FILES: u32 = (1 << 21) - 1;

/// Writes one graph file; all methods may be called from several threads.
///
/// Dropped before [`GraphBuilder::finish`], it stops the loader and leaves an unfinished file for the caller to delete.
pub struct GraphBuilder {
    loader: Loader,
    totals: Mutex<Totals>,
}

/// What is counted on the way.
#[derive(Default)]
struct Totals {
    counts: Counts,
    files: u64,
    call_edges: u64,
    gaps: BTreeMap<String, u64>,
    ordinals: BTreeMap<u32, String>,
    source_bytes: u64,
}

impl Totals {
    fn gaps<'a>(&mut self, gaps: impl IntoIterator<Item = &'a Gap>) {
        for gap in gaps {
            *self.gaps.entry(gap.reason.clone()).or_default() += 1;
        }
    }
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
        Ok(Self {
            loader: Loader::start(path, &options)?,
            totals: Mutex::default(),
        })
    }

    /// Adds a lowered file. Rows go to the loader as they are made; the call waits while the loader is behind.
    pub fn add_file(&self, file: FileInput<'_>) -> Result<(), StoreError> {
        let ordinal = file.info.ordinal;
        self.claim(ordinal, &file.info.path)?;
        let gaps = file.ast.gaps.iter().chain(&file.local.gaps);
        let counts = convert::Converter::new(file).run(&mut ToLoader {
            loader: &self.loader,
            ordinal,
        });
        // Files behind this one must not wait for it, whatever came of it.
        self.loader.send(Message::Rows {
            ordinal,
            rows: Vec::new(),
            last: true,
        })?;
        let counts = counts?;
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        totals.counts.add(counts);
        totals.source_bytes += file.source.len() as u64;
        totals.gaps(gaps);
        Ok(())
    }

    /// Adds a file that was not lowered.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand it over for good, and later fields may be kept"
    )]
    pub fn add_unparsed_file(&self, file: UnparsedFile) -> Result<(), StoreError> {
        self.claim(file.ordinal, &file.path)?;
        let rows = unparsed::rows(&file);
        let (rows, error) = match rows {
            Ok(mut batches) => (batches.finish(), None),
            Err(error) => (Vec::new(), Some(error)),
        };
        self.loader.send(Message::Rows {
            ordinal: file.ordinal,
            rows,
            last: true,
        })?;
        if let Some(error) = error {
            return Err(error);
        }
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        totals.counts.nodes += 1;
        totals.source_bytes += file.text.as_ref().map_or(0, |text| text.len() as u64);
        totals.gaps(&file.gaps);
        Ok(())
    }

    /// Adds what the linker found; once, after all files.
    pub fn add_linked(&self, linked: &Linked) -> Result<(), StoreError> {
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = linked::rows(linked, &totals.ordinals);
        self.loader.send(Message::Linked(rows))?;
        totals.counts.nodes += linked.stubs.len() as u64;
        totals.counts.edges += (linked.calls.len() + linked.links.len()) as u64;
        totals.call_edges += linked.calls.len() as u64;
        totals.gaps(linked.gaps.iter().map(|(_, gap)| gap));
        Ok(())
    }

    /// Writes what needs all rows, closes the file and makes it durable. Its name is still the temporary one.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand it over for good, and later fields may be kept"
    )]
    pub fn finish(self, metadata: Metadata) -> Result<BuildSummary, StoreError> {
        let totals = self
            .totals
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let mut summary = BuildSummary {
            nodes: totals.counts.nodes,
            edges: totals.counts.edges,
            call_edges: totals.call_edges,
            calls: totals.counts.calls,
            methods: totals.counts.methods,
            types: totals.counts.types,
            files: totals.files,
            lines: totals.counts.lines,
            gaps_by_reason: totals.gaps,
            source_bytes: totals.source_bytes,
            ..BuildSummary::default()
        };
        let entries = finish::entries(&metadata, &summary);
        let done = self.loader.finish(entries)?;
        summary.bytes = done.bytes;
        summary.source_bytes_stored = done.source_bytes_stored;
        Ok(summary)
    }

    /// An ordinal and a path belong to one file.
    fn claim(&self, ordinal: u32, path: &str) -> Result<(), StoreError> {
        if ordinal == 0 || ordinal > FILES {
            return Err(StoreError::Input(format!(
                "file ordinal {ordinal} of {path:?} is not between 1 and {FILES}"
            )));
        }
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = totals.ordinals.get(&ordinal) {
            return Err(StoreError::Input(format!(
                "{path:?} has the ordinal {ordinal} of {other:?}"
            )));
        }
        totals.ordinals.insert(ordinal, path.to_owned());
        totals.files += 1;
        Ok(())
    }
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.nodes += other.nodes;
        self.edges += other.edges;
        self.calls += other.calls;
        self.methods += other.methods;
        self.types += other.types;
        self.lines += other.lines;
    }
}
