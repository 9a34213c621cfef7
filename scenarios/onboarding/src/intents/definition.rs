//! Where something is defined.

use crate::answer::Verdict;
use crate::answer::confidence::ALL_LISTED;
use crate::answer::markdown::{code, place};
use crate::graph::{Answer, Kind};
use crate::names::{Choice, Target};
use crate::question::Entity;

use super::common::{kind_word, list_all, others, say_gaps, target};
use super::{Context, file};

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    match target(cx, 0, false)? {
        Err(verdict) => Ok(verdict),
        Ok((entity, Target::Symbols(choice))) => symbols(cx, &entity, &choice),
        Ok((entity, target)) => file::describe(cx, &entity, target),
    }
}

fn symbols(cx: &mut Context<'_>, entity: &Entity, choice: &Choice) -> Answer<Verdict> {
    if !choice.clear {
        list_all(cx, entity, &choice.all)?;
        let best = code(&choice.best().full_name);
        cx.reply.follow("follow_explain", &[("symbol", &best)]);
        return Ok(cx.found(cx.confidence().times(ALL_LISTED).times(choice.exactness)));
    }
    let best = choice.best().clone();
    let name = code(&best.full_name);
    if best.external {
        cx.reply.say(
            "defined_outside",
            &[("symbol", &name), ("kind", &kind_word(cx, &best))],
        );
        cx.reply.follow("follow_callers", &[("symbol", &name)]);
        return Ok(cx.found(cx.confidence().times(choice.factor())));
    }
    let definitions = choice.same();
    if definitions.len() > 1 {
        cx.reply.say(
            "defined_often",
            &[("symbol", &name), ("count", &definitions.len())],
        );
        for symbol in definitions.iter().take(super::common::LISTED) {
            cx.reply
                .point(&place(&symbol.path, symbol.line, symbol.line_end));
            cx.reply.cite_definition(symbol, 0.95)?;
        }
    } else {
        let kind = kind_word(cx, &best);
        let at = place(&best.path, best.line, best.line_end);
        cx.reply.say(
            "defined_in",
            &[("symbol", &name), ("kind", &kind), ("place", &at)],
        );
        cx.reply.cite_definition(&best, 1.0)?;
    }
    others(cx, choice);
    match best.kind {
        Kind::Type => cx.reply.follow("follow_members", &[("symbol", &name)]),
        Kind::Method => cx.reply.follow("follow_callers", &[("symbol", &name)]),
        _ => {}
    }
    cx.reply.follow("follow_explain", &[("symbol", &name)]);
    if choice.exactness < 1.0 {
        say_gaps(cx, "gaps_may_hide");
    }
    Ok(cx.found(cx.confidence().times(choice.factor())))
}
