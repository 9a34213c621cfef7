//! Where to start reading: entry points and what most of the rest hangs on.

use crate::answer::Verdict;
use crate::answer::confidence::HEURISTIC;
use crate::answer::markdown::{block, code, place};
use crate::graph::Answer;

use super::common::kind_word;
use super::{Context, file};

/// How many places are offered.
const OFFERED: usize = 10;

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    let entries: Vec<_> = cx
        .graph
        .entries()?
        .into_iter()
        .filter(|entry| !entry.symbol.is_test())
        .take(OFFERED)
        .collect();
    let mut proven = false;
    if let Some((readme, text)) = cx.graph.readme("")? {
        let opening = file::opening(&text);
        if !opening.is_empty() {
            cx.reply.say("start_readme", &[("file", &code(&readme))]);
            cx.reply.paragraph(&block(&opening, "text", 8));
            cx.reply.cite_line(
                &readme,
                file::line_of(&text, &opening),
                "documentation",
                "",
                0.7,
            )?;
            proven = true;
        }
    }
    if entries.is_empty() {
        cx.reply.say("start_none", &[]);
        cx.reply.follow("follow_overview", &[]);
        return Ok(if proven {
            cx.found(cx.confidence().times(HEURISTIC * HEURISTIC))
        } else {
            Verdict::missing(cx.intent)
        });
    }
    cx.reply.say("start_entries", &[("count", &entries.len())]);
    for entry in &entries {
        let symbol = &entry.symbol;
        let reason = cx.reply.word("entry", &entry.reason);
        let kind = kind_word(cx, symbol);
        let at = place(&symbol.path, symbol.line, 0);
        cx.reply.item(
            "start_item",
            &[
                ("symbol", &code(&symbol.full_name)),
                ("kind", &kind),
                ("place", &at),
                ("reason", &reason),
            ],
        );
        cx.reply.cite_definition(symbol, 0.8)?;
    }
    cx.reply.say("start_how", &[]);
    if let Some(entry) = entries.first() {
        let name = code(&entry.symbol.full_name);
        cx.reply.follow("follow_callees", &[("symbol", &name)]);
        cx.reply.follow("follow_explain", &[("symbol", &name)]);
    }
    cx.reply.follow("follow_overview", &[]);
    Ok(cx.found(cx.confidence().times(HEURISTIC)))
}
