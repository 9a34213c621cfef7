//! An answer on the wire.

use codegraph_model::SessionId;
use codegraph_plugin_host::finding::Finding;
use codegraph_plugin_host::types::{Diagram, Table};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Answer, Evidence};

/// An answer with all that it rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatView {
    /// Markdown.
    pub(super) answer: String,
    /// The scenario that answered.
    pub(super) scenario_id: String,
    /// From 0 to 1.
    pub(super) confidence: f64,
    /// What the answer rests on.
    evidence: Vec<EvidenceView>,
    /// The session that it belongs to.
    pub(super) session_id: String,
    /// Leads to the server's log.
    request_id: String,
    /// From the question to the answer, milliseconds.
    pub(super) processing_time_ms: f64,
    /// False where what was asked for is not in the graph.
    found: bool,
    /// `deterministic`, or `llm` where a language model worded the answer.
    mode: &'static str,
    /// Language of the answer: `en` or `ru`.
    #[schema(value_type = String)]
    language: codegraph_plugin_host::types::AnswerLanguage,
    /// What the question was taken to be.
    intent: String,
    /// How the scenario was chosen: `explicit`, `keyword`, `keyword_priority`, `fallback`.
    #[schema(value_type = String)]
    classification_method: crate::routing::Method,
    /// How sure that choice is, from 0 to 1.
    routing_confidence: f64,
    /// Tables of the answer; they stand in its text as well.
    #[schema(value_type = Vec<Object>)]
    tables: Vec<Table>,
    /// Pictures as text.
    #[schema(value_type = Vec<Object>)]
    diagrams: Vec<Diagram>,
    /// Flaws that were found, the worst and surest first.
    #[schema(value_type = Vec<Object>)]
    findings: Vec<Finding>,
    /// Questions that lead on.
    follow_ups: Vec<String>,
    /// How fresh it is.
    #[serde(flatten)]
    freshness: FreshnessView,
}

/// A place in the source that proves what was said.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvidenceView {
    /// What it shows: `definition`, `call`, `reference`, `documentation`.
    #[serde(rename = "type")]
    kind: String,
    /// `path:line`.
    #[schema(example = "src/executor.c:123")]
    source: String,
    /// The code at that place.
    content: String,
    /// From 0 to 1.
    relevance: f64,
    /// Path from the root of the repository.
    path: String,
    /// First line, from 1.
    line: u32,
    /// Last line.
    line_end: u32,
    /// Full name of the symbol; empty for none.
    symbol: String,
}

/// Which graph answered, and what it could not see.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FreshnessView {
    /// The project.
    pub(crate) project_id: String,
    /// The repository.
    pub(crate) repository_id: String,
    /// Commit of the source; empty where it was no git repository.
    pub(crate) indexed_commit: String,
    /// When the source was read.
    pub(crate) indexed_at: String,
    /// What was not analysed.
    pub(crate) analysis_gaps: GapsView,
}

/// What was not analysed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GapsView {
    /// Rows of `analysis_gaps`.
    pub(crate) count: u64,
    /// How to read them.
    pub(crate) read_with: String,
}

/// How to read what was not analysed.
pub(crate) const READ_GAPS: &str = "POST /api/v1/query/execute: SELECT * FROM analysis_gaps";

impl From<&crate::projects::Held> for FreshnessView {
    fn from(held: &crate::projects::Held) -> Self {
        Self {
            project_id: held.project.id.to_string(),
            repository_id: held.repository.id.to_string(),
            indexed_commit: held.revision.indexed_commit.clone(),
            indexed_at: held.revision.indexed_at.to_string(),
            analysis_gaps: GapsView {
                count: held.revision.gaps,
                read_with: READ_GAPS.to_owned(),
            },
        }
    }
}

impl From<Evidence> for EvidenceView {
    fn from(evidence: Evidence) -> Self {
        Self {
            kind: evidence.kind,
            source: evidence.source,
            content: evidence.content,
            relevance: evidence.relevance,
            path: evidence.path,
            line: evidence.line,
            line_end: evidence.line_end,
            symbol: evidence.symbol,
        }
    }
}

impl ChatView {
    pub(super) fn new(answer: Answer, session: SessionId, freshness: FreshnessView) -> Self {
        Self {
            answer: answer.answer,
            scenario_id: answer.scenario_id,
            confidence: answer.confidence,
            evidence: answer
                .evidence
                .into_iter()
                .map(EvidenceView::from)
                .collect(),
            session_id: session.to_string(),
            request_id: answer.request_id,
            processing_time_ms: answer.processing_time_ms,
            found: answer.found,
            mode: answer.mode,
            language: answer.language,
            intent: answer.intent,
            classification_method: answer.routing.method,
            routing_confidence: answer.routing.confidence,
            tables: answer.tables,
            diagrams: answer.diagrams,
            findings: answer.findings,
            follow_ups: answer.follow_ups,
            freshness,
        }
    }
}
