//! Searching texts.

pub mod get;
