//! What is known of libraries: `library/README.md` describes the files; `build.rs` makes one JSON text of them.

/// All descriptions.
pub(crate) const TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/library.json"));
