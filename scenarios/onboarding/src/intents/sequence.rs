//! What happens when something is called: the calls of the project in the order of the code, as steps and as a sequence picture.

use std::collections::BTreeSet;

use crate::answer::Verdict;
use crate::answer::markdown::{code, line, place};
use crate::answer::sequence::Sequence;
use crate::graph::{Answer, Call, Kind, Symbol};
use crate::names::Target;

use super::common::{ambiguous, how_sure, others, say_gaps, short, shown, target};
use super::{Context, callees, explain};

/// Calls inside of calls that are followed.
const DEEPEST: usize = 4;
/// Steps that are told.
const MOST_STEPS: usize = 30;

/// A call on the way.
struct Step {
    depth: usize,
    caller: Symbol,
    call: Call,
}

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    let (entity, choice) = match target(cx, 0, false)? {
        Err(verdict) => return Ok(verdict),
        Ok((entity, Target::Symbols(choice))) => (entity, choice),
        Ok(_) => return explain::run(cx),
    };
    if !choice.clear {
        return ambiguous(cx, &entity, &choice, "follow_sequence");
    }
    let best = choice.best().clone();
    if best.kind != Kind::Method || best.external {
        return explain::run(cx);
    }
    let mut steps = Vec::new();
    let mut left = 0;
    let mut seen = BTreeSet::from([best.id]);
    follow(cx, &best, 1, &mut seen, &mut steps, &mut left)?;
    if steps.is_empty() {
        return callees::run(cx);
    }
    let name = code(&best.full_name);
    cx.reply.say(
        "sequence_head",
        &[("symbol", &name), ("count", &steps.len())],
    );
    cx.reply.cite_definition(&best, 1.0)?;
    let mut numbers: Vec<usize> = Vec::new();
    for step in &steps {
        numbers.truncate(step.depth);
        if numbers.len() < step.depth {
            numbers.push(0);
        }
        if let Some(last) = numbers.last_mut() {
            *last += 1;
        }
        let number: Vec<String> = numbers.iter().map(usize::to_string).collect();
        let text = code(&line(&step.call.code, 90));
        cx.reply.item(
            "sequence_step",
            &[
                ("number", &format!("**{}**", number.join("."))),
                ("symbol", &shown(cx, &step.call.other)),
                ("place", &place(&step.call.path, step.call.line, 0)),
                ("code", &text),
                ("sure", &how_sure(cx, &step.call)),
            ],
        );
        let relevance = 0.9 / step.depth as f64;
        cx.reply.cite_line(
            &step.call.path,
            step.call.line,
            "call",
            &step.call.other.full_name,
            relevance,
        )?;
    }
    if left > 0 {
        cx.reply.say("sequence_left", &[("count", &left)]);
    }
    cx.reply.say("sequence_limits", &[]);
    others(cx, &choice);
    picture(cx, &best, &steps);
    say_gaps(cx, "gaps_may_hide");
    if let Some(next) = steps.iter().find(|step| step.depth == 1) {
        let name = shown(cx, &next.call.other);
        cx.reply.follow("follow_explain", &[("symbol", &name)]);
        cx.reply.follow(
            "follow_path",
            &[("from", &code(&best.full_name)), ("to", &name)],
        );
    }
    cx.reply
        .follow("follow_callers", &[("symbol", &code(&best.full_name))]);
    let sure: Vec<f64> = steps.iter().map(|step| step.call.confidence).collect();
    Ok(cx.found(cx.confidence().times(choice.factor()).edges(&sure)))
}

/// Calls of a method in the order of the code, each followed by those that it makes, which are followed once.
fn follow(
    cx: &Context<'_>,
    method: &Symbol,
    depth: usize,
    seen: &mut BTreeSet<u64>,
    steps: &mut Vec<Step>,
    left: &mut usize,
) -> Answer<()> {
    let calls = cx.graph.callees(method.id)?;
    let inside = callees::sorted(calls).0;
    for call in in_order(inside) {
        if steps.len() >= MOST_STEPS {
            *left += 1;
            continue;
        }
        let next = call.other.clone();
        steps.push(Step {
            depth,
            caller: method.clone(),
            call,
        });
        if next.kind != Kind::Method || !seen.insert(next.id) {
            continue;
        }
        if depth < DEEPEST {
            follow(cx, &next, depth + 1, seen, steps, left)?;
        }
    }
    Ok(())
}

/// One target a call, the surest; a call that is an argument of another one comes before it.
fn in_order(mut calls: Vec<Call>) -> Vec<Call> {
    calls.sort_by(|a, b| {
        let surest = b.confidence.total_cmp(&a.confidence);
        (a.id.cmp(&b.id)).then(surest).then(a.target.cmp(&b.target))
    });
    calls.dedup_by_key(|call| call.id);
    let mut ordered: Vec<Call> = Vec::new();
    for call in calls {
        let inner = |outer: &Call| {
            outer.line == call.line && outer.code != call.code && outer.code.contains(&call.code)
        };
        let at = ordered.iter().position(inner).unwrap_or(ordered.len());
        ordered.insert(at, call);
    }
    ordered
}

/// The type or module that a method belongs to.
fn owner(symbol: &Symbol) -> &str {
    let name = symbol.base_name();
    name.rsplit_once('.')
        .map_or(symbol.path.as_str(), |(owner, _)| owner)
}

fn picture(cx: &mut Context<'_>, best: &Symbol, steps: &[Step]) {
    let mut picture = Sequence::default();
    picture.participant(owner(best));
    for step in steps {
        let ends = (
            picture.participant(owner(&step.caller)),
            picture.participant(owner(&step.call.other)),
        );
        if let (Some(from), Some(to)) = ends {
            let guessed = step.call.resolution == "name_only";
            picture.message(from, to, short(&step.call.other.full_name), guessed);
        }
    }
    let title = cx.reply.text("title_sequence", &[]);
    cx.reply.sequence(&title, &picture);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(id: u64, line: u32, code: &str) -> Call {
        Call {
            id,
            target: id + 100,
            other: Symbol {
                id: id + 100,
                kind: Kind::Method,
                name: "f".into(),
                full_name: "m.f".into(),
                path: "m.py".into(),
                line: 1,
                line_end: 2,
                role: "source".into(),
                external: false,
            },
            path: "m.py".into(),
            line,
            code: code.into(),
            resolution: "exact".into(),
            confidence: 0.9,
        }
    }

    #[test]
    fn arguments_come_before_the_call() {
        let calls = vec![
            call(1, 3, "save(check(read()))"),
            call(2, 3, "check(read())"),
            call(3, 3, "read()"),
            call(4, 5, "done()"),
        ];
        let ids: Vec<u64> = in_order(calls).iter().map(|call| call.id).collect();
        assert_eq!(ids, [3, 2, 1, 4]);
    }
}
