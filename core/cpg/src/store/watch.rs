//! Stops queries that run too long or that nobody waits for any more.

use duckdb::InterruptHandle;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// DuckDB forgets an interrupt that comes just before a query starts, so it is told again until the query has ended.
const AGAIN: Duration = Duration::from_millis(5);

/// Stops a running question from another thread. Cloning is cheap.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<State>);

#[derive(Debug, Default)]
struct State {
    stopped: AtomicBool,
    watcher: Mutex<Option<Arc<Shared>>>,
}

impl Interrupt {
    /// Stops what runs with it now or later.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::SeqCst);
        if let Some(shared) = lock(&self.0.watcher).as_ref() {
            // Taking the lock makes sure that the watcher sees the flag before it waits.
            drop(lock(&shared.queries));
            shared.changed.notify_all();
        }
    }

    /// Whether it was stopped.
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::SeqCst)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Default)]
struct Queries {
    next: u64,
    running: BTreeMap<u64, Running>,
    end: bool,
}

struct Running {
    deadline: Instant,
    interrupt: Interrupt,
    handle: Arc<InterruptHandle>,
}

#[derive(Default)]
struct Shared {
    queries: Mutex<Queries>,
    changed: Condvar,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// The thread that stops them.
pub(super) struct Watcher {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    pub(super) fn start() -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let watched = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("graph-deadlines".into())
            .spawn(move || watch(&watched))?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Watches a query until the guard is dropped.
    pub(super) fn guard(
        &self,
        handle: Arc<InterruptHandle>,
        deadline: Instant,
        interrupt: &Interrupt,
    ) -> Guard {
        *lock(&interrupt.0.watcher) = Some(Arc::clone(&self.shared));
        let mut queries = lock(&self.shared.queries);
        queries.next += 1;
        let number = queries.next;
        queries.running.insert(
            number,
            Running {
                deadline,
                interrupt: interrupt.clone(),
                handle,
            },
        );
        self.shared.changed.notify_all();
        Guard {
            shared: Arc::clone(&self.shared),
            number,
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        lock(&self.shared.queries).end = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // It ends without a result.
            let _ = thread.join();
        }
    }
}

/// A query that is watched.
pub(super) struct Guard {
    shared: Arc<Shared>,
    number: u64,
}

impl Drop for Guard {
    fn drop(&mut self) {
        lock(&self.shared.queries).running.remove(&self.number);
    }
}

fn watch(shared: &Shared) {
    let mut queries = lock(&shared.queries);
    while !queries.end {
        let now = Instant::now();
        let mut wait = None;
        for query in queries.running.values() {
            let left = if query.deadline <= now || query.interrupt.is_stopped() {
                query.handle.interrupt();
                AGAIN
            } else {
                query.deadline - now
            };
            wait = Some(wait.map_or(left, |shortest: Duration| shortest.min(left)));
        }
        queries = match wait {
            Some(wait) => shared
                .changed
                .wait_timeout(queries, wait)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(queries, _)| queries),
            None => shared
                .changed
                .wait(queries)
                .unwrap_or_else(PoisonError::into_inner),
        };
    }
}
