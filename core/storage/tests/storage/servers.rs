//! A PostgreSQL server that refuses, is not there, goes and comes back.

use std::time::{Duration, Instant};

use codegraph_storage::{Db, Location, StorageError, Tx};
use jiff::Timestamp;

use crate::postgres::{Server, free_port};
use crate::support::Place;

fn location(url: &str) -> Location {
    Location::parse(Some(url), "/nowhere".as_ref()).unwrap()
}

async fn refusal(url: &str) -> StorageError {
    let error = Db::open(&location(url)).await.unwrap_err();
    let migrated = Db::migrate(&location(url), None).await.unwrap_err();
    assert_eq!(error.to_string(), migrated.to_string());
    for secret in ["seven", "wrong password"] {
        assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
    }
    error
}

#[tokio::test]
async fn each_refusal_says_what_to_do() {
    let server = Server::start();
    let there = server.database();
    let wrong = there.replace("seven%20horses", "wrong%20password");
    let error = refusal(&wrong).await;
    assert!(
        matches!(&error, StorageError::Refused { user, .. } if user == "codegraph"),
        "{error:?}"
    );
    let error = refusal(&there.replace("codegraph:", "nobody:")).await;
    assert!(matches!(error, StorageError::Refused { .. }), "{error:?}");
    let error = refusal(&server.url("nothing_here")).await;
    assert!(
        matches!(&error, StorageError::NoDatabase { database, .. } if database == "nothing_here"),
        "{error:?}"
    );
    let port = server.port().to_string();
    let error = refusal(&there.replace(&port, &free_port().to_string())).await;
    assert!(
        matches!(&error, StorageError::Unreachable { server, .. } if server.starts_with("127.0.0.1:")),
        "{error:?}"
    );
    server.sql(
        "postgres",
        "CREATE DATABASE bytes ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0",
    );
    let error = refusal(&server.url("bytes")).await;
    assert!(
        matches!(&error, StorageError::Encoding(encoding) if encoding == "SQL_ASCII"),
        "{error:?}"
    );
}

/// Who may only work with the tables cannot make them, and need not.
#[tokio::test]
async fn daily_work_needs_no_right_to_make_tables() {
    let server = Server::start();
    let owner = server.database();
    server.sql("test_0", "CREATE ROLE clerk LOGIN PASSWORD 'seven horses'");
    let clerk = owner.replace("codegraph:", "clerk:");
    let error = Db::open(&location(&clerk)).await.unwrap_err();
    assert!(matches!(error, StorageError::Forbidden(_)), "{error:?}");
    Db::migrate(&location(&owner), None).await.unwrap();
    server.sql(
        "test_0",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clerk",
    );
    let db = Db::open(&location(&clerk)).await.unwrap();
    add(&db, "shop").await.unwrap();
    assert_eq!(names(&db).await.unwrap(), ["shop"]);
}

async fn add(db: &Db, name: &str) -> Result<(), StorageError> {
    let mut tx = db.begin().await?;
    add_in(&mut tx, name).await?;
    tx.commit().await
}

async fn add_in(tx: &mut Tx, name: &str) -> Result<(), StorageError> {
    let name = name.parse().unwrap();
    let added = tx.projects().add(&name, Timestamp::UNIX_EPOCH).await;
    added.map(drop)
}

async fn names(db: &Db) -> Result<Vec<String>, StorageError> {
    let projects = db.read().await?.projects().list().await?;
    Ok(projects
        .into_iter()
        .map(|project| project.name.into())
        .collect())
}

#[tokio::test]
async fn a_server_that_goes_and_comes_back() {
    let server = Server::start();
    let url = server.database();
    let db = Db::open(&location(&url)).await.unwrap();
    add(&db, "before").await.unwrap();
    let mut half = db.begin().await.unwrap();
    add_in(&mut half, "half").await.unwrap();

    server.stop();
    let failed = half.commit().await.unwrap_err();
    assert!(
        matches!(failed, StorageError::Unreachable { .. }),
        "{failed:?}"
    );
    // Twice: with connections that were cut off, and with none.
    for _ in 0..2 {
        let since = Instant::now();
        for failed in [
            add(&db, "meanwhile").await.unwrap_err(),
            names(&db).await.unwrap_err(),
            db.begin_beside().await.err().unwrap(),
        ] {
            assert!(
                matches!(failed, StorageError::Unreachable { .. }),
                "{failed:?}"
            );
        }
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "{:?}",
            since.elapsed()
        );
    }
    let failed = Db::open(&location(&url)).await.unwrap_err();
    assert!(
        matches!(failed, StorageError::Unreachable { .. }),
        "{failed:?}"
    );

    server.start_again();
    // What was acknowledged is there, what was not is not.
    assert_eq!(names(&db).await.unwrap(), ["before"]);
    add(&db, "after").await.unwrap();
    assert_eq!(names(&db).await.unwrap(), ["after", "before"]);
}

/// A writer whose process is gone holds nobody up.
#[tokio::test]
async fn a_writer_that_is_cut_off_gives_its_lock_back() {
    let server = Server::start();
    let url = server.database();
    let db = Db::open(&location(&url)).await.unwrap();
    let other = Db::open(&location(&url)).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    add_in(&mut tx, "half").await.unwrap();
    let mut waits = tokio::spawn(async move {
        add(&other, "whole").await.unwrap();
        names(&other).await.unwrap()
    });
    let early = tokio::time::timeout(Duration::from_millis(300), &mut waits).await;
    assert!(early.is_err(), "one writes at a time");
    server.sql(
        "test_0",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = 'test_0' AND state = 'idle in transaction'",
    );
    assert_eq!(waits.await.unwrap(), ["whole"]);
    assert!(tx.commit().await.is_err());
}

/// Several first starts at the same moment make the tables once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn first_starts_at_once_all_succeed() {
    let place = Place::postgres();
    let starts = (0..8).map(|_| {
        let location = place.location.clone();
        tokio::spawn(async move { Db::open(&location).await.unwrap().close().await })
    });
    for start in starts.collect::<Vec<_>>() {
        start.await.unwrap();
    }
}
