//! Both databases have the same tables.

use std::collections::BTreeSet;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::support::Place;

/// Table, column, type, and whether it must be there.
type Column = (String, String, String, bool);

#[tokio::test]
async fn tables_and_indexes_are_the_same() {
    let place = Place::sqlite();
    place.open().await.close().await;
    let options = SqliteConnectOptions::new().filename(place.folder().join("codegraph.db"));
    let mut sqlite = options.connect().await.unwrap();
    let of_sqlite: Vec<Column> = sqlx::query_as(
        "SELECT m.name, c.name, c.type, c.\"notnull\" = 1 FROM sqlite_master m JOIN pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND m.name NOT LIKE '%sqlx%'",
    )
    .fetch_all(&mut sqlite)
    .await
    .unwrap();
    let indexes_of_sqlite: Vec<(String, String)> = sqlx::query_as(
        "SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite_autoindex%'",
    )
    .fetch_all(&mut sqlite)
    .await
    .unwrap();

    let place = Place::postgres();
    place.open().await.close().await;
    let mut postgres = PgConnection::connect(&place.url).await.unwrap();
    let of_postgres: Vec<Column> = sqlx::query_as(
        "SELECT table_name::text, column_name::text, CASE data_type WHEN 'bigint' THEN 'INTEGER' \
         WHEN 'text' THEN 'TEXT' WHEN 'double precision' THEN 'REAL' ELSE data_type END, is_nullable = 'NO' \
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '%sqlx%'",
    )
    .fetch_all(&mut postgres)
    .await
    .unwrap();
    let indexes_of_postgres: Vec<(String, String)> = sqlx::query_as(
        "SELECT t.relname::text, i.relname::text FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid \
         JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace \
         WHERE n.nspname = 'public' AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid)",
    )
    .fetch_all(&mut postgres)
    .await
    .unwrap();

    let set = |columns: Vec<Column>| columns.into_iter().collect::<BTreeSet<_>>();
    let (of_sqlite, of_postgres) = (set(of_sqlite), set(of_postgres));
    assert!(of_sqlite.len() > 80, "{}", of_sqlite.len());
    let only: Vec<_> = of_sqlite.symmetric_difference(&of_postgres).collect();
    assert!(only.is_empty(), "{only:#?}");
    let set = |indexes: Vec<(String, String)>| indexes.into_iter().collect::<BTreeSet<_>>();
    assert_eq!(set(indexes_of_sqlite), set(indexes_of_postgres));
}

/// What is ordered has the same order on both: that of bytes, as Rust's own.
#[tokio::test]
async fn names_have_the_order_of_bytes() {
    for place in [Place::sqlite(), Place::postgres()] {
        let db = place.open().await;
        let mut tx = db.begin().await.unwrap();
        let mut names = ["b", "B", "a", "a-b", "ab", "a_b", "Ä", "я", "Я", "z", "9"];
        for name in names {
            let now = jiff::Timestamp::UNIX_EPOCH;
            let name = name.parse().unwrap();
            tx.projects().add(&name, now).await.unwrap();
        }
        names.sort_unstable();
        let listed = tx.projects().list().await.unwrap();
        let listed: Vec<&str> = listed.iter().map(|project| project.name.as_str()).collect();
        assert_eq!(listed, names);
    }
}
