//! The plugin's log and settings.

use crate::bindings::importer::codegraph::plugin::host;
pub use host::Level;

/// Writes a line to the plugin's log. The host caps what a call may write.
pub fn write(level: Level, message: &str) {
    host::log(level, message);
}

/// Gives the plugin's settings as JSON; `{}` where there are none.
pub fn settings() -> String {
    host::settings()
}
