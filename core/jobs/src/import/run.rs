//! The steps of an import, one after the other.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use codegraph_cpg::passes::{Linked, link};
use codegraph_cpg::store::{
    Budget, BuildOptions, BuildSummary, ColumnData, GraphBuilder, Metadata,
};
use codegraph_model::{
    ImportReport, ImportRequest, NewRevision, Origin, ProjectName, RevisionId, Step,
};
use jiff::Timestamp;

use super::classify::Languages;
use super::context::ImportContext;
use super::error::ImportError;
use super::lower::{LoweredFiles, Work, lower, outline};
use super::plan::plan;
use super::progress::Progress;
use super::publish::{Published, publish};
use super::source::{Source, name_of};
use super::sweep::sweep;
use super::workspace::Workspace;
use super::{memory, plan::Plan};
use crate::fetch::Cancel;

/// Imports: source in, a published graph out. However it ends, nothing else of it stays.
pub async fn run(
    context: &ImportContext,
    request: ImportRequest,
    progress: Arc<dyn Progress>,
    cancel: Cancel,
) -> Result<ImportReport, ImportError> {
    sweep(context).await?;
    let report = Import::start(context, request, progress, cancel)?
        .run()
        .await?;
    // The graph is published; what could not be swept now goes with the next sweep.
    if let Err(error) = sweep(context).await {
        tracing::warn!(%error, "cannot sweep the data folder");
    }
    Ok(report)
}

struct Import<'a> {
    context: &'a ImportContext,
    request: ImportRequest,
    project: ProjectName,
    progress: Arc<dyn Progress>,
    cancel: Cancel,
    revision: RevisionId,
    indexed_at: Timestamp,
    workspace: Workspace,
    started: Instant,
    seconds: BTreeMap<String, f64>,
}

/// What the graph holds.
struct Built {
    files: LoweredFiles,
    calls_by_resolution: BTreeMap<String, u64>,
    summary: BuildSummary,
}

impl<'a> Import<'a> {
    fn start(
        context: &'a ImportContext,
        request: ImportRequest,
        progress: Arc<dyn Progress>,
        cancel: Cancel,
    ) -> Result<Self, ImportError> {
        let project = match &request.project {
            Some(name) => name.clone(),
            None => name_of(&request.origin)?,
        };
        let indexed_at = context.clock.now();
        let revision = RevisionId::new(indexed_at);
        Ok(Self {
            workspace: Workspace::create(&context.data, revision)?,
            context,
            request,
            project,
            progress,
            cancel,
            revision,
            indexed_at,
            started: Instant::now(),
            seconds: BTreeMap::new(),
        })
    }

    async fn run(mut self) -> Result<ImportReport, ImportError> {
        let languages = self.languages()?;
        let source = self.open().await?;
        let commit = source.commit();
        let plan = self.plan(&source, &languages).await?;
        let built = self.build(source, languages, plan, &commit).await?;
        let published = self.publish(&built, &commit).await?;
        Ok(self.report(built, published, commit))
    }

    fn languages(&self) -> Result<Languages, ImportError> {
        let all = self.context.host.languages();
        let known = || {
            let ids: Vec<&str> = all.iter().map(|language| language.id.as_str()).collect();
            if ids.is_empty() {
                "none is installed".to_owned()
            } else {
                ids.join(", ")
            }
        };
        let wanted = &self.request.languages;
        if let Some(language) = wanted
            .iter()
            .find(|wanted| all.iter().all(|language| language.id != **wanted))
        {
            return Err(ImportError::UnknownLanguage {
                language: language.clone(),
                known: known(),
            });
        }
        Ok(Languages::new(all, wanted))
    }

    async fn open(&mut self) -> Result<Source, ImportError> {
        let is_fetch = matches!(self.request.origin, Origin::Git { .. });
        let step = is_fetch.then(|| self.begin(Step::Fetch, None));
        let source = Source::open(
            self.context,
            &self.request.origin,
            self.workspace.folder(),
            &self.progress,
            &self.cancel,
        )
        .await?;
        if let Some(step) = step {
            self.end(step);
        }
        Ok(source)
    }

    async fn plan(&mut self, source: &Source, languages: &Languages) -> Result<Plan, ImportError> {
        let step = self.begin(Step::Find, None);
        let found = source
            .find(self.context, &self.request, &self.progress, &self.cancel)
            .await?;
        if found.files.is_empty() {
            return Err(ImportError::Empty(self.origin()));
        }
        let unclear = found
            .files
            .iter()
            .filter(|file| languages.needs_head(&file.path))
            .cloned()
            .collect();
        let heads = source.heads(unclear).await?;
        let before = self.ordinals_before().await?;
        let plan = plan(
            &found,
            &heads,
            languages,
            self.context.options.max_file_bytes,
            &before,
        )?;
        if plan.lower.is_empty() {
            return Err(self.nothing_to_lower(&plan, languages));
        }
        self.end(step);
        Ok(plan)
    }

    fn nothing_to_lower(&self, plan: &Plan, languages: &Languages) -> ImportError {
        let mut gaps: BTreeMap<String, u64> = BTreeMap::new();
        for file in plan.list.iter().filter(|file| file.is_file()) {
            for gap in &file.gaps {
                let what = if file.language.is_empty() {
                    gap.reason.clone()
                } else {
                    file.language.clone()
                };
                *gaps.entry(what).or_default() += 1;
            }
        }
        let mut gaps: Vec<(u64, String)> = gaps
            .into_iter()
            .map(|(what, files)| (files, what))
            .collect();
        gaps.sort_unstable_by(|a, b| b.cmp(a));
        let there: Vec<String> = gaps
            .iter()
            .take(5)
            .map(|(files, what)| format!("{what} {files}"))
            .collect();
        let importers: Vec<&str> = languages
            .all()
            .iter()
            .map(|language| language.id.as_str())
            .collect();
        ImportError::NothingToLower {
            origin: self.origin(),
            files: plan.list.iter().filter(|file| file.is_file()).count(),
            known: format!(
                "{}importers are installed for: {}",
                if there.is_empty() {
                    String::new()
                } else {
                    format!("among them {}; ", there.join(", "))
                },
                if importers.is_empty() {
                    "none".to_owned()
                } else {
                    importers.join(", ")
                }
            ),
        }
    }

    async fn build(
        &mut self,
        source: Source,
        languages: Languages,
        plan: Plan,
        commit: &str,
    ) -> Result<Built, ImportError> {
        let options = &self.context.options;
        let mut work = Work::new(
            Arc::clone(&self.context.host),
            source,
            languages,
            plan,
            Arc::clone(&self.progress),
            self.cancel.clone(),
            options,
        );
        if work.needs_outlines() {
            let step = self.begin(Step::Outline, Some(work.bytes()));
            let shared = Arc::new(work);
            let outlines = outline(&shared).await?;
            work = Arc::into_inner(shared)
                .ok_or_else(|| ImportError::Internal("a worker outlived its step".into()))?;
            work.outlines = outlines;
            self.end(step);
        }
        let builder = self.builder(work.bytes()).await?;
        let built = self.fill(Arc::new(work), &builder, commit).await;
        match built {
            Ok((files, linked, metadata)) => self.close(builder, files, &linked, metadata).await,
            Err(error) => {
                // Waits for its thread: the folder goes after this.
                tokio::task::spawn_blocking(move || drop(builder)).await?;
                Err(self.graph_error(error))
            }
        }
    }

    async fn builder(&self, source_bytes: u64) -> Result<Arc<GraphBuilder>, ImportError> {
        let path = self.workspace.graph();
        let options = BuildOptions {
            source_bytes,
            memory_limit: self.context.options.graph_memory,
            threads: self.context.options.parallel_files as u32,
            ..BuildOptions::default()
        };
        let created =
            tokio::task::spawn_blocking(move || GraphBuilder::create(&path, options)).await?;
        created
            .map(Arc::new)
            .map_err(|error| self.graph_error(ImportError::Graph(error)))
    }

    async fn fill(
        &mut self,
        work: Arc<Work>,
        builder: &Arc<GraphBuilder>,
        commit: &str,
    ) -> Result<(LoweredFiles, Linked, Metadata), ImportError> {
        let step = self.begin(Step::Lower, Some(work.bytes()));
        let mut files = lower(&work, builder).await?;
        self.end(step);
        self.check_cancel()?;

        let step = self.begin(Step::Link, None);
        let facts = std::mem::take(&mut files.facts);
        let rules = work
            .languages
            .all()
            .iter()
            .map(|language| language.rules.clone())
            .collect::<Vec<_>>();
        let linked = tokio::task::spawn_blocking(move || link(&facts, &rules)).await?;
        self.end(step);
        self.check_cancel()?;

        let metadata = self.metadata(&work.languages, &files, commit);
        Ok((files, linked, metadata))
    }

    async fn close(
        &mut self,
        builder: Arc<GraphBuilder>,
        files: LoweredFiles,
        linked: &Linked,
        metadata: Metadata,
    ) -> Result<Built, ImportError> {
        let step = self.begin(Step::Store, None);
        let mut calls_by_resolution: BTreeMap<String, u64> = BTreeMap::new();
        for call in &linked.calls {
            *calls_by_resolution
                .entry(call.resolution.text().to_owned())
                .or_default() += 1;
        }
        let added = tokio::task::block_in_place(|| builder.add_linked(linked));
        let finished = tokio::task::spawn_blocking(move || {
            let builder = Arc::into_inner(builder)
                .ok_or_else(|| ImportError::Internal("a worker outlived its step".into()))?;
            added
                .and_then(|()| builder.finish(metadata))
                .map_err(ImportError::Graph)
        });
        let summary = finished.await?.map_err(|error| self.graph_error(error))?;
        self.end(step);
        self.check_cancel()?;
        Ok(Built {
            files,
            calls_by_resolution,
            summary,
        })
    }

    async fn publish(&mut self, built: &Built, commit: &str) -> Result<Published, ImportError> {
        let step = self.begin(Step::Publish, None);
        let summary = &built.summary;
        let (id, indexed_at, indexed_commit) = (self.revision, self.indexed_at, commit.to_owned());
        let (files, languages) = (built.files.files, built.files.files_by_language.clone());
        let (lines, nodes, edges) = (summary.lines, summary.nodes, summary.edges);
        let (gaps, graph_bytes) = (summary.gaps_by_reason.values().sum(), summary.bytes);
        let revision = Box::new(move |repository| NewRevision {
            id,
            repository,
            indexed_at,
            indexed_commit,
            files,
            languages,
            lines,
            nodes,
            edges,
            gaps,
            graph_bytes,
        });
        let published = publish(
            self.context,
            &self.project,
            &self.request.origin,
            &self.workspace.graph(),
            revision,
        )
        .await?;
        self.end(step);
        Ok(published)
    }

    fn report(self, built: Built, published: Published, indexed_commit: String) -> ImportReport {
        let Built {
            files,
            calls_by_resolution,
            summary,
        } = built;
        ImportReport {
            project: published.project.name,
            project_id: published.project.id,
            repository_id: published.repository.id,
            revision_id: self.revision,
            project_is_new: published.project_is_new,
            indexed_commit,
            indexed_at: self.indexed_at,
            files: files.files,
            files_lowered: files.lowered,
            files_by_language: files.files_by_language,
            files_by_role: files.files_by_role,
            lines: summary.lines,
            source_bytes: files.source_bytes,
            nodes: summary.nodes,
            edges: summary.edges,
            methods: summary.methods,
            calls: summary.call_edges,
            calls_by_resolution,
            gaps: summary.gaps_by_reason.values().sum(),
            gaps_by_reason: summary.gaps_by_reason,
            no_importer_by_language: files.no_importer_by_language,
            seconds_by_step: self.seconds,
            seconds: self.started.elapsed().as_secs_f64(),
            peak_rss_bytes: memory::peak(),
            peak_child_rss_bytes: memory::peak_of_children(),
            graph_bytes: summary.bytes,
            stored_source_bytes: summary.source_bytes_stored,
        }
    }

    fn metadata(&self, languages: &Languages, files: &LoweredFiles, commit: &str) -> Metadata {
        let used: Vec<_> = languages
            .all()
            .iter()
            .filter(|language| files.files_by_language.contains_key(&language.id))
            .collect();
        let importers = self
            .context
            .host
            .plugins()
            .into_iter()
            .filter(|plugin| used.iter().any(|language| language.plugin == plugin.id))
            .map(|plugin| (plugin.id, plugin.version))
            .collect();
        Metadata {
            project: self.project.to_string(),
            revision: self.revision.to_string(),
            indexed_commit: commit.to_owned(),
            indexed_at: self.indexed_at.to_string(),
            languages: files.files_by_language.keys().cloned().collect(),
            root: name_of(&self.request.origin)
                .map_or_else(|_| self.project.to_string(), String::from),
            importers,
            extra: Vec::new(),
        }
    }

    /// Numbers of the files in the published graph; none where there is no graph or an unreadable one, which this import replaces.
    async fn ordinals_before(&self) -> Result<BTreeMap<String, u32>, ImportError> {
        let mut tx = self.context.db.read().await?;
        let Some(project) = tx.projects().find_by_name(&self.project).await? else {
            return Ok(BTreeMap::new());
        };
        let Some(repository) = tx.repositories().primary(project.id).await? else {
            return Ok(BTreeMap::new());
        };
        let Some(revision) = repository.published else {
            return Ok(BTreeMap::new());
        };
        drop(tx);
        let path = self.context.data.graph(repository.id, revision);
        let graphs = self.context.graphs.clone();
        let read = tokio::task::spawn_blocking(move || {
            let graph = graphs.open(&path).map_err(|error| error.to_string())?;
            graph
                .query("file_ordinals", &[], Budget::default())
                .map_err(|error| error.to_string())
        });
        match read.await? {
            Ok(rows) => Ok(rows
                .batches
                .iter()
                .flat_map(|batch| path_and_ordinal(&batch.columns))
                .collect()),
            Err(error) => {
                tracing::warn!(%error, "the last graph cannot be read: files are numbered anew");
                Ok(BTreeMap::new())
            }
        }
    }

    fn graph_error(&self, error: ImportError) -> ImportError {
        match error {
            ImportError::Graph(error) => ImportError::graph(error, self.context.data.root()),
            other => other,
        }
    }

    fn origin(&self) -> String {
        match &self.request.origin {
            Origin::Folder { path } => Path::new(path).display().to_string(),
            Origin::Git { url, .. } => url.clone(),
        }
    }

    fn check_cancel(&self) -> Result<(), ImportError> {
        if self.cancel.is_cancelled() {
            Err(ImportError::Cancelled)
        } else {
            Ok(())
        }
    }

    fn begin(&self, step: Step, total: Option<u64>) -> (Step, Instant) {
        self.progress.begin(step, total);
        (step, Instant::now())
    }

    fn end(&mut self, (step, since): (Step, Instant)) {
        self.progress.end(step);
        self.seconds
            .insert(step.text().to_owned(), since.elapsed().as_secs_f64());
    }
}

/// Pairs of the columns `path` and `ordinal`.
fn path_and_ordinal(columns: &[ColumnData]) -> Vec<(String, u32)> {
    let [
        ColumnData::Texts { offsets, bytes },
        ColumnData::Ints(ordinals),
    ] = columns
    else {
        return Vec::new();
    };
    let path = |i: usize| {
        String::from_utf8_lossy(&bytes[offsets[i] as usize..offsets[i + 1] as usize]).into_owned()
    };
    ordinals
        .iter()
        .enumerate()
        .filter_map(|(i, &ordinal)| Some((path(i), u32::try_from(ordinal).ok()?)))
        .collect()
}
