//! API keys, at `/auth/api-keys` and `/api-keys` alike.

pub mod create;
pub mod delete;
pub mod list;
