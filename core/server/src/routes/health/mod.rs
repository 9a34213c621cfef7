//! Is it alive, is it ready.

pub mod components;
pub mod full;
pub mod live;
pub mod ready;
pub mod version;
