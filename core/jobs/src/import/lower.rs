//! Files to rows: read, looked at, lowered by the importer, passed over, handed to the graph.
//!
//! Several files are in work at the same time, but never more bytes of source than the options say: memory stays flat whatever
//! the repository's size. What stays of a file is what the linker needs of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use codegraph_cpg::ast::Gap;
use codegraph_cpg::passes::facts::FileFacts;
use codegraph_cpg::passes::local;
use codegraph_cpg::store::{FileInput, FileRole, GraphBuilder, StoreError, UnparsedFile};
use codegraph_model::Step;
use codegraph_plugin_host::types::{FileContext, Lowered, Outline};
use codegraph_plugin_host::{PluginError, PluginHost};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::classify::{Content, Languages, look, reason};
use super::error::ImportError;
use super::gaps::{of_error, whole_file};
use super::outline::Outlines;
use super::plan::{Item, Plan, ToList, ToLower};
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
    pub(super) plan: Plan,
    pub(super) outlines: Outlines,
    pub(super) progress: Arc<dyn Progress>,
    pub(super) cancel: Cancel,
    pub(super) workers: usize,
    pub(super) max_file_bytes: u64,
    budget: Semaphore,
    permits: u32,
}

/// What lowering gives besides the rows in the graph.
#[derive(Default)]
pub(super) struct LoweredFiles {
    /// By ordinal.
    pub(super) facts: Vec<FileFacts>,
    pub(super) files_by_language: BTreeMap<String, u64>,
    pub(super) files_by_role: BTreeMap<String, u64>,
    pub(super) no_importer_by_language: BTreeMap<String, u64>,
    pub(super) files: u64,
    pub(super) lowered: u64,
    pub(super) source_bytes: u64,
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
        let permits = u32::try_from(options.bytes_in_work / PERMIT)
            .unwrap_or(u32::MAX)
            .clamp(1, 1 << 28);
        Self {
            host,
            source,
            languages,
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
    fn needs_outline(&self, file: &ToLower) -> bool {
        self.languages.all()[file.language].rules.get("outline") != Some("none")
    }

    /// Whether any does.
    pub(super) fn needs_outlines(&self) -> bool {
        self.plan.lower.iter().any(|file| self.needs_outline(file))
    }

    /// Waits until there is room for a file. A file that is larger than all the room takes all of it.
    async fn room(&self, size: u64) -> tokio::sync::SemaphorePermit<'_> {
        let permits = u32::try_from(size.div_ceil(PERMIT))
            .unwrap_or(u32::MAX)
            .clamp(1, self.permits);
        self.budget
            .acquire_many(permits)
            .await
            .expect("the budget is never closed")
    }

    async fn read(&self, file: &ToLower) -> Result<Arc<[u8]>, Gap> {
        let bytes = self.source.read(&file.info.path, self.max_file_bytes).await;
        let bytes = bytes.map_err(|why| whole_file(super::find::reason::UNREADABLE, why))?;
        if bytes.len() as u64 > self.max_file_bytes {
            let why = format!("it grew beyond the limit of {} bytes", self.max_file_bytes);
            return Err(whole_file(reason::TOO_LARGE, why));
        }
        Ok(bytes.into())
    }

    /// Calls the host until it has a slot, or the import is cancelled.
    async fn call<T, F>(&self, call: impl Fn() -> F) -> Result<T, CallError>
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
enum CallError {
    Gap(Gap),
    Cancelled,
}

/// Asks for the outlines of the files that need them.
pub(super) async fn outline(work: &Arc<Work>) -> Result<Outlines, ImportError> {
    let outlines = Arc::new(Mutex::new(BTreeMap::new()));
    let done = Arc::clone(&outlines);
    each(work, work.plan.lower.len(), move |work, number| {
        let outlines = Arc::clone(&done);
        async move {
            let file = &work.plan.lower[number];
            if !work.needs_outline(file) {
                return Ok(());
            }
            let _room = work.room(file.size).await;
            // What cannot be read or outlined becomes a gap when it is lowered.
            if let Some(outline) = outline_one(&work, file).await? {
                outlines
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(file.info.path.clone(), outline);
            }
            work.progress.advance(Step::Outline, file.size);
            Ok(())
        }
    })
    .await?;
    let outlines = std::mem::take(&mut *outlines.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Outlines::new(outlines))
}

async fn outline_one(work: &Work, file: &ToLower) -> Result<Option<Outline>, ImportError> {
    let Ok(source) = work.read(file).await else {
        return Ok(None);
    };
    if look(&source) != Content::Source {
        return Ok(None);
    }
    let plugin = &work.languages.all()[file.language].plugin;
    match work
        .call(|| {
            work.host
                .outline(plugin, &file.info.path, Arc::clone(&source))
        })
        .await
    {
        Ok(outline) => Ok(Some(outline)),
        Err(CallError::Gap(_)) => Ok(None),
        Err(CallError::Cancelled) => Err(ImportError::Cancelled),
    }
}

/// Lowers the files of the plan and lists the others, in the order of their ordinals: that is the order in which rows are written.
pub(super) async fn lower(
    work: &Arc<Work>,
    builder: &Arc<GraphBuilder>,
) -> Result<LoweredFiles, ImportError> {
    let result = Arc::new(Mutex::new(LoweredFiles::default()));
    let items = Arc::new(work.plan.items());
    let (shared, graph) = (Arc::clone(&result), Arc::clone(builder));
    each(work, items.len(), move |work, number| {
        let (result, graph) = (Arc::clone(&shared), Arc::clone(&graph));
        let item = items[number];
        async move {
            match item {
                Item::Lower(number) => {
                    let size = work.plan.lower[number].size;
                    let room = work.room(size).await;
                    lower_one(&work, number, &graph, &result).await?;
                    drop(room);
                    work.progress.advance(Step::Lower, size);
                }
                Item::List(number) => {
                    let size = if work.plan.list[number].keep_text {
                        work.plan.list[number].size
                    } else {
                        0
                    };
                    let _room = work.room(size).await;
                    list_one(&work, number, &graph, &result).await?;
                }
            }
            Ok(())
        }
    })
    .await?;
    let mut result = std::mem::take(&mut *result.lock().unwrap_or_else(PoisonError::into_inner));
    result.facts.sort_unstable_by_key(|facts| facts.ordinal);
    Ok(result)
}

/// Runs a task for each number below `count`, as many at a time as there are workers. Returns when all have ended, also after an error:
/// nobody writes to the graph any more.
async fn each<F, T>(work: &Arc<Work>, count: usize, task: T) -> Result<(), ImportError>
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

async fn lower_one(
    work: &Arc<Work>,
    number: usize,
    builder: &Arc<GraphBuilder>,
    result: &Arc<Mutex<LoweredFiles>>,
) -> Result<(), ImportError> {
    let file = &work.plan.lower[number];
    let source = match work.read(file).await {
        Ok(source) => source,
        Err(gap) => return not_lowered(work, file, None, gap, file.role, builder, result).await,
    };
    if let Content::Gap(reason, why) = look(&source) {
        let role = if reason == reason::GENERATED {
            FileRole::Generated
        } else {
            file.role
        };
        return not_lowered(
            work,
            file,
            None,
            whole_file(reason, why),
            role,
            builder,
            result,
        )
        .await;
    }
    let language = &work.languages.all()[file.language];
    let mut info = file.info.clone();
    if let Some(module) = work.outlines.module(&info.path) {
        module.clone_into(&mut info.module);
    }
    let context = FileContext {
        path: info.path.clone(),
        module: info.module.clone(),
        is_package: info.is_package,
        language: language.id.clone(),
        included: if work.needs_outline(file) {
            work.outlines.included(&info.path)
        } else {
            Vec::new()
        },
        extra: Vec::new(),
    };
    let call = work.call(|| {
        work.host
            .lower(&language.plugin, context.clone(), Arc::clone(&source))
    });
    let lowered: Lowered = match call.await {
        Ok(lowered) => lowered,
        Err(CallError::Cancelled) => return Err(ImportError::Cancelled),
        Err(CallError::Gap(gap)) => {
            return not_lowered(work, file, Some(source), gap, file.role, builder, result).await;
        }
    };
    let (work, builder, result) = (Arc::clone(work), Arc::clone(builder), Arc::clone(result));
    let role = file.role;
    let done = tokio::task::spawn_blocking(move || {
        let language = &work.languages.all()[work.plan.lower[number].language];
        let mut local = local(&lowered.ast, &source, &info, &language.rules);
        builder.add_file(FileInput {
            info: &info,
            language: &language.id,
            file_role: role,
            ast: &lowered.ast,
            source: &source,
            local: &local,
        })?;
        let mut result = result.lock().unwrap_or_else(PoisonError::into_inner);
        result.count(role, true);
        *result
            .files_by_language
            .entry(language.id.clone())
            .or_default() += 1;
        result.lowered += 1;
        result.source_bytes += source.len() as u64;
        result.facts.push(std::mem::take(&mut local.facts));
        Ok::<_, StoreError>(())
    });
    done.await?.map_err(ImportError::Graph)
}

/// Lists a file that was to be lowered. Its text is kept where there is one: a reader may still want to see it.
async fn not_lowered(
    work: &Work,
    file: &ToLower,
    text: Option<Arc<[u8]>>,
    gap: Gap,
    role: FileRole,
    builder: &Arc<GraphBuilder>,
    result: &Arc<Mutex<LoweredFiles>>,
) -> Result<(), ImportError> {
    tracing::debug!(file.path = %file.info.path, gap.reason = %gap.reason, gap.detail = %gap.detail, "file not lowered");
    let unparsed = UnparsedFile {
        ordinal: file.info.ordinal,
        path: file.info.path.clone(),
        language: work.languages.all()[file.language].id.clone(),
        file_role: role,
        size: file.size,
        text: text.map(|text| text.to_vec()),
        gaps: vec![gap],
    };
    result
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .count(role, true);
    add_unparsed(builder, unparsed).await
}

/// Lists a file that is not to be lowered.
async fn list_one(
    work: &Arc<Work>,
    number: usize,
    builder: &Arc<GraphBuilder>,
    result: &Arc<Mutex<LoweredFiles>>,
) -> Result<(), ImportError> {
    let file = &work.plan.list[number];
    let (text, gap) = if file.keep_text {
        text_of(work, file).await
    } else {
        (None, None)
    };
    {
        let mut result = result.lock().unwrap_or_else(PoisonError::into_inner);
        result.count(file.role, file.is_file());
        let no_importer = file
            .gaps
            .iter()
            .any(|gap| gap.reason == reason::NO_IMPORTER);
        if no_importer && gap.is_none() {
            *result
                .no_importer_by_language
                .entry(file.language.clone())
                .or_default() += 1;
        }
    }
    let unparsed = UnparsedFile {
        ordinal: file.ordinal,
        path: file.path.clone(),
        language: file.language.clone(),
        file_role: file.role,
        size: file.size,
        text,
        // What its content says goes before what its name says.
        gaps: gap.map_or_else(|| file.gaps.clone(), |gap| vec![gap]),
    };
    add_unparsed(builder, unparsed).await
}

/// The text of a listed file; a gap where it is no text after all, or cannot be read.
async fn text_of(work: &Work, file: &ToList) -> (Option<Vec<u8>>, Option<Gap>) {
    match work.source.read(&file.path, work.max_file_bytes).await {
        Ok(text) => match look(&text) {
            Content::Gap(reason @ (reason::BINARY | reason::ENCODING), why) => {
                (None, Some(whole_file(reason, why)))
            }
            _ => (Some(text), None),
        },
        Err(why) => (None, Some(whole_file(super::find::reason::UNREADABLE, why))),
    }
}

async fn add_unparsed(builder: &Arc<GraphBuilder>, file: UnparsedFile) -> Result<(), ImportError> {
    let builder = Arc::clone(builder);
    tokio::task::spawn_blocking(move || builder.add_unparsed_file(file))
        .await?
        .map_err(ImportError::Graph)
}

impl LoweredFiles {
    fn count(&mut self, role: FileRole, is_file: bool) {
        if is_file {
            self.files += 1;
            *self
                .files_by_role
                .entry(role.text().to_owned())
                .or_default() += 1;
        }
    }
}
