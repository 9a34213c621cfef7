//! The OpenAPI document: a snapshot, held against the list of endpoints.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::world::{World, root};

/// A row of the list of endpoints.
pub(crate) struct Row {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) access: String,
}

impl Row {
    /// Its path, with an id that nothing has in each place for one.
    pub(crate) fn path_of_nothing(&self) -> String {
        let part = |part: &str| {
            if part.starts_with('{') {
                "01930000-0000-7000-8000-00000000ffff".to_owned()
            } else {
                part.to_owned()
            }
        };
        self.path.split('/').map(part).collect::<Vec<_>>().join("/")
    }
}

/// The whole API: every row is to exist.
pub(crate) fn rows() -> Vec<Row> {
    let rows = include_str!("endpoints.tsv").lines().skip(1);
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        Row {
            method: cells[1].to_owned(),
            path: cells[2].to_owned(),
            access: cells[3].to_owned(),
        }
    };
    rows.map(row).collect()
}

/// Rows that are not built yet. The list only shrinks.
pub(crate) fn not_built() -> BTreeSet<String> {
    let lines = include_str!("not_built.txt").lines();
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

fn document() -> Value {
    serde_json::to_value(codegraph_server::router::document()).unwrap()
}

/// `METHOD path` of all operations, without the names of parameters.
fn operations(document: &Value) -> BTreeMap<String, Value> {
    let mut operations = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations.insert(nameless(&method.to_uppercase(), path), operation.clone());
        }
    }
    operations
}

fn nameless(method: &str, path: &str) -> String {
    let part = |part: &str| {
        if part.starts_with('{') {
            "{}".to_owned()
        } else {
            part.to_owned()
        }
    };
    let parts: Vec<String> = path.split('/').map(part).collect();
    format!("{method} {}", parts.join("/"))
}

#[test]
fn every_endpoint_is_in_the_document_or_known_to_be_missing() {
    let operations = operations(&document());
    let not_built = not_built();
    let page = std::fs::read_to_string(root().join("docs/api.md")).unwrap();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for row in rows() {
        let name = format!("{} {}", row.method, row.path);
        // OpenAPI has no words for WebSockets: the page has.
        let is_there = if row.method == "WS" {
            page.contains(&format!("| `{}`", row.path))
        } else {
            operations.contains_key(&nameless(&row.method, &row.path))
        };
        match (is_there, not_built.contains(&name)) {
            (false, false) => wrong.push(format!("missing: {name}")),
            (true, true) => wrong.push(format!("built, take it off the list: {name}")),
            _ => {}
        }
        seen.insert(name);
    }
    wrong.extend(
        not_built
            .difference(&seen)
            .map(|name| format!("no such row: {name}")),
    );
    let known: BTreeSet<String> = rows()
        .iter()
        .map(|row| nameless(&row.method, &row.path))
        .collect();
    for name in operations.keys() {
        // The document stands at the root and beside the API.
        if !known.contains(name) && name != "GET /api/v1/openapi.json" {
            wrong.push(format!("in the document, not in the list: {name}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_document_is_as_it_was() {
    let path = root().join("docs/openapi.json");
    let mut now = serde_json::to_string_pretty(&document()).unwrap();
    now.push('\n');
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        before == now,
        "docs/openapi.json is not what the code says; run: UPDATE_DOCS=1 cargo test --workspace --test api -- document"
    );
}

#[test]
fn operations_are_described_named_once_and_say_their_errors() {
    let mut names = BTreeSet::new();
    for (name, operation) in operations(&document()) {
        let id = operation["operationId"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(!id.is_empty() && names.insert(id.clone()), "{name}: {id}");
        let text = operation["summary"].as_str().unwrap_or_default();
        assert!(text.len() > 10, "{name} says nothing of itself");
        let responses = operation["responses"].as_object().unwrap();
        if !name.contains("/health") && !name.contains("/v1/") && name.contains("/api/") {
            assert!(
                responses.contains_key("401") && responses.contains_key("500"),
                "{name}"
            );
        }
        // What is public says so.
        let is_public = operation["security"].as_array().is_some_and(|security| {
            security
                .iter()
                .any(|one| one.as_object().is_some_and(serde_json::Map::is_empty))
        });
        let row = rows()
            .into_iter()
            .find(|row| nameless(&row.method, &row.path) == name);
        if let Some(row) = row {
            let may_be_nobody = row.access.starts_with("public");
            assert_eq!(is_public, may_be_nobody, "{name}: {}", row.access);
        }
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    fn references(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(to)) = map.get("$ref") {
                    into.insert(to.clone());
                }
                map.values().for_each(|value| references(value, into));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, into)),
            _ => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 20, "{found:?}");
    for to in found {
        let target = document.pointer(to.trim_start_matches('#'));
        assert!(target.is_some(), "{to} leads nowhere");
    }
}

#[tokio::test]
async fn pages_load_nothing_from_elsewhere() {
    let world = World::start().await;
    for path in ["/docs", "/redoc", "/docs/"] {
        let page = world.get(path, "").await;
        assert_eq!(page.status, 200, "{path}");
        assert!(
            page.header("content-type").starts_with("text/html"),
            "{path}"
        );
        assert!(
            page.header("content-security-policy")
                .contains("default-src 'self'")
        );
        for attribute in ["src=\"", "href=\""] {
            for piece in page.text.split(attribute).skip(1) {
                let target = piece.split('"').next().unwrap();
                assert!(target.starts_with('/'), "{path} loads {target}");
                let asset = world.get(target, "").await;
                assert_eq!(asset.status, 200, "{path} loads {target}");
                assert!(!asset.text.is_empty());
            }
        }
        assert!(page.text.contains("src=\""), "{path} has no script");
    }
    world
        .get("/docs/../../etc/passwd", "")
        .await
        .assert_error(404, "NOT_FOUND");
    for path in ["/openapi.json", "/api/v1/openapi.json", "/v1/openapi.json"] {
        let reply = world.get(path, "").await;
        assert_eq!(reply.json["openapi"].as_str().unwrap(), "3.1.0", "{path}");
    }
}

/// The page says what tests show: those tests are there.
#[test]
fn the_page_of_dangers_names_tests_that_are_there() {
    let page = std::fs::read_to_string(root().join("docs/security.md")).unwrap();
    let (mut named, mut missing) = (0, Vec::new());
    for row in page.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let file = cells[2].trim_matches('`');
        if cells[1] == "danger" {
            continue;
        }
        let source = std::fs::read_to_string(root().join(file))
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        for name in cells[3].split(", ").filter(|name| !name.is_empty()) {
            named += 1;
            if !source.contains(&format!("fn {}()", name.trim_matches('`'))) {
                missing.push(format!("{file}: {name}"));
            }
        }
    }
    assert!(named >= 40, "{named}");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
