//! Rules on how something is written.

use std::collections::{BTreeMap, BTreeSet};

use codegraph_sdk::Fault;
use codegraph_sdk::questions::patterns;
use serde_json::{Value, json};

use super::{Raw, Raws, place};
use crate::rules::{Rule, Search};

/// Calls that flows of a rule are restricted to: by rule and search, places as path and line.
pub(super) type Calls = BTreeMap<(usize, usize), BTreeSet<(String, u32)>>;

/// Asks for all patterns at once, and for the calls that flows are restricted to.
pub(super) fn search(rules: &[Rule], raws: &mut Raws) -> Result<Calls, Fault> {
    let mut questions = Vec::new();
    let mut meanings = Vec::new();
    for (rule, search, of) in searches(rules) {
        match of {
            Search::Pattern(pattern) => {
                let mut question = pattern.clone();
                question["label"] = json!(meanings.len().to_string());
                questions.push(question);
                meanings.push((rule, search, false));
            }
            Search::Flow(flow) => {
                if let Some(only) = &flow.only {
                    questions.push(json!({
                        "label": meanings.len().to_string(),
                        "find": { "call": only },
                    }));
                    meanings.push((rule, search, true));
                }
            }
            Search::States(_) => {}
        }
    }
    let mut calls = Calls::new();
    if questions.is_empty() {
        return Ok(calls);
    }
    let question = json!({ "rules": Value::Array(questions) }).to_string();
    let found = patterns(&question, 0, 0)?;
    raws.cut |= found.cut;
    raws.more += u64::from(found.more);
    for hit in found.all {
        let meaning = hit.label.parse::<usize>().ok();
        let Some(&(rule, search, is_call)) = meaning.and_then(|at| meanings.get(at)) else {
            return Err(Fault::Internal(format!(
                "nobody asked for the pattern `{}`",
                hit.label
            )));
        };
        if is_call {
            calls
                .entry((rule, search))
                .or_default()
                .insert((hit.place.path, hit.place.line));
        } else {
            raws.all.push(Raw {
                rule,
                source: String::new(),
                confidence: hit.confidence,
                node: hit.place.node,
                place: place(&hit.place),
                way: Vec::new(),
            });
        }
    }
    Ok(calls)
}

/// All searches with the positions of rule and search.
pub(super) fn searches(rules: &[Rule]) -> impl Iterator<Item = (usize, usize, &Search)> {
    rules.iter().enumerate().flat_map(|(at, rule)| {
        rule.searches
            .iter()
            .enumerate()
            .map(move |(search, of)| (at, search, of))
    })
}
