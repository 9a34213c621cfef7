//! Checks that stand before the work of an entry: decorators, bases, what it depends on, and branches that turn a caller away.
//!
//! A branch counts by what it does, not by its name: it ends in one of the refusals of `data/checks.toml`, in the handler itself or in a
//! function of the project that it calls. Dominators of the control flow say whether everything behind it comes only after it.

mod body;
mod facts;
mod questions;

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};

use codegraph_sdk::scenario::Value;
use codegraph_sdk::{Fault, rows};

use crate::data::Data;
use crate::find::Found;
use crate::graph::{Symbol, named, short_named, symbols};
use crate::point::{Check, Entry, Kind, Owner, Place};
use body::Body;
use facts::{Facts, Refuses};

/// Handlers whose bodies are looked at.
const MOST: usize = 150;

/// A decorator as it stands at a method or class.
struct Annotation {
    name: String,
    place: Place,
}

/// Finds checks of entries; how many handlers were not looked into.
///
/// # Errors
/// What the host says of a question.
pub(crate) fn guard(data: &Data, found: &mut Found) -> Result<usize, Fault> {
    let guarded = |entry: &Entry| {
        matches!(
            entry.kind,
            Kind::Route | Kind::Listener | Kind::Handler | Kind::Job
        ) && !entry.is_test
    };
    let handlers: BTreeSet<u64> = found
        .entries
        .iter()
        .filter(|entry| guarded(entry))
        .filter_map(|entry| entry.handler.as_ref())
        .flat_map(|handler| [handler.node, handler.class])
        .filter(|&node| node != 0)
        .collect();
    if handlers.is_empty() {
        return Ok(0);
    }
    let facts = facts::collect(data)?;
    let annotations = annotations(&handlers)?;
    let mut own = BTreeMap::new();
    let mut bodies: BTreeMap<u64, Body> = BTreeMap::new();
    let mut left = 0;
    let mut entries = std::mem::take(&mut found.entries);
    for entry in entries.iter_mut().filter(|entry| guarded(entry)) {
        let Some(handler) = entry.handler.clone() else {
            continue;
        };
        let mut checks = Vec::new();
        for node in [handler.node, handler.class] {
            for check in facts.at.get(&node).into_iter().flatten() {
                checks.push(check.clone());
            }
            for annotation in annotations.get(&node).into_iter().flatten() {
                let key = (annotation.place.path.clone(), annotation.name.clone());
                let refuses = match own.entry(key) {
                    Slot::Occupied(known) => known.into_mut(),
                    Slot::Vacant(new) => new.insert(own_decorator(annotation, &facts)?),
                };
                if let Some(refuses) = refuses {
                    checks.push(Check {
                        kind: "refusal".to_owned(),
                        how: "decorator",
                        name: annotation.name.clone(),
                        place: annotation.place.clone(),
                        refuses: Some(refuses.clone()),
                        always: true,
                    });
                }
            }
        }
        if let Some(class) = found.symbols.get(&handler.class) {
            let within = |place: &Place| {
                place.path == class.path && (class.line..=class.line_end).contains(&place.line)
            };
            checks.extend(
                facts
                    .attributes
                    .iter()
                    .filter(|check| within(&check.place))
                    .cloned(),
            );
        }
        checks.extend(facts.dependencies(&handler.place, handler.line_end, &entry.place));
        let above = found.objects.above(&entry.owners);
        checks.extend(routers(&facts, found, &above));
        checks.extend(facts.around(&above, handler.node));
        if facts.has_body(handler.node) {
            let known = bodies.len();
            match bodies.entry(handler.node) {
                Slot::Occupied(body) => checks.extend(facts.in_body(handler.node, body.get())),
                Slot::Vacant(_) if known >= MOST => left += 1,
                Slot::Vacant(place) => {
                    let body = place.insert(Body::load(handler.node)?);
                    checks.extend(facts.in_body(handler.node, body));
                }
            }
        }
        checks.sort_by(|a, b| (&a.place, a.how, &a.name).cmp(&(&b.place, b.how, &b.name)));
        checks.dedup_by(|a, b| (&a.place, &a.name) == (&b.place, &b.name));
        entry.checks = checks;
    }
    found.entries = entries;
    Ok(left)
}

fn annotations(nodes: &BTreeSet<u64>) -> Result<BTreeMap<u64, Vec<Annotation>>, Fault> {
    let ids: Vec<i64> = nodes
        .iter()
        .filter_map(|&id| i64::try_from(id).ok())
        .collect();
    let mut found: BTreeMap<u64, Vec<Annotation>> = BTreeMap::new();
    for part in ids.chunks(500) {
        for row in rows::ask("annotations", &[Value::Ints(part.to_vec())], 0)?.iter() {
            let full = row.text("full_name")?;
            let name = if full.is_empty() {
                row.text("name")?
            } else {
                full
            };
            let place = Place {
                path: row.text("path")?,
                line: row.small("line")?,
            };
            found
                .entry(row.id("owner")?)
                .or_default()
                .push(Annotation { name, place });
        }
    }
    Ok(found)
}

/// Where a decorator of the project turns away: in itself, or in a function inside of it.
fn own_decorator(annotation: &Annotation, facts: &Facts) -> Result<Option<Place>, Fault> {
    for symbol in decorators_named(annotation)? {
        let own: &Refuses = &facts.refuses;
        let inner = format!("{}.", symbol.full_name);
        for (method, refusals) in own {
            let is_own = *method == symbol.id
                || facts
                    .names
                    .get(method)
                    .is_some_and(|full_name| full_name.starts_with(&inner));
            if let Some(first) = refusals.first().filter(|_| is_own) {
                return Ok(Some(first.refuses.clone()));
            }
        }
    }
    Ok(None)
}

/// Functions that a decorator may be: of its file, or what the file imports under its name.
fn decorators_named(annotation: &Annotation) -> Result<Vec<Symbol>, Fault> {
    let name = annotation.name.split('(').next().unwrap_or_default().trim();
    let (first, last) = (
        name.split('.').next().unwrap_or(name),
        name.rsplit('.').next().unwrap_or(name),
    );
    let path = &annotation.place.path;
    // An importer may tell the full name itself.
    let full: BTreeSet<u64> = named(name)?.into_iter().collect();
    if !full.is_empty() {
        return Ok(symbols(&full)?.into_values().collect());
    }
    let mut found = short_named(last, path)?;
    if first == last && found.iter().any(|symbol| symbol.path == *path) {
        return Ok(found);
    }
    let mut imported = Vec::new();
    for row in rows::ask("imports", &[Value::Text(path.clone())], 0)?.iter() {
        if row.text("bound")? == first {
            imported.push((row.text("module")?, row.text("name")?, row.text("target")?));
        }
    }
    for (module, member, target) in &imported {
        let full_name = if first == last {
            format!("{module}.{member}")
        } else if member.is_empty() {
            format!("{module}.{last}")
        } else {
            format!("{module}.{member}.{last}")
        };
        let exact: BTreeSet<u64> = named(&full_name)?.into_iter().collect();
        found.extend(symbols(&exact)?.into_values());
        // The name may come through a package; the only function of that name is meant then.
        if target.is_empty() {
            found.retain(|symbol| exact.contains(&symbol.id));
        }
    }
    if imported.is_empty() {
        found.retain(|symbol| symbol.path == *path);
    }
    found.sort_by_key(|symbol| symbol.id);
    found.dedup_by_key(|symbol| symbol.id);
    Ok(found)
}

/// Dependencies that routers are made with.
fn routers(facts: &Facts, found: &Found, above: &[Owner]) -> Vec<Check> {
    let made = above.iter().filter_map(|owner| match owner {
        Owner::Made(node) => Some((node, found.objects.made.get(node)?)),
        Owner::File(_) => None,
    });
    made.flat_map(|(node, (_, place))| {
        let end = found.objects.ends.get(node).copied().unwrap_or(place.line);
        facts.dependencies(place, end, place)
    })
    .collect()
}
