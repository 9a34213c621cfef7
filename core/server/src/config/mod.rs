//! The configuration: file, then `.env`, then environment, then flags; what comes later wins.
//!
//! # To add a key
//!
//! A field with its doc comment in the file of its section; `.env.example` and `docs/cli.md` are checked against it.
//!
//! # To add a section
//!
//! Its file, and its line in `sections!` below.

mod api;
mod auth;
mod database;
mod graph;
mod import;
mod live;
mod load;
mod log;
mod network;
mod paths;
mod rate_limit;
mod sandbox;
pub mod section;
mod show;

pub use load::{ConfigError, Environment, Flag, load};
pub use section::{Key, SecretText, SecretUrl};
pub use show::{Shown, example};

macro_rules! sections {
    ($($field:ident: $type:ty,)*) => {
        /// All that can be configured.
        #[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        #[expect(missing_docs, reason = "the sections say what they are for")]
        pub struct Config { $(pub $field: $type,)* }

        /// The sections: name, what it is for, keys.
        pub const SECTIONS: &[(&str, &[&str], &[Key])] = &[$((stringify!($field), <$type>::DOC, <$type>::KEYS),)*];
    };
}

sections! {
    paths: paths::Paths,
    database: database::Database,
    api: api::Api,
    auth: auth::Auth,
    live: live::Live,
    rate_limit: rate_limit::RateLimit,
    import: import::Import,
    network: network::Network,
    sandbox: sandbox::Sandbox,
    graph: graph::Graph,
    log: log::Log,
}

/// All keys.
pub fn keys() -> impl Iterator<Item = &'static Key> {
    SECTIONS.iter().flat_map(|(_, _, keys)| keys.iter())
}
