//! The HTTP API over the real router, in process; a handful over a real socket. On SQLite; `api_postgres` is the same on PostgreSQL.

#[path = "../src/api/mod.rs"]
mod api;

/// The URL of a new database; none is the file of the data folder.
fn new_database() -> Option<String> {
    None
}
