//! The endpoints: a folder a resource, a file a verb.

pub mod api_keys;
pub mod auth;
pub mod chat;
pub mod docs;
pub mod groups;
pub mod health;
pub mod import;
pub mod metrics;
pub mod projects;
pub mod query;
pub mod scenarios;
pub mod search;
