//! Tables of an earlier version, with what they hold, become those of this one.

use codegraph_model::GroupId;
use codegraph_storage::{Db, Migrated, StorageError};

use crate::support::{Place, on_both};

on_both!(
    what_was_kept_is_kept,
    tables_go_forward_step_by_step_and_never_back,
    tables_of_a_later_version_are_left_alone,
);

/// What the first version kept: two projects, one of them imported twice and read.
const ROWS: &str = "
INSERT INTO projects VALUES ('01930000-0000-7000-8000-0000000000a1', 'shop', 1000, 5000),
                            ('01930000-0000-7000-8000-0000000000a2', 'empty', 2000, NULL);
INSERT INTO repositories VALUES ('01930000-0000-7000-8000-0000000000b1', '01930000-0000-7000-8000-0000000000a1', 'shop',
    '{\"kind\":\"folder\",\"path\":\"/src/shop\"}', 1, '01930000-0000-7000-8000-0000000000c2', 1000);
INSERT INTO revisions VALUES
    ('01930000-0000-7000-8000-0000000000c1', '01930000-0000-7000-8000-0000000000b1', 'superseded', 1000, 5000, '', 1, '{}', 1, 1, 1, 0, 1),
    ('01930000-0000-7000-8000-0000000000c2', '01930000-0000-7000-8000-0000000000b1', 'published', 5000, NULL, 'abc', 3, '{\"x\":3}', 30, 300, 299, 2, 4096);
INSERT INTO leases VALUES ('01930000-0000-7000-8000-0000000000d1', '01930000-0000-7000-8000-0000000000c2', 'ask', 9000);
";

async fn first_version(place: &Place) {
    let migrated = Db::migrate(&place.location, Some(1)).await.unwrap();
    assert_eq!(migrated, Migrated { from: 0, to: 1 });
    place.sql(ROWS).await;
}

async fn what_was_kept_is_kept(place: Place) {
    first_version(&place).await;
    let db = place.open().await;
    let mut tx = db.read().await.unwrap();
    let projects = tx.projects().list().await.unwrap();
    let names: Vec<&str> = projects
        .iter()
        .map(|project| project.name.as_str())
        .collect();
    assert_eq!(names, ["empty", "shop"]);
    assert!(
        projects
            .iter()
            .all(|project| project.group_id == GroupId::DEFAULT)
    );
    let shop = &projects[1];
    assert_eq!(shop.imported_at.unwrap().as_microsecond(), 5000);
    assert_eq!(shop.activated_at, None);
    let repository = tx.repositories().primary(shop.id).await.unwrap().unwrap();
    let revision = tx
        .revisions()
        .published(repository.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (
            revision.indexed_commit.as_str(),
            revision.nodes,
            revision.gaps
        ),
        ("abc", 300, 2)
    );
    drop(tx);
    // References hold: what belongs to a project goes with it, and only that.
    let mut tx = db.begin().await.unwrap();
    tx.projects().remove(shop.id).await.unwrap();
    assert!(tx.revisions().lookup(revision.id).await.unwrap().is_none());
    assert_eq!(tx.projects().list().await.unwrap().len(), 1);
    tx.commit().await.unwrap();
    db.close().await;
}

async fn tables_go_forward_step_by_step_and_never_back(place: Place) {
    first_version(&place).await;
    let second = Db::migrate(&place.location, Some(2)).await.unwrap();
    assert_eq!(second, Migrated { from: 1, to: 2 });
    let last = Db::migrate(&place.location, None).await.unwrap();
    assert!(last.from == 2 && last.to > 2);
    let again = Db::migrate(&place.location, None).await.unwrap();
    assert_eq!(again.from, again.to);
    for to in [1, 0, -1, 999] {
        let refused = Db::migrate(&place.location, Some(to)).await;
        assert!(
            matches!(refused, Err(StorageError::NoRevision { .. })),
            "{to}"
        );
    }
}

async fn tables_of_a_later_version_are_left_alone(place: Place) {
    place.open().await.close().await;
    place
        .sql(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'of a later version', TRUE, '00', 1)",
        )
        .await;
    let refused = Db::open(&place.location).await;
    assert!(matches!(refused, Err(StorageError::TooNew)), "{refused:?}");
    let refused = Db::migrate(&place.location, None).await;
    assert!(
        matches!(refused, Err(StorageError::NoRevision { from: 9999, .. })),
        "{refused:?}"
    );
}
