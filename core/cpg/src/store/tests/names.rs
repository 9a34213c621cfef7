//! Look-ups by name, from the tables and from memory: both must say the same.

use super::support::{Extra, Folder, MAIN, TestFile, build_shop, id, lines, metadata};
use crate::kind::{NodeKind, Role, property};
use crate::store::catalog::queries;
use crate::store::{Budget, BuildOptions, Graph, GraphBuilder, GraphStore, StoreOptions, Value};
use std::path::Path;
use std::sync::Arc;

const TWICE: &str = "int f();\ndef f(): pass\ndef f(): g()\nint only();\nint only();\n";

/// A module with a function that is defined twice and declared once, one that is only declared, and a name with `$`.
fn twice() -> TestFile {
    let mut file = TestFile::new(1, "twice.x", "twice", TWICE);
    let block = file.module();
    let mut method = |code: &str, name: &str, full_name: &str, properties: u32| {
        file.push(
            code,
            NodeKind::Method,
            Role::None,
            block,
            &Extra {
                name,
                detail: full_name,
                properties,
                ..Extra::default()
            },
        )
    };
    method("int f();", "f", "twice.f", property::DECLARATION);
    method("def f(): pass", "f", "twice.f", 0);
    method("def f(): g()", "f", "twice.f$2", 0);
    method("int only();", "only", "twice.only", property::DECLARATION);
    method("int only();", "Only", "twice.Only", property::DECLARATION);
    method("g()", "jQuery$1", "twice.jQuery$1", 0);
    method("f()", "größe", "twice.größe", 0);
    file
}

fn build_twice(path: &Path) {
    let builder = GraphBuilder::create(path, BuildOptions::default()).unwrap();
    let file = twice();
    file.add(&builder);
    builder
        .add_linked(&crate::passes::Linked::default(), &[])
        .unwrap();
    builder.finish(metadata()).unwrap();
}

fn open(path: &Path, names_bytes: usize) -> Arc<Graph> {
    let options = StoreOptions {
        names_bytes,
        ..StoreOptions::default()
    };
    GraphStore::new(options).unwrap().open(path).unwrap()
}

/// All columns of an answer.
fn answer(graph: &Graph, query: &str, value: &Value, budget: Budget) -> (Vec<String>, bool) {
    let columns: Vec<&str> = queries()
        .iter()
        .find(|known| known.name == query)
        .unwrap()
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    let rows = graph
        .query(query, std::slice::from_ref(value), budget)
        .unwrap();
    (lines(&rows, &columns), rows.truncated)
}

/// Every spelling of every name of a graph, and some of none.
fn spellings(graph: &Graph) -> Vec<String> {
    let names = graph.query(
        "symbol_search",
        &[Value::Text("e".into()), Value::Int(1000)],
        Budget::default(),
    );
    let mut all: Vec<String> = [
        "",
        ".",
        "...",
        "f",
        "F",
        "f$2",
        "twice.f",
        "twice.f$2",
        "f$2.",
        "only",
        "twice.jQuery$1",
        "jquery$1",
        "jQuery",
        "größe",
        "TWICE.GRÖSSE",
        "\0",
        "a\nb",
        "%",
        "'",
    ]
    .map(str::to_owned)
    .to_vec();
    for line in lines(&names.unwrap(), &["name", "full_name"]) {
        for name in line.split(" | ") {
            all.extend([
                name.to_owned(),
                name.to_uppercase(),
                format!("{name}."),
                format!("x.{name}"),
                format!("{name}$2"),
            ]);
            all.extend(
                name.match_indices(['.', ':', '/'])
                    .map(|(at, _)| name[at + 1..].to_owned()),
            );
        }
    }
    all
}

fn compare(path: &Path, nodes: &[u64]) {
    let (tables, memory) = (open(path, 0), open(path, 1 << 20));
    memory.warm_names().unwrap();
    let budgets = [
        Budget::default(),
        Budget {
            rows: 1,
            ..Budget::default()
        },
        Budget {
            bytes: 150,
            ..Budget::default()
        },
    ];
    let mut found = 0;
    let mut check = |query: &str, value: &Value| {
        for budget in budgets {
            let expected = answer(&tables, query, value, budget);
            assert_eq!(
                answer(&memory, query, value, budget),
                expected,
                "{query} {value:?} {budget:?}"
            );
            found += expected.0.len();
        }
    };
    for name in spellings(&tables) {
        check("symbol_lookup", &Value::Text(name));
    }
    for &node in nodes {
        check("callees", &Value::Int(node as i64));
        check("callers", &Value::Int(node as i64));
        check(
            "callers",
            &Value::Ints(vec![node as i64, nodes[0] as i64, node as i64]),
        );
    }
    check(
        "callers",
        &Value::Ints(nodes.iter().map(|&node| node as i64).collect()),
    );
    check("callers", &Value::Ints(Vec::new()));
    assert!(found > 10, "the graph has something to find");
}

#[test]
fn memory_and_tables_say_the_same() {
    let folder = Folder::new("names-shop");
    let path = folder.file("shop.duckdb");
    build_shop(&path);
    let mut nodes: Vec<u64> = (0..80).map(|row| id(1, row)).collect();
    nodes.extend((0..40).map(|row| id(2, row)));
    nodes.extend([0, id(0, 1), id(9, 9), id(2, MAIN)]);
    compare(&path, &nodes);
}

#[test]
fn later_definitions_and_declarations() {
    let folder = Folder::new("names-twice");
    let path = folder.file("twice.duckdb");
    build_twice(&path);
    compare(&path, &[id(1, 4)]);
    for names_bytes in [0, 1 << 20] {
        let graph = open(&path, names_bytes);
        graph.warm_names().unwrap();
        let find = |name: &str| {
            let rows = graph
                .query(
                    "symbol_lookup",
                    &[Value::Text(name.into())],
                    Budget::default(),
                )
                .unwrap();
            lines(&rows, &["full_name", "line"])
        };
        assert_eq!(find("twice.f$2"), ["twice.f$2 | 3"]);
        assert_eq!(find("f$2"), ["twice.f$2 | 3"]);
        // The declaration at line 1 is left out, what is only declared is not.
        assert_eq!(find("twice.f"), ["twice.f | 2"]);
        assert_eq!(find("f"), ["twice.f | 2", "twice.f$2 | 3"]);
        assert_eq!(find("only"), ["twice.only | 4", "twice.Only | 4"]);
        assert_eq!(find("jQuery$1"), ["twice.jQuery$1 | 3"]);
        assert_eq!(find("größe").len(), 1);
    }
}

#[test]
fn names_beyond_the_limit_are_asked_of_the_tables() {
    let folder = Folder::new("names-limit");
    let path = folder.file("shop.duckdb");
    build_shop(&path);
    let graph = open(&path, 2_000);
    graph.warm_names().unwrap();
    let found = answer(
        &graph,
        "symbol_lookup",
        &Value::Text("find".into()),
        Budget::default(),
    );
    assert_eq!(found.0.len(), 1);
}

#[test]
fn the_first_lookups_do_not_wait_for_all_names() {
    let folder = Folder::new("names-first");
    let path = folder.file("shop.duckdb");
    build_shop(&path);
    let graph = open(&path, 1 << 20);
    for _ in 0..40 {
        let found = answer(
            &graph,
            "symbol_lookup",
            &Value::Text("find".into()),
            Budget::default(),
        );
        assert_eq!(found.0.len(), 1);
    }
    let wrong = graph.query("callers", &[Value::Text("find".into())], Budget::default());
    assert!(wrong.is_err(), "values are checked before memory is asked");
}
