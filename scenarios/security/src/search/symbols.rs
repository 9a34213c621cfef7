//! The methods that findings are in.

use std::collections::{BTreeMap, BTreeSet};

use codegraph_sdk::Fault;
use codegraph_sdk::rows;
use codegraph_sdk::scenario::Value;

/// Nodes of one query.
const AT_ONCE: usize = 500;

/// Full names of the methods around nodes.
pub(super) fn around(nodes: impl Iterator<Item = u64>) -> Result<BTreeMap<u64, String>, Fault> {
    let nodes: BTreeSet<u64> = nodes.collect();
    let mut method_of = BTreeMap::new();
    each(&nodes, |row| {
        method_of.insert(row.id("id")?, row.id("method_id")?);
        Ok(())
    })?;
    let mut names = BTreeMap::new();
    each(&method_of.values().copied().collect(), |row| {
        names.insert(row.id("id")?, row.text("full_name")?);
        Ok(())
    })?;
    let named = |(node, method)| Some((node, names.get(&method)?.clone()));
    Ok(method_of.into_iter().filter_map(named).collect())
}

fn each(
    nodes: &BTreeSet<u64>,
    mut take: impl FnMut(rows::Row<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let nodes: Vec<i64> = nodes
        .iter()
        .filter_map(|&node| i64::try_from(node).ok())
        .collect();
    for part in nodes.chunks(AT_ONCE) {
        let rows = rows::ask("node", &[Value::Ints(part.to_vec())], 0)?;
        rows.iter().try_for_each(&mut take)?;
    }
    Ok(())
}
