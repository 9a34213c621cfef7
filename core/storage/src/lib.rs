//! The relational database: what cannot be recomputed.
//!
//! One SQL text for SQLite and PostgreSQL: `$1` placeholders, ids as text, times as microseconds. What differs between the
//! two (connecting, beginning, reading a row) stands in [`db`] and `sql`, nowhere else. PostgreSQL has no arm yet.
//!
//! # To add a table
//!
//! 1. `migrations/<database>/<number>_<what>.sql`, the same number in each folder.
//! 2. `core/model/src/<noun>.rs`.
//! 3. `src/<noun>.rs` with the accessor type, its `mod` line here and its method on [`Tx`].

mod api_key;
mod audit;
pub mod db;
mod error;
mod group;
mod guess;
mod job;
mod lease;
mod location;
mod login;
mod project;
mod repository;
mod revision;
mod session;
mod sql;
mod tx;
mod user;

pub use api_key::{ApiKeys, NewKey};
pub use audit::Audit;
pub use db::{Db, Migrated};
pub use error::StorageError;
pub use group::{Access, Groups};
pub use guess::Guesses;
pub use job::{Beat, Jobs};
pub use lease::Leases;
pub use location::{BadLocation, Location};
pub use login::{Consumed, Logins, NewLogin};
pub use project::{ListedGraph, ListedProject, NewProject, ProjectChange, Projects, Scope};
pub use repository::Repositories;
pub use revision::{Removed, Revisions};
pub use session::Sessions;
pub use tx::Tx;
pub use user::{Credentials, NewUser, Users};
