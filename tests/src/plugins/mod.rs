//! Plugins written by hand for tests: sound ones, and those that mean harm.
#![expect(
    clippy::format_collect,
    clippy::format_push_string,
    reason = "text of components is put together from pieces, where speed does not matter"
)]
#![expect(
    clippy::option_option,
    reason = "the manifest as it should be, none at all, or these bytes"
)]

pub mod guest;
pub mod hostile;
