//! Files that are no graphs, and names that are no names.

use super::support::{Extra, Folder, TestFile, build_shop, lines, metadata};
use crate::kind::{NodeKind, Role};
use crate::store::{
    Budget, BuildOptions, GraphBuilder, GraphStore, StoreError, StoreOptions, Value,
};

fn store() -> GraphStore {
    GraphStore::new(StoreOptions::default()).unwrap()
}

#[test]
fn a_file_that_is_no_graph_has_its_error() {
    let folder = Folder::new("no-graph");
    let path = folder.file("a.duckdb");
    let open = || store().open(&path).map(|_| ()).unwrap_err();
    assert!(matches!(open(), StoreError::Missing(_)));
    for bytes in [
        Vec::new(),
        b"garbage".to_vec(),
        vec![0; 100_000],
        b"SQLite format 3\0".repeat(1000),
    ] {
        std::fs::write(&path, &bytes).unwrap();
        let error = open();
        assert!(
            matches!(error, StoreError::Unreadable { .. }),
            "{} bytes: {error}",
            bytes.len()
        );
        assert!(error.to_string().contains("import the project again"));
    }
    std::fs::remove_file(&path).unwrap();
    duckdb::Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE t (a INT)")
        .unwrap();
    assert!(
        matches!(open(), StoreError::Unreadable { reason, .. } if reason == "it is no code graph")
    );
    assert!(matches!(
        store().open(&folder.0).map(|_| ()),
        Err(StoreError::Unreadable { .. })
    ));
}

#[test]
fn a_cut_graph_is_not_opened() {
    let folder = Folder::new("cut");
    let path = folder.file("a.duckdb");
    build_shop(&path);
    let whole = std::fs::read(&path).unwrap();
    for length in [1, 4096, 12_288, whole.len() / 2, whole.len() - 20_000] {
        std::fs::write(&path, &whole[..length]).unwrap();
        // Where the cut part holds rows only, it shows when they are read.
        match store().open(&path) {
            Err(error) => assert!(
                matches!(
                    error,
                    StoreError::Unreadable { .. } | StoreError::SchemaVersion { .. }
                ),
                "{length}: {error}"
            ),
            Ok(graph) => {
                let _ = graph.query("folder", &[Value::Text(String::new())], Budget::default());
            }
        }
    }
}

#[test]
fn another_schema_version_asks_for_an_import() {
    let folder = Folder::new("version");
    let path = folder.file("a.duckdb");
    build_shop(&path);
    let connection = duckdb::Connection::open(&path).unwrap();
    connection
        .execute_batch("UPDATE metadata SET value = '0' WHERE key = 'schema_version'; CHECKPOINT")
        .unwrap();
    drop(connection);
    let error = store().open(&path).map(|_| ()).unwrap_err();
    assert!(
        matches!(&error, StoreError::SchemaVersion { found, .. } if found == "0"),
        "{error}"
    );
}

#[test]
fn an_unfinished_import_is_not_opened() {
    let folder = Folder::new("unfinished");
    let path = folder.file("a.duckdb");
    build_shop(&path);
    std::fs::write(folder.file("a.duckdb.wal"), b"half a log").unwrap();
    assert!(
        matches!(store().open(&path).map(|_| ()), Err(StoreError::Unreadable { reason, .. }) if reason.contains("never ended"))
    );
}

#[test]
fn only_its_folders_are_open_to_a_store() {
    let folder = Folder::new("inside");
    let other = Folder::new("outside");
    build_shop(&folder.file("a.duckdb"));
    build_shop(&other.file("a.duckdb"));
    let store = GraphStore::new(StoreOptions {
        directories: vec![folder.0.clone()],
        ..StoreOptions::default()
    })
    .unwrap();
    store.open(&folder.file("a.duckdb")).unwrap();
    assert!(matches!(
        store.open(&other.file("a.duckdb")).map(|_| ()),
        Err(StoreError::Unreadable { .. })
    ));
}

#[test]
fn graphs_are_shared_closed_and_opened_anew() {
    let folder = Folder::new("shared");
    let path = folder.file("it's a \"name\".duckdb");
    build_shop(&path);
    let store = GraphStore::new(StoreOptions {
        keep_milliseconds: 0,
        ..StoreOptions::default()
    })
    .unwrap();
    let first = store.open(&path).unwrap();
    let second = store.open(&path).unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &second));
    store.close_unused();
    assert_eq!(store.open_graphs(), 1, "in use");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(
                        first
                            .query("folder", &[Value::Text(String::new())], Budget::default())
                            .unwrap()
                            .len(),
                        4
                    );
                }
            });
        }
    });
    std::fs::remove_file(&path).unwrap();
    build_shop(&path);
    assert!(
        matches!(store.open(&path).map(|_| ()), Err(StoreError::Replaced(_))),
        "a revision is never written again"
    );
    drop((first, second));
    store.open(&path).unwrap();
    store.close_unused();
    assert_eq!(store.open_graphs(), 0);
}

#[test]
fn odd_names_go_in_and_come_out() {
    let folder = Folder::new("odd");
    let path = folder.file("a.duckdb");
    let long = "x".repeat(10_000);
    let names = [
        "it's",
        "\"quoted\"",
        "naïve_Ünïcode",
        "名前",
        "a\nb",
        "🦆",
        "back\\slash",
        "%_",
        long.as_str(),
        "nul\0inside",
    ];
    let builder = GraphBuilder::create(&path, BuildOptions::default()).unwrap();
    for (number, name) in names.iter().enumerate() {
        let odd_path = format!(
            "dir {number}/{}.py",
            name.chars().take(50).collect::<String>()
        );
        let mut file = TestFile::new(number as u32 + 1, &odd_path, name, "def f(): pass\n");
        let block = file.module();
        let full = format!("m.{name}");
        file.push(
            "def f(): pass",
            NodeKind::Method,
            Role::None,
            block,
            &Extra {
                name,
                detail: &full,
                ..Extra::default()
            },
        );
        file.add(&builder);
    }
    builder.finish(metadata()).unwrap();
    let graph = store().open(&path).unwrap();
    for name in names {
        if name.contains('\0') {
            continue;
        }
        let rows = graph
            .query(
                "symbol_lookup",
                &[Value::Text(name.into())],
                Budget::default(),
            )
            .unwrap();
        let found = lines(&rows, &["name", "kind"]);
        assert!(
            found.contains(&format!("{name} | METHOD")),
            "{:?}: {found:?}",
            &name[..name.len().min(40)]
        );
    }
}

#[test]
fn a_hundred_thousand_rows_load() {
    let folder = Folder::new("many");
    let path = folder.file("a.duckdb");
    let builder = GraphBuilder::create(&path, BuildOptions::default()).unwrap();
    let mut file = TestFile::new(1, "big.py", "big", &"x = 1\n".repeat(1000));
    let block = file.module();
    for _ in 0..140_000 {
        file.push(
            "x",
            NodeKind::Identifier,
            Role::None,
            block,
            &Extra {
                name: "x",
                ..Extra::default()
            },
        );
    }
    file.add(&builder);
    let summary = builder.finish(metadata()).unwrap();
    assert_eq!(summary.nodes, 140_004);
    assert!(summary.bytes < 8 << 20, "{}", summary.bytes);
}
