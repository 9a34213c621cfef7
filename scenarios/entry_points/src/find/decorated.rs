//! What decorators register.

use std::collections::BTreeMap;

use codegraph_sdk::Fault;
use codegraph_sdk::questions::Hit;
use serde_json::json;

use super::{BY_NAME, BY_NAME_ONLY, Draft, Search, verb};
use crate::data::{Owner as Owning, Point};
use crate::graph::{captured, carried, is_empty_text, origins, place, quoted};
use crate::point::{Kind, Owner};

/// A decorator that registers: the call that it is, where it is one.
struct Decorator {
    /// Position of its point.
    point: usize,
    /// What it decorates.
    target: u64,
    /// Row of the decorator.
    node: u64,
    /// The name that it is known by.
    name: String,
    place: crate::point::Place,
}

/// Decorators as they are written: calls, or names that are called with what they stand at.
#[derive(Default)]
struct Written {
    hits: Vec<Hit>,
    nodes: BTreeMap<(usize, u64), usize>,
    lines: BTreeMap<(usize, String, u32), usize>,
}

impl Written {
    fn of(&self, decorator: &Decorator) -> Option<&Hit> {
        let place = &decorator.place;
        let line = (decorator.point, place.path.clone(), place.line);
        let at = self.nodes.get(&(decorator.point, decorator.node));
        self.hits.get(*at.or_else(|| self.lines.get(&line))?)
    }
}

pub(super) fn search(search: &mut Search<'_>, points: &[usize]) -> Result<(), Fault> {
    let data = search.data;
    let mut targets = Vec::new();
    let mut calls = Vec::new();
    for &at in points {
        let point = &data.points[at];
        if point.decorator.is_empty() {
            continue;
        }
        let short = point.by_name.iter().map(|name| format!("?.{name}"));
        let names: Vec<String> = point.decorator.iter().cloned().chain(short).collect();
        targets
            .push(json!({ "label": at.to_string(), "find": { "method": { "decorated": names } } }));
        let mut arguments = Vec::new();
        for (slot, name) in [
            (&point.path, "path"),
            (&point.verbs, "verbs"),
            (&point.name, "name"),
        ] {
            arguments.extend(slot.iter().map(|slot| carried(slot, name)));
        }
        calls.push(json!({
            "label": at.to_string(),
            "find": { "call": {
                "callee": point.decorator,
                "unresolved": point.by_name,
                "origins": "on:origin",
                "arguments": arguments,
            } },
        }));
    }
    let found = search.ask(&targets)?;
    let mut decorators = Vec::new();
    for hit in found {
        let Ok(point) = hit.label.parse::<usize>() else {
            continue;
        };
        for (step, name) in hit
            .captures
            .iter()
            .filter(|(step, _)| step.kind == "decorator")
        {
            decorators.push(Decorator {
                point,
                target: hit.place.node,
                node: step.node,
                name: name.clone(),
                place: place(step),
            });
        }
    }
    let mut written = Written::default();
    for hit in search.ask(&calls)? {
        if let Ok(point) = hit.label.parse::<usize>() {
            let line = (point, hit.place.path.clone(), hit.place.line);
            written.lines.insert(line, written.hits.len());
            written
                .nodes
                .insert((point, hit.place.node), written.hits.len());
            written.hits.push(hit);
        }
    }
    // Groups are functions that decorators made: what is registered on them follows.
    let mut groups: Vec<u64> = Vec::new();
    let mut waiting: Vec<&Decorator> = Vec::new();
    for decorator in &decorators {
        if decorator.name.starts_with("?.") {
            waiting.push(decorator);
            continue;
        }
        let point = &data.points[decorator.point];
        if point.group {
            groups.push(decorator.target);
        }
        let hit = written.of(decorator);
        accept(search, point, decorator, hit, 1.0);
    }
    loop {
        let before = waiting.len();
        let mut left = Vec::new();
        for decorator in waiting {
            let point = &data.points[decorator.point];
            let hit = written.of(decorator);
            let on =
                |hit: &Hit| -> Vec<u64> { origins(hit, "on").map(|(step, _)| step.node).collect() };
            let on = hit.map(on).unwrap_or_default();
            let known = on
                .iter()
                .any(|node| groups.contains(node) || search.objects.made.contains_key(node));
            if known {
                if point.group {
                    groups.push(decorator.target);
                }
                accept(search, point, decorator, hit, BY_NAME);
            } else {
                left.push(decorator);
            }
        }
        waiting = left;
        if waiting.len() == before {
            break;
        }
    }
    for decorator in waiting {
        let point = &data.points[decorator.point];
        let hit = written.of(decorator);
        // A decorator of something unknown that is given a path: routes are written so, and hardly anything else.
        let is_path = hit
            .and_then(|hit| captured(hit, "path"))
            .is_some_and(|(_, text)| text.starts_with('/'));
        if is_path && point.kind == Kind::Route {
            accept(search, point, decorator, hit, BY_NAME_ONLY);
        }
    }
    Ok(())
}

fn accept(
    search: &mut Search<'_>,
    point: &Point,
    decorator: &Decorator,
    hit: Option<&Hit>,
    sure: f64,
) {
    let place = hit.map_or_else(|| decorator.place.clone(), |hit| place(&hit.place));
    let mut entry = search.entry(point, decorator.node, place, sure);
    if let Some(hit) = hit {
        entry.confidence *= if sure < 1.0 { 1.0 } else { hit.confidence };
        if let Some((step, text)) = captured(hit, "path").or_else(|| captured(hit, "name")) {
            if is_empty_text(&step.code) {
                // The path of what it is registered on.
            } else if text.is_empty() && point.path.is_some() {
                entry.name_unknown = true;
                entry.name.clone_from(&step.code);
            } else if text.is_empty() {
                entry.name = quoted(&step.code)
                    .into_iter()
                    .next()
                    .unwrap_or_else(|| step.code.clone());
            } else {
                text.clone_into(&mut entry.name);
            }
        }
        if let Some((step, text)) = captured(hit, "verbs") {
            entry.verbs = if text.is_empty() {
                quoted(&step.code)
            } else {
                vec![text.to_uppercase()]
            };
        }
        entry.owners = match point.object {
            Owning::File => vec![Owner::File(hit.place.path.clone())],
            Owning::Receiver => origins(hit, "on")
                .map(|(step, _)| Owner::Made(step.node))
                .collect(),
        };
    }
    if point.kind == Kind::Route && entry.verbs.is_empty() {
        entry.verbs = if point.verb_in_name {
            vec![verb(&decorator.name)]
        } else {
            point.otherwise.clone()
        };
    }
    search.drafts.push(Draft {
        entry,
        handlers: vec![decorator.target],
        methods: Vec::new(),
    });
}
