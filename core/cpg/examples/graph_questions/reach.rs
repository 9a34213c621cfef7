//! Reachability over the whole call graph, and ways through it.

use crate::methods::Method;
use crate::times::{Times, milliseconds, spread};
use codegraph_cpg::store::{ColumnBatch, ColumnData, Direction, Graph, QueryError, ReachSpec};
use serde_json::{Value, json};
use std::time::Instant;

/// Methods that searches start from.
const STARTS: usize = 500;
/// Ways that are asked for between two methods: what a person reads.
const WAYS: u32 = 3;

/// Times searches without a bound on depth but the host's own.
pub(crate) fn measure(graph: &Graph, methods: &[Method]) -> Result<Value, QueryError> {
    let starts: Vec<u64> = spread(methods, STARTS).map(|method| method.id).collect();
    let began = Instant::now();
    graph.reach(&spec(starts[0], None, Direction::Forward))?;
    let first = began.elapsed();

    let (mut forward, mut backward, mut paths) =
        (Times::default(), Times::default(), Times::default());
    let (mut most_reached, mut most_steps) = (0, 0);
    for &start in &starts {
        let found = forward.take(|| graph.reach(&spec(start, None, Direction::Forward)))?;
        backward.take(|| graph.reach(&spec(start, None, Direction::Backward)))?;
        most_reached = most_reached.max(found.rows);
        // The nearest come first: the last one is as far away as any.
        if let Some(&far) = nodes(&found).last() {
            let ways = paths.take(|| graph.reach(&spec(start, Some(far), Direction::Forward)))?;
            most_steps = most_steps.max(longest(&ways));
        }
    }
    Ok(json!({
        "first_ms": milliseconds(first),
        "forward": forward.summary(),
        "backward": backward.summary(),
        "paths": paths.summary(),
        "most_reached": most_reached,
        "most_steps": most_steps,
    }))
}

fn spec(from: u64, to: Option<u64>, direction: Direction) -> ReachSpec {
    ReachSpec {
        from: vec![from],
        to: to.into_iter().collect(),
        edges: vec!["call".to_owned()],
        direction,
        max_depth: 0,
        max_results: if to.is_some() { WAYS } else { 0 },
        min_confidence: 0.0,
    }
}

/// What was reached.
fn nodes(found: &ColumnBatch) -> &[u64] {
    match found.columns.first() {
        Some(ColumnData::Ids(nodes)) => nodes,
        _ => &[],
    }
}

/// Calls on the longest of some ways.
fn longest(ways: &ColumnBatch) -> i64 {
    match ways.columns.get(1) {
        Some(ColumnData::Ints(steps)) => steps.iter().copied().max().unwrap_or_default(),
        _ => 0,
    }
}
