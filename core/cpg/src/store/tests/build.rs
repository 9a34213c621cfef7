//! What is written, and that it is written the same each time.

use super::support::{Folder, app_file, build_shop, db_file, metadata, open_shop};
use crate::store::{BuildOptions, FileInput, GraphBuilder, StoreError};
use std::fmt::Write as _;

#[test]
fn a_summary_counts_what_was_built() {
    let folder = Folder::new("summary");
    let summary = build_shop(&folder.file("a"));
    assert_eq!(
        (
            summary.files,
            summary.methods,
            summary.types,
            summary.call_edges
        ),
        (4, 6, 2, 3)
    );
    assert_eq!(summary.calls, 4, "operators are no calls");
    assert_eq!(
        summary
            .gaps_by_reason
            .iter()
            .map(|(reason, &count)| (reason.as_str(), count))
            .collect::<Vec<_>>(),
        [("no_importer", 1)]
    );
    assert_eq!(
        summary.bytes,
        std::fs::metadata(folder.file("a")).unwrap().len()
    );
    assert!(summary.source_bytes_stored > 0 && summary.source_bytes > summary.source_bytes_stored);
    assert!(
        summary.bytes < 3 << 20,
        "small sources get small blocks: {}",
        summary.bytes
    );
    let left: Vec<_> = std::fs::read_dir(&folder.0)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["a"], "no log and no spilled rows stay behind");
}

#[test]
fn the_revision_says_what_it_is() {
    let folder = Folder::new("revision");
    let graph = open_shop(&folder);
    let revision = graph.revision();
    assert_eq!(
        (
            revision.project.as_str(),
            revision.revision.as_str(),
            revision.indexed_commit.as_str()
        ),
        ("shop", "r1", "abc")
    );
    assert_eq!(
        (revision.languages.as_slice(), revision.files, revision.gaps),
        (["python".to_owned()].as_slice(), 4, 1)
    );
    assert!(
        revision.extra.contains(&("note".into(), "by hand".into()))
            && revision.extra.iter().any(|(key, _)| key == "importers")
    );
}

/// All rows of all tables, in their physical order.
fn dump(path: &std::path::Path) -> String {
    let connection = duckdb::Connection::open(path).unwrap();
    let mut out = String::new();
    for table in crate::store::schema::tables::TABLES {
        let mut statement = connection
            .prepare(&format!(
                "SELECT CAST(t AS VARCHAR) FROM {} AS t",
                table.name
            ))
            .unwrap();
        for row in statement
            .query_map([], |row| row.get::<_, String>(0))
            .unwrap()
        {
            writeln!(out, "{}: {}", table.name, row.unwrap()).unwrap();
        }
    }
    out
}

#[test]
fn threads_do_not_change_the_rows() {
    let folder = Folder::new("threads");
    build_shop(&folder.file("a"));
    let builder = GraphBuilder::create(&folder.file("b"), BuildOptions::default()).unwrap();
    let db = db_file();
    std::thread::scope(|scope| {
        scope.spawn(|| app_file().add(&builder));
        scope.spawn(|| builder.add_unparsed_file(super::support::readme()).unwrap());
        scope.spawn(|| db.add(&builder));
        scope.spawn(|| builder.add_unparsed_file(super::support::unread()).unwrap());
    });
    builder
        .add_linked(&super::support::linked(&db), &[])
        .unwrap();
    builder.finish(metadata()).unwrap();
    assert_eq!(dump(&folder.file("a")), dump(&folder.file("b")));
}

#[test]
fn rows_go_before_a_file_that_all_wait_for_when_they_grow_too_many() {
    let folder = Folder::new("reorder");
    let path = folder.file("a");
    let builder = GraphBuilder::create(
        &path,
        BuildOptions {
            reorder_bytes: 1,
            ..BuildOptions::default()
        },
    )
    .unwrap();
    app_file().add(&builder);
    db_file().add(&builder);
    // Ordinals 3 to 9 never come.
    let mut late = app_file();
    late.info.ordinal = 10;
    late.info.path = "late.py".into();
    late.add(&builder);
    let summary = builder.finish(metadata()).unwrap();
    let connection = duckdb::Connection::open(&path).unwrap();
    let nodes: u64 = connection
        .query_row("SELECT count(DISTINCT id) FROM node", [], |row| row.get(0))
        .unwrap();
    assert_eq!(nodes, summary.nodes);
}

#[test]
fn wrong_input_is_refused() {
    let folder = Folder::new("wrong");
    let path = folder.file("a");
    let builder = GraphBuilder::create(&path, BuildOptions::default()).unwrap();
    assert!(
        matches!(
            GraphBuilder::create(&path, BuildOptions::default()),
            Err(StoreError::Io { .. })
        ),
        "the file is there already"
    );
    let file = db_file();
    file.add(&builder);
    let ast = file.ast();
    let again = |ordinal: u32| {
        let info = crate::passes::FileInfo {
            ordinal,
            ..file.info.clone()
        };
        let input = FileInput {
            info: &info,
            language: "",
            file_role: file.role,
            ast: &ast,
            source: file.source.as_bytes(),
            local: &file.local,
            key: None,
        };
        builder.add_file(input).unwrap_err().to_string()
    };
    assert!(again(1).contains("has the ordinal 1"), "{}", again(1));
    assert!(again(0).contains("between 1 and"), "{}", again(0));
    assert!(again(1 << 21).contains("between 1 and"));
}

#[test]
fn a_failure_of_the_loader_reaches_the_callers() {
    let folder = Folder::new("failure");
    let path = folder.file("a");
    let builder = GraphBuilder::create(
        &path,
        BuildOptions {
            memory_limit: 1 << 20,
            ..BuildOptions::default()
        },
    );
    // One megabyte is too little for anything; where it shows first is DuckDB's affair.
    let Ok(builder) = builder else { return };
    let mut big = db_file();
    let text = "x = 1\n".repeat(400_000);
    big.source += &text;
    big.add(&builder);
    let error = builder.finish(metadata()).expect_err("it cannot fit");
    assert!(
        matches!(error, StoreError::Engine(_) | StoreError::Loader(_)),
        "{error}"
    );
}

#[test]
fn an_abandoned_build_leaves_no_thread() {
    let folder = Folder::new("abandoned");
    let builder = GraphBuilder::create(&folder.file("a"), BuildOptions::default()).unwrap();
    db_file().add(&builder);
    drop(builder);
}
