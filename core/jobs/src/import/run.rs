//! The steps of an import, one after the other.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use codegraph_cpg::store::BuildSummary;
use codegraph_model::{
    FileChanges, ImportMode, ImportReport, ImportRequest, Origin, ProjectName, RevisionId, Step,
};
use codegraph_storage::Held;
use jiff::Timestamp;

use super::ask_outlines::outline;
use super::build::{Amended, Stop};
use super::classify::Languages;
use super::context::ImportContext;
use super::error::ImportError;
use super::plan::{Plan, plan};
use super::previous::{Previous, WhyFull};
use super::progress::Progress;
use super::publish::{keep, publish};
use super::report::Outcome;
use super::source::{Source, name_of};
use super::sweep::sweep;
use super::work::Work;
use super::workspace::Workspace;
use crate::fetch::Cancel;

/// Imports: source in, a published graph out. However it ends, nothing else of it stays.
pub async fn run(
    context: &ImportContext,
    request: ImportRequest,
    progress: Arc<dyn Progress>,
    cancel: Cancel,
) -> Result<ImportReport, ImportError> {
    run_held(context, request, progress, cancel, None).await
}

/// Imports as a job: publishes only as long as that job is held.
pub(crate) async fn run_held(
    context: &ImportContext,
    request: ImportRequest,
    progress: Arc<dyn Progress>,
    cancel: Cancel,
    held: Option<Held>,
) -> Result<ImportReport, ImportError> {
    sweep(context).await?;
    let mut import = Import::start(context, request, progress, cancel)?;
    import.held = held;
    let report = import.run().await?;
    // The graph is published; what could not be swept now goes with the next sweep.
    if let Err(error) = sweep(context).await {
        tracing::warn!(%error, "cannot sweep the data folder");
    }
    Ok(report)
}

/// What is known of a source before anything is made of it.
pub(crate) struct Survey {
    /// Its commit; empty where it is no git repository.
    pub(crate) commit: String,
    /// Files that can be lowered, by language; empty where that was not asked for.
    pub(crate) languages: BTreeMap<String, u64>,
}

/// Fetches a source, and where that is asked for says which languages it has. Nothing of it stays.
pub(crate) async fn survey(
    context: &ImportContext,
    request: ImportRequest,
    progress: Arc<dyn Progress>,
    cancel: Cancel,
    detects: bool,
) -> Result<Survey, ImportError> {
    let mut import = Import::start(context, request, progress, cancel)?;
    let known = import.languages()?;
    let source = import.open().await?;
    let mut languages = BTreeMap::new();
    if detects {
        let plan = import.plan(&source, &known, None).await?;
        for file in &plan.lower {
            let id = known.all()[file.language].id.clone();
            *languages.entry(id).or_default() += 1;
        }
    }
    Ok(Survey {
        commit: source.commit(),
        languages,
    })
}

pub(super) struct Import<'a> {
    pub(super) context: &'a ImportContext,
    pub(super) request: ImportRequest,
    pub(super) project: ProjectName,
    progress: Arc<dyn Progress>,
    cancel: Cancel,
    held: Option<Held>,
    pub(super) revision: RevisionId,
    pub(super) indexed_at: Timestamp,
    pub(super) workspace: Workspace,
    pub(super) started: Instant,
    pub(super) seconds: BTreeMap<String, f64>,
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
            held: None,
            revision,
            indexed_at,
            started: Instant::now(),
            seconds: BTreeMap::new(),
        })
    }

    async fn run(mut self) -> Result<ImportReport, ImportError> {
        let previous = Previous::open(self.context, self.request.group, &self.project).await?;
        let made = self.make(previous.as_ref()).await;
        if let Ok(previous) = previous {
            // A lease that cannot be taken back expires.
            if let Err(error) = previous.release(self.context).await {
                tracing::warn!(%error, "cannot let the last graph go");
            }
        }
        Ok(self.report(made?))
    }

    async fn make(
        &mut self,
        previous: Result<&Previous, &WhyFull>,
    ) -> Result<Outcome, ImportError> {
        let languages = self.languages()?;
        let source = self.open().await?;
        let commit = source.commit();
        let plan = self.plan(&source, &languages, previous.ok()).await?;
        let work = self.work(source, languages, plan).await?;
        let mut full_because = None;
        if self.request.mode == ImportMode::Incremental {
            let amended = match previous {
                Ok(previous) => self.incremental(&work, previous, &commit).await,
                Err(why) => Err(Stop::Full(why.clone())),
            };
            match amended {
                Ok(Amended::Kept(outcome)) => return Ok(*outcome),
                Ok(Amended::Built(changes, summary)) => {
                    return self.publish(*summary, commit, Some(changes), None).await;
                }
                Err(Stop::Full(why)) => full_because = Some(why.to_string()),
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        let summary = self.full(&work, &commit).await?;
        self.publish(summary, commit, None, full_because).await
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

    async fn plan(
        &mut self,
        source: &Source,
        languages: &Languages,
        previous: Option<&Previous>,
    ) -> Result<Plan, ImportError> {
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
        let before = previous.map(Previous::ordinals).unwrap_or_default();
        let plan = plan(
            &found,
            &heads,
            languages,
            self.context.options.max_file_bytes,
            &before,
            source.folder(),
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

    /// What the workers share, with the outlines that files need.
    async fn work(
        &mut self,
        source: Source,
        languages: Languages,
        plan: Plan,
    ) -> Result<Arc<Work>, ImportError> {
        let mut work = Work::new(
            Arc::clone(&self.context.host),
            source,
            languages,
            plan,
            Arc::clone(&self.progress),
            self.cancel.clone(),
            &self.context.options,
        );
        if work.needs_outlines() {
            let step = self.begin(Step::Outline, Some(work.bytes()));
            work = outline(work).await?;
            self.end(step);
        }
        Ok(Arc::new(work))
    }

    async fn publish(
        &mut self,
        summary: BuildSummary,
        indexed_commit: String,
        changes: Option<FileChanges>,
        full_because: Option<String>,
    ) -> Result<Outcome, ImportError> {
        let step = self.begin(Step::Publish, None);
        let published = publish(
            self.context,
            self.held,
            (self.request.group, &self.project),
            &self.request.origin,
            &self.workspace.graph(),
            self.new_revision(&summary, &indexed_commit),
        )
        .await?;
        self.end(step);
        Ok(Outcome {
            published,
            summary,
            indexed_commit,
            indexed_at: self.indexed_at,
            changes,
            full_because,
            revision_is_new: true,
        })
    }

    /// Leaves the published graph where it is, for it is that of the source; none where it cannot be left there.
    pub(super) async fn keep(
        &mut self,
        previous: &Previous,
        changes: FileChanges,
    ) -> Result<Option<Outcome>, ImportError> {
        let step = self.begin(Step::Publish, None);
        let kept = keep(self.context, self.held, previous, &self.request.origin).await?;
        let Some(published) = kept else {
            return Ok(None);
        };
        let graph = Arc::clone(&previous.graph);
        let summary = tokio::task::spawn_blocking(move || graph.summary())
            .await?
            .map_err(|error| ImportError::Internal(error.to_string()))?;
        self.end(step);
        self.revision = previous.revision.id;
        Ok(Some(Outcome {
            published,
            summary,
            indexed_commit: previous.revision.indexed_commit.clone(),
            indexed_at: previous.indexed_at(),
            changes: Some(changes),
            full_because: None,
            revision_is_new: false,
        }))
    }

    pub(super) fn graph_error(&self, error: ImportError) -> ImportError {
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

    pub(super) fn check_cancel(&self) -> Result<(), ImportError> {
        if self.cancel.is_cancelled() {
            Err(ImportError::Cancelled)
        } else {
            Ok(())
        }
    }

    pub(super) fn begin(&self, step: Step, total: Option<u64>) -> (Step, Instant) {
        self.progress.begin(step, total);
        (step, Instant::now())
    }

    pub(super) fn end(&mut self, (step, since): (Step, Instant)) {
        self.progress.end(step);
        self.seconds
            .insert(step.text().to_owned(), since.elapsed().as_secs_f64());
    }
}
