//! Look-ups by name, as scenarios make them: `symbol_lookup`, then what the symbols call or what calls them.

use crate::methods::{Method, named, query};
use crate::times::{Times, spread};
use codegraph_cpg::store::{Graph, QueryError, Value};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::error::Error;

/// Names of each kind of question that are timed.
const NAMES: usize = 1_000;
/// Names that are asked for before, untimed.
pub(crate) const WARM_UP: usize = 50;

/// Times look-ups of names that differ.
pub(crate) fn measure(graph: &Graph, methods: &[Method]) -> Result<Json, Box<dyn Error>> {
    let distinct = |name: fn(&Method) -> &str| -> Vec<&str> {
        let names: BTreeSet<&str> = methods.iter().map(name).collect();
        names.into_iter().collect()
    };
    let short = distinct(|method| &method.name);
    let full = distinct(|method| &method.full_name);
    Ok(json!({
        "definition_by_short_name": timed(&short, |name| definition(graph, name))?,
        "definition": timed(&full, |name| definition(graph, name))?,
        "callers": timed(&full, |name| callers(graph, name))?,
        "callees": timed(&full, |name| callees(graph, name))?,
    }))
}

/// Asks for names and gives the times; what an answer holds is counted, so that an empty graph is no fast one.
fn timed(
    names: &[&str],
    ask: impl Fn(&str) -> Result<usize, Box<dyn Error>>,
) -> Result<Json, Box<dyn Error>> {
    for name in spread(names, WARM_UP) {
        ask(name)?;
    }
    let mut times = Times::default();
    let (mut rows, mut most) = (0, 0);
    for name in spread(names, NAMES) {
        let found = times.take(|| ask(name))?;
        rows += found;
        most = most.max(found);
    }
    let mut summary = times.summary();
    summary["rows"] = rows.into();
    summary["most_rows"] = most.into();
    Ok(summary)
}

/// Symbols of a name.
fn definition(graph: &Graph, name: &str) -> Result<usize, Box<dyn Error>> {
    let found = query(graph, "symbol_lookup", &[Value::Text(name.to_owned())])?;
    if found.is_empty() {
        return Err(format!("the graph has a method {name:?} and does not find it").into());
    }
    Ok(found.len())
}

/// Calls of the methods of a name.
fn callers(graph: &Graph, name: &str) -> Result<usize, Box<dyn Error>> {
    let methods = look_up(graph, name)?;
    Ok(query(graph, "callers", &[Value::Ints(methods)])?.len())
}

/// Calls that the methods of a name make.
fn callees(graph: &Graph, name: &str) -> Result<usize, Box<dyn Error>> {
    let mut rows = 0;
    for method in look_up(graph, name)? {
        rows += query(graph, "callees", &[Value::Int(method)])?.len();
    }
    Ok(rows)
}

/// Ids of the methods of a full name; several where it is bound more than once.
fn look_up(graph: &Graph, name: &str) -> Result<Vec<i64>, QueryError> {
    let found = query(graph, "symbol_lookup", &[Value::Text(name.to_owned())])?;
    Ok(named(&found)
        .iter()
        .filter(|method| method.full_name == name)
        .map(|method| method.id as i64)
        .collect())
}
