//! What an import tells of itself, to the relational store and to people.

use codegraph_cpg::store::BuildSummary;
use codegraph_model::{FileChanges, ImportMode, ImportReport, NewRevision};
use jiff::Timestamp;

use super::classify::reason;
use super::memory;
use super::publish::{Published, Unplaced};
use super::run::Import;

/// How an import ended.
pub(super) struct Outcome {
    pub(super) published: Published,
    pub(super) summary: BuildSummary,
    pub(super) indexed_commit: String,
    pub(super) indexed_at: Timestamp,
    /// None where the graph was made from all files.
    pub(super) changes: Option<FileChanges>,
    pub(super) full_because: Option<String>,
    pub(super) revision_is_new: bool,
}

impl Import<'_> {
    /// What the relational store is told.
    pub(super) fn new_revision(&self, summary: &BuildSummary, commit: &str) -> Unplaced {
        let (id, indexed_at, indexed_commit) = (self.revision, self.indexed_at, commit.to_owned());
        let (files, languages) = (files(summary), summary.files_by_language.clone());
        let (lines, nodes, edges) = (summary.lines, summary.nodes, summary.edges);
        let (gaps, graph_bytes) = (summary.gaps_by_reason.values().sum(), summary.bytes);
        Box::new(move |repository| NewRevision {
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
        })
    }

    /// What people are told.
    pub(super) fn report(self, outcome: Outcome) -> ImportReport {
        let Outcome {
            published,
            mut summary,
            ..
        } = outcome;
        ImportReport {
            project: published.project.name,
            project_id: published.project.id,
            repository_id: published.repository.id,
            revision_id: self.revision,
            revision_is_new: outcome.revision_is_new,
            project_is_new: published.project_is_new,
            mode: if outcome.changes.is_some() {
                ImportMode::Incremental
            } else {
                ImportMode::Full
            },
            full_because: outcome.full_because,
            changes: outcome.changes,
            indexed_commit: outcome.indexed_commit,
            indexed_at: outcome.indexed_at,
            files: files(&summary),
            files_lowered: summary.files_by_language.values().sum(),
            files_by_language: summary.files_by_language,
            files_by_role: summary.files_by_role,
            lines: summary.lines,
            source_bytes: summary.lowered_bytes,
            nodes: summary.nodes,
            edges: summary.edges,
            methods: summary.methods,
            calls: summary.call_edges,
            calls_by_resolution: summary.calls_by_resolution,
            gaps: summary.gaps_by_reason.values().sum(),
            gaps_by_reason: summary.gaps_by_reason,
            no_importer_by_language: summary
                .gaps_by_language
                .remove(reason::NO_IMPORTER)
                .unwrap_or_default(),
            seconds_by_step: self.seconds,
            seconds: self.started.elapsed().as_secs_f64(),
            peak_rss_bytes: memory::peak(),
            peak_child_rss_bytes: memory::peak_of_children(),
            graph_bytes: summary.bytes,
            stored_source_bytes: summary.source_bytes_stored,
        }
    }
}

/// Number of files, folders that were left out not among them.
fn files(summary: &BuildSummary) -> u64 {
    summary.files_by_role.values().sum()
}
