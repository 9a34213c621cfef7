//! Which plugins there are: found in folders, loaded, kept fresh.
//!
//! What is published is a [`Snapshot`], whole and unchanging; a call takes the one of its moment and keeps that version of
//! the plugin to its end.

mod describe;
mod load;
mod plugin;
mod refusal;
mod report;
mod scan;
mod status;
mod watch;

pub(crate) use load::Loader;
pub(crate) use plugin::{Code, Plugin, Says};
pub use refusal::Refusal;
pub(crate) use scan::{Registry, Snapshot};
pub use status::{PluginState, PluginStatus};
pub(crate) use watch::{Watch, watch};
