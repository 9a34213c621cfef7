//! What the workers of an import share, and how they run.
//!
//! Several files are in work at the same time, but never more bytes of source than the options say: memory stays flat whatever
//! the repository's size.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use codegraph_cpg::ast::Gap;
use codegraph_plugin_host::{PluginError, PluginHost};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::classify::{Languages, reason};
use super::error::ImportError;
use super::gaps::{of_error, whole_file};
use super::key::Keys;
use super::outline::Outlines;
use super::plan::{Plan, ToLower};
use super::progress::Progress;
use super::source::Source;
use crate::fetch::Cancel;

/// Permits of the budget stand for so many bytes each.
const PERMIT: u64 = 1024;
/// So often a file is offered to a host that has no slot for it.
const MOST_OFFERS: usize = 20;

/// What the workers share.
pub(super) struct Work {
    pub(super) host: Arc<PluginHost>,
    pub(super) source: Source,
    pub(super) languages: Languages,
    pub(super) keys: Keys,
    pub(super) plan: Plan,
    pub(super) outlines: Outlines,
    pub(super) progress: Arc<dyn Progress>,
    pub(super) cancel: Cancel,
    pub(super) workers: usize,
    pub(super) max_file_bytes: u64,
    budget: Semaphore,
    permits: u32,
}

impl Work {
    pub(super) fn new(
        host: Arc<PluginHost>,
        source: Source,
        languages: Languages,
        plan: Plan,
        progress: Arc<dyn Progress>,
        cancel: Cancel,
        options: &super::ImportOptions,
    ) -> Self {
        let keys = Keys::new(&host.plugins(), languages.all());
        let permits = u32::try_from(options.bytes_in_work / PERMIT)
            .unwrap_or(u32::MAX)
            .clamp(1, 1 << 28);
        Self {
            host,
            source,
            languages,
            keys,
            plan,
            outlines: Outlines::default(),
            progress,
            cancel,
            workers: options.parallel_files.max(1),
            max_file_bytes: options.max_file_bytes,
            budget: Semaphore::new(permits as usize),
            permits,
        }
    }

    /// Bytes of the files that are to be lowered.
    pub(super) fn bytes(&self) -> u64 {
        self.plan.lower.iter().map(|file| file.size).sum()
    }

    /// Whether a file's language needs outlines.
    pub(super) fn needs_outline(&self, file: &ToLower) -> bool {
        self.languages.all()[file.language].rules.get("outline") != Some("none")
    }

    /// Whether any does.
    pub(super) fn needs_outlines(&self) -> bool {
        self.plan.lower.iter().any(|file| self.needs_outline(file))
    }

    /// Waits until there is room for a file. A file that is larger than all the room takes all of it.
    pub(super) async fn room(&self, size: u64) -> tokio::sync::SemaphorePermit<'_> {
        let permits = u32::try_from(size.div_ceil(PERMIT))
            .unwrap_or(u32::MAX)
            .clamp(1, self.permits);
        self.budget
            .acquire_many(permits)
            .await
            .expect("the budget is never closed")
    }

    pub(super) async fn read(&self, file: &ToLower) -> Result<Arc<[u8]>, Gap> {
        let bytes = self.source.read(&file.info.path, self.max_file_bytes).await;
        let bytes = bytes.map_err(|why| whole_file(super::find::reason::UNREADABLE, why))?;
        if bytes.len() as u64 > self.max_file_bytes {
            let why = format!("it grew beyond the limit of {} bytes", self.max_file_bytes);
            return Err(whole_file(reason::TOO_LARGE, why));
        }
        Ok(bytes.into())
    }

    /// Calls the host until it has a slot, or the import is cancelled.
    pub(super) async fn call<T, F>(&self, call: impl Fn() -> F) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, PluginError>>,
    {
        for _ in 0..MOST_OFFERS {
            let answer = tokio::select! {
                biased;
                () = self.cancel.cancelled() => return Err(CallError::Cancelled),
                answer = call() => answer,
            };
            match answer {
                Err(PluginError::Busy { retry_after }) => {
                    tokio::select! {
                        () = self.cancel.cancelled() => return Err(CallError::Cancelled),
                        () = tokio::time::sleep(retry_after) => {}
                    }
                }
                Err(PluginError::Cancelled) => return Err(CallError::Cancelled),
                other => return other.map_err(|error| CallError::Gap(of_error(&error))),
            }
        }
        Err(CallError::Gap(whole_file(
            "importer_busy",
            "the plugin host had no room for the file",
        )))
    }

    fn check_cancel(&self) -> Result<(), ImportError> {
        if self.cancel.is_cancelled() {
            Err(ImportError::Cancelled)
        } else {
            Ok(())
        }
    }
}

/// Why a call gave nothing.
pub(super) enum CallError {
    Gap(Gap),
    Cancelled,
}

/// Runs a task for each number below `count`, as many at a time as there are workers. Returns when all have ended, also after an error:
/// nobody writes to the graph any more.
pub(super) async fn each<F, T>(work: &Arc<Work>, count: usize, task: T) -> Result<(), ImportError>
where
    T: Fn(Arc<Work>, usize) -> F + Clone + Send + 'static,
    F: Future<Output = Result<(), ImportError>> + Send,
{
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..work.workers {
        let (work, next, task) = (Arc::clone(work), Arc::clone(&next), task.clone());
        workers.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok(());
                }
                let ended = match work.check_cancel() {
                    Ok(()) => task(Arc::clone(&work), number).await,
                    cancelled => cancelled,
                };
                if ended.is_err() {
                    // The others stop at their next file.
                    next.store(count, Ordering::Relaxed);
                    return ended;
                }
            }
        });
    }
    let mut first = Ok(());
    while let Some(ended) = workers.join_next().await {
        let ended = ended.map_err(ImportError::from).flatten();
        if first.is_ok() {
            first = ended;
        }
    }
    first
}
