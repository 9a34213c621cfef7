//! Going on with a copy of the last revision.

use super::support::{
    Folder, TestFile, app_file, build_shop, db_file, linked, metadata, readme, unread,
};
use crate::ast::Gap;
use crate::passes::Linked;
use crate::store::{
    BuildOptions, BuildSummary, Graph, GraphBuilder, GraphStore, InputKey, NODES_OUT_OF_ORDER,
    StoreError, StoreOptions,
};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// All rows of all tables but one, as texts in an order of their own: what is written later stands behind.
fn rows(path: &Path) -> Vec<String> {
    let connection = duckdb::Connection::open(path).unwrap();
    let mut all = Vec::new();
    for table in crate::store::schema::tables::TABLES {
        let mut statement = connection
            .prepare(&format!(
                "SELECT CAST(t AS VARCHAR) FROM {} AS t",
                table.name
            ))
            .unwrap();
        let found = statement
            .query_map([], |row| row.get::<_, String>(0))
            .unwrap();
        all.extend(found.map(|row| format!("{}: {}", table.name, row.unwrap())));
    }
    all.retain(|row| !row.contains(NODES_OUT_OF_ORDER));
    all.sort();
    all
}

fn open(folder: &Folder, path: &Path) -> Arc<Graph> {
    let options = StoreOptions {
        directories: vec![folder.0.clone()],
        ..StoreOptions::default()
    };
    GraphStore::new(options).unwrap().open(path).unwrap()
}

fn amend(from: &Path, to: &Path, replaced: &[u32]) -> GraphBuilder {
    let replaced: BTreeSet<u32> = replaced.iter().copied().collect();
    GraphBuilder::amend(from, to, BuildOptions::default(), &replaced).unwrap()
}

/// `shop/app.py` after an edit: a comment at its end.
fn edited_app() -> TestFile {
    let mut file = app_file();
    file.source.push_str("\n# the end\n");
    file
}

/// The shop with the edited file, from all files.
fn edited_shop(path: &Path) -> BuildSummary {
    let builder = GraphBuilder::create(path, BuildOptions::default()).unwrap();
    let db = db_file();
    db.add(&builder);
    edited_app().add(&builder);
    builder.add_unparsed_file(readme()).unwrap();
    builder.add_unparsed_file(unread()).unwrap();
    builder.add_linked(&linked(&db), &[]).unwrap();
    builder.finish(metadata()).unwrap()
}

#[test]
fn an_amended_file_holds_what_a_new_one_would() {
    let folder = Folder::new("amend");
    let (old, new, whole) = (folder.file("old"), folder.file("new"), folder.file("whole"));
    build_shop(&old);
    let before = std::fs::read(&old).unwrap();
    let builder = amend(&old, &new, &[2]);
    edited_app().add(&builder);
    builder.add_linked(&linked(&db_file()), &[]).unwrap();
    let amended = builder.finish(metadata()).unwrap();

    let from_all = edited_shop(&whole);
    assert_eq!(rows(&new), rows(&whole));
    assert_eq!(
        BuildSummary {
            bytes: 0,
            ..amended
        },
        BuildSummary {
            bytes: 0,
            ..from_all
        }
    );
    assert_eq!(before, std::fs::read(&old).unwrap(), "it is only read");
    assert!(
        !new.with_extension("wal").exists() && !folder.file("new.wal").exists(),
        "all is in the file"
    );
    // Questions work as ever.
    assert_eq!(open(&folder, &new).summary().unwrap().nodes, from_all.nodes);
}

#[test]
fn what_is_not_added_again_is_gone() {
    let folder = Folder::new("amend-removed");
    let (old, new) = (folder.file("old"), folder.file("new"));
    build_shop(&old);
    let builder = amend(&old, &new, &[1, 2, 4]);
    builder.add_linked(&Linked::default(), &[]).unwrap();
    let summary = builder.finish(metadata()).unwrap();
    assert_eq!((summary.files, summary.nodes, summary.edges), (1, 1, 0));
    assert!(summary.gaps_by_reason.is_empty());
    let left = rows(&new);
    assert!(
        left.iter().all(|row| row.starts_with("metadata")
            || row.contains("README.md")
            || row.starts_with("file_facts")),
        "{left:#?}"
    );
}

#[test]
fn gaps_of_the_linker_go_and_those_of_files_stay() {
    let folder = Folder::new("amend-gaps");
    let (old, new) = (folder.file("old"), folder.file("new"));
    let gap = |reason: &str| Gap {
        start: 0,
        end: 0,
        reason: reason.into(),
        detail: String::new(),
    };
    let found = |reason: &str| Linked {
        gaps: vec![(1, gap(reason))],
        ..Linked::default()
    };
    let builder = GraphBuilder::create(&old, BuildOptions::default()).unwrap();
    db_file().add(&builder);
    builder.add_unparsed_file(unread()).unwrap();
    builder.add_linked(&found("first"), &[]).unwrap();
    builder.finish(metadata()).unwrap();

    let builder = amend(&old, &new, &[]);
    builder.add_linked(&found("second"), &[]).unwrap();
    let summary = builder.finish(metadata()).unwrap();
    let reasons: Vec<&str> = summary.gaps_by_reason.keys().map(String::as_str).collect();
    assert_eq!(reasons, ["no_importer", "second"]);
    // The path of a file that was not added now is known all the same.
    assert!(
        rows(&new)
            .iter()
            .any(|row| row.contains("second") && row.contains("shop/db.py"))
    );
}

#[test]
fn numbers_of_files_that_stay_are_taken() {
    let folder = Folder::new("amend-taken");
    let (old, new) = (folder.file("old"), folder.file("new"));
    build_shop(&old);
    let builder = amend(&old, &new, &[2]);
    let mut readme = readme();
    readme.ordinal = 1;
    let error = builder.add_unparsed_file(readme).unwrap_err().to_string();
    assert!(
        error.contains("has the ordinal 1 of \"shop/db.py\""),
        "{error}"
    );
}

#[test]
fn it_knows_how_much_stands_out_of_order() {
    let folder = Folder::new("amend-order");
    let paths: Vec<_> = ["a", "b", "c"].map(|name| folder.file(name)).into();
    build_shop(&paths[0]);
    let nodes = app_file().ast().len();
    for step in 1..3 {
        let builder = amend(&paths[step - 1], &paths[step], &[2]);
        app_file().add(&builder);
        builder.add_linked(&linked(&db_file()), &[]).unwrap();
        builder.finish(metadata()).unwrap();
    }
    let out_of_order = |path| {
        let graph = open(&folder, path);
        let extra = graph.revision().extra.clone();
        let found = extra.into_iter().find(|(key, _)| key == NODES_OUT_OF_ORDER);
        found.unwrap().1
    };
    assert_eq!(out_of_order(&paths[0]), "0");
    assert_eq!(out_of_order(&paths[1]), nodes.to_string());
    assert_eq!(out_of_order(&paths[2]), (2 * nodes).to_string());
}

#[test]
fn files_do_not_grow_with_each_amendment() {
    let folder = Folder::new("amend-growth");
    let path = |number: usize| folder.file(&number.to_string());
    build_shop(&path(0));
    let mut sizes = Vec::new();
    for step in 1..=20 {
        let builder = amend(&path(step - 1), &path(step), &[2]);
        app_file().add(&builder);
        builder.add_linked(&linked(&db_file()), &[]).unwrap();
        sizes.push(builder.finish(metadata()).unwrap().bytes);
    }
    // What one revision frees, the next one uses.
    assert!(sizes[19] <= sizes[3], "{sizes:?}");
}

#[test]
fn the_next_import_knows_files_and_facts() {
    let folder = Folder::new("known");
    let path = folder.file("a");
    build_shop(&path);
    let graph = open(&folder, &path);
    let files: Vec<_> = graph
        .known_files()
        .unwrap()
        .into_iter()
        .map(|file| (file.ordinal, file.path, file.key))
        .collect();
    let key = |source: &str| Some(InputKey(*blake3::hash(source.as_bytes()).as_bytes()));
    assert_eq!(
        files,
        [
            (1, "shop/db.py".to_owned(), key(&db_file().source)),
            (2, "shop/app.py".to_owned(), key(&app_file().source)),
            (3, "README.md".to_owned(), Some(InputKey([3; 32]))),
            (4, "web/app.js".to_owned(), None),
        ]
    );
    assert_eq!(graph.file_facts(|_| true).unwrap().len(), 2);
    assert_eq!(graph.file_facts(|ordinal| ordinal == 2).unwrap().len(), 1);
}

#[test]
fn what_is_no_graph_is_not_amended() {
    let folder = Folder::new("amend-wrong");
    let (old, new) = (folder.file("old"), folder.file("new"));
    let amend = || {
        GraphBuilder::amend(&old, &new, BuildOptions::default(), &BTreeSet::new())
            .map(drop)
            .unwrap_err()
    };
    assert!(matches!(amend(), StoreError::Io { .. }), "no file");
    std::fs::write(&old, "no graph").unwrap();
    assert!(matches!(amend(), StoreError::Engine(_)), "no database");
    // The copy is the caller's to remove, and is never written over.
    assert!(matches!(amend(), StoreError::Io { .. }), "there already");
    assert_eq!(std::fs::read(&old).unwrap(), b"no graph");
}
