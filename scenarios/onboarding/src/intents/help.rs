//! What can be asked, with names of this very project; also the answer to what was not understood.

use crate::answer::Verdict;
use crate::answer::confidence::NOT_UNDERSTOOD;
use crate::answer::markdown::code;
use crate::graph::{Answer, Kind, Symbol};

use super::Context;

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    cx.reply.say("help_head", &[]);
    examples(cx)?;
    Ok(cx.found(cx.confidence()))
}

/// Says that a question was not understood.
///
/// # Errors
/// Faults of the graph.
pub fn not_understood(cx: &mut Context<'_>) -> Answer<Verdict> {
    cx.reply.say("not_understood", &[]);
    examples(cx)?;
    Ok(Verdict {
        intent: "unknown".to_owned(),
        found: false,
        confidence: NOT_UNDERSTOOD,
    })
}

fn examples(cx: &mut Context<'_>) -> Answer<()> {
    let known = known_symbols(cx)?;
    let function = known.iter().find(|symbol| symbol.kind == Kind::Method);
    let of_type = known.iter().find(|symbol| symbol.kind == Kind::Type);
    let mut asked = Vec::new();
    if let Some(function) = function {
        let name = code(&function.full_name);
        for key in [
            "follow_definition",
            "follow_explain",
            "follow_signature",
            "follow_callers",
            "follow_callees",
        ] {
            asked.push(cx.reply.text(key, &[("symbol", &name)]));
        }
        let calls = cx.graph.callees(function.id)?;
        let reached = calls
            .iter()
            .map(|call| &call.other)
            .find(|other| !other.external && other.id != function.id);
        if let Some(other) = reached {
            asked.push(cx.reply.text(
                "follow_path",
                &[("from", &name), ("to", &code(&other.full_name))],
            ));
        }
        asked.push(
            cx.reply
                .text("follow_file", &[("file", &code(&function.path))]),
        );
        asked.push(
            cx.reply
                .text("follow_importers", &[("file", &code(&function.path))]),
        );
    }
    if let Some(of_type) = of_type {
        asked.push(
            cx.reply
                .text("follow_members", &[("symbol", &code(&of_type.full_name))]),
        );
    }
    for key in ["follow_overview", "follow_start", "follow_gaps"] {
        asked.push(cx.reply.text(key, &[]));
    }
    for question in asked {
        cx.reply.point(&question);
    }
    if let Some(function) = function {
        cx.reply.cite_definition(function, 0.2)?;
        cx.reply
            .follow("follow_explain", &[("symbol", &code(&function.full_name))]);
    }
    cx.reply.follow("follow_overview", &[]);
    Ok(())
}

/// Names to ask about: entry candidates, else what the largest source file defines.
fn known_symbols(cx: &Context<'_>) -> Answer<Vec<Symbol>> {
    let mut known: Vec<Symbol> = cx
        .graph
        .entries()?
        .into_iter()
        .map(|entry| entry.symbol)
        .filter(|symbol| !symbol.is_test() && symbol.kind != Kind::Module)
        .collect();
    let has =
        |known: &[Symbol], kind: Kind| known.iter().filter(|symbol| symbol.kind == kind).count();
    if has(&known, Kind::Method) < 1 || has(&known, Kind::Type) < 1 {
        let mut files = cx.graph.folder("")?;
        files.retain(|file| file.role != "test" && file.methods > 0);
        files.sort_by(|a, b| (b.methods, &a.path).cmp(&(a.methods, &b.path)));
        for file in files.iter().take(3) {
            known.extend(
                cx.graph
                    .outline(&file.path)?
                    .into_iter()
                    .filter(|symbol| !symbol.name.starts_with('<')),
            );
        }
    }
    Ok(known)
}
