//! What a guest's store holds: everything that a host function may look at.

use std::collections::BTreeSet;
use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use super::time::CallTime;
use crate::bill::CpuMeter;
use crate::capability::answer::AskJob;
use crate::capability::ast_sink::LowerJob;
use crate::contract::Capability;
use crate::error::{PluginError, abort};
use crate::limiter::{Limiter, MemoryPool};
use crate::limits::CallLimits;
use crate::log::{CallLog, Output};

/// Random bytes that a guest gets at once.
const RANDOM_BYTES: u64 = 64 << 10;

/// What a plugin is, as far as its calls need to know.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) id: String,
    pub(crate) limits: CallLimits,
    pub(crate) granted: BTreeSet<Capability>,
    /// JSON.
    pub(crate) settings: Arc<str>,
}

/// What the call is for.
pub(crate) enum Job {
    /// Neither rows nor an answer: `describe`, `outline`.
    Plain,
    Lower(Box<LowerJob>),
    Ask(Box<AskJob>),
}

/// What was used so far of what a call may use.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    pub(crate) host_calls: u64,
    /// Rows pushed, pieces of an answer.
    pub(crate) rows: u64,
    /// Rows that the graph gave.
    pub(crate) rows_read: u64,
    pub(crate) bytes: u64,
}

/// The data of a store: one call of one plugin.
pub(crate) struct CallState {
    wasi: WasiCtx,
    pub(crate) table: ResourceTable,
    pub(crate) identity: Arc<Identity>,
    /// The plugin's, but for what this call was given besides.
    pub(crate) limits: CallLimits,
    pub(crate) limiter: Limiter,
    pub(crate) log: CallLog,
    pub(crate) time: CallTime,
    pub(crate) cpu: CpuMeter,
    pub(crate) used: Used,
    pub(crate) job: Job,
}

impl CallState {
    pub(crate) fn new(identity: Arc<Identity>, pool: Arc<MemoryPool>, job: Job) -> Self {
        let mut limits = identity.limits;
        if let Job::Ask(ask) = &job {
            limits.time = limits.time.max(ask.time.unwrap_or_default());
        }
        let log = CallLog::new(&identity.id, limits.log_lines, limits.log_bytes);
        let wasi = WasiCtx::builder()
            .stdout(Output::stdout(&log))
            .stderr(Output::stderr(&log))
            .max_random_size(RANDOM_BYTES)
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .build();
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.handles as usize);
        Self {
            wasi,
            table,
            limiter: Limiter::new(limits, pool),
            log,
            time: CallTime::new(limits.time),
            cpu: CpuMeter::default(),
            used: Used::default(),
            job,
            limits,
            identity,
        }
    }

    /// Counts a call to the host; ends the guest where it is one too many.
    pub(crate) fn enter(&mut self) -> wasmtime::Result<()> {
        self.used.host_calls += 1;
        let limit = self.limits.host_calls;
        if self.used.host_calls > limit {
            return abort(PluginError::HostCallLimit { limit });
        }
        Ok(())
    }

    /// Counts what the guest gives; ends it where that is too much.
    pub(crate) fn give(
        &mut self,
        what: &'static str,
        rows: u64,
        bytes: u64,
    ) -> wasmtime::Result<()> {
        let limits = &self.limits;
        self.used.rows += rows;
        self.used.bytes += bytes;
        if self.used.rows > limits.rows {
            return abort(PluginError::OutputLimit {
                what,
                limit: limits.rows,
            });
        }
        if self.used.bytes > limits.output {
            return abort(PluginError::OutputLimit {
                what: "bytes",
                limit: limits.output,
            });
        }
        Ok(())
    }
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}
