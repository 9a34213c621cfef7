//! SQLite's file: made once, named where it is none, found where it is damaged.

use codegraph_storage::{Db, Location, StorageError};

use crate::support::Place;

/// A file is made and brought to WAL once, whoever comes first; nobody is turned away.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn first_starts_at_once_all_succeed() {
    for _ in 0..30 {
        let place = Place::sqlite();
        let together = std::sync::Arc::new(tokio::sync::Barrier::new(8));
        let starts = (0..8).map(|_| {
            let (location, together) = (place.location.clone(), together.clone());
            tokio::spawn(async move {
                together.wait().await;
                Db::open(&location).await.unwrap().close().await;
            })
        });
        for start in starts.collect::<Vec<_>>() {
            start.await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("codegraph.db");
    std::fs::write(
        &path,
        "this is no database, and it is longer than a header would be: ".repeat(200),
    )
    .unwrap();
    let error = Db::open(&Location::Sqlite(path.clone())).await.unwrap_err();
    assert!(
        matches!(&error, StorageError::Corrupt { path: named, .. } if *named == path),
        "{error:?}"
    );
    assert!(error.to_string().contains("restore it from a backup"));
}

#[tokio::test]
async fn a_damaged_database_is_found_at_the_start() {
    use std::os::unix::fs::FileExt as _;
    let place = Place::sqlite();
    let db = place.open().await;
    let mut tx = db.begin().await.unwrap();
    for i in 0..400 {
        let name = format!("project-{i}").parse().unwrap();
        let now = jiff::Timestamp::UNIX_EPOCH;
        tx.projects().add(&name, now).await.unwrap();
    }
    tx.commit().await.unwrap();
    db.close().await;
    let path = place.folder().join("codegraph.db");
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let length = file.metadata().unwrap().len();
    assert!(
        length > 16 * 4096,
        "the damage must hit pages that are in use"
    );
    for page in 4..12 {
        file.write_all_at(&[0xA5; 4096], page * 4096).unwrap();
    }
    let error = Db::open(&Location::Sqlite(path)).await.unwrap_err();
    assert!(matches!(error, StorageError::Corrupt { .. }), "{error:?}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Db::open(&Location::parse(None, &file.join("data")).unwrap())
        .await
        .unwrap_err();
    assert!(matches!(error, StorageError::Open { .. }), "{error:?}");
    let error = Db::open(&Location::Sqlite(folder.path().to_owned()))
        .await
        .unwrap_err();
    assert!(matches!(error, StorageError::Open { .. }), "{error:?}");
}
