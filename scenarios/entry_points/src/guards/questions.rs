//! What is asked for checks: labels begin with a letter for what it is (`d` decorated, `b` base, `a` attribute, `k` call, `p` depends,
//! `r` refusal, `w` refusal around a handler, `x` raised, `o` around, `q` around as it is written), then the position in the data.

use serde_json::{Value as Json, json};

use crate::data::{Data, Slot};
use crate::graph::{argument, carried};

/// All questions in one.
pub(super) fn all(data: &Data) -> Vec<Json> {
    let mut rules = Vec::new();
    let mut ask = |label: String, find: Json| rules.push(json!({ "label": label, "find": find }));
    for (at, check) in data.checks.iter().enumerate() {
        if !check.decorator.is_empty() {
            ask(
                format!("d{at}"),
                json!({ "method": { "decorated": check.decorator } }),
            );
            ask(
                format!("d{at}"),
                json!({ "class": { "decorated": check.decorator } }),
            );
        }
        if !check.class.is_empty() {
            ask(
                format!("b{at}"),
                json!({ "class": { "bases": check.class } }),
            );
        }
        if !check.attribute.is_empty() {
            ask(
                format!("a{at}"),
                json!({ "binding": { "name": check.attribute, "is": "present" } }),
            );
        }
        if !check.call.is_empty() {
            ask(
                format!("k{at}"),
                json!({ "call": { "callee": check.call, "unresolved": check.by_name } }),
            );
        }
    }
    for (at, depends) in data.depends.iter().enumerate() {
        let slot = Slot {
            position: Some(0),
            keyword: Some("dependency".to_owned()),
        };
        ask(
            format!("p{at}"),
            json!({ "call": { "callee": depends.call, "arguments": [carried(&slot, "on")] } }),
        );
    }
    for (at, refusal) in data.refusals.iter().enumerate() {
        let arguments: Vec<Json> = refusal
            .argument
            .iter()
            .filter(|_| !refusal.codes.is_empty())
            .map(|slot| {
                let codes = refusal
                    .codes
                    .iter()
                    .map(|code| json!({ "between": [code, code] }));
                argument(slot, &json!({ "any": codes.collect::<Vec<_>>() }), "code")
            })
            .collect();
        if !refusal.call.is_empty() {
            let label = if refusal.everywhere { 'r' } else { 'w' };
            ask(
                format!("{label}{at}"),
                json!({ "call": { "callee": refusal.call, "arguments": arguments } }),
            );
        }
        for raised in &refusal.raised {
            ask(format!("x{at}"), json!({ "read": raised }));
        }
    }
    for (at, around) in data.arounds.iter().enumerate() {
        let names: Vec<String> = around
            .decorator
            .iter()
            .cloned()
            .chain(around.by_name.iter().map(|name| format!("?.{name}")))
            .collect();
        ask(
            format!("o{at}"),
            json!({ "method": { "decorated": names } }),
        );
        ask(
            format!("q{at}"),
            json!({ "call": { "callee": around.decorator, "unresolved": around.by_name, "origins": "on:origin" } }),
        );
    }
    rules
}
