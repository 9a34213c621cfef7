//! What is offered to other programs: names that a module lists, and functions that another file declares.

use std::collections::BTreeSet;

use codegraph_sdk::scenario::source;
use codegraph_sdk::{Fault, rows};
use serde_json::json;

use crate::find::{Draft, Search, reason};
use crate::graph::{captured, named, quoted};
use crate::point::{Entry, Kind, Place};

/// Names that are looked up: others are counted.
const MOST: usize = 400;
/// Lines of one list.
const LINES: u32 = 400;
/// Declared functions that are told.
const DECLARED: u32 = 2_000;

const LISTED: &str = "https://docs.python.org/3/reference/simple_stmts.html#the-import-statement";
const HEADERS: &str = "https://en.cppreference.com/w/c/language/storage_class_specifiers#Linkage";

pub(crate) fn search(search: &mut Search<'_>, kinds: &BTreeSet<Kind>) -> Result<(), Fault> {
    if kinds.contains(&Kind::Export) {
        listed(search)?;
        declared(search)?;
    }
    Ok(())
}

fn entry(search: &Search<'_>, library: &str, from: &str, name: String, place: Place) -> Entry {
    Entry {
        kind: Kind::Export,
        trust: Kind::Export.trust(),
        reason: reason(Kind::Export, search.russian).to_owned(),
        library: library.to_owned(),
        documentation: from.to_owned(),
        verbs: Vec::new(),
        name,
        name_unknown: false,
        handler: None,
        place,
        confidence: 1.0,
        checks: Vec::new(),
        owners: Vec::new(),
        node: 0,
        is_test: false,
    }
}

/// `__all__` of modules.
fn listed(search: &mut Search<'_>) -> Result<(), Fault> {
    let rules = vec![json!({
        "label": "all",
        "find": { "binding": { "name": ["__all__"], "kinds": ["variable"], "is": "present" } },
    })];
    let mut looked_up = 0;
    for hit in search.ask(&rules)? {
        let Some((value, _)) = captured(&hit, "value") else {
            continue;
        };
        let module = module_of(&hit.place.path)?;
        let text = source(&value.path, value.line, value.line.saturating_add(LINES))
            .unwrap_or_else(|_| value.code.clone());
        for (line, name) in list(&text, value.line) {
            if looked_up >= MOST {
                search.more += 1;
                continue;
            }
            looked_up += 1;
            let handlers = named(&format!("{module}.{name}"))?;
            let place = Place {
                path: hit.place.path.clone(),
                line,
            };
            let entry = entry(search, "__all__", LISTED, name, place);
            search.drafts.push(Draft {
                entry,
                handlers,
                methods: Vec::new(),
            });
        }
    }
    Ok(())
}

fn module_of(path: &str) -> Result<String, Fault> {
    use codegraph_sdk::scenario::Value;
    let rows = rows::ask("file", &[Value::Text(path.to_owned())], 1)?;
    rows.iter()
        .next()
        .map_or(Ok(String::new()), |row| row.text("module"))
}

/// Names in a list that is written out, with their lines.
fn list(text: &str, first: u32) -> Vec<(u32, String)> {
    let open = text.find(['[', '(']);
    let end = open.and_then(|open| text[open..].find([']', ')']).map(|end| open + end));
    let (Some(open), Some(end)) = (open, end) else {
        return Vec::new();
    };
    let before = text[..open].matches('\n').count() as u32;
    let lines = text[open..end].split('\n');
    (first + before..)
        .zip(lines)
        .flat_map(|(line, text)| {
            let text = text.split('#').next().unwrap_or_default();
            quoted(text).into_iter().map(move |name| (line, name))
        })
        .collect()
}

/// Functions that a file which others take in declares.
fn declared(search: &mut Search<'_>) -> Result<(), Fault> {
    let rows = rows::ask("declared_elsewhere", &[], DECLARED)?;
    for row in rows.iter() {
        let place = Place {
            path: row.text("declared_path")?,
            line: row.small("declared_line")?,
        };
        let entry = entry(search, "C", HEADERS, row.text("name")?, place);
        search.drafts.push(Draft {
            entry,
            handlers: vec![row.id("id")?],
            methods: Vec::new(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn names_of_a_list() {
        let text = "__all__ = [\n    \"one\",  # \"not\"\n    'two',\n]\nx = \"three\"\n";
        assert_eq!(list(text, 7), [(8, "one".into()), (9, "two".into())]);
        assert!(list("__all__ = names()", 1).is_empty() || list("__all__ = names", 1).is_empty());
        assert!(list("[\"a", 1).is_empty());
    }
}
