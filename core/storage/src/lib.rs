//! The relational database: what cannot be recomputed.
//!
//! One SQL text for SQLite and PostgreSQL: `$1` placeholders, ids as text, times as microseconds. What differs between the
//! two (connecting, beginning, binding and reading) stands in `sqlite`, `postgres`, `tx` and `sql`, nowhere else; claiming a job is the
//! one statement with two texts.
//!
//! # To add a table
//!
//! 1. `migrations/<database>/<number>_<what>.sql`, the same number in each folder.
//! 2. `core/model/src/<noun>.rs`.
//! 3. `src/<noun>.rs` with the accessor type, its `mod` line here and its method on [`Tx`].

mod api_key;
mod audit;
mod db;
mod error;
mod group;
mod guess;
mod job;
mod lease;
mod location;
mod login;
mod postgres;
mod project;
mod repository;
mod revision;
mod session;
mod sql;
mod sqlite;
mod tx;
mod user;

pub use api_key::{ApiKeys, NewKey};
pub use audit::Audit;
pub use db::{Db, Migrated};
pub use error::StorageError;
pub use group::{Access, Groups};
pub use guess::Guesses;
pub use job::{Beat, Held, Jobs};
pub use lease::Leases;
pub use location::{BadLocation, Location, PostgresUrl};
pub use login::{Consumed, Logins, NewLogin};
pub use postgres::PostgresDb;
pub use project::{ListedGraph, ListedProject, NewProject, ProjectChange, Projects, Scope};
pub use repository::Repositories;
pub use revision::{Removed, Revisions};
pub use session::Sessions;
pub use sqlite::SqliteDb;
pub use tx::Tx;
pub use user::{Credentials, NewUser, Users};
