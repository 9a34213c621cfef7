//! The tests of `api` on PostgreSQL, and those of several servers on one database.

#[path = "../src/api/mod.rs"]
mod api;
#[path = "../src/api_postgres/mod.rs"]
mod servers;

/// The URL of a new database.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the same tests run where there is none"
)]
fn new_database() -> Option<String> {
    Some(codegraph_tests::postgres::database())
}
