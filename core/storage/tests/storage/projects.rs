//! Projects, revisions and their leases, from several connections.

use std::collections::BTreeMap;

use codegraph_model::{NewRevision, Origin, ProjectName, RepositoryId, RevisionId, RevisionState};
use codegraph_storage::{Db, StorageError};
use jiff::{SignedDuration, Timestamp};

use crate::support::{Place, on_both};

on_both!(
    keeps_projects_over_a_restart,
    what_is_not_committed_is_gone,
    a_name_is_taken_once,
    the_last_import_is_the_default_project,
    publishing_supersedes,
    a_superseded_revision_stays_as_long_as_it_is_leased,
    a_superseded_revision_that_nobody_held_goes_at_once,
    removing_a_project_removes_what_it_has,
    many_writers_at_once_lose_nothing,
    readers_do_not_wait_for_a_writer,
);

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

async fn keeps_projects_over_a_restart(place: Place) {
    let db = place.open().await;
    let added = {
        let mut tx = db.begin().await.unwrap();
        let added = tx.projects().add(&name("магазин"), at(1)).await.unwrap();
        tx.projects().imported(added.id, at(5)).await.unwrap();
        tx.commit().await.unwrap();
        added
    };
    db.close().await;

    let db = place.open().await;
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

async fn what_is_not_committed_is_gone(place: Place) {
    let db = place.open().await;
    let mut tx = db.begin().await.unwrap();
    tx.projects().add(&name("a"), at(0)).await.unwrap();
    drop(tx);
    assert_eq!(
        db.read().await.unwrap().projects().list().await.unwrap(),
        []
    );
}

async fn a_name_is_taken_once(place: Place) {
    let db = place.open().await;
    repository(&db, "a").await;
    let mut tx = db.begin().await.unwrap();
    let again = tx.projects().add(&name("a"), at(1)).await;
    assert!(
        matches!(again, Err(StorageError::Conflict("a project of this name"))),
        "{again:?}"
    );
}

async fn the_last_import_is_the_default_project(place: Place) {
    let db = place.open().await;
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

async fn publishing_supersedes(place: Place) {
    let db = place.open().await;
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

async fn a_superseded_revision_stays_as_long_as_it_is_leased(place: Place) {
    let db = place.open().await;
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

async fn a_superseded_revision_that_nobody_held_goes_at_once(place: Place) {
    let db = place.open().await;
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

async fn removing_a_project_removes_what_it_has(place: Place) {
    let db = place.open().await;
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

/// Each has its own `Db`, as separate processes have; all open the file for the first time at the same moment.
async fn many_writers_at_once_lose_nothing(place: Place) {
    let writers = (0..8).map(|writer| {
        let path = place.location.clone();
        tokio::spawn(async move {
            let db = Db::open(&path).await.unwrap();
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
    let db = place.open().await;
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

async fn readers_do_not_wait_for_a_writer(place: Place) {
    let db = place.open().await;
    repository(&db, "a").await;
    let mut writer = db.begin().await.unwrap();
    writer.projects().add(&name("b"), at(0)).await.unwrap();
    let mut reader = db.read().await.unwrap();
    assert_eq!(reader.projects().list().await.unwrap().len(), 1);
    let refused = reader.projects().add(&name("c"), at(0)).await;
    assert!(refused.is_err(), "a reading transaction cannot write");
    writer.commit().await.unwrap();
}
