//! What a failed plugin call becomes: a gap of the file.

use codegraph_cpg::ast::Gap;
use codegraph_plugin_host::PluginError;
use codegraph_plugin_host::types::Fault;

/// The importer says that the source is none.
const INVALID_SOURCE: &str = "invalid_source";

/// Whether the same source meets the same gap again. Limits are not such: how near a file is to them depends on the machine, and a
/// file that failed is worth another attempt.
pub(super) fn is_lasting(gap: &Gap) -> bool {
    gap.reason == INVALID_SOURCE
}

/// A gap of a whole file.
pub(super) fn whole_file(reason: &str, detail: impl Into<String>) -> Gap {
    Gap {
        start: 0,
        end: 0,
        reason: reason.to_owned(),
        detail: detail.into(),
    }
}

/// The gap of a file that an importer did not lower.
pub(super) fn of_error(error: &PluginError) -> Gap {
    let reason = match error {
        PluginError::Fault(Fault::InvalidInput(_)) => INVALID_SOURCE,
        PluginError::Timeout { .. } => "importer_timeout",
        PluginError::MemoryLimit { .. } => "importer_memory",
        PluginError::OutputLimit { .. }
        | PluginError::ResourceLimit { .. }
        | PluginError::HostCallLimit { .. }
        | PluginError::Fault(Fault::Budget(_)) => "importer_limit",
        PluginError::Quarantined { .. } => "importer_quarantined",
        PluginError::Busy { .. } => "importer_busy",
        _ => "importer_failed",
    };
    whole_file(reason, error.to_string())
}
