//! Classes whose methods a library calls.

use std::collections::BTreeSet;

use codegraph_sdk::Fault;
use serde_json::json;

use super::{Draft, Search};
use crate::graph::place;
use crate::point::Kind;

pub(super) fn search(search: &mut Search<'_>, points: &[usize]) -> Result<(), Fault> {
    let mut rules = Vec::new();
    for &at in points {
        let point = &search.data.points[at];
        if point.class.is_empty() {
            continue;
        }
        rules.push(
            json!({ "label": at.to_string(), "find": { "class": { "bases": point.class } } }),
        );
        if !point.without.is_empty() {
            rules.push(json!({ "label": format!("-{at}"), "find": { "class": { "bases": point.without } } }));
        }
    }
    let hits = search.ask(&rules)?;
    let not: BTreeSet<(String, u64)> = hits
        .iter()
        .filter_map(|hit| Some((hit.label.strip_prefix('-')?.to_owned(), hit.place.node)))
        .collect();
    for hit in hits {
        let Ok(at) = hit.label.parse::<usize>() else {
            continue;
        };
        if not.contains(&(hit.label.clone(), hit.place.node)) {
            continue;
        }
        let Some(point) = search.data.points.get(at) else {
            continue;
        };
        let members = crate::graph::methods_of(hit.place.node)?;
        for (method, name) in members
            .into_iter()
            .filter(|(_, name)| point.methods.contains(name))
        {
            let mut entry = search.entry(point, method, place(&hit.place), hit.confidence);
            if point.kind == Kind::Route && point.verb_in_name {
                entry.verbs = vec![super::verb(&name)];
            }
            search.drafts.push(Draft {
                entry,
                handlers: vec![method],
                methods: Vec::new(),
            });
        }
    }
    Ok(())
}
