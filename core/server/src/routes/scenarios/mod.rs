//! What can be asked.

pub mod get;
pub mod list;
pub mod query;
