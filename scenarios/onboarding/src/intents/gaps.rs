//! What the graph could not see, counted by reason.

use crate::answer::Verdict;
use crate::answer::markdown::{code, line, place};
use crate::graph::Answer;

use super::Context;
use super::common::{LISTED, more};

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    let revision = cx.graph.revision();
    let mut counts = cx.graph.gap_counts()?;
    counts.sort_by(|a, b| (b.count, &a.reason).cmp(&(a.count, &b.reason)));
    let total: u64 = counts.iter().map(|gap| gap.count).sum();
    if total == 0 {
        cx.reply.say(
            "gaps_none",
            &[
                ("project", &code(&revision.project)),
                ("count", &revision.files),
            ],
        );
        cx.reply.say("gaps_always", &[]);
        return Ok(cx.found(cx.confidence()));
    }
    cx.reply.say(
        "gaps_found",
        &[("count", &total), ("project", &code(&revision.project))],
    );
    let columns =
        ["column_reason", "column_count", "column_files"].map(|key| cx.reply.text(key, &[]));
    let rows = counts
        .iter()
        .map(|gap| {
            vec![
                cx.reply.word("reason", &gap.reason),
                gap.count.to_string(),
                gap.files.to_string(),
            ]
        })
        .collect();
    let title = cx.reply.text("title_gaps", &[]);
    cx.reply.table(&title, &columns, rows);
    let gaps = cx.graph.gaps("", LISTED as u32)?;
    for gap in &gaps {
        let reason = cx.reply.word("reason", &gap.reason);
        let detail = if gap.detail.is_empty() {
            String::new()
        } else {
            format!(" — {}", code(&line(&gap.detail, 120)))
        };
        cx.reply.item(
            "gap_item",
            &[
                ("place", &place(&gap.path, gap.line, 0)),
                ("reason", &reason),
                ("detail", &detail),
            ],
        );
        cx.reply
            .cite_line(&gap.path, gap.line, "reference", "", 0.5)?;
    }
    more(cx, (total as usize).saturating_sub(gaps.len()));
    cx.reply.say("gaps_always", &[]);
    cx.reply.follow("follow_overview", &[]);
    Ok(cx.found(cx.confidence()))
}
