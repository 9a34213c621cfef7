//! What was measured.

pub mod get;
