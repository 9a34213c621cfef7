//! The database from outside: on files, from several connections, and when the file is damaged.

use std::collections::BTreeMap;
use std::path::Path;

use codegraph_model::{NewRevision, Origin, ProjectName, RepositoryId, RevisionId, RevisionState};
use codegraph_storage::{Db, Location, StorageError};
use jiff::{SignedDuration, Timestamp};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn name(text: &str) -> ProjectName {
    text.parse().unwrap()
}

fn origin() -> Origin {
    Origin::Folder {
        path: "/src/shop".into(),
    }
}

fn revision(repository: RepositoryId, second: i64) -> NewRevision {
    NewRevision {
        id: RevisionId::new(at(second)),
        repository,
        indexed_at: at(second),
        indexed_commit: "0123abcd".into(),
        files: 3,
        languages: BTreeMap::from([("python".into(), 2)]),
        lines: 120,
        nodes: 1_000,
        edges: 900,
        gaps: 1,
        graph_bytes: 65_536,
    }
}

async fn open(folder: &Path) -> Db {
    Db::open(&Location::parse(None, folder).unwrap())
        .await
        .unwrap()
}

async fn repository(db: &Db, project: &str) -> RepositoryId {
    let mut tx = db.begin().await.unwrap();
    let project = tx.projects().add(&name(project), at(0)).await.unwrap();
    let repository = tx
        .repositories()
        .add_primary(project.id, "main", &origin(), at(0))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    repository.id
}

async fn publish(db: &Db, repository: RepositoryId, second: i64) -> RevisionId {
    let new = revision(repository, second);
    let mut tx = db.begin().await.unwrap();
    tx.revisions().publish(&new, at(second)).await.unwrap();
    tx.commit().await.unwrap();
    new.id
}

#[tokio::test]
async fn keeps_projects_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let added = {
        let mut tx = db.begin().await.unwrap();
        let added = tx.projects().add(&name("магазин"), at(1)).await.unwrap();
        tx.projects().imported(added.id, at(5)).await.unwrap();
        tx.commit().await.unwrap();
        added
    };
    db.close().await;

    let db = open(folder.path()).await;
    let mut tx = db.read().await.unwrap();
    let found = tx
        .projects()
        .find_by_name(&name("магазин"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.id, found.created_at, found.imported_at),
        (added.id, at(1), Some(at(5)))
    );
    assert_eq!(tx.projects().lookup(added.id).await.unwrap(), Some(found));
    assert_eq!(
        tx.projects().find_by_name(&name("other")).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn what_is_not_committed_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let mut tx = db.begin().await.unwrap();
    tx.projects().add(&name("a"), at(0)).await.unwrap();
    drop(tx);
    assert_eq!(
        db.read().await.unwrap().projects().list().await.unwrap(),
        []
    );
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    repository(&db, "a").await;
    let mut tx = db.begin().await.unwrap();
    let again = tx.projects().add(&name("a"), at(1)).await;
    assert!(
        matches!(again, Err(StorageError::Conflict("a project of this name"))),
        "{again:?}"
    );
}

#[tokio::test]
async fn the_last_import_is_the_default_project() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    for project in ["a", "b", "c"] {
        repository(&db, project).await;
    }
    let mut tx = db.begin().await.unwrap();
    assert_eq!(tx.projects().last_imported().await.unwrap(), None);
    for (project, second) in [("a", 9), ("b", 10), ("c", 4)] {
        let id = tx
            .projects()
            .find_by_name(&name(project))
            .await
            .unwrap()
            .unwrap()
            .id;
        tx.projects().imported(id, at(second)).await.unwrap();
    }
    assert_eq!(
        tx.projects().last_imported().await.unwrap().unwrap().name,
        name("b")
    );
    let names: Vec<String> = tx
        .projects()
        .list()
        .await
        .unwrap()
        .into_iter()
        .map(|project| project.name.into())
        .collect();
    assert_eq!(names, ["a", "b", "c"]);
}

#[tokio::test]
async fn publishing_supersedes() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let repository = repository(&db, "a").await;
    let first = publish(&db, repository, 10).await;
    let second = publish(&db, repository, 20).await;

    let mut tx = db.read().await.unwrap();
    let old = tx.revisions().lookup(first).await.unwrap().unwrap();
    assert_eq!(
        (old.state, old.superseded_at),
        (RevisionState::Superseded, Some(at(20)))
    );
    let new = tx.revisions().published(repository).await.unwrap().unwrap();
    assert_eq!(
        (new.id, new.state, new.superseded_at),
        (second, RevisionState::Published, None)
    );
    assert_eq!(new.languages, BTreeMap::from([("python".into(), 2)]));
    let project = tx
        .projects()
        .find_by_name(&name("a"))
        .await
        .unwrap()
        .unwrap()
        .id;
    assert_eq!(
        tx.repositories()
            .primary(project)
            .await
            .unwrap()
            .unwrap()
            .published,
        Some(second)
    );
}

#[tokio::test]
async fn a_superseded_revision_stays_as_long_as_it_is_leased() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let repository = repository(&db, "a").await;
    let hour = SignedDuration::from_hours(1);
    let first = publish(&db, repository, 0).await;
    let mut tx = db.begin().await.unwrap();
    let lease = tx
        .leases()
        .take(first, "test", at(1), at(600))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    publish(&db, repository, 10).await;

    let mut tx = db.begin().await.unwrap();
    // An hour after it was superseded, but not an hour after its lease.
    assert_eq!(tx.revisions().remove_superseded(at(20)).await.unwrap(), []);
    assert!(tx.leases().renew(lease.id, at(900)).await.unwrap());
    tx.leases().release(lease.id, at(700)).await.unwrap();
    assert_eq!(tx.revisions().remove_superseded(at(700)).await.unwrap(), []);
    let removed = tx
        .revisions()
        .remove_superseded(at(4301) - hour)
        .await
        .unwrap();
    assert_eq!(
        removed
            .iter()
            .map(|removed| removed.revision)
            .collect::<Vec<_>>(),
        [first]
    );
    assert!(matches!(
        tx.leases().take(first, "late", at(5000), at(6000)).await,
        Err(StorageError::Gone("the revision"))
    ));
}

#[tokio::test]
async fn a_superseded_revision_that_nobody_held_goes_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let repository = repository(&db, "a").await;
    let first = publish(&db, repository, 0).await;
    let mut tx = db.begin().await.unwrap();
    // An import holds it while it reads it, and takes that back.
    let lease = tx
        .leases()
        .take(first, "import", at(1), at(600))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let second = publish(&db, repository, 10).await;
    let mut tx = db.begin().await.unwrap();
    assert_eq!(tx.revisions().remove_superseded(at(20)).await.unwrap(), []);
    tx.leases().remove(lease.id).await.unwrap();
    let removed = tx.revisions().remove_superseded(at(20)).await.unwrap();
    let removed: Vec<_> = removed.iter().map(|removed| removed.revision).collect();
    assert_eq!(removed, [first], "and {second} is the published one");
}

#[tokio::test]
async fn removing_a_project_removes_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let repository = repository(&db, "a").await;
    let revision_id = publish(&db, repository, 0).await;
    let mut tx = db.begin().await.unwrap();
    let project = tx
        .projects()
        .find_by_name(&name("a"))
        .await
        .unwrap()
        .unwrap();
    tx.projects().remove(project.id).await.unwrap();
    assert_eq!(tx.revisions().lookup(revision_id).await.unwrap(), None);
    assert!(!tx.repositories().exists(repository).await.unwrap());
    let late = tx
        .revisions()
        .publish(&revision(repository, 5), at(5))
        .await;
    assert!(
        matches!(late, Err(StorageError::Gone("the revision"))),
        "{late:?}"
    );
}

/// A file is made and brought to WAL once, whoever comes first; nobody is turned away.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn first_starts_at_once_all_succeed() {
    for _ in 0..30 {
        let folder = tempfile::tempdir().unwrap();
        let together = std::sync::Arc::new(tokio::sync::Barrier::new(8));
        let starts = (0..8).map(|_| {
            let (path, together) = (folder.path().to_owned(), together.clone());
            tokio::spawn(async move {
                together.wait().await;
                open(&path).await.close().await;
            })
        });
        for start in starts.collect::<Vec<_>>() {
            start.await.unwrap();
        }
    }
}

/// Each has its own `Db`, as separate processes have; all open the file for the first time at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let writers = (0..8).map(|writer| {
        let path = folder.path().to_owned();
        tokio::spawn(async move {
            let db = open(&path).await;
            for i in 0..25 {
                let mut tx = db.begin().await.unwrap();
                // Reads before it writes: a transaction that began as a reader would have to give up here.
                let before = tx.projects().list().await.unwrap().len();
                tx.projects()
                    .add(&name(&format!("{writer}-{i}")), at(i))
                    .await
                    .unwrap();
                assert_eq!(tx.projects().list().await.unwrap().len(), before + 1);
                tx.commit().await.unwrap();
            }
            db.close().await;
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let db = open(folder.path()).await;
    assert_eq!(
        db.read()
            .await
            .unwrap()
            .projects()
            .list()
            .await
            .unwrap()
            .len(),
        200
    );
}

#[tokio::test]
async fn readers_do_not_wait_for_a_writer() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    repository(&db, "a").await;
    let mut writer = db.begin().await.unwrap();
    writer.projects().add(&name("b"), at(0)).await.unwrap();
    let mut reader = db.read().await.unwrap();
    assert_eq!(reader.projects().list().await.unwrap().len(), 1);
    let refused = reader.projects().add(&name("c"), at(0)).await;
    assert!(refused.is_err(), "a reading transaction cannot write");
    writer.commit().await.unwrap();
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
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    for i in 0..200 {
        repository(&db, &format!("project-{i}")).await;
    }
    db.close().await;
    let path = folder.path().join("codegraph.db");
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
