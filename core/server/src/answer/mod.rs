//! A question and its answer.

mod ask;
mod collect;
mod markdown;
mod text;

use codegraph_model::{ProjectId, ProjectName, RepositoryId, RevisionId};
use codegraph_plugin_host::Bill;
use codegraph_plugin_host::finding::Finding;
use codegraph_plugin_host::types::{AnswerLanguage, Diagram, Entry, Table};
use jiff::Timestamp;
use serde::Serialize;

use crate::routing::Route;

pub use ask::{AskError, Question, ask};
pub use collect::{Collected, collect};
pub use markdown::markdown;
pub use text::text;

/// A question has at most so many characters.
pub const LONGEST_QUESTION: usize = 10_000;

/// An answer with all that it rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// Identifies the request in logs.
    pub request_id: String,
    /// The question as asked.
    pub question: String,
    /// Language of the answer.
    pub language: AnswerLanguage,
    /// Markdown.
    pub answer: String,
    /// The scenario that answered.
    pub scenario_id: String,
    /// How it was chosen.
    pub routing: Route,
    /// What the question was taken to be.
    pub intent: String,
    /// From 0 to 1, see `docs/answers.md`.
    pub confidence: f64,
    /// False where what was asked for is not in the graph.
    pub found: bool,
    /// `deterministic`, or `llm` where a language model worded the answer.
    pub mode: &'static str,
    /// What the answer rests on, in the order in which it is to be read.
    pub evidence: Vec<Evidence>,
    /// Tables of the answer; they stand in its text as well.
    pub tables: Vec<Table>,
    /// Pictures as text.
    pub diagrams: Vec<Diagram>,
    /// Flaws that were found, the worst and surest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// Questions that lead on.
    pub follow_ups: Vec<String>,
    /// What has no field of its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Entry>,
    /// How fresh the answer is.
    #[serde(flatten)]
    pub freshness: Freshness,
    /// From the question to the answer, milliseconds.
    pub processing_time_ms: f64,
    /// What the scenario's call cost.
    pub bill: Bill,
}

/// A place in the source that proves what was said.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// What it shows: `definition`, `call`, `reference`, `documentation`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `path:line`.
    pub source: String,
    /// The code at that place.
    pub content: String,
    /// From 0 to 1.
    pub relevance: f64,
    /// Path from the root of the repository.
    pub path: String,
    /// First line, from 1.
    pub line: u32,
    /// Last line.
    pub line_end: u32,
    /// Full name of the symbol; empty for none.
    pub symbol: String,
}

/// Which graph answered, and what it could not see.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Freshness {
    /// Name of the project.
    pub project: ProjectName,
    /// Its id.
    pub project_id: ProjectId,
    /// The repository.
    pub repository_id: RepositoryId,
    /// Its graph.
    pub revision_id: RevisionId,
    /// Commit of the source; empty where it was no git repository.
    pub indexed_commit: String,
    /// When the source was read.
    pub indexed_at: Timestamp,
    /// What was not analysed.
    pub analysis_gaps: Gaps,
}

/// What was not analysed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gaps {
    /// Rows of `analysis_gaps`.
    pub count: u64,
    /// How to read them.
    pub read_with: String,
}

/// The language that a question is asked in: Russian where it has Cyrillic letters.
pub fn language_of(question: &str) -> AnswerLanguage {
    let is_cyrillic = |c: char| matches!(c, '\u{400}'..='\u{52f}');
    if question.chars().any(is_cyrillic) {
        AnswerLanguage::Ru
    } else {
        AnswerLanguage::En
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_of_a_question() {
        for (question, language) in [
            ("Where is main?", AnswerLanguage::En),
            ("Где main?", AnswerLanguage::Ru),
            ("url_for", AnswerLanguage::En),
            ("", AnswerLanguage::En),
        ] {
            assert_eq!(language_of(question), language, "{question}");
        }
    }
}
