//! The HTTP API, configuration, routing of questions, answers, SQL: what the command line and the server share.
//!
//! # To add an endpoint
//!
//! 1. `routes/<resource>/<verb>.rs`: types, handler, nothing else. The doc comment is the text of the OpenAPI document.
//! 2. Its `mod` line, and its line in [`router`].
//! 3. Its row leaves `tests/src/api/not_built.txt`; its cases stand in `tests/src/api/<resource>.rs`.

pub mod answer;
pub mod caller;
mod client_address;
pub mod config;
pub mod error;
mod extract;
mod flood;
pub mod layers;
pub mod limits;
pub mod live;
pub mod openapi;
pub mod projects;
pub mod router;
pub mod routes;
pub mod routing;
pub mod scan;
pub mod serve;
pub mod sql;
pub mod state;
pub mod telemetry;
pub mod text;
mod text_indexes;
pub mod warming;

pub use client_address::TrustedProxies;
pub use text_indexes::TextIndexes;
