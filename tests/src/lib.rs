//! The outer tests: the built program and the built plugins, as a user has them. Each file of `tests/` takes what it needs of `src/`.

pub mod plugins;
pub mod postgres;
