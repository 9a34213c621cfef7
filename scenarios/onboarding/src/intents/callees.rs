//! What something calls.

use crate::answer::Verdict;
use crate::answer::confidence::ABSENCE;
use crate::answer::markdown::{code, place};
use crate::answer::mermaid::{Flowchart, Line, Look};
use crate::graph::{Answer, Call, Kind, Symbol};
use crate::names::{Choice, Target};

use super::common::{
    LISTED, ambiguous, grouped, how_sure, kind_word, more, others, short, shown, style, target,
};
use super::{Context, imports};

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    let (entity, choice) = match target(cx, 0, false)? {
        Err(verdict) => return Ok(verdict),
        Ok((entity, Target::Symbols(choice))) => (entity, choice),
        Ok((entity, target)) => return imports::of(cx, &entity, target),
    };
    if !choice.clear {
        return ambiguous(cx, &entity, &choice, "follow_callees");
    }
    let best = choice.best().clone();
    let name = code(&best.full_name);
    if best.external {
        cx.reply.say(
            "defined_outside",
            &[("symbol", &name), ("kind", &kind_word(cx, &best))],
        );
        cx.reply.follow("follow_callers", &[("symbol", &name)]);
        return Ok(cx.found(cx.confidence().times(choice.factor()).times(ABSENCE)));
    }
    calls(cx, &choice)
}

/// Splits calls into those with a target in the project, those outside of it, and those without a target.
pub fn sorted(calls: Vec<Call>) -> (Vec<Call>, Vec<Call>, Vec<Call>) {
    let (unknown, known): (Vec<Call>, Vec<Call>) = calls
        .into_iter()
        .partition(|call| call.resolution.is_empty());
    let (outside, inside) = known.into_iter().partition(|call| call.other.external);
    (inside, outside, unknown)
}

fn calls(cx: &mut Context<'_>, choice: &Choice) -> Answer<Verdict> {
    let best = choice.best().clone();
    let name = code(&best.full_name);
    let mut calls = Vec::new();
    for symbol in choice.same() {
        calls.extend(cx.graph.callees(symbol.id)?);
    }
    if best.kind == Kind::Type {
        for member in cx
            .graph
            .members(best.id)?
            .into_iter()
            .filter(|member| member.symbol.kind == Kind::Method)
        {
            calls.extend(cx.graph.callees(member.symbol.id)?);
        }
    }
    let (inside, outside, unknown) = sorted(calls);
    cx.reply.cite_definition(&best, 0.8)?;
    if inside.is_empty() && outside.is_empty() && unknown.is_empty() {
        cx.reply.say("calls_nothing", &[("symbol", &name)]);
        others(cx, choice);
        cx.reply.follow("follow_callers", &[("symbol", &name)]);
        return Ok(cx.found(cx.confidence().times(choice.factor())));
    }
    let callees = grouped(&inside);
    if callees.is_empty() {
        cx.reply.say("calls_nothing_inside", &[("symbol", &name)]);
    } else {
        let sites = cx.reply.text("call_sites", &[("count", &inside.len())]);
        cx.reply.say(
            "callees_found",
            &[
                ("symbol", &name),
                ("count", &callees.len()),
                ("sites", &sites),
            ],
        );
    }
    for (i, (callee, sites)) in callees.iter().take(LISTED).enumerate() {
        list_callee(cx, &best, callee, sites, (0.95 - 0.02 * i as f64).max(0.5))?;
    }
    more(cx, callees.len().saturating_sub(LISTED));
    let libraries = grouped(&outside);
    if !libraries.is_empty() {
        let mut shown: Vec<String> = libraries
            .iter()
            .take(12)
            .map(|(callee, _)| shown(cx, callee))
            .collect();
        if libraries.len() > 12 {
            shown.push("…".to_owned());
        }
        cx.reply.say(
            "callees_outside",
            &[("count", &libraries.len()), ("list", &shown.join(", "))],
        );
    }
    say_unknown(cx, &unknown);
    others(cx, choice);
    picture(cx, &best, &callees, libraries.len());
    if let Some((callee, _)) = callees.first() {
        cx.reply
            .follow("follow_explain", &[("symbol", &shown(cx, callee))]);
    }
    cx.reply.follow("follow_callers", &[("symbol", &name)]);
    let edges: Vec<f64> = inside
        .iter()
        .chain(&outside)
        .map(|call| call.confidence)
        .collect();
    Ok(cx.found(
        cx.confidence()
            .times(choice.factor())
            .edges(&edges)
            .blind(unknown.len() as u64, edges.len() as u64),
    ))
}

/// Says how many calls have no known target, and names them.
pub fn say_unknown(cx: &mut Context<'_>, unknown: &[Call]) {
    if unknown.is_empty() {
        return;
    }
    let mut names: Vec<String> = unknown.iter().map(|call| code(&call.other.name)).collect();
    names.sort();
    names.dedup();
    names.truncate(8);
    cx.reply.say(
        "callees_unknown",
        &[("count", &unknown.len()), ("list", &names.join(", "))],
    );
}

fn list_callee(
    cx: &mut Context<'_>,
    caller: &Symbol,
    callee: &Symbol,
    sites: &[Call],
    relevance: f64,
) -> Answer<()> {
    let Some(first) = sites.first() else {
        return Ok(());
    };
    let lines: Vec<String> = sites
        .iter()
        .take(5)
        .map(|call| call.line.to_string())
        .collect();
    let sure = how_sure(cx, first);
    let defined = place(&callee.path, callee.line, 0);
    let fills: [(&str, &dyn std::fmt::Display); 4] = [
        ("callee", &shown(cx, callee)),
        ("place", &defined),
        ("lines", &lines.join(", ")),
        ("sure", &sure),
    ];
    cx.reply.item("callee_item", &fills);
    cx.reply.cite_line(
        &first.path,
        first.line,
        "call",
        &caller.full_name,
        relevance * first.confidence.max(0.3),
    )
}

fn picture(cx: &mut Context<'_>, focus: &Symbol, callees: &[(Symbol, Vec<Call>)], outside: usize) {
    let mut chart = Flowchart::new("LR");
    let Some(centre) = chart.node("focus", short(&focus.full_name), Look::Focus) else {
        return;
    };
    let mut left_out = 0;
    for (callee, sites) in callees {
        let key = if callee.id == focus.id {
            "focus".to_owned()
        } else {
            callee.id.to_string()
        };
        match chart.node(&key, short(&callee.full_name), Look::Plain) {
            Some(node) => {
                chart.edge(centre, node, style(sites), "");
            }
            None => left_out += 1,
        }
    }
    if left_out > 0
        && let Some(node) = chart.node(
            "rest",
            &cx.reply.text("rest_callees", &[("count", &left_out)]),
            Look::Rest,
        )
    {
        chart.edge(centre, node, Line::Solid, "");
    }
    if outside > 0
        && let Some(node) = chart.node(
            "outside",
            &cx.reply.text("rest_outside", &[("count", &outside)]),
            Look::Rest,
        )
    {
        chart.edge(centre, node, Line::Solid, "");
    }
    let title = cx
        .reply
        .text("title_callees", &[("symbol", &focus.full_name)]);
    cx.reply.picture(&title, &chart);
}
