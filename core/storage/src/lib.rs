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

pub mod db;
mod error;
mod lease;
mod location;
mod project;
mod repository;
mod revision;
mod sql;
mod tx;

pub use db::Db;
pub use error::StorageError;
pub use lease::Leases;
pub use location::{BadLocation, Location};
pub use project::Projects;
pub use repository::Repositories;
pub use revision::{Removed, Revisions};
pub use tx::Tx;
