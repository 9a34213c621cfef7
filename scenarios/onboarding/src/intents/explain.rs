//! What something does: its documentation, and what the graph knows of it.

use crate::answer::Verdict;
use crate::answer::markdown::{block, code, first_paragraph, place};
use crate::answer::mermaid::{Flowchart, Look};
use crate::graph::{About, Answer, Call, Kind, Symbol};
use crate::names::{Choice, Target};

use super::callees::{say_unknown, sorted};
use super::callers::callable_ids;
use super::common::{ambiguous, grouped, kind_word, others, short, target};
use super::signature::written;
use super::{Context, callers, file, members};

/// Complexity from which on it is worth a word (McCabe's own bound).
const COMPLEX: u32 = 10;
/// Properties that are worth a word.
pub const TOLD: [&str; 7] = [
    "async",
    "generator",
    "property",
    "static",
    "class_method",
    "abstract",
    "constructor",
];
/// How many callees are named.
const NAMED: usize = 8;

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    let (entity, choice) = match target(cx, 0, false)? {
        Err(verdict) => return Ok(verdict),
        Ok((entity, Target::Symbols(choice))) => (entity, choice),
        Ok((entity, target)) => return file::describe(cx, &entity, target),
    };
    if !choice.clear {
        return ambiguous(cx, &entity, &choice, "follow_explain");
    }
    let best = choice.best().clone();
    if best.external {
        cx.reply.say(
            "defined_outside",
            &[
                ("symbol", &code(&best.full_name)),
                ("kind", &kind_word(cx, &best)),
            ],
        );
        cx.reply
            .follow("follow_callers", &[("symbol", &code(&best.full_name))]);
        return Ok(cx.found(
            cx.confidence()
                .times(choice.factor())
                .times(crate::answer::confidence::ABSENCE),
        ));
    }
    match best.kind {
        Kind::Method => method(cx, &choice),
        Kind::Type => members::describe(cx, &choice),
        Kind::Module => file::describe_module(cx, &entity, &best),
        _ => callers::run(cx),
    }
}

fn method(cx: &mut Context<'_>, choice: &Choice) -> Answer<Verdict> {
    let best = choice.best().clone();
    let name = code(&best.full_name);
    let about = cx.graph.about(&best)?;
    let parameters = cx.graph.parameters(best.id)?;
    head(cx, &best, &about)?;
    let signature = written(&best.name, &parameters, &about.returns);
    cx.reply.paragraph(&block(&signature, "", 40));
    if about.docstring.trim().is_empty() {
        cx.reply.say("no_docstring", &[]);
    } else {
        cx.reply.say("docstring_says", &[]);
        cx.reply
            .paragraph(&block(&first_paragraph(&about.docstring, 12), "text", 12));
        cite_docstring(cx, &best, &about.docstring)?;
    }
    say_decorators(cx, &about);
    let calls = cx.graph.callees(best.id)?;
    let unresolved = calls
        .iter()
        .filter(|call| call.resolution.is_empty())
        .count() as u64;
    let edges: Vec<f64> = calls
        .iter()
        .filter(|call| !call.resolution.is_empty())
        .map(|call| call.confidence)
        .collect();
    let (inside, outside, unknown) = sorted(calls);
    let callees = grouped(&inside);
    say_calls(cx, &best, &callees, &outside)?;
    say_unknown(cx, &unknown);
    let callers = cx.graph.callers(&callable_ids(cx, choice)?)?;
    say_callers(cx, &callers)?;
    say_measures(cx, &about);
    others(cx, choice);
    neighbourhood(cx, &best, &callers, &callees);
    cx.reply.follow("follow_callers", &[("symbol", &name)]);
    if let Some((callee, _)) = callees.first() {
        cx.reply
            .follow("follow_explain", &[("symbol", &code(&callee.full_name))]);
    }
    // The definition and the documentation are read; only the calls are inferred, and they are half of what is said.
    let calls_part = crate::answer::confidence::Confidence::default()
        .edges(&edges)
        .blind(unresolved, edges.len() as u64)
        .value();
    let settled = if edges.is_empty() && unresolved == 0 {
        1.0
    } else {
        0.75 + 0.25 * (calls_part / crate::answer::confidence::EXACT)
    };
    Ok(cx.found(cx.confidence().times(choice.factor()).times(settled)))
}

/// Says what it is and where, with its properties (`async`, `generator` …).
fn head(cx: &mut Context<'_>, symbol: &Symbol, about: &About) -> Answer<()> {
    let kind = if about.in_type {
        cx.reply.word("kind", "type_method")
    } else {
        kind_word(cx, symbol)
    };
    let told: Vec<String> = about
        .properties
        .iter()
        .filter(|property| TOLD.contains(&property.as_str()))
        .map(|property| cx.reply.word("property", property))
        .collect();
    let properties = if told.is_empty() {
        String::new()
    } else {
        format!(" ({})", told.join(", "))
    };
    let at = place(&symbol.path, symbol.line, symbol.line_end);
    let name = code(&symbol.full_name);
    cx.reply.say(
        "explain_head",
        &[
            ("symbol", &name),
            ("kind", &kind),
            ("properties", &properties),
            ("place", &at),
        ],
    );
    cx.reply.cite_definition(symbol, 1.0)
}

/// Proves the documentation by its first line in the source.
pub fn cite_docstring(cx: &mut Context<'_>, symbol: &Symbol, docstring: &str) -> Answer<()> {
    let Some(first) = docstring.lines().map(str::trim).find(|row| !row.is_empty()) else {
        return Ok(());
    };
    let last = symbol.line_end.clamp(symbol.line, symbol.line + 60);
    let Ok(source) = cx.graph.source(&symbol.path, symbol.line, last) else {
        return Ok(());
    };
    if let Some(at) = source.lines().position(|row| row.contains(first)) {
        cx.reply.cite_line(
            &symbol.path,
            symbol.line + at as u32,
            "documentation",
            &symbol.full_name,
            0.9,
        )?;
    }
    Ok(())
}

fn say_calls(
    cx: &mut Context<'_>,
    of: &Symbol,
    callees: &[(Symbol, Vec<Call>)],
    outside: &[Call],
) -> Answer<()> {
    if callees.is_empty() && outside.is_empty() {
        cx.reply.say("explain_calls_nothing", &[]);
        return Ok(());
    }
    if !callees.is_empty() {
        let mut list: Vec<String> = callees
            .iter()
            .take(NAMED)
            .map(|(callee, _)| code(short(&callee.full_name)))
            .collect();
        if callees.len() > NAMED {
            list.push("…".to_owned());
        }
        cx.reply.say(
            "explain_calls",
            &[("count", &callees.len()), ("list", &list.join(", "))],
        );
        for (_, sites) in callees.iter().take(3) {
            if let Some(call) = sites.first() {
                cx.reply.cite_line(
                    &call.path,
                    call.line,
                    "call",
                    &of.full_name,
                    0.6 * call.confidence.max(0.3),
                )?;
            }
        }
    }
    let libraries = grouped(outside);
    if !libraries.is_empty() {
        let mut list: Vec<String> = libraries
            .iter()
            .take(NAMED)
            .map(|(callee, _)| code(&callee.full_name))
            .collect();
        if libraries.len() > NAMED {
            list.push("…".to_owned());
        }
        cx.reply.say(
            "callees_outside",
            &[("count", &libraries.len()), ("list", &list.join(", "))],
        );
    }
    Ok(())
}

fn say_callers(cx: &mut Context<'_>, callers: &[Call]) -> Answer<()> {
    let tests = grouped(
        &callers
            .iter()
            .filter(|call| call.other.is_test())
            .cloned()
            .collect::<Vec<_>>(),
    );
    let source = grouped(
        &callers
            .iter()
            .filter(|call| !call.other.is_test())
            .cloned()
            .collect::<Vec<_>>(),
    );
    if source.is_empty() && tests.is_empty() {
        cx.reply.say("explain_no_callers", &[]);
        return Ok(());
    }
    let tested = if tests.is_empty() {
        cx.reply.text("explain_no_tests", &[])
    } else {
        cx.reply.text("explain_tests", &[("count", &tests.len())])
    };
    let list: Vec<String> = source
        .iter()
        .take(5)
        .map(|(caller, _)| code(short(&caller.full_name)))
        .collect();
    let list = if list.is_empty() {
        String::new()
    } else {
        format!(": {}", list.join(", "))
    };
    cx.reply.say(
        "explain_callers",
        &[
            ("count", &source.len()),
            ("list", &list),
            ("tests", &tested),
        ],
    );
    if let Some(call) = source.first().and_then(|(_, sites)| sites.first()) {
        cx.reply.cite_line(
            &call.path,
            call.line,
            "call",
            &call.other.full_name,
            0.6 * call.confidence.max(0.3),
        )?;
    }
    Ok(())
}

/// Names the decorators.
pub fn say_decorators(cx: &mut Context<'_>, about: &About) {
    if !about.decorators.is_empty() {
        let list: Vec<String> = about
            .decorators
            .iter()
            .take(6)
            .map(|text| code(text))
            .collect();
        cx.reply.say("decorated", &[("list", &list.join(", "))]);
    }
}

fn say_measures(cx: &mut Context<'_>, about: &About) {
    if about.lines == 0 {
        return;
    }
    let lines = cx.reply.text("count_lines", &[("count", &about.lines)]);
    let verdict = if about.cyclomatic > COMPLEX {
        cx.reply.text("is_complex", &[("bound", &COMPLEX)])
    } else {
        String::new()
    };
    cx.reply.say(
        "measures",
        &[
            ("lines", &lines),
            ("cyclomatic", &about.cyclomatic),
            ("nesting", &about.nesting),
            ("verdict", &verdict),
        ],
    );
}

fn neighbourhood(
    cx: &mut Context<'_>,
    focus: &Symbol,
    callers: &[Call],
    callees: &[(Symbol, Vec<Call>)],
) {
    let mut chart = Flowchart::new("LR");
    let Some(centre) = chart.node("focus", short(&focus.full_name), Look::Focus) else {
        return;
    };
    for (caller, sites) in grouped(callers)
        .iter()
        .filter(|(caller, _)| caller.id != focus.id)
        .take(8)
    {
        let look = if caller.is_test() {
            Look::Outer
        } else {
            Look::Plain
        };
        if let Some(node) = chart.node(&format!("in{}", caller.id), short(&caller.full_name), look)
        {
            chart.edge(node, centre, super::common::style(sites), "");
        }
    }
    for (callee, sites) in callees
        .iter()
        .filter(|(callee, _)| callee.id != focus.id)
        .take(10)
    {
        if let Some(node) = chart.node(
            &format!("out{}", callee.id),
            short(&callee.full_name),
            Look::Plain,
        ) {
            chart.edge(centre, node, super::common::style(sites), "");
        }
    }
    let title = cx
        .reply
        .text("title_neighbours", &[("symbol", &focus.full_name)]);
    cx.reply.picture(&title, &chart);
}
