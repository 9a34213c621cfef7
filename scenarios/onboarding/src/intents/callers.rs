//! Who calls something, or uses it.

use std::fmt::Write as _;

use crate::answer::Verdict;
use crate::answer::confidence::ABSENCE;
use crate::answer::markdown::{code, line, place};
use crate::answer::mermaid::{Flowchart, Line, Look};
use crate::graph::{Answer, Call, Kind, Symbol};
use crate::names::{Choice, Target};

use super::common::{
    LISTED, ambiguous, grouped, how_sure, more, others, short, shown, style, target,
};
use super::{Context, importers};

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    let (entity, choice) = match target(cx, 0, false)? {
        Err(verdict) => return Ok(verdict),
        Ok((entity, Target::Symbols(choice))) => (entity, choice),
        Ok((entity, target)) => return importers::of(cx, &entity, target),
    };
    if !choice.clear {
        return ambiguous(cx, &entity, &choice, "follow_callers");
    }
    match choice.best().kind {
        Kind::Method | Kind::Type => calls(cx, &choice),
        _ => references(cx, &choice),
    }
}

fn calls(cx: &mut Context<'_>, choice: &Choice) -> Answer<Verdict> {
    let best = choice.best().clone();
    let name = code(&best.full_name);
    let ids = callable_ids(cx, choice)?;
    let calls = cx.graph.callers(&ids)?;
    let (tests, source): (Vec<Call>, Vec<Call>) =
        calls.into_iter().partition(|call| call.other.is_test());
    let (vendored, source): (Vec<Call>, Vec<Call>) = source
        .into_iter()
        .partition(|call| call.other.role == "vendored");
    let callers = grouped(&source);
    if callers.is_empty() && tests.is_empty() && vendored.is_empty() {
        return nobody(cx, choice);
    }
    if callers.is_empty() {
        cx.reply.say("no_callers_in_source", &[("symbol", &name)]);
    } else {
        let sites = cx.reply.text("call_sites", &[("count", &source.len())]);
        cx.reply.say(
            "callers_found",
            &[
                ("symbol", &name),
                ("count", &callers.len()),
                ("sites", &sites),
            ],
        );
    }
    cx.reply.cite_definition(&best, 0.5)?;
    for (i, (caller, sites)) in callers.iter().take(LISTED).enumerate() {
        list_caller(cx, caller, sites, (0.95 - 0.02 * i as f64).max(0.5))?;
    }
    more(cx, callers.len().saturating_sub(LISTED));
    separately(cx, "callers_in_tests", &grouped(&tests))?;
    separately(cx, "callers_vendored", &grouped(&vendored))?;
    let by_name = source
        .iter()
        .filter(|call| call.resolution == "name_only")
        .count();
    if by_name > 0 {
        cx.reply.say("some_by_name_only", &[("count", &by_name)]);
    }
    let unresolved = cx.graph.unresolved(&best.name)?;
    if unresolved > 0 {
        cx.reply.say(
            "unresolved_of_name",
            &[("count", &unresolved), ("name", &code(&best.name))],
        );
    }
    others(cx, choice);
    picture(cx, &best, &callers, tests.len());
    if let Some((caller, _)) = callers.first() {
        cx.reply
            .follow("follow_callers", &[("symbol", &shown(cx, caller))]);
    }
    cx.reply.follow("follow_callees", &[("symbol", &name)]);
    let edges: Vec<f64> = source
        .iter()
        .chain(&tests)
        .chain(&vendored)
        .map(|call| call.confidence)
        .collect();
    let confidence = cx
        .confidence()
        .times(choice.factor())
        .edges(&edges)
        .blind(unresolved, edges.len() as u64);
    Ok(cx.found(confidence))
}

/// All nodes that a call of the best one may have as target: its definitions; of a type, its constructors too.
pub fn callable_ids(cx: &Context<'_>, choice: &Choice) -> Answer<Vec<u64>> {
    let mut ids: Vec<u64> = choice.same().iter().map(|symbol| symbol.id).collect();
    if choice.best().kind == Kind::Type && !choice.best().external {
        let members = cx.graph.members(choice.best().id)?;
        ids.extend(
            members
                .iter()
                .filter(|member| member.is_constructor())
                .map(|member| member.symbol.id),
        );
    }
    Ok(ids)
}

fn list_caller(
    cx: &mut Context<'_>,
    caller: &Symbol,
    sites: &[Call],
    relevance: f64,
) -> Answer<()> {
    let Some(first) = sites.first() else {
        return Ok(());
    };
    let sure = how_sure(
        cx,
        sites
            .iter()
            .max_by(|a, b| a.confidence.total_cmp(&b.confidence))
            .unwrap_or(first),
    );
    let at: Vec<String> = sites
        .iter()
        .take(3)
        .map(|call| place(&call.path, call.line, 0))
        .collect();
    let mut places = at.join(", ");
    if sites.len() > 3 {
        let _ = write!(places, " (+{})", sites.len() - 3);
    }
    let text = code(&line(&first.code, 90));
    cx.reply.item(
        "caller_item",
        &[
            ("caller", &shown(cx, caller)),
            ("places", &places),
            ("code", &text),
            ("sure", &sure),
        ],
    );
    for call in sites.iter().take(3) {
        cx.reply.cite_line(
            &call.path,
            call.line,
            "call",
            &caller.full_name,
            relevance * call.confidence.max(0.3),
        )?;
    }
    Ok(())
}

fn separately(cx: &mut Context<'_>, key: &str, callers: &[(Symbol, Vec<Call>)]) -> Answer<()> {
    if callers.is_empty() {
        return Ok(());
    }
    let shown: Vec<String> = callers
        .iter()
        .take(3)
        .map(|(caller, sites)| {
            format!(
                "{} ({})",
                shown(cx, caller),
                sites
                    .first()
                    .map_or_else(String::new, |call| place(&call.path, call.line, 0))
            )
        })
        .collect();
    cx.reply.say(
        key,
        &[("count", &callers.len()), ("list", &shown.join(", "))],
    );
    if let Some((caller, sites)) = callers.first()
        && let Some(call) = sites.first()
    {
        cx.reply
            .cite_line(&call.path, call.line, "call", &caller.full_name, 0.4)?;
    }
    Ok(())
}

/// Nobody calls it: says what that may mean, and where it is named all the same.
fn nobody(cx: &mut Context<'_>, choice: &Choice) -> Answer<Verdict> {
    let best = choice.best().clone();
    let name = code(&best.full_name);
    cx.reply.say("no_callers", &[("symbol", &name)]);
    cx.reply.cite_definition(&best, 0.9)?;
    let references = cx.graph.references(best.id)?;
    if !references.is_empty() {
        cx.reply
            .say("but_referenced", &[("count", &references.len())]);
        for reference in references.iter().take(LISTED) {
            cx.reply.item(
                "reference_item",
                &[
                    ("place", &place(&reference.path, reference.line, 0)),
                    ("code", &code(&line(&reference.code, 90))),
                ],
            );
            cx.reply.cite_line(
                &reference.path,
                reference.line,
                "reference",
                &reference.within,
                0.6,
            )?;
        }
        more(cx, references.len().saturating_sub(LISTED));
    }
    let unresolved = cx.graph.unresolved(&best.name)?;
    if unresolved > 0 {
        cx.reply.say(
            "unresolved_of_name",
            &[("count", &unresolved), ("name", &code(&best.name))],
        );
    }
    cx.reply.say("unseen_callers", &[]);
    others(cx, choice);
    cx.reply.follow("follow_explain", &[("symbol", &name)]);
    Ok(cx.found(
        cx.confidence()
            .times(choice.factor())
            .times(ABSENCE)
            .blind(unresolved, 1),
    ))
}

/// Uses of what is not called: variables, members.
fn references(cx: &mut Context<'_>, choice: &Choice) -> Answer<Verdict> {
    let best = choice.best().clone();
    let name = code(&best.full_name);
    let references = cx.graph.references(best.id)?;
    cx.reply.say(
        "references_found",
        &[("symbol", &name), ("count", &references.len())],
    );
    cx.reply.cite_definition(&best, 0.7)?;
    for reference in references.iter().take(LISTED) {
        cx.reply.item(
            "reference_item",
            &[
                ("place", &place(&reference.path, reference.line, 0)),
                ("code", &code(&line(&reference.code, 90))),
            ],
        );
        cx.reply.cite_line(
            &reference.path,
            reference.line,
            "reference",
            &reference.within,
            0.8,
        )?;
    }
    more(cx, references.len().saturating_sub(LISTED));
    if references.is_empty() {
        cx.reply.say("unseen_callers", &[]);
    }
    others(cx, choice);
    cx.reply.follow("follow_definition", &[("symbol", &name)]);
    Ok(cx.found(
        cx.confidence()
            .times(choice.factor())
            .times(if references.is_empty() { ABSENCE } else { 1.0 }),
    ))
}

fn picture(cx: &mut Context<'_>, focus: &Symbol, callers: &[(Symbol, Vec<Call>)], tests: usize) {
    let mut chart = Flowchart::new("LR");
    let Some(centre) = chart.node("focus", short(&focus.full_name), Look::Focus) else {
        return;
    };
    let mut left_out = 0;
    for (caller, sites) in callers {
        match chart.node(
            &caller.id.to_string(),
            short(&caller.full_name),
            Look::Plain,
        ) {
            Some(node) => {
                let label = if sites.len() > 1 {
                    format!("{}×", sites.len())
                } else {
                    String::new()
                };
                chart.edge(node, centre, style(sites), &label);
            }
            None => left_out += 1,
        }
    }
    if left_out > 0
        && let Some(node) = chart.node(
            "rest",
            &cx.reply.text("rest_callers", &[("count", &left_out)]),
            Look::Rest,
        )
    {
        chart.edge(node, centre, Line::Solid, "");
    }
    if tests > 0
        && let Some(node) = chart.node(
            "tests",
            &cx.reply.text("rest_tests", &[("count", &tests)]),
            Look::Rest,
        )
    {
        chart.edge(node, centre, Line::Solid, "");
    }
    let title = cx
        .reply
        .text("title_callers", &[("symbol", &focus.full_name)]);
    cx.reply.picture(&title, &chart);
}
