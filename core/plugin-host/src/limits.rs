//! What a call may cost: what the manifest asks for, cut by what the operator allows.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::types::PluginKind;

const MIB: u64 = 1 << 20;

/// What one call may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallLimits {
    /// Wall time, waits for a slow reader and for a slot not counted.
    pub time: Duration,
    /// Sum of all linear memories, bytes.
    pub memory: u64,
    /// Sum of the elements of all tables.
    pub table_elements: u64,
    /// Core instances.
    pub instances: u32,
    /// Tables.
    pub tables: u32,
    /// Linear memories.
    pub memories: u32,
    /// Resource handles that are alive at once.
    pub handles: u32,
    /// Bytes that one call to the host may hand over.
    pub transfer: u64,
    /// Bytes of results: rows and texts of an importer, pieces of an answer.
    pub output: u64,
    /// Rows that an importer pushes for a file; pieces of an answer.
    pub rows: u64,
    /// Calls to the host; lines for the log are not counted.
    pub host_calls: u64,
    /// Lines for the log; more are counted and dropped.
    pub log_lines: u64,
    /// Bytes for the log; more are counted and dropped.
    pub log_bytes: u64,
}

impl CallLimits {
    /// What a plugin of this kind gets that asks for nothing.
    pub fn default_of(kind: PluginKind) -> Self {
        let common = Self {
            time: Duration::from_secs(30),
            memory: 256 * MIB,
            table_elements: 100_000,
            instances: 16,
            tables: 16,
            memories: 1,
            handles: 1_000,
            transfer: 8 * MIB,
            output: 16 * MIB,
            rows: 20_000,
            host_calls: 100_000,
            log_lines: 1_000,
            log_bytes: MIB,
        };
        match kind {
            PluginKind::Scenario => common,
            PluginKind::Importer => Self {
                time: Duration::from_mins(1),
                // Batches are at most 8 MiB by the contract; what is larger gets a better error from the sink.
                transfer: 16 * MIB,
                output: 512 * MIB,
                rows: 8_000_000,
                ..common
            },
        }
    }

    /// The most that a plugin of this kind can ask for, unless the operator says otherwise.
    pub fn cap_of(kind: PluginKind) -> Self {
        let default = Self::default_of(kind);
        let common = Self {
            time: default.time * 4,
            output: default.output * 4,
            rows: default.rows * 4,
            host_calls: default.host_calls * 10,
            log_lines: 10_000,
            log_bytes: 8 * MIB,
            ..default
        };
        match kind {
            PluginKind::Scenario => common,
            PluginKind::Importer => Self {
                memory: 1 << 30,
                ..common
            },
        }
    }

    /// What was asked for, else the default, never more than the cap.
    pub(crate) fn grant(kind: PluginKind, asked: &AskedLimits, cap: &Self) -> Self {
        let default = Self::default_of(kind);
        let time = asked.seconds.map_or(default.time, Duration::from_secs);
        let mebi =
            |asked: Option<u64>, default: u64| asked.map_or(default, |n| n.saturating_mul(MIB));
        Self {
            time: time.min(cap.time),
            memory: mebi(asked.memory_mib, default.memory).min(cap.memory),
            output: mebi(asked.output_mib, default.output).min(cap.output),
            rows: asked.rows.unwrap_or(default.rows).min(cap.rows),
            host_calls: asked
                .host_calls
                .unwrap_or(default.host_calls)
                .min(cap.host_calls),
            log_lines: asked
                .log_lines
                .unwrap_or(default.log_lines)
                .min(cap.log_lines),
            table_elements: default.table_elements.min(cap.table_elements),
            instances: default.instances.min(cap.instances),
            tables: default.tables.min(cap.tables),
            memories: default.memories.min(cap.memories),
            handles: default.handles.min(cap.handles),
            transfer: default.transfer.min(cap.transfer),
            log_bytes: default.log_bytes.min(cap.log_bytes),
        }
    }
}

/// The table `[limits]` of a manifest: what the plugin asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedLimits {
    /// Seconds a call.
    pub seconds: Option<u64>,
    /// Linear memory, MiB.
    pub memory_mib: Option<u64>,
    /// Results, MiB.
    pub output_mib: Option<u64>,
    /// Rows of a file, or pieces of an answer.
    pub rows: Option<u64>,
    /// Calls to the host.
    pub host_calls: Option<u64>,
    /// Lines for the log.
    pub log_lines: Option<u64>,
}

/// What the operator allows to plugins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls at once; also the slots of the pooling allocator.
    pub slots: u32,
    /// Calls that may wait for a slot; more are refused as busy.
    pub queue: u32,
    /// Linear memory of all calls together, bytes.
    pub total_memory: u64,
    /// Size of a plugin file, bytes.
    pub file: u64,
    /// The most that a scenario gets.
    pub scenario: CallLimits,
    /// The most that an importer gets.
    pub importer: CallLimits,
    /// What compiling a plugin may cost.
    pub compile: CompileLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            slots: 64,
            queue: 256,
            total_memory: 4 << 30,
            file: 64 * MIB,
            scenario: CallLimits::cap_of(PluginKind::Scenario),
            importer: CallLimits::cap_of(PluginKind::Importer),
            compile: CompileLimits::default(),
        }
    }
}

impl Limits {
    /// The cap for a kind of plugins.
    pub fn cap(&self, kind: PluginKind) -> &CallLimits {
        match kind {
            PluginKind::Scenario => &self.scenario,
            PluginKind::Importer => &self.importer,
        }
    }
}

/// What compiling a plugin in a child may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompileLimits {
    /// CPU seconds of the child.
    pub cpu_seconds: u64,
    /// Wall time after which the child is killed.
    pub wall_seconds: u64,
    /// Address space of the child, bytes.
    pub address_space: u64,
    /// Size of the compiled code, bytes.
    pub output: u64,
}

impl Default for CompileLimits {
    fn default() -> Self {
        Self {
            cpu_seconds: 120,
            wall_seconds: 300,
            address_space: 6 << 30,
            output: 512 * MIB,
        }
    }
}
