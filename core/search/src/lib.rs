//! The text index of a revision: documents, comments, symbols. The one place where tantivy is used.
//!
//! An index is a folder. It is built under a temporary name beside its place, synced and renamed, never written again, and made
//! anew from the graph when it is lost or damaged. English and Russian words are stemmed, identifiers are found by their parts.
//!
//! - [`Builder`]: makes an index.
//! - [`TextIndex`]: searches one.

mod build;
mod error;
mod fields;
mod query;
mod read;
mod snippet;
mod words;

pub use build::{Builder, Built, remove_left};
pub use error::SearchError;
pub use query::{Ask, Matched};
pub use read::{Found, Hit, TextIndex};

/// A question has at most so many characters.
pub const LONGEST_QUESTION: usize = 500;
