//! The relational database from outside, on SQLite and on PostgreSQL.

mod files;
mod jobs;
mod migrations;
#[expect(unreachable_pub, reason = "shared with the outer tests, a library")]
#[path = "../../../../tests/src/postgres/mod.rs"]
mod postgres;
mod projects;
mod servers;
mod shapes;
mod support;
