//! What several intents say: not found, several of that name, where a symbol is, what the graph cannot see.

use std::collections::BTreeSet;

use crate::answer::Verdict;
use crate::answer::markdown::{code, place};
use crate::answer::mermaid::Line;
use crate::graph::{Answer, Call, Kind, Symbol};
use crate::names::{self, Choice, Near, Target};
use crate::question::{Entity, Shape};

use super::Context;

/// Longest list in an answer; what is beyond is counted.
pub const LISTED: usize = 15;

/// Resolves the name in a slot; where there is none, or where nothing of it is in the graph, says so and gives the verdict.
///
/// # Errors
/// Faults of the graph.
pub fn target(
    cx: &mut Context<'_>,
    index: usize,
    place: bool,
) -> Answer<Result<(Entity, Target), Verdict>> {
    let Some(entity) = cx.subject(index) else {
        return super::help::not_understood(cx).map(Err);
    };
    match names::resolve(cx.graph, &entity, place)? {
        Target::Missing(near) => not_found(cx, &entity, &near).map(Err),
        target => Ok(Ok((entity, target))),
    }
}

/// Says that a name is not in the graph, and what is nearest.
///
/// # Errors
/// Faults of the graph.
pub fn not_found(cx: &mut Context<'_>, entity: &Entity, near: &Near) -> Answer<Verdict> {
    let name = code(&entity.text);
    let project = code(&cx.graph.revision().project);
    let key = if entity.is_place() {
        "file_not_found"
    } else {
        "not_found"
    };
    cx.reply.say(key, &[("name", &name), ("project", &project)]);
    if entity.shape == Shape::Word {
        cx.reply.say("taken_for_name", &[("name", &name)]);
    }
    if near.symbols.is_empty() && near.files.is_empty() {
        cx.reply.say("nothing_near", &[]);
    } else {
        cx.reply.say("nearest", &[]);
    }
    for symbol in &near.symbols {
        located_item(cx, symbol);
        cx.reply.cite_definition(symbol, 0.3)?;
    }
    for file in &near.files {
        cx.reply.point(&code(&file.path));
    }
    say_gaps(cx, "gaps_may_hide");
    if let Some(symbol) = near.symbols.first() {
        cx.reply
            .follow("follow_definition", &[("symbol", &code(&symbol.full_name))]);
    }
    if let Some(file) = near.files.first() {
        cx.reply
            .follow("follow_file", &[("file", &code(&file.path))]);
    }
    Ok(Verdict::missing(cx.intent))
}

/// Says that there are several of a name, lists them with their places.
///
/// # Errors
/// Faults of the graph.
pub fn list_all(cx: &mut Context<'_>, entity: &Entity, all: &[Symbol]) -> Answer<()> {
    cx.reply.say(
        "several",
        &[("name", &code(&entity.text)), ("count", &all.len())],
    );
    for (i, symbol) in all.iter().take(LISTED).enumerate() {
        located_item(cx, symbol);
        cx.reply
            .cite_definition(symbol, (0.95 - 0.05 * i as f64).max(0.4))?;
    }
    more(cx, all.len().saturating_sub(LISTED));
    Ok(())
}

/// Answers a question that needs one symbol where several are alike: lists them and offers to ask again.
///
/// # Errors
/// Faults of the graph.
pub fn ambiguous(
    cx: &mut Context<'_>,
    entity: &Entity,
    choice: &Choice,
    again: &str,
) -> Answer<Verdict> {
    list_all(cx, entity, &choice.all)?;
    cx.reply.say("which_one", &[]);
    for symbol in choice.all.iter().take(3) {
        cx.reply
            .follow(again, &[("symbol", &code(&symbol.full_name))]);
    }
    Ok(cx.found(cx.confidence().times(choice.factor())))
}

/// Says how the name was read where it was not as written, and what else has it; after an answer about the best.
pub fn others(cx: &mut Context<'_>, choice: &Choice) {
    if choice.exactness < 1.0 {
        cx.reply
            .say("taken_as", &[("symbol", &code(&choice.best().full_name))]);
    }
    let same: BTreeSet<u64> = choice.same().iter().map(|symbol| symbol.id).collect();
    let others: Vec<&Symbol> = choice
        .all
        .iter()
        .filter(|symbol| !same.contains(&symbol.id))
        .collect();
    if others.is_empty() {
        return;
    }
    let shown: Vec<String> = others
        .iter()
        .take(5)
        .map(|symbol| located(cx, symbol))
        .collect();
    cx.reply.say(
        "also_named",
        &[("count", &others.len()), ("list", &shown.join("; "))],
    );
}

/// A symbol and its place, as a point of a list.
pub fn located_item(cx: &mut Context<'_>, symbol: &Symbol) {
    let text = located(cx, symbol);
    cx.reply.point(&text);
}

/// A symbol, what it is, and its place.
pub fn located(cx: &Context<'_>, symbol: &Symbol) -> String {
    let kind = kind_word(cx, symbol);
    let test = if symbol.is_test() {
        cx.reply.text("mark_test", &[])
    } else {
        String::new()
    };
    let name = shown(cx, symbol);
    if symbol.path.is_empty() {
        cx.reply
            .text("located_outside", &[("symbol", &name), ("kind", &kind)])
    } else {
        let place = place(&symbol.path, symbol.line, 0);
        cx.reply.text(
            "located",
            &[
                ("symbol", &name),
                ("kind", &kind),
                ("place", &place),
                ("test", &test),
            ],
        )
    }
}

/// The name of a symbol as it is shown: code outside of functions has no name of its own and is told by where it stands.
pub fn shown(cx: &Context<'_>, symbol: &Symbol) -> String {
    if let Some(module) = symbol.full_name.strip_suffix(".<module>") {
        cx.reply
            .text("code_of_module", &[("module", &code(module))])
    } else if let Some(of_type) = symbol.full_name.strip_suffix(".<body>") {
        cx.reply.text("code_of_type", &[("type", &code(of_type))])
    } else {
        code(&symbol.full_name)
    }
}

/// What a symbol is, in a word.
pub fn kind_word(cx: &Context<'_>, symbol: &Symbol) -> String {
    cx.reply.word(
        "kind",
        match symbol.kind {
            Kind::Method => "method",
            Kind::Type => "type",
            Kind::Module => "module",
            Kind::Member => "member",
            Kind::Local => "local",
            Kind::Parameter => "parameter",
            Kind::Other => "other",
        },
    )
}

/// Says how many more there are than were listed.
pub fn more(cx: &mut Context<'_>, count: usize) {
    if count > 0 {
        cx.reply.item("and_more", &[("count", &count)]);
    }
}

/// Says that parts of the project were not analysed, where there are such.
pub fn say_gaps(cx: &mut Context<'_>, key: &str) {
    let gaps = cx.graph.revision().gaps;
    if gaps > 0 {
        cx.reply.say(key, &[("count", &gaps)]);
    }
}

/// How sure a call edge is, where that is worth a word: empty for what was found exactly.
pub fn how_sure(cx: &Context<'_>, call: &Call) -> String {
    match call.resolution.as_str() {
        "" | "exact" | "import" => String::new(),
        resolution => format!(" ({})", cx.reply.word("resolution", resolution)),
    }
}

/// Calls by their other end: one entry a symbol, its calls in order; the order of first calls is kept.
pub fn grouped(calls: &[Call]) -> Vec<(Symbol, Vec<Call>)> {
    let mut groups: Vec<(Symbol, Vec<Call>)> = Vec::new();
    for call in calls {
        match groups
            .iter_mut()
            .find(|(symbol, _)| symbol.id == call.other.id)
        {
            Some((_, calls)) => calls.push(call.clone()),
            None => groups.push((call.other.clone(), vec![call.clone()])),
        }
    }
    groups
}

/// How the edge of several calls between the same two ends is drawn.
pub fn style(calls: &[Call]) -> Line {
    if calls.iter().all(|call| call.resolution == "name_only") {
        Line::Dotted
    } else {
        Line::Solid
    }
}

/// A name short enough for a picture: its last two parts; of a module's body the module.
pub fn short(full_name: &str) -> &str {
    let full_name = full_name
        .strip_suffix(".<module>")
        .or(full_name.strip_suffix(".<body>"))
        .unwrap_or(full_name);
    match full_name.rmatch_indices('.').nth(1) {
        Some((at, _)) => &full_name[at + 1..],
        None => full_name,
    }
}
