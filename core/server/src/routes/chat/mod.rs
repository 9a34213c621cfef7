//! Asking.

pub mod answer;
pub mod create;
pub mod question;
pub mod stream;
