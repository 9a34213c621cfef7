//! The wasmtime engine, its clock and the threads that guests run on.

use std::hash::{Hash, Hasher};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Strategy};

use crate::error::HostError;
use crate::limits::Limits;

/// How often a running guest is looked at.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Stack of a guest. Host functions have the rest of [`FIBER_STACK`].
const WASM_STACK: usize = 1 << 20;
const FIBER_STACK: usize = 2 << 20;

/// What compiled code depends on, the same here and in the compile child.
fn config() -> Config {
    let mut config = Config::new();
    config
        .strategy(Strategy::Cranelift)
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(FIBER_STACK)
        // Stacks of a pool are used again: what a guest left there goes, and the memory with it.
        .async_stack_zeroing(true)
        .concurrency_support(false)
        .wasm_component_model(true)
        // None of our worlds needs them; each is surface that a hostile component could try.
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_tail_call(false)
        .wasm_relaxed_simd(false)
        .wasm_custom_page_sizes(false);
    config
}

/// An engine that compiles and never runs: on-demand allocation, one thread.
pub(crate) fn compiler() -> wasmtime::Result<Engine> {
    Engine::new(config().parallel_compilation(false))
}

/// An engine that runs guests, with as many slots as there are calls at once; the second value says whether they are
/// taken from a pool.
pub(crate) fn runner(limits: &Limits) -> Result<(Engine, bool), HostError> {
    let mut pooled = config();
    pooled.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    // The probe is the reservation itself: it fails where the address space is limited (`ulimit -v`) or overcommit is off.
    match Engine::new(&pooled) {
        Ok(engine) => Ok((engine, true)),
        Err(error) => {
            tracing::warn!(%error, "no address space for a pool of plugin instances, allocating them on demand");
            let engine =
                Engine::new(&config()).map_err(|error| HostError::Engine(error.to_string()))?;
            Ok((engine, false))
        }
    }
}

fn pool(limits: &Limits) -> PoolingAllocationConfig {
    let most =
        |of: fn(&crate::limits::CallLimits) -> u64| of(&limits.scenario).max(of(&limits.importer));
    let instances = most(|limits| u64::from(limits.instances)) as u32;
    let tables = most(|limits| u64::from(limits.tables)) as u32;
    let memories = most(|limits| u64::from(limits.memories)) as u32;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(limits.slots)
        .total_core_instances(limits.slots * instances)
        .total_memories(limits.slots * memories)
        .total_tables(limits.slots * tables)
        .total_stacks(limits.slots)
        .max_core_instances_per_component(instances)
        .max_memories_per_component(memories)
        .max_tables_per_component(tables)
        .max_memories_per_module(memories)
        .max_tables_per_module(tables)
        .table_elements(most(|limits| limits.table_elements) as usize)
        .max_memory_size((most(|limits| limits.memory) as usize).min(4 << 30))
        .max_component_instance_size(4 << 20)
        .max_core_instance_size(4 << 20)
        // Memory goes back to the system after each call, but for what a small call needs anyway.
        .linear_memory_keep_resident(1 << 20)
        .table_keep_resident(64 << 10)
        .async_stack_keep_resident(32 << 10)
        .max_unused_warm_slots(8);
    pool
}

/// What compiled code of an engine can be run by: part of the cache's file names.
pub(crate) fn compatibility(engine: &Engine) -> u64 {
    /// `Hash` wants a `Hasher`; BLAKE3 gives the same number on every run and build, which the standard one does not promise.
    struct Stable(blake3::Hasher);
    impl Hasher for Stable {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            let hash = self.0.finalize();
            u64::from_le_bytes(
                hash.as_bytes()[..8]
                    .try_into()
                    .expect("a hash has 32 bytes"),
            )
        }
    }
    let mut hasher = Stable(blake3::Hasher::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.finish()
}

/// Advances an engine's epoch every [`TICK`] until it is dropped.
pub(crate) struct Ticker {
    stop: Option<Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> Result<Self, HostError> {
        let (stop, stopped) = channel();
        let engine = engine.weak();
        let thread = std::thread::Builder::new()
            .name("plugin-ticker".into())
            .spawn(move || {
                while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    let Some(engine) = engine.upgrade() else {
                        break;
                    };
                    engine.increment_epoch();
                }
            })
            .map_err(HostError::Threads)?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It ends at once; a panic in it would have stopped only the clock.
            let _ = thread.join();
        }
    }
}

/// Threads for guests, at lower priority than the threads that serve people.
pub(crate) struct Threads(Option<tokio::runtime::Runtime>);

impl Threads {
    pub(crate) fn start(count: usize) -> Result<Self, HostError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(count)
            .thread_name("plugin")
            .on_thread_start(|| {
                // On Linux this is the thread's own priority. Without it guests only compete as equals.
                if let Err(error) = rustix::process::setpriority_process(None, 5) {
                    tracing::debug!(%error, "cannot lower the priority of plugin threads");
                }
            })
            .enable_time()
            .build()
            .map_err(HostError::Threads)?;
        Ok(Self(Some(runtime)))
    }

    pub(crate) fn handle(&self) -> &tokio::runtime::Handle {
        self.0.as_ref().expect("it is taken in drop only").handle()
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Waiting here would block the async thread that drops the host; guests end at their next tick.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compile_child_and_host_agree() {
        let (runner, _) = runner(&Limits::default()).unwrap();
        assert_eq!(compatibility(&runner), compatibility(&compiler().unwrap()));
    }
}
