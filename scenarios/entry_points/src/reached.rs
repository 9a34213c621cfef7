//! Which entries lead to a function.

use std::collections::BTreeMap;

use codegraph_sdk::scenario::{Direction, ReachSpec, Value, reach};
use codegraph_sdk::{Column, Fault, rows};

use crate::point::{Entry, Place};

/// Calls on a way.
const DEEPEST: u32 = 12;
/// Functions that are looked at.
const MOST: u32 = 20_000;
/// Certainty below which calls are not followed: those that were guessed by a name.
const LEAST: f64 = 0.5;

/// What was asked for, and how far each entry is from it.
#[derive(Debug, Default)]
pub(crate) struct Reached {
    /// Full names of the functions, with their places.
    pub(crate) targets: Vec<(String, Place)>,
    /// By node of the handler: calls between it and the function.
    pub(crate) depth: BTreeMap<u64, i64>,
}

/// Looks for the functions of a name, and for all that get there by calls.
pub(crate) fn reached(name: &str) -> Result<Reached, Fault> {
    let mut found = Reached::default();
    let mut from = Vec::new();
    for row in rows::ask("symbol_lookup", &[Value::Text(name.to_owned())], 50)?.iter() {
        if row.text("kind")? == "METHOD" && !row.truth("is_external")? {
            let id = row.id("id")?;
            from.push(id);
            found.depth.insert(id, 0);
            let place = Place {
                path: row.text("path")?,
                line: row.small("line")?,
            };
            found.targets.push((row.text("full_name")?, place));
        }
    }
    if from.is_empty() {
        return Ok(found);
    }
    let batch = reach(&ReachSpec {
        from,
        to: Vec::new(),
        edges: vec!["call".to_owned()],
        direction: Direction::Backward,
        max_depth: DEEPEST,
        max_results: MOST,
        min_confidence: LEAST,
    })?;
    let [Column::Ids(nodes), Column::Ints(depths), ..] = batch.columns.as_slice() else {
        return Err(Fault::Internal(
            "`reach` gave other columns than it promises".into(),
        ));
    };
    for (&node, &depth) in nodes.iter().zip(depths) {
        found.depth.entry(node).or_insert(depth);
    }
    Ok(found)
}

/// Entries that lead there, the nearest first.
pub(crate) fn leading(entries: Vec<Entry>, reached: &Reached) -> Vec<(Entry, i64)> {
    let mut found: Vec<(Entry, i64)> = entries
        .into_iter()
        .filter_map(|entry| {
            let depth = *reached.depth.get(&entry.handler.as_ref()?.node)?;
            Some((entry, depth))
        })
        .collect();
    found.sort_by_key(|(entry, depth)| (entry.trust, *depth));
    found
}
