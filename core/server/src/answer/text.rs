//! An answer for a terminal.

use std::fmt::Write as _;

use codegraph_plugin_host::types::AnswerLanguage;

use super::Answer;

/// Columns that evidence may take before its code begins.
const WIDEST_SOURCE: usize = 44;
/// Characters of code on a line.
const LONGEST_CODE: usize = 110;

pub(super) struct Words {
    pub(super) evidence: &'static str,
    pub(super) follow_ups: &'static str,
    confidence: &'static str,
    scenario: &'static str,
    indexed: &'static str,
    no_commit: &'static str,
    gaps: &'static str,
    took: &'static str,
}

pub(super) fn words(language: AnswerLanguage) -> Words {
    match language {
        AnswerLanguage::En => Words {
            evidence: "Evidence",
            follow_ups: "Ask next",
            confidence: "confidence",
            scenario: "scenario",
            indexed: "indexed",
            no_commit: "no commit",
            gaps: "not analysed",
            took: "took",
        },
        AnswerLanguage::Ru => Words {
            evidence: "Доказательства",
            follow_ups: "Что спросить дальше",
            confidence: "уверенность",
            scenario: "сценарий",
            indexed: "индекс",
            no_commit: "без коммита",
            gaps: "не проанализировано",
            took: "время",
        },
    }
}

/// Writes an answer for a terminal.
pub fn text(answer: &Answer) -> String {
    let words = words(answer.language);
    let mut page = format!("{}\n", answer.answer.trim_end());
    for diagram in &answer.diagrams {
        let _ = write!(page, "\n{} ({})\n", diagram.title, diagram.format);
        for line in diagram.source.trim_end().lines() {
            let _ = writeln!(page, "    {line}");
        }
    }
    if !answer.evidence.is_empty() {
        let _ = write!(page, "\n{}\n", words.evidence);
        let width = answer
            .evidence
            .iter()
            .map(|evidence| evidence.source.chars().count())
            .max()
            .unwrap_or(0);
        let width = width.min(WIDEST_SOURCE);
        for evidence in &answer.evidence {
            let code = evidence.content.lines().next().unwrap_or_default().trim();
            let code: String = if code.chars().count() > LONGEST_CODE {
                code.chars().take(LONGEST_CODE - 1).chain(['…']).collect()
            } else {
                code.to_owned()
            };
            let _ = writeln!(page, "  {:<width$}  {code}", evidence.source);
        }
    }
    if !answer.follow_ups.is_empty() {
        let _ = write!(page, "\n{}\n", words.follow_ups);
        for question in &answer.follow_ups {
            let _ = writeln!(page, "  {question}");
        }
    }
    page.push('\n');
    for line in footer(answer) {
        let _ = writeln!(page, "{line}");
    }
    page
}

/// How sure, how fresh, how long.
pub(super) fn footer(answer: &Answer) -> Vec<String> {
    let words = words(answer.language);
    let freshness = &answer.freshness;
    let commit = match freshness.indexed_commit.get(..12) {
        Some(short) => short,
        None => words.no_commit,
    };
    vec![
        format!(
            "{} {:.2} · {} {} ({}) · {} {:.0} ms",
            words.confidence,
            answer.confidence,
            words.scenario,
            answer.scenario_id,
            answer.intent,
            words.took,
            answer.processing_time_ms,
        ),
        format!(
            "{} {} · {} {} · {}: {} ({})",
            freshness.project,
            commit,
            words.indexed,
            freshness.indexed_at.strftime("%Y-%m-%d %H:%M UTC"),
            words.gaps,
            freshness.analysis_gaps.count,
            freshness.analysis_gaps.read_with,
        ),
    ]
}
