//! Files to rows: read, looked at, lowered by the importer, passed over, handed to the graph.
//!
//! What stays of a file is what the linker needs of it.

use std::sync::{Arc, Mutex, PoisonError};

use codegraph_cpg::ast::Gap;
use codegraph_cpg::passes::facts::FileFacts;
use codegraph_cpg::passes::local;
use codegraph_cpg::store::{FileInput, FileRole, GraphBuilder, InputKey, StoreError, UnparsedFile};
use codegraph_model::Step;
use codegraph_plugin_host::types::{FileContext, Lowered};

use super::classify::{Content, look};
use super::error::ImportError;
use super::gaps::{is_lasting, whole_file};
use super::input::{ToLowerInput, to_list, to_lower};
use super::plan::{Item, ToLower};
use super::work::{CallError, Work, each};

/// Facts of the files that were lowered.
type Facts = Arc<Mutex<Vec<FileFacts>>>;

/// Lowers and lists files of the plan, in the order of `items`: that is the order in which rows are written. Gives the facts of
/// those that were lowered, by ordinal.
pub(super) async fn lower(
    work: &Arc<Work>,
    items: Vec<Item>,
    builder: &Arc<GraphBuilder>,
) -> Result<Vec<FileFacts>, ImportError> {
    let facts = Facts::default();
    let items = Arc::new(items);
    let (shared, graph) = (Arc::clone(&facts), Arc::clone(builder));
    each(work, items.len(), move |work, number| {
        let (facts, graph) = (Arc::clone(&shared), Arc::clone(&graph));
        let item = items[number];
        async move {
            let _room = work.room(work.plan.bytes_to_read(item)).await;
            match item {
                Item::Lower(number) => {
                    lower_one(&work, number, &graph, &facts).await?;
                    work.progress
                        .advance(Step::Lower, work.plan.lower[number].size);
                }
                Item::List(number) => list_one(&work, number, &graph).await?,
            }
            Ok(())
        }
    })
    .await?;
    let mut facts = std::mem::take(&mut *facts.lock().unwrap_or_else(PoisonError::into_inner));
    facts.sort_unstable_by_key(|facts| facts.ordinal);
    Ok(facts)
}

async fn lower_one(
    work: &Arc<Work>,
    number: usize,
    builder: &Arc<GraphBuilder>,
    facts: &Facts,
) -> Result<(), ImportError> {
    let file = &work.plan.lower[number];
    let input = match to_lower(work, file).await {
        Ok(input) => input,
        Err(gap) => return NotLowered::new(file, gap).add(work, builder).await,
    };
    let role = match look(&input.source) {
        Content::Generated if file.role == FileRole::Source => FileRole::Generated,
        Content::Source | Content::Generated => file.role,
        Content::Gap(reason, why) => {
            let not_lowered = NotLowered {
                key: Some(input.key),
                ..NotLowered::new(file, whole_file(reason, why))
            };
            return not_lowered.add(work, builder).await;
        }
    };
    let lowered = match call(work, file, &input).await {
        Ok(lowered) => lowered,
        Err(CallError::Cancelled) => return Err(ImportError::Cancelled),
        Err(CallError::Gap(gap)) => {
            let not_lowered = NotLowered {
                // A reader may still want to see it.
                text: Some(input.source.to_vec()),
                key: is_lasting(&gap).then_some(input.key),
                role,
                ..NotLowered::new(file, gap)
            };
            return not_lowered.add(work, builder).await;
        }
    };
    let (work, builder, facts) = (Arc::clone(work), Arc::clone(builder), Arc::clone(facts));
    let done = tokio::task::spawn_blocking(move || {
        let file = &work.plan.lower[number];
        let language = &work.languages.all()[file.language];
        let mut local = local(&lowered.ast, &input.source, &input.info, &language.rules);
        local.facts.folders = input.folders;
        builder.add_file(FileInput {
            info: &input.info,
            language: &language.id,
            file_role: role,
            ast: &lowered.ast,
            source: &input.source,
            local: &local,
            key: Some(input.key),
        })?;
        facts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(std::mem::take(&mut local.facts));
        Ok::<_, StoreError>(())
    });
    done.await?.map_err(ImportError::Graph)
}

async fn call(work: &Work, file: &ToLower, input: &ToLowerInput) -> Result<Lowered, CallError> {
    let language = &work.languages.all()[file.language];
    let context = FileContext {
        path: input.info.path.clone(),
        module: input.info.module.clone(),
        is_package: input.info.is_package,
        language: language.id.clone(),
        included: input.included.clone(),
        extra: Vec::new(),
    };
    work.call(|| {
        work.host
            .lower(&language.plugin, context.clone(), Arc::clone(&input.source))
    })
    .await
}

/// A file that was to be lowered and could not be.
struct NotLowered<'a> {
    file: &'a ToLower,
    gap: Gap,
    role: FileRole,
    text: Option<Vec<u8>>,
    key: Option<InputKey>,
}

impl<'a> NotLowered<'a> {
    fn new(file: &'a ToLower, gap: Gap) -> Self {
        Self {
            file,
            gap,
            role: file.role,
            text: None,
            key: None,
        }
    }

    /// Lists it.
    async fn add(self, work: &Work, builder: &Arc<GraphBuilder>) -> Result<(), ImportError> {
        let (file, gap) = (self.file, self.gap);
        tracing::debug!(file.path = %file.info.path, gap.reason = %gap.reason, gap.detail = %gap.detail, "file not lowered");
        let unparsed = UnparsedFile {
            ordinal: file.info.ordinal,
            path: file.info.path.clone(),
            language: work.languages.all()[file.language].id.clone(),
            file_role: self.role,
            size: file.size,
            text: self.text,
            gaps: vec![gap],
            key: self.key,
        };
        add_unparsed(builder, unparsed).await
    }
}

/// Lists a file that is not to be lowered.
async fn list_one(
    work: &Work,
    number: usize,
    builder: &Arc<GraphBuilder>,
) -> Result<(), ImportError> {
    let file = &work.plan.list[number];
    let input = to_list(work, file).await;
    let unparsed = UnparsedFile {
        ordinal: file.ordinal,
        path: file.path.clone(),
        language: file.language.clone(),
        file_role: file.role,
        size: file.size,
        text: input.text,
        gaps: input.gap.map_or_else(|| file.gaps.clone(), |gap| vec![gap]),
        key: input.key,
    };
    add_unparsed(builder, unparsed).await
}

async fn add_unparsed(builder: &Arc<GraphBuilder>, file: UnparsedFile) -> Result<(), ImportError> {
    let builder = Arc::clone(builder);
    tokio::task::spawn_blocking(move || builder.add_unparsed_file(file))
        .await?
        .map_err(ImportError::Graph)
}
