//! An answer as a Markdown page.

use std::fmt::Write as _;

use super::Answer;
use super::text::words;

/// Writes an answer as Markdown: what an issue, a review or a chat can take as it is.
pub fn markdown(answer: &Answer) -> String {
    let words = words(answer.language);
    let mut page = format!("{}\n", answer.answer.trim_end());
    for diagram in &answer.diagrams {
        let title = if diagram.title.is_empty() {
            String::new()
        } else {
            format!("**{}**\n\n", diagram.title)
        };
        let _ = write!(
            page,
            "\n{title}```{}\n{}\n```\n",
            diagram.format,
            diagram.source.trim_end()
        );
    }
    if !answer.evidence.is_empty() {
        let _ = write!(page, "\n### {}\n\n", words.evidence);
        for evidence in &answer.evidence {
            let code = evidence.content.lines().next().unwrap_or_default().trim();
            let symbol = if evidence.symbol.is_empty() {
                String::new()
            } else {
                format!(" `{}`", evidence.symbol)
            };
            let _ = writeln!(
                page,
                "- `{}` ({}{symbol}): `{}`",
                evidence.source,
                evidence.kind,
                code.replace('`', "'")
            );
        }
    }
    if !answer.follow_ups.is_empty() {
        let _ = write!(page, "\n### {}\n\n", words.follow_ups);
        for question in &answer.follow_ups {
            let _ = writeln!(page, "- {question}");
        }
    }
    let _ = write!(
        page,
        "\n---\n{}\n",
        super::text::footer(answer).join("  \n")
    );
    page
}
