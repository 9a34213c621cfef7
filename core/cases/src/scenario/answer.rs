//! What a scenario answers.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use codegraph_cpg::store::Graph;
use codegraph_plugin_host::PluginHost;
use codegraph_plugin_host::types::{AnswerLanguage, Ask, Chunk, Citation, Outcome};

use super::case::Question;

/// All that an answer was.
pub(crate) struct Answer {
    pub(crate) outcome: Result<Outcome, String>,
    /// Texts and tables.
    pub(crate) text: String,
    pub(crate) pictures: String,
    /// Titles of pictures that are too large.
    pub(crate) oversized: Vec<String>,
    pub(crate) citations: Vec<Citation>,
    pub(crate) follow_ups: Vec<String>,
    /// Citations that were not as the source has them.
    pub(crate) corrected: usize,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.text.lines().chain(self.pictures.lines()) {
            writeln!(f, "    | {line}")?;
        }
        for citation in &self.citations {
            writeln!(
                f,
                "    [{}:{} {}] {}",
                citation.path,
                citation.line,
                citation.kind,
                citation.code.trim()
            )?;
        }
        for question in &self.follow_ups {
            writeln!(f, "    → {question}")?;
        }
        write!(f, "    {:?}", self.outcome)
    }
}

/// Asks a question and collects the answer.
pub(crate) async fn ask(
    host: &PluginHost,
    scenario: &str,
    question: &Question,
    graph: Arc<Graph>,
) -> Answer {
    let (out, mut pieces) = tokio::sync::mpsc::channel(16);
    let language = if question.russian {
        AnswerLanguage::Ru
    } else {
        AnswerLanguage::En
    };
    let ask = Ask {
        question: question.text.clone(),
        language,
        ..Ask::default()
    };
    let cancel = codegraph_plugin_host::Cancel::new();
    let collected = async {
        let mut all = Vec::new();
        while let Some(piece) = pieces.recv().await {
            all.push(piece);
        }
        all
    };
    let (answered, pieces) = tokio::join!(
        host.ask(scenario, ask, graph.clone(), out, cancel),
        collected
    );
    let mut answer = Answer {
        outcome: answered
            .map(|answered| answered.outcome)
            .map_err(|error| error.to_string()),
        text: String::new(),
        pictures: String::new(),
        oversized: Vec::new(),
        citations: Vec::new(),
        follow_ups: Vec::new(),
        corrected: 0,
    };
    for piece in pieces {
        take(&mut answer, piece);
    }
    answer.corrected = answer
        .citations
        .iter()
        .filter(|citation| !is_true(citation, &graph))
        .count();
    answer
}

fn take(answer: &mut Answer, piece: Chunk) {
    match piece {
        Chunk::Text(text) => answer.text.push_str(&text),
        Chunk::Table(table) => {
            let _ = writeln!(
                answer.text,
                "[{}]\n{}",
                table.title,
                table.columns.join(" | ")
            );
            for row in table.rows {
                let _ = writeln!(answer.text, "{}", row.join(" | "));
            }
            answer.text.push('\n');
        }
        Chunk::Citation(citation) => answer.citations.push(citation),
        Chunk::Diagram(diagram) => {
            let nodes = diagram
                .source
                .lines()
                .filter(|line| line.trim_start().starts_with('n') && !line.contains("->"))
                .count();
            if nodes > 25 {
                answer.oversized.push(diagram.title.clone());
            }
            answer.pictures.push_str(&diagram.source);
        }
        Chunk::FollowUp(question) => answer.follow_ups.push(question),
        Chunk::Progress(_) | Chunk::Other(_) | Chunk::Finding(_) => {}
    }
}

/// Whether the source has that code at that place.
fn is_true(citation: &Citation, graph: &Graph) -> bool {
    let there = graph
        .source(&citation.path, citation.line, citation.line_end)
        .unwrap_or_default();
    !citation.code.trim().is_empty() && there.trim_end() == citation.code.trim_end()
}
