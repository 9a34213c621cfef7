//! Plugins written by hand for tests: sound ones, and those that mean harm.
#![expect(
    clippy::format_push_string,
    reason = "text of components is put together from pieces, where speed does not matter"
)]

pub mod guest;
pub mod hostile;
