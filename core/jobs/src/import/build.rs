//! Making the graph file: from all files, or from the last graph and what changed since.

use std::collections::BTreeSet;
use std::sync::Arc;

use codegraph_cpg::FINGERPRINT;
use codegraph_cpg::passes::facts::FileFacts;
use codegraph_cpg::passes::link;
use codegraph_cpg::store::{BuildOptions, BuildSummary, GraphBuilder, Metadata};
use codegraph_model::{FileChanges, Step};

use super::changes::{Changes, compare};
use super::error::ImportError;
use super::lower::lower;
use super::plan::Item;
use super::previous::{PROGRAM, Previous, WhyFull, importer_of};
use super::report::Outcome;
use super::run::Import;
use super::source::name_of;
use super::work::Work;

/// Why no graph was made from the last one.
pub(super) enum Stop {
    /// It can be made from all files.
    Full(WhyFull),
    /// It cannot be made at all.
    Failed(ImportError),
}

impl From<ImportError> for Stop {
    fn from(error: ImportError) -> Self {
        Self::Failed(error)
    }
}

impl From<tokio::task::JoinError> for Stop {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Failed(error.into())
    }
}

/// What came of the last graph.
pub(super) enum Amended {
    /// It is that of the source already: nothing was made.
    Kept(Box<Outcome>),
    /// A new file was made from it.
    Built(FileChanges, Box<BuildSummary>),
}

impl Import<'_> {
    /// Makes the graph from all files.
    pub(super) async fn full(
        &mut self,
        work: &Arc<Work>,
        commit: &str,
    ) -> Result<BuildSummary, ImportError> {
        let (path, options) = (self.workspace.graph(), self.build_options(work));
        let created = tokio::task::spawn_blocking(move || GraphBuilder::create(&path, options));
        let builder = created
            .await?
            .map_err(|error| self.graph_error(ImportError::Graph(error)))?;
        self.finish(work, builder, work.plan.items(), Vec::new(), commit)
            .await
    }

    /// Makes the graph from the last one and what changed since.
    pub(super) async fn incremental(
        &mut self,
        work: &Arc<Work>,
        previous: &Previous,
        commit: &str,
    ) -> Result<Amended, Stop> {
        previous.check_makers(work).map_err(Stop::Full)?;
        let step = self.begin(Step::Compare, Some(work.plan.all_bytes()));
        let changes = compare(work, &previous.files).await?;
        self.end(step);
        self.check_cancel()?;
        let is_same_commit = previous.revision.indexed_commit == commit;
        if changes.is_empty()
            && is_same_commit
            && let Some(kept) = self.keep(previous, changes.counts).await?
        {
            return Ok(Amended::Kept(Box::new(kept)));
        }
        previous
            .check_order(changes.bytes, work.plan.all_bytes())
            .map_err(Stop::Full)?;
        let counts = changes.counts;
        match self.amend(work, previous, changes, commit).await {
            Ok(summary) => Ok(Amended::Built(counts, Box::new(summary))),
            Err(Stop::Failed(ImportError::Graph(error))) => {
                // What is wrong with the last graph may show only when its rows are read. What was made of it goes.
                self.workspace.remove_graph()?;
                Err(Stop::Full(WhyFull::Damaged(error.to_string())))
            }
            Err(other) => Err(other),
        }
    }

    async fn amend(
        &mut self,
        work: &Arc<Work>,
        previous: &Previous,
        changes: Changes,
        commit: &str,
    ) -> Result<BuildSummary, Stop> {
        let step = self.begin(Step::Reuse, None);
        let Changes {
            items, replaced, ..
        } = changes;
        let replaced = Arc::new(replaced);
        let facts = tokio::task::spawn_blocking({
            let (graph, replaced) = (Arc::clone(&previous.graph), Arc::clone(&replaced));
            move || graph.file_facts(|ordinal| !replaced.contains(&ordinal))
        });
        let opened = tokio::task::spawn_blocking({
            let (published, path) = (previous.graph.path().to_owned(), self.workspace.graph());
            let options = self.build_options(work);
            move || GraphBuilder::amend(&published, &path, options, &replaced)
        });
        // Both have ended before either's error is looked at: nobody writes to the folder any more.
        let (facts, opened) = (facts.await?, opened.await?);
        let builder = opened.map_err(|error| self.graph_error(ImportError::Graph(error)))?;
        let facts = match facts {
            Ok(facts) => facts,
            Err(error) => {
                drop_builder(Arc::new(builder)).await?;
                self.workspace.remove_graph()?;
                return Err(Stop::Full(WhyFull::of_query(&error)));
            }
        };
        self.end(step);
        Ok(self.finish(work, builder, items, facts, commit).await?)
    }

    /// Lowers files, links them with those whose facts are known, closes the file.
    async fn finish(
        &mut self,
        work: &Arc<Work>,
        builder: GraphBuilder,
        items: Vec<Item>,
        known: Vec<FileFacts>,
        commit: &str,
    ) -> Result<BuildSummary, ImportError> {
        let builder = Arc::new(builder);
        match self.fill(work, &builder, items, known, commit).await {
            Ok(metadata) => self.close(builder, metadata).await,
            Err(error) => {
                drop_builder(builder).await?;
                Err(self.graph_error(error))
            }
        }
    }

    async fn fill(
        &mut self,
        work: &Arc<Work>,
        builder: &Arc<GraphBuilder>,
        items: Vec<Item>,
        known: Vec<FileFacts>,
        commit: &str,
    ) -> Result<Metadata, ImportError> {
        let bytes = items
            .iter()
            .filter(|item| matches!(item, Item::Lower(_)))
            .map(|&item| work.plan.bytes_to_read(item))
            .sum();
        let step = self.begin(Step::Lower, Some(bytes));
        let mut facts = lower(work, items, builder).await?;
        facts.extend(known);
        facts.sort_unstable_by_key(|facts| facts.ordinal);
        self.end(step);
        self.check_cancel()?;

        let step = self.begin(Step::Link, None);
        let metadata = self.metadata(work, &facts, commit);
        let rules: Vec<_> = work
            .languages
            .all()
            .iter()
            .map(|language| language.rules.clone())
            .collect();
        let graph = Arc::clone(builder);
        let added =
            tokio::task::spawn_blocking(move || graph.add_linked(&link(&facts, &rules), &rules));
        added.await?.map_err(ImportError::Graph)?;
        self.end(step);
        self.check_cancel()?;
        Ok(metadata)
    }

    async fn close(
        &mut self,
        builder: Arc<GraphBuilder>,
        metadata: Metadata,
    ) -> Result<BuildSummary, ImportError> {
        let step = self.begin(Step::Store, None);
        let finished = tokio::task::spawn_blocking(move || {
            Arc::into_inner(builder)
                .ok_or_else(|| ImportError::Internal("a worker outlived its step".into()))?
                .finish(metadata)
                .map_err(ImportError::Graph)
        });
        let summary = finished.await?.map_err(|error| self.graph_error(error))?;
        self.end(step);
        self.check_cancel()?;
        Ok(summary)
    }

    fn build_options(&self, work: &Work) -> BuildOptions {
        BuildOptions {
            source_bytes: work.bytes(),
            memory_limit: self.context.options.graph_memory,
            threads: self.context.options.parallel_files as u32,
            rows_at_once: self.context.options.rows_at_once,
            ..BuildOptions::default()
        }
    }

    fn metadata(&self, work: &Work, facts: &[FileFacts], commit: &str) -> Metadata {
        let languages: BTreeSet<&str> = facts.iter().map(|facts| facts.language.as_str()).collect();
        let used: Vec<_> = work
            .languages
            .all()
            .iter()
            .enumerate()
            .filter(|(_, language)| languages.contains(language.id.as_str()))
            .collect();
        let importers = self
            .context
            .host
            .plugins()
            .into_iter()
            .filter(|plugin| {
                used.iter()
                    .any(|(_, language)| language.plugin == plugin.id)
            })
            .map(|plugin| (plugin.id, plugin.version))
            .collect();
        let mut extra = vec![(PROGRAM.to_owned(), FINGERPRINT.to_owned())];
        extra.extend(used.iter().map(|&(number, language)| {
            (
                importer_of(&language.id),
                work.keys.importer(number).to_owned(),
            )
        }));
        Metadata {
            project: self.project.to_string(),
            revision: self.revision.to_string(),
            indexed_commit: commit.to_owned(),
            indexed_at: self.indexed_at.to_string(),
            languages: languages.into_iter().map(str::to_owned).collect(),
            root: name_of(&self.request.origin)
                .map_or_else(|_| self.project.to_string(), String::from),
            importers,
            extra,
        }
    }
}

/// Ends a build that is not finished, and waits for its thread.
async fn drop_builder(builder: Arc<GraphBuilder>) -> Result<(), ImportError> {
    tokio::task::spawn_blocking(move || drop(builder)).await?;
    Ok(())
}
