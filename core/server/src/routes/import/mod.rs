//! Bringing code in.

pub mod cancel;
pub mod jobs;
pub mod languages;
pub mod start;
pub mod status;
pub mod step;
