//! What calls register, and fields that hold what is called.

use std::collections::BTreeSet;

use codegraph_sdk::Fault;
use codegraph_sdk::questions::Hit;
use serde_json::json;

use super::{BY_NAME, BY_NAME_ONLY, Draft, Search, verb};
use crate::data::{Owner as Owning, Point};
use crate::graph::{
    captured, carried, is_empty_text, last_lines, named, origins, place, quoted, short_named,
};
use crate::mounts::{Mounted, Prefix};
use crate::point::{Kind, Owner};

pub(super) fn search(search: &mut Search<'_>, points: &[usize]) -> Result<(), Fault> {
    let mut rules = Vec::new();
    for &at in points {
        let point = &search.data.points[at];
        if !point.call.is_empty() {
            let slots = [
                (&point.path, "path"),
                (&point.handler, "handler"),
                (&point.verbs, "verbs"),
                (&point.name, "name"),
            ];
            let arguments = slots
                .into_iter()
                .filter_map(|(slot, name)| Some(carried(slot.as_ref()?, name)));
            rules.push(json!({
                "label": at.to_string(),
                "find": { "call": {
                    "callee": point.call,
                    "unresolved": point.by_name,
                    "origins": "on:origin",
                    "arguments": arguments.collect::<Vec<_>>(),
                } },
            }));
        }
        if !point.binding.is_empty() {
            rules.push(json!({
                "label": at.to_string(),
                "find": { "binding": { "name": point.binding, "is": "present" } },
            }));
        }
    }
    let hits = search.ask(&rules)?;
    // A call that leads on to other routes is no entry itself.
    let nodes: BTreeSet<u64> = hits.iter().map(|hit| hit.place.node).collect();
    let ends = last_lines(&nodes)?;
    for hit in hits {
        let Some(point) = hit
            .label
            .parse::<usize>()
            .ok()
            .and_then(|at| search.data.points.get(at))
        else {
            continue;
        };
        one(
            search,
            point,
            &hit,
            ends.get(&hit.place.node).copied().unwrap_or_default(),
        )?;
    }
    Ok(())
}

fn one(search: &mut Search<'_>, point: &Point, hit: &Hit, line_end: u32) -> Result<(), Fault> {
    let owners = match point.object {
        Owning::File => vec![Owner::File(hit.place.path.clone())],
        Owning::Receiver => origins(hit, "on")
            .map(|(step, _)| Owner::Made(step.node))
            .collect(),
    };
    if includes(search, hit, &owners, line_end) {
        return Ok(());
    }
    let mut confidence = hit.confidence;
    if !point.by_name.is_empty() && hit.confidence <= 0.5 {
        let known = owners.iter().any(
            |owner| matches!(owner, Owner::Made(node) if search.objects.made.contains_key(node)),
        );
        confidence = if known { BY_NAME } else { BY_NAME_ONLY };
    }
    let mut entry = search.entry(point, hit.place.node, place(&hit.place), confidence);
    entry.owners = owners;
    let named_by = captured(hit, "path").or_else(|| captured(hit, "name"));
    if let Some((step, text)) = named_by {
        if is_empty_text(&step.code) {
            // The path of what it is registered on.
        } else if text.is_empty() && point.path.is_some() {
            entry.name_unknown = true;
            entry.name.clone_from(&step.code);
        } else if text.is_empty() {
            entry.name.clone_from(&step.code);
        } else {
            text.clone_into(&mut entry.name);
        }
    }
    if point.needs_name && entry.name.is_empty() {
        return Ok(());
    }
    if let Some((step, text)) = captured(hit, "verbs") {
        entry.verbs = if text.is_empty() {
            quoted(&step.code)
        } else {
            vec![text.to_uppercase()]
        };
    }
    if point.kind == Kind::Route && entry.verbs.is_empty() {
        entry.verbs = if point.verb_in_name {
            vec![verb(callee(&hit.place.code))]
        } else {
            point.otherwise.clone()
        };
    }
    let slot = if point.binding.is_empty() {
        "handler"
    } else {
        "value"
    };
    let (handlers, methods) = handlers(search, hit, slot)?;
    let wants = point.handler.is_some() || !point.binding.is_empty();
    if handlers.is_empty() && (point.needs_handler || !point.binding.is_empty()) {
        return Ok(());
    }
    if wants && handlers.is_empty() && point.kind == Kind::Route {
        search.unseen.push(entry.place.clone());
    }
    search.drafts.push(Draft {
        entry,
        handlers,
        methods,
    });
    Ok(())
}

/// The name of what a call runs, as it is written.
fn callee(code: &str) -> &str {
    let before = code.split('(').next().unwrap_or(code);
    before.rsplit('.').next().unwrap_or(before).trim()
}

/// Takes a route that leads to modules of routes: their files get its path before theirs.
fn includes(search: &mut Search<'_>, hit: &Hit, owners: &[Owner], line_end: u32) -> bool {
    let included = origins(hit, "handler")
        .find_map(|(step, _)| search.objects.included.get(&step.node))
        .cloned();
    let Some(files) = included else {
        return false;
    };
    let prefix =
        captured(hit, "path").map_or(Prefix::None, |(step, text)| Prefix::of(&step.code, text));
    if files.is_empty() {
        search.unseen.push(place(&hit.place));
    }
    search.objects.mounted.push(Mounted {
        node: hit.place.node,
        place: place(&hit.place),
        line_end,
        parents: owners.to_vec(),
        children: files.into_iter().map(Owner::File).collect(),
        prefix,
        replaces: false,
    });
    true
}

/// Functions and classes that an argument means, and which methods of the classes answer.
fn handlers(search: &Search<'_>, hit: &Hit, slot: &str) -> Result<(Vec<u64>, Vec<String>), Fault> {
    let mut found = Vec::new();
    let mut methods: Vec<String> = search
        .data
        .views
        .iter()
        .flat_map(|view| view.verbs.clone())
        .collect();
    for (step, name) in origins(hit, slot) {
        if let Some(view) = search.views.get(&step.node) {
            found.extend(&view.classes);
            methods.extend(view.verbs.iter().cloned());
        } else if !name.is_empty() {
            // What another file defines is known by its name where names are bound late.
            if captured(hit, slot).is_some_and(|(own, _)| own.node == step.node) {
                found.extend(named(name)?);
            } else {
                found.push(step.node);
            }
        }
    }
    if found.is_empty()
        && let Some((step, _)) = captured(hit, slot)
    {
        let name = step.code.trim_start_matches('&');
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if is_name {
            let path = &hit.place.path;
            found.extend(short_named(name, path)?.iter().map(|symbol| symbol.id));
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok((found, methods))
}
