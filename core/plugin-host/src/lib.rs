//! Runs plugins.
//!
//! - [`PluginHost`]: loads plugins from folders, keeps them fresh, calls them.
//! - [`manifest`], [`contract`]: what a plugin says of itself, and what it can be granted.
//! - [`limits`]: what a call may cost.
//!
//! A call gets a new store from a prepared instance, runs on threads of its own at lower priority, and ends by itself, by
//! one of its limits, or because nobody wants its answer any more. Nothing that a guest does or says is trusted.

mod bill;
mod bindings;
mod breaker;
mod call;
mod cancel;
mod capability;
mod compile;
mod config;
pub mod contract;
mod engine;
mod error;
pub mod finding;
mod host;
mod limiter;
pub mod limits;
mod log;
pub mod manifest;
mod queue;
mod registry;
mod settings;
mod text;
pub mod types;

pub use bill::Bill;
pub use cancel::Cancel;
pub use capability::graph::{GraphReader, SqlRunner};
pub use compile::{CompileError, Compiler, compile_child};
pub use config::{Grants, HostConfig};
pub use contract::{API_VERSION, Capability};
pub use error::{HostError, PluginError};
pub use host::PluginHost;
pub use limits::{CallLimits, Limits};
pub use registry::{PluginState, PluginStatus, Refusal};
