//! Questions to the graph, in the form in which entries need them.

use std::collections::{BTreeMap, BTreeSet};

use codegraph_sdk::Fault;
use codegraph_sdk::flows::FlowStep;
use codegraph_sdk::questions::{Hit, patterns};
use codegraph_sdk::rows;
use codegraph_sdk::scenario::Value;
use serde_json::{Value as Json, json};

use crate::data::Slot;
use crate::point::Place;

/// Nodes of one query.
const AT_ONCE: usize = 500;

/// Hits of several questions, and what was left out.
#[derive(Debug, Default)]
pub(crate) struct Hits {
    pub(crate) all: Vec<Hit>,
    pub(crate) more: u64,
    pub(crate) cut: bool,
}

/// Asks for patterns; nothing is asked where there are none.
pub(crate) fn find(rules: &[Json]) -> Result<Hits, Fault> {
    if rules.is_empty() {
        return Ok(Hits::default());
    }
    let question = json!({ "rules": rules }).to_string();
    let found = patterns(&question, 0, 0)?;
    Ok(Hits {
        all: found.all,
        more: u64::from(found.more),
        cut: found.cut,
    })
}

/// An argument that may be missing, carried under a name.
pub(crate) fn carried(slot: &Slot, name: &str) -> Json {
    argument(slot, &json!({ "any": ["present", "absent"] }), name)
}

/// An argument that must be what a condition says.
pub(crate) fn argument(slot: &Slot, is: &Json, name: &str) -> Json {
    let mut one = json!({ "is": is, "capture": name, "origins": format!("{name}:origin") });
    if let Some(position) = slot.position {
        one["position"] = json!(position);
    }
    if let Some(keyword) = &slot.keyword {
        one["keyword"] = json!(keyword);
    }
    one
}

/// The capture of a name with its constant.
pub(crate) fn captured<'h>(hit: &'h Hit, name: &str) -> Option<(&'h FlowStep, &'h str)> {
    let found = hit.captures.iter().find(|(step, _)| step.kind == name);
    found.map(|(step, constant)| (step, constant.as_str()))
}

/// Whether code is a text without letters, which has a constant that says nothing.
pub(crate) fn is_empty_text(code: &str) -> bool {
    let text = code.trim_start_matches(['r', 'R', 'b', 'B', 'u', 'U', 'f', 'F']);
    matches!(text, "\"\"" | "''")
}

/// What stands behind a capture: nodes with their full names, which calls have not.
pub(crate) fn origins<'h>(
    hit: &'h Hit,
    name: &str,
) -> impl Iterator<Item = (&'h FlowStep, &'h str)> {
    let name = format!("{name}:origin");
    hit.captures
        .iter()
        .filter(move |(step, _)| step.kind == name)
        .map(|(step, text)| (step, text.as_str()))
}

/// The line of a step.
pub(crate) fn place(step: &FlowStep) -> Place {
    Place {
        path: step.path.clone(),
        line: step.line,
    }
}

/// A method or type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbol {
    pub(crate) id: u64,
    pub(crate) full_name: String,
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) line_end: u32,
    pub(crate) properties: Vec<String>,
    pub(crate) is_type: bool,
    pub(crate) is_test: bool,
}

impl Symbol {
    pub(crate) fn place(&self) -> Place {
        Place {
            path: self.path.clone(),
            line: self.line,
        }
    }
}

fn chunks(ids: &BTreeSet<u64>) -> Vec<Vec<i64>> {
    let ids: Vec<i64> = ids
        .iter()
        .filter_map(|&id| i64::try_from(id).ok())
        .collect();
    ids.chunks(AT_ONCE).map(<[i64]>::to_vec).collect()
}

/// Methods and types of the project by node.
pub(crate) fn symbols(ids: &BTreeSet<u64>) -> Result<BTreeMap<u64, Symbol>, Fault> {
    let mut found = BTreeMap::new();
    for part in chunks(ids) {
        for query in ["method", "type"] {
            for row in rows::ask(query, &[Value::Ints(part.clone())], 0)?.iter() {
                if row.truth("is_external")? {
                    continue;
                }
                let symbol = Symbol {
                    id: row.id("id")?,
                    full_name: row.text("full_name")?,
                    path: row.text("path")?,
                    line: row.small("line")?,
                    line_end: row.small("line_end")?,
                    properties: words(&row.text("properties")?),
                    is_type: query == "type",
                    is_test: row.truth("is_test")?,
                };
                found.insert(symbol.id, symbol);
            }
        }
    }
    Ok(found)
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Methods around nodes.
pub(crate) fn methods_around(ids: &BTreeSet<u64>) -> Result<BTreeMap<u64, u64>, Fault> {
    let mut found = BTreeMap::new();
    for part in chunks(ids) {
        for row in rows::ask("node", &[Value::Ints(part)], 0)?.iter() {
            found.insert(row.id("id")?, row.id("method_id")?);
        }
    }
    Ok(found)
}

/// Last lines of nodes.
pub(crate) fn last_lines(ids: &BTreeSet<u64>) -> Result<BTreeMap<u64, u32>, Fault> {
    let mut found = BTreeMap::new();
    for part in chunks(ids) {
        for row in rows::ask("node", &[Value::Ints(part)], 0)?.iter() {
            found.insert(row.id("id")?, row.small("line_end")?);
        }
    }
    Ok(found)
}

/// Methods and types of the project of a full name.
pub(crate) fn named(full_name: &str) -> Result<Vec<u64>, Fault> {
    let rows = rows::ask("symbol_lookup", &[Value::Text(full_name.to_owned())], 50)?;
    let mut found = Vec::new();
    for row in rows.iter() {
        let kind = row.text("kind")?;
        if !row.truth("is_external")?
            && (kind == "METHOD" || kind == "TYPE_DECL")
            && row.text("full_name")? == full_name
        {
            found.push(row.id("id")?);
        }
    }
    Ok(found)
}

/// Methods and types of a short name: that of the same file, or the only one.
pub(crate) fn short_named(name: &str, path: &str) -> Result<Vec<Symbol>, Fault> {
    let rows = rows::ask("symbol_lookup", &[Value::Text(name.to_owned())], 50)?;
    let mut found = Vec::new();
    for row in rows.iter() {
        let kind = row.text("kind")?;
        if !row.truth("is_external")? && (kind == "METHOD" || kind == "TYPE_DECL") {
            found.push(Symbol {
                id: row.id("id")?,
                full_name: row.text("full_name")?,
                path: row.text("path")?,
                line: row.small("line")?,
                line_end: row.small("line_end")?,
                properties: Vec::new(),
                is_type: kind == "TYPE_DECL",
                is_test: row.truth("is_test")?,
            });
        }
    }
    if found.iter().any(|symbol| symbol.path == path) {
        found.retain(|symbol| symbol.path == path);
    } else if found.len() > 1 {
        found.clear();
    }
    Ok(found)
}

/// Names of parameters of a method, receivers left out where it has one.
pub(crate) fn parameters(method: &Symbol) -> Result<Vec<String>, Fault> {
    let rows = rows::ask("parameters", &[id(method.id)], 0)?;
    let has_receiver = method
        .properties
        .iter()
        .any(|property| property == "instance_method" || property == "class_method");
    let mut found = Vec::new();
    for row in rows.iter().skip(usize::from(has_receiver)) {
        let name = row.text("name")?;
        if !name.is_empty() {
            found.push(name);
        }
    }
    Ok(found)
}

/// A node as a parameter of a query.
pub(crate) fn id(node: u64) -> Value {
    Value::Int(i64::try_from(node).unwrap_or(i64::MAX))
}

/// Methods of a type with their names, its own only.
pub(crate) fn methods_of(class: u64) -> Result<Vec<(u64, String)>, Fault> {
    let mut found = Vec::new();
    for row in rows::ask("type_members", &[id(class)], 0)?.iter() {
        if row.text("kind")? == "METHOD" {
            found.push((row.id("id")?, row.text("name")?));
        }
    }
    Ok(found)
}

/// Texts in quotes: the parts of a list that is written out.
pub(crate) fn quoted(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find(['"', '\'']) {
        let quote = if rest[at..].starts_with('"') {
            '"'
        } else {
            '\''
        };
        rest = &rest[at + 1..];
        let Some(end) = rest.find(quote) else { break };
        if end > 0 {
            found.push(rest[..end].to_owned());
        }
        rest = &rest[end + 1..];
    }
    found
}
