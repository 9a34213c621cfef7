//! From the error that ended a guest to the error of the call.

use std::time::Duration;

use wasmtime::Trap;

use super::CallState;
use crate::error::{Abort, PluginError};
use crate::text;

/// wasmtime has no types for these ends; a test of the hostile set stands behind each text.
const TOO_MUCH_TRANSFER: &str = "fuel allocated for hostcalls has been exhausted";
const TOO_MANY_HANDLES: &str = "store handle limit exceeded";
const TOO_MANY: &str = "resource limit exceeded: ";

pub(super) fn classify(error: &wasmtime::Error, state: &CallState) -> PluginError {
    let limits = &state.limits;
    if let Some(Abort(error)) = error.downcast_ref() {
        return error.clone();
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return match trap {
            Trap::StackOverflow => PluginError::StackOverflow,
            Trap::Interrupt => PluginError::Timeout { limit: limits.time },
            other => PluginError::Trap(with_last_words(&other.to_string(), state)),
        };
    }
    if let Some(exit) = error.downcast_ref::<wasmtime_wasi::I32Exit>() {
        return PluginError::Trap(with_last_words(
            &format!("it exited with status {}", exit.0),
            state,
        ));
    }
    let text = format!("{error:#}");
    if text.contains(TOO_MUCH_TRANSFER) {
        return PluginError::OutputLimit {
            what: "bytes at once",
            limit: limits.transfer,
        };
    }
    if text.contains(TOO_MANY_HANDLES) || error.is::<wasmtime::component::ResourceTableError>() {
        return PluginError::ResourceLimit {
            what: "handles",
            limit: limits.handles.into(),
        };
    }
    if let Some((_, rest)) = text.split_once(TOO_MANY) {
        let (what, limit) = match rest.split(' ').next() {
            Some("instance") => ("instances", limits.instances),
            Some("table") => ("tables", limits.tables),
            _ => ("memories", limits.memories),
        };
        return PluginError::ResourceLimit {
            what,
            limit: limit.into(),
        };
    }
    if error.is::<wasmtime::PoolConcurrencyLimitError>() {
        return PluginError::Busy {
            retry_after: Duration::from_secs(1),
        };
    }
    // What is left are values that cannot be: addresses out of memory, texts that are no UTF-8, handles not given back.
    PluginError::BadAnswer(with_last_words(&text, state))
}

/// A guest in Rust prints why it panics before it traps.
fn with_last_words(what: &str, state: &CallState) -> String {
    let what = text::clean(what, 2048);
    let words = state.log.last_words();
    if words.is_empty() {
        what
    } else {
        format!("{what}; its last words: {words}")
    }
}
