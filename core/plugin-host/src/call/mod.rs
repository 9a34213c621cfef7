//! One call of one plugin: a new store, its limits, its end, its bill.

mod failure;
mod state;
mod time;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use wasmtime::component::Linker;
use wasmtime::{Engine, Store, UpdateDeadline};

pub(crate) use state::{CallState, Identity, Job};

use crate::bill::Bill;
use crate::bindings;
use crate::cancel::Cancel;
use crate::engine::{self, Threads, Ticker};
use crate::error::{Abort, HostError, PluginError};
use crate::limiter::MemoryPool;
use crate::limits::Limits;
use crate::queue::Slots;
use crate::types::PluginKind;

/// What a call does with its store: instantiates and calls an export.
pub(crate) type Work<'a, T> = Pin<Box<dyn Future<Output = wasmtime::Result<T>> + Send + 'a>>;

/// Runs calls.
pub(crate) struct Runner {
    pub(crate) engine: Engine,
    pub(crate) importers: Linker<CallState>,
    pub(crate) scenarios: Linker<CallState>,
    pub(crate) pooled: bool,
    slots: Slots,
    memory: Arc<MemoryPool>,
    threads: Threads,
    _ticker: Ticker,
}

/// How a call ended well.
pub(crate) struct Done<T> {
    pub(crate) result: T,
    pub(crate) job: Job,
    pub(crate) bill: Bill,
}

impl Runner {
    pub(crate) fn start(limits: &Limits) -> Result<Self, HostError> {
        let (engine, pooled) = engine::runner(limits)?;
        let linker =
            |kind| linker(&engine, kind).map_err(|error| HostError::Engine(format!("{error:#}")));
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Ok(Self {
            importers: linker(PluginKind::Importer)?,
            scenarios: linker(PluginKind::Scenario)?,
            slots: Slots::new(limits.slots, limits.queue),
            memory: MemoryPool::new(limits.total_memory),
            threads: Threads::start(cores.max(2))?,
            _ticker: Ticker::start(&engine)?,
            engine,
            pooled,
        })
    }

    /// Bytes of linear memory that all calls hold now.
    pub(crate) fn memory_in_use(&self) -> u64 {
        self.memory.used()
    }

    /// Makes a call. Dropping the future ends it at the guest's next tick.
    pub(crate) async fn call<T, W>(
        &self,
        plugin: &Arc<Identity>,
        job: Job,
        cancel: &Cancel,
        work: W,
    ) -> Result<Done<T>, PluginError>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(&'a mut Store<CallState>) -> Work<'a, T> + Send + 'static,
    {
        let asked = Instant::now();
        let slot = tokio::select! {
            slot = self.slots.take() => slot?,
            () = cancel.cancelled() => return Err(PluginError::Cancelled),
        };
        let queued = asked.elapsed();
        let mut store = self.store(CallState::new(plugin.clone(), self.memory.clone(), job));
        let (time, cpu) = (store.data().time.clone(), store.data().cpu.clone());
        let limits = store.data().limits;
        let cancel = cancel.clone();
        let call = async move {
            let start = Instant::now();
            let ended = tokio::select! {
                biased;
                ended = work(&mut store) => ended.map_err(|error| failure::classify(&error, store.data())),
                () = time.over() => Err(PluginError::Timeout { limit: limits.time }),
                () = cancel.cancelled() => Err(PluginError::Cancelled),
            };
            let state = store.into_data();
            (ended, state, start.elapsed(), slot)
        };
        let task = self.threads.handle().spawn(cpu.around(call));
        // The slot goes when the store is gone: the pool has no more slots than there are permits.
        let (ended, state, wall, _slot) = OnDropAbort(task).await?;
        let bill = bill(&state, wall, queued);
        tracing::debug!(
            plugin.id = plugin.id,
            call.wall_us = wall.as_micros() as u64,
            call.cpu_us = bill.cpu.as_micros() as u64,
            call.memory = bill.peak_memory,
            error = ended.as_ref().err().map(tracing::field::display),
            "plugin call"
        );
        Ok(Done {
            result: ended?,
            job: state.job,
            bill,
        })
    }

    fn store(&self, state: CallState) -> Store<CallState> {
        let limits = state.limits;
        let time = state.time.clone();
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(usize::try_from(limits.transfer).unwrap_or(usize::MAX));
        store.set_max_component_handles(limits.handles as usize);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            // The timer alone would come late where many guests compete for the threads.
            if time.left().is_none() {
                return Err(wasmtime::Error::new(Abort(PluginError::Timeout {
                    limit: limits.time,
                })));
            }
            Ok(UpdateDeadline::YieldCustom(
                1,
                Box::pin(tokio::task::yield_now()),
            ))
        });
        store
    }
}

fn bill(state: &CallState, wall: Duration, queued: Duration) -> Bill {
    let (log_lines, log_lines_dropped) = state.log.counts();
    Bill {
        wall,
        queued,
        cpu: state.cpu.total(),
        peak_memory: state.limiter.peak(),
        rows: state.used.rows,
        rows_read: state.used.rows_read,
        bytes: state.used.bytes,
        host_calls: state.used.host_calls,
        log_lines,
        log_lines_dropped,
    }
}

/// Links WASI with nothing behind it, and the interfaces of the kind's world.
fn linker(engine: &Engine, kind: PluginKind) -> wasmtime::Result<Linker<CallState>> {
    type Data = wasmtime::component::HasSelf<CallState>;
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    match kind {
        PluginKind::Importer => {
            bindings::importer::ImporterPlugin::add_to_linker::<_, Data>(&mut linker, |it| it)?;
        }
        PluginKind::Scenario => {
            bindings::scenario::ScenarioPlugin::add_to_linker::<_, Data>(&mut linker, |it| it)?;
        }
    }
    Ok(linker)
}

/// Ends the task when whoever waits for it goes away.
struct OnDropAbort<T>(tokio::task::JoinHandle<T>);

impl<T> Future for OnDropAbort<T> {
    type Output = Result<T, PluginError>;

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map_err(|error| {
            if error.is_cancelled() {
                PluginError::Cancelled
            } else {
                PluginError::Internal(format!("a plugin call panicked: {error}"))
            }
        })
    }
}

impl<T> Drop for OnDropAbort<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
