//! What can go wrong, typed.
//!
//! - [`HostError`]: the host itself cannot start.
//! - [`PluginError`]: a call did not give its answer.
//! - Why a file is no plugin of ours: [`crate::registry::Refusal`].

use std::time::Duration;

use codegraph_cpg::ast::BadRows;

use crate::types::Fault;

/// Why the host could not start. Plugins that cannot be loaded are no reason: see [`crate::PluginStatus`].
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The engine could not be made with this configuration.
    #[error("cannot start the plugin engine: {0}")]
    Engine(String),
    /// The compile cache cannot be used.
    #[error("cannot use the plugin cache {path}: {reason}")]
    Cache {
        /// Path of the cache folder.
        path: String,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// The threads that plugins run on could not be started.
    #[error("cannot start threads for plugins: {0}")]
    Threads(std::io::Error),
}

/// Why a plugin call did not give its answer. The process and all other calls go on.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PluginError {
    /// No plugin has this identifier, or it is of the other kind.
    #[error("there is no such plugin: {0}")]
    Unknown(String),
    /// The plugin failed too often; it is tried again by itself.
    #[error("plugin {plugin} is quarantined ({reason}), try again in {} s", .retry_after.as_secs())]
    Quarantined {
        /// The plugin.
        plugin: String,
        /// What it did last.
        reason: String,
        /// When it is tried again.
        retry_after: Duration,
    },
    /// All slots are taken and the queue is full, or the memory of all plugins together is.
    #[error("too many plugin calls at once, try again in {} s", .retry_after.as_secs_f32().ceil())]
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
    /// The call ran longer than it may.
    #[error("the plugin did not answer within {} s", .limit.as_secs_f32())]
    Timeout {
        /// The limit.
        limit: Duration,
    },
    /// The call asked for more memory than it may have.
    #[error("the plugin asked for more than {limit} bytes of memory")]
    MemoryLimit {
        /// The limit, bytes.
        limit: u64,
    },
    /// The call made more instances, tables, table elements or handles than it may.
    #[error("the plugin used too many {what}, the limit is {limit}")]
    ResourceLimit {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// The call gave more than it may.
    #[error("the plugin gave too much: {what}, the limit is {limit}")]
    OutputLimit {
        /// What there was too much of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// The call asked the host for more than it may.
    #[error("the plugin called its host more than {limit} times")]
    HostCallLimit {
        /// The limit.
        limit: u64,
    },
    /// Recursion went too deep.
    #[error("the plugin ran out of stack")]
    StackOverflow,
    /// The plugin's code failed.
    #[error("the plugin failed: {0}")]
    Trap(String),
    /// The plugin does not fit the contract.
    #[error("the plugin was refused: {0}")]
    Refused(String),
    /// An importer pushed rows that cannot be.
    #[error(transparent)]
    BadRows(#[from] BadRows),
    /// A plugin said something of itself or of an answer that cannot be.
    #[error("the plugin gave an answer that cannot be: {0}")]
    BadAnswer(String),
    /// The plugin itself says why it gives no answer.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Whoever asked does not want the answer any more.
    #[error("cancelled")]
    Cancelled,
    /// A defect of the host.
    #[error("a defect of the plugin host: {0}")]
    Internal(String),
}

impl PluginError {
    /// Whether the failure counts towards the plugin's quarantine: what a sound plugin never does.
    pub fn is_misbehaviour(&self) -> bool {
        matches!(
            self,
            Self::Timeout { .. }
                | Self::MemoryLimit { .. }
                | Self::ResourceLimit { .. }
                | Self::OutputLimit { .. }
                | Self::HostCallLimit { .. }
                | Self::StackOverflow
                | Self::Trap(_)
                | Self::BadRows(_)
                | Self::BadAnswer(_)
        )
    }
}

/// Ends a guest from inside a host function; [`crate::call`] turns it into the error of the call.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Abort(pub(crate) PluginError);

impl From<PluginError> for Abort {
    fn from(error: PluginError) -> Self {
        Self(error)
    }
}

/// Ends the guest with the error.
pub(crate) fn abort<T>(error: impl Into<PluginError>) -> wasmtime::Result<T> {
    Err(wasmtime::Error::new(Abort(error.into())))
}
