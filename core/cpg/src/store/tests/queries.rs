//! The catalogue over the shop.

use super::support::{Folder, MAIN, build_shop, db_file, id, lines, open_shop, row_of};
use crate::kind::NodeKind;
use crate::store::catalog::{ParameterType, queries};
use crate::store::{Budget, Graph, GraphStore, Interrupt, QueryError, StoreOptions, Value};

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn ask(graph: &Graph, query: &str, parameters: &[Value], columns: &[&str]) -> Vec<String> {
    let rows = graph
        .query(query, parameters, Budget::default())
        .unwrap_or_else(|error| panic!("{query}: {error}"));
    lines(&rows, columns)
}

#[test]
fn each_query_gives_the_columns_it_promises() {
    let folder = Folder::new("columns-of-queries");
    let path = folder.file("shop.duckdb");
    build_shop(&path);
    let connection = duckdb::Connection::open(&path).unwrap();
    for query in queries() {
        let samples: Vec<duckdb::types::Value> = query
            .bind(
                &query
                    .parameters
                    .iter()
                    .map(|parameter| sample(parameter.kind))
                    .collect::<Vec<_>>(),
            )
            .unwrap()
            .into_iter()
            .chain([duckdb::types::Value::BigInt(10)])
            .collect();
        let mut statement = connection
            .prepare(&query.sql)
            .unwrap_or_else(|error| panic!("{}: {error}", query.name));
        let result = statement
            .query_arrow(duckdb::params_from_iter(samples))
            .unwrap_or_else(|error| panic!("{}: {error}", query.name));
        let names: Vec<String> = result
            .get_schema()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        let promised: Vec<&str> = query
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        assert_eq!(names, promised, "{}", query.name);
        assert!(
            query.sql.contains("ORDER BY"),
            "{} has no order",
            query.name
        );
    }
    let graph = open(&folder);
    for query in queries() {
        let values: Vec<Value> = query
            .parameters
            .iter()
            .map(|parameter| sample(parameter.kind))
            .collect();
        graph
            .query(&query.name, &values, Budget::default())
            .unwrap_or_else(|error| panic!("{}: {error}", query.name));
        let required: Vec<Value> = query
            .parameters
            .iter()
            .filter(|p| !p.optional)
            .map(|p| sample(p.kind))
            .collect();
        graph
            .query(&query.name, &required, Budget::default())
            .unwrap_or_else(|error| panic!("{}: {error}", query.name));
    }
}

fn open(folder: &Folder) -> std::sync::Arc<Graph> {
    GraphStore::new(StoreOptions::default())
        .unwrap()
        .open(&folder.file("shop.duckdb"))
        .unwrap()
}

fn sample(kind: ParameterType) -> Value {
    match kind {
        ParameterType::Text => text("shop"),
        ParameterType::Int => Value::Int(1),
        ParameterType::Id => Value::Int(id(1, 4) as i64),
        ParameterType::Ids => Value::Ints(vec![id(2, MAIN) as i64, 5]),
        ParameterType::Real => Value::Real(0.5),
        ParameterType::Bool => Value::Truth(true),
    }
}

#[test]
fn symbols_are_found_by_short_and_full_names() {
    let folder = Folder::new("symbols");
    let graph = open_shop(&folder);
    let full = |name: &str| {
        ask(
            &graph,
            "symbol_lookup",
            &[text(name)],
            &["full_name", "kind", "path", "line"],
        )
    };
    assert_eq!(
        full("find"),
        ["shop.db.Store.find | METHOD | shop/db.py | 15"]
    );
    assert_eq!(full("shop.db.Store.find"), full("find"));
    assert_eq!(full("Store.find"), full("find"));
    assert_eq!(
        full("STORE"),
        ["shop.db.Store | TYPE_DECL | shop/db.py | 9"]
    );
    assert_eq!(full("LIMIT"), ["shop.db.LIMIT | LOCAL | shop/db.py | 4"]);
    assert_eq!(
        full("shop.db"),
        ["shop.db | NAMESPACE_BLOCK | shop/db.py | 1"]
    );
    assert_eq!(
        full("size"),
        ["shop.db.Store.size | MEMBER | shop/db.py | 14"]
    );
    assert_eq!(full("join"), ["os.path.join | METHOD | - | -"]);
    assert_eq!(full("Other.find"), Vec::<String>::new());
    for odd in [
        "",
        ".",
        "'; DROP TABLE node; --",
        "\u{0}",
        "%",
        "a.b.c.",
        "…",
        "\\",
        "$1",
    ] {
        assert_eq!(full(odd), Vec::<String>::new(), "{odd:?}");
    }
    let near = ask(
        &graph,
        "symbol_search",
        &[text("fnid"), Value::Int(1)],
        &["name"],
    );
    assert_eq!(near, ["find"], "a slip of the keys");
    assert_eq!(
        ask(&graph, "symbol_search", &[text("sto")], &["name"]),
        ["Store"]
    );
}

#[test]
fn methods_and_types_are_described() {
    let folder = Folder::new("described");
    let graph = open_shop(&folder);
    let db = db_file();
    let find = Value::Int(id(1, row_of(&db, NodeKind::Method, "find")) as i64);
    let store = Value::Int(id(1, row_of(&db, NodeKind::TypeDecl, "Store")) as i64);
    let base = Value::Int(id(1, row_of(&db, NodeKind::TypeDecl, "Base")) as i64);
    assert_eq!(
        ask(
            &graph,
            "method",
            std::slice::from_ref(&find),
            &[
                "full_name",
                "signature",
                "return_type",
                "cyclomatic",
                "properties",
                "parent_kind",
                "role"
            ]
        ),
        [
            "shop.db.Store.find | (self, key, *rest, most=LIMIT) | str | 3 | instance_method | TYPE_DECL | source"
        ]
    );
    assert_eq!(
        ask(
            &graph,
            "parameters",
            std::slice::from_ref(&find),
            &[
                "position",
                "name",
                "declared_type",
                "default_value",
                "is_variadic",
                "is_keyword_only"
            ]
        ),
        [
            "1 | self | - | - | false | false",
            "2 | key | str | - | false | false",
            "3 | rest | - | - | true | false",
            "4 | most | - | LIMIT | false | true"
        ]
    );
    assert_eq!(
        ask(
            &graph,
            "type",
            std::slice::from_ref(&store),
            &["bases", "docstring"]
        ),
        ["Base | Keeps rows.\n\nFor ever."]
    );
    assert_eq!(
        ask(
            &graph,
            "type_members",
            std::slice::from_ref(&store),
            &["kind", "name", "line"]
        ),
        ["MEMBER | size | 14", "METHOD | find | 15"]
    );
    assert_eq!(
        ask(
            &graph,
            "type_bases",
            std::slice::from_ref(&store),
            &["full_name", "line"]
        ),
        ["shop.db.Base | 6"]
    );
    assert_eq!(
        ask(&graph, "type_subtypes", &[base], &["full_name"]),
        ["shop.db.Store"]
    );
    assert_eq!(
        ask(
            &graph,
            "references",
            &[store],
            &["kind", "path", "line", "code"]
        ),
        [
            "IMPORT | shop/app.py | 1 | from shop.db import Store",
            "CALL | shop/app.py | 4 | Store()"
        ]
    );
}

#[test]
fn calls_have_both_ends() {
    let folder = Folder::new("calls");
    let graph = open_shop(&folder);
    let find = Value::Ints(vec![
        id(1, row_of(&db_file(), NodeKind::Method, "find")) as i64
    ]);
    let columns = [
        "full_name",
        "line",
        "call_path",
        "call_line",
        "call_code",
        "resolution",
        "confidence",
    ];
    assert_eq!(
        ask(&graph, "callers", &[find], &columns),
        ["shop.app.main | 3 | shop/app.py | 5 | store.find('é', most=1) | type | 0.90"]
    );
    assert_eq!(
        ask(
            &graph,
            "callees",
            &[Value::Int(id(2, MAIN) as i64)],
            &["kind", "full_name", "path", "resolution"]
        ),
        [
            "TYPE_DECL | shop.db.Store | shop/db.py | import",
            "METHOD | shop.db.Store.find | shop/db.py | type"
        ]
    );
    assert_eq!(
        ask(
            &graph,
            "unresolved_calls",
            &[text("eval")],
            &["caller_full_name", "line"]
        ),
        ["shop.app.unused | 8"]
    );
    assert_eq!(
        ask(&graph, "entry_candidates", &[], &["full_name", "reason"]),
        ["shop.app.main | main", "shop.app.unused | not_called"]
    );
}

#[test]
fn files_and_folders_are_described() {
    let folder = Folder::new("files");
    let graph = open_shop(&folder);
    let file = |path: &str| {
        ask(
            &graph,
            "file",
            &[text(path)],
            &["path", "module", "lines", "methods", "docstring"],
        )
    };
    assert_eq!(
        file("db.py"),
        ["shop/db.py | shop.db | 16 | 1 | Stores things."]
    );
    assert_eq!(
        (file("shop/db.py"), file("shop.db")),
        (file("db.py"), file("db.py"))
    );
    assert_eq!(file(""), Vec::<String>::new());
    assert_eq!(
        ask(&graph, "folder", &[text("shop/")], &["path"]),
        ["shop/app.py", "shop/db.py"]
    );
    assert_eq!(ask(&graph, "folder", &[text("")], &["path"]).len(), 4);
    assert_eq!(
        ask(
            &graph,
            "folders",
            &[text("shop")],
            &["path", "files", "lines"]
        ),
        ["shop | 2 | 24"]
    );
    assert_eq!(
        ask(&graph, "folder_readme", &[text("")], &["path"]),
        ["README.md"]
    );
    assert_eq!(
        ask(
            &graph,
            "file_outline",
            &[text("shop/db.py")],
            &["kind", "name", "line"]
        ),
        [
            "LOCAL | LIMIT | 4",
            "TYPE_DECL | Base | 6",
            "TYPE_DECL | Store | 9",
            "MEMBER | size | 14",
            "METHOD | find | 15"
        ]
    );
    assert_eq!(
        ask(
            &graph,
            "module_map",
            &[Value::Int(1)],
            &["module", "files", "lines", "role"]
        ),
        ["shop | 2 | 24 | source"]
    );
    assert_eq!(
        ask(
            &graph,
            "module_dependencies",
            &[Value::Int(0)],
            &["from_module", "to_module", "imports", "calls"]
        ),
        ["shop/app.py | shop/db.py | 1 | 2"]
    );
    assert_eq!(
        ask(
            &graph,
            "imports",
            &[text("shop/app.py")],
            &["line", "module", "name", "target"]
        ),
        ["1 | shop.db | Store | shop/db.py"]
    );
    assert_eq!(
        ask(
            &graph,
            "imports",
            &[text("shop/db.py")],
            &["module", "name", "target"]
        ),
        ["os | - | -"]
    );
    assert_eq!(
        ask(
            &graph,
            "file_dependents",
            &[text("shop/db.py")],
            &["path", "line"]
        ),
        ["shop/app.py | 1"]
    );
    assert_eq!(
        ask(
            &graph,
            "gaps_summary",
            &[],
            &["reason", "gaps", "files", "example"]
        ),
        ["no_importer | 1 | 1 | web/app.js"]
    );
    assert_eq!(
        ask(&graph, "gaps", &[text("web")], &["path", "line"]),
        ["web/app.js | -"]
    );
    assert_eq!(
        ask(
            &graph,
            "docs_search",
            &[text("COUNTER")],
            &["kind", "path", "line"]
        ),
        ["document | README.md | 3"]
    );
    assert_eq!(
        ask(
            &graph,
            "docs_search",
            &[text("for ever")],
            &["kind", "name", "line"]
        ),
        ["TYPE_DECL | shop.db.Store | 9"]
    );
}

#[test]
fn source_comes_in_whole_lines() {
    let folder = Folder::new("source");
    let graph = open_shop(&folder);
    assert_eq!(
        graph.source("shop/app.py", 3, 4).unwrap(),
        "def main():\n    store = Store()\n"
    );
    assert_eq!(
        graph.source("shop/app.py", 7, 0).unwrap(),
        "def unused():\n    eval('1')\n"
    );
    assert_eq!(graph.source("shop/app.py", 99, 120).unwrap(), "");
    assert_eq!(graph.source("shop/app.py", 4, 2).unwrap(), "");
    assert!(matches!(
        graph.source("web/app.js", 1, 1),
        Err(QueryError::NoSource(_))
    ));
    assert!(matches!(
        graph.source("' OR 1=1", 1, 1),
        Err(QueryError::NoSource(_))
    ));
}

#[test]
fn budgets_cut_and_stop() {
    let folder = Folder::new("budgets");
    let graph = open_shop(&folder);
    let all = graph
        .query("folder", &[text("")], Budget::default())
        .unwrap();
    assert!(!all.truncated);
    let two = graph
        .query(
            "folder",
            &[text("")],
            Budget {
                rows: 2,
                ..Budget::default()
            },
        )
        .unwrap();
    assert_eq!((two.len(), two.truncated), (2, true));
    let small = graph
        .query(
            "folder",
            &[text("")],
            Budget {
                bytes: 200,
                ..Budget::default()
            },
        )
        .unwrap();
    assert!(
        small.len() < 4
            && small.truncated
            && small
                .batches
                .iter()
                .map(crate::store::ColumnBatch::bytes)
                .sum::<usize>()
                <= 200
    );
    let interrupt = Interrupt::default();
    interrupt.stop();
    assert!(matches!(
        graph.query_with("folder", &[text("")], Budget::default(), &interrupt),
        Err(QueryError::Cancelled)
    ));
    let unknown = graph
        .query("drop_everything", &[], Budget::default())
        .unwrap_err();
    assert!(unknown.to_string().contains("symbol_lookup"));
}
