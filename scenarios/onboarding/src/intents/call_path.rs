//! How one function gets to another by calls.

use crate::answer::Verdict;
use crate::answer::markdown::{code, line, place};
use crate::answer::mermaid::{Flowchart, Line, Look};
use crate::graph::{Answer, Step, Symbol};
use crate::names::{Choice, Target};
use crate::question::Entity;

use super::callers::callable_ids;
use super::common::{how_sure, list_all, say_gaps, short, shown, target};
use super::{Context, explain};

/// How many paths are shown.
const MOST_PATHS: u32 = 3;

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    if cx.subject(1).is_none() {
        return explain::run(cx);
    }
    let (from_entity, from) = match one(cx, 0)? {
        Ok(end) => end,
        Err(verdict) => return Ok(verdict),
    };
    let (to_entity, to) = match one(cx, 1)? {
        Ok(end) => end,
        Err(verdict) => return Ok(verdict),
    };
    let (from, to) = (beside(&from, &to), beside(&to, &from));
    let (sources, targets) = (ids(cx, &from)?, ids(cx, &to)?);
    let (a, b) = (
        code(&name_of(&from, &from_entity)),
        code(&name_of(&to, &to_entity)),
    );
    let paths = cx.graph.call_paths(&sources, &targets, MOST_PATHS)?;
    if paths.is_empty() {
        return none(cx, &from, &to, &a, &b);
    }
    cx.reply.say(
        "paths_found",
        &[("from", &a), ("to", &b), ("count", &paths.len())],
    );
    if !(from.clear && to.clear) {
        cx.reply.say("path_from_any", &[]);
    }
    for (i, path) in paths.iter().enumerate() {
        show(cx, i, path)?;
    }
    picture(cx, &paths);
    let weakest = paths[0]
        .iter()
        .filter_map(|step| step.call.as_ref())
        .filter(|call| call.resolution == "name_only")
        .count();
    if weakest > 0 {
        cx.reply.say("some_by_name_only", &[("count", &weakest)]);
    }
    cx.reply.follow("follow_callers", &[("symbol", &b)]);
    cx.reply.follow("follow_callees", &[("symbol", &a)]);
    // Where every definition of a name was tried, the path itself tells which was meant; only nearness of names counts.
    let names = |choice: &Choice| {
        if choice.clear {
            choice.factor()
        } else {
            choice.exactness * crate::answer::confidence::STANDS_OUT
        }
    };
    let edges = paths[0]
        .iter()
        .filter_map(|step| step.call.as_ref())
        .map(|call| call.confidence);
    Ok(cx.found(
        cx.confidence()
            .times(names(&from))
            .times(names(&to))
            .path(edges),
    ))
}

fn one(cx: &mut Context<'_>, index: usize) -> Answer<Result<(Entity, Choice), Verdict>> {
    match target(cx, index, false)? {
        Err(verdict) => Ok(Err(verdict)),
        Ok((entity, Target::Symbols(choice))) => Ok(Ok((entity, choice))),
        Ok((entity, _)) => {
            cx.reply
                .say("path_needs_functions", &[("name", &code(&entity.text))]);
            Ok(Err(Verdict::missing(cx.intent)))
        }
    }
}

/// Of several definitions the one that stands in the same type or module as the other end, where there is just one.
fn beside(choice: &Choice, other: &Choice) -> Choice {
    let outer = |symbol: &Symbol| {
        symbol
            .base_name()
            .rsplit_once('.')
            .map(|(outer, _)| outer.to_owned())
    };
    let mut chosen = choice.clone();
    if choice.clear || !other.clear {
        return chosen;
    }
    let (near, far): (Vec<Symbol>, Vec<Symbol>) = chosen
        .all
        .drain(..)
        .partition(|symbol| outer(symbol) == outer(other.best()));
    chosen.clear = near.len() == 1;
    chosen.all = near.into_iter().chain(far).collect();
    chosen
}

/// Where a search starts or ends: the definitions of the best, or of all where none stands out.
fn ids(cx: &Context<'_>, choice: &Choice) -> Answer<Vec<u64>> {
    if choice.clear {
        callable_ids(cx, choice)
    } else {
        Ok(choice.all.iter().take(20).map(|symbol| symbol.id).collect())
    }
}

fn name_of(choice: &Choice, entity: &Entity) -> String {
    if choice.clear {
        choice.best().full_name.clone()
    } else {
        entity.text.clone()
    }
}

fn show(cx: &mut Context<'_>, index: usize, path: &[Step]) -> Answer<()> {
    cx.reply.say(
        "path_heading",
        &[
            ("number", &(index + 1)),
            ("count", &path.len().saturating_sub(1)),
        ],
    );
    for step in path {
        let name = shown(cx, &step.symbol);
        match &step.call {
            None => {
                let at = place(&step.symbol.path, step.symbol.line, 0);
                cx.reply
                    .item("path_start", &[("symbol", &name), ("place", &at)]);
                cx.reply.cite_definition(&step.symbol, 0.8)?;
            }
            Some(call) => {
                let sure = how_sure(cx, call);
                let text = code(&line(&call.code, 90));
                let at = place(&call.path, call.line, 0);
                cx.reply.item(
                    "path_step",
                    &[
                        ("symbol", &name),
                        ("place", &at),
                        ("code", &text),
                        ("sure", &sure),
                    ],
                );
                cx.reply.cite_line(
                    &call.path,
                    call.line,
                    "call",
                    &step.symbol.full_name,
                    0.95 - 0.15 * index as f64,
                )?;
            }
        }
    }
    Ok(())
}

/// There is no path: says so, and whether there is one the other way.
fn none(cx: &mut Context<'_>, from: &Choice, to: &Choice, a: &str, b: &str) -> Answer<Verdict> {
    cx.reply.say("no_path", &[("from", &a), ("to", &b)]);
    cx.reply.cite_definition(from.best(), 0.5)?;
    cx.reply.cite_definition(to.best(), 0.5)?;
    let back = cx.graph.call_paths(&ids(cx, to)?, &ids(cx, from)?, 1)?;
    if let Some(path) = back.first() {
        cx.reply.say("path_other_way", &[("from", &b), ("to", &a)]);
        show(cx, 0, path)?;
    }
    if !from.clear {
        list_all(cx, &Entity::word(&from.best().name, None), &from.all)?;
    }
    cx.reply.say("unseen_callers", &[]);
    say_gaps(cx, "gaps_may_hide");
    cx.reply.follow("follow_callees", &[("symbol", &a)]);
    cx.reply.follow("follow_callers", &[("symbol", &b)]);
    Ok(Verdict::missing(cx.intent))
}

fn picture(cx: &mut Context<'_>, paths: &[Vec<Step>]) {
    let mut chart = Flowchart::new("LR");
    for path in paths {
        let mut before = None;
        for (i, step) in path.iter().enumerate() {
            let look = if i == 0 || i + 1 == path.len() {
                Look::Focus
            } else {
                Look::Plain
            };
            let Some(node) = chart.node(
                &step.symbol.id.to_string(),
                short(&step.symbol.full_name),
                look,
            ) else {
                return;
            };
            if let (Some(from), Some(call)) = (before, &step.call) {
                let style = if call.resolution == "name_only" {
                    Line::Dotted
                } else {
                    Line::Solid
                };
                chart.edge(from, node, style, &call.line.to_string());
            }
            before = Some(node);
        }
    }
    let title = cx.reply.text("title_paths", &[]);
    cx.reply.picture(&title, &chart);
}
