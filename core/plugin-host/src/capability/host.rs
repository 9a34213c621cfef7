//! `host`: the log and the settings. Also the two interfaces that have types only.

use crate::bindings::{host, importer, types};
use crate::call::CallState;
use crate::log::Level;

impl host::Host for CallState {
    async fn log(&mut self, level: host::Level, message: String) -> wasmtime::Result<()> {
        // Not `enter`: lines beyond the cap are dropped, and the call goes on.
        self.used.host_calls += 1;
        let level = match level {
            host::Level::Trace => Level::Trace,
            host::Level::Debug => Level::Debug,
            host::Level::Info => Level::Info,
            host::Level::Warn => Level::Warn,
            host::Level::Error => Level::Error,
        };
        self.log.write(level, &message);
        Ok(())
    }

    async fn settings(&mut self) -> wasmtime::Result<String> {
        self.enter()?;
        Ok(self.identity.settings.to_string())
    }
}

impl types::Host for CallState {}

impl importer::codegraph::plugin::cpg::Host for CallState {}
