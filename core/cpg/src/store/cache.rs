//! What is made of graphs and kept in memory while it is used.

use super::QueryError;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Things by graph and key, the least recently used out first.
pub(super) struct Cache<K, V> {
    limit: usize,
    bytes: fn(&V) -> usize,
    state: Mutex<State<K, V>>,
}

type Slot<V> = Arc<Mutex<Option<Arc<V>>>>;

struct Entry<V> {
    slot: Slot<V>,
    used: u64,
    bytes: usize,
}

struct State<K, V> {
    clock: u64,
    entries: BTreeMap<(String, K), Entry<V>>,
}

impl<K: Ord + Clone, V> Cache<K, V> {
    /// Keeps at most `limit` bytes, but always what was made last; `bytes` says how many a thing has.
    pub(super) fn new(limit: usize, bytes: fn(&V) -> usize) -> Self {
        Self {
            limit,
            bytes,
            state: Mutex::new(State {
                clock: 0,
                entries: BTreeMap::new(),
            }),
        }
    }

    /// Gives a thing, making it once however many ask at the same time. What could not be made is made again for the next.
    pub(super) fn get(
        &self,
        graph: &str,
        key: &K,
        make: impl FnOnce() -> Result<V, QueryError>,
    ) -> Result<Arc<V>, QueryError> {
        let key = (graph.to_owned(), key.clone());
        let slot = {
            let mut state = self.lock();
            state.clock += 1;
            let used = state.clock;
            let entry = state.entries.entry(key.clone()).or_insert_with(|| Entry {
                slot: Slot::default(),
                used,
                bytes: 0,
            });
            entry.used = used;
            Arc::clone(&entry.slot)
        };
        let mut made = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = made.as_ref() {
            return Ok(Arc::clone(made));
        }
        let thing = Arc::new(make()?);
        *made = Some(Arc::clone(&thing));
        drop(made);
        let mut state = self.lock();
        if let Some(entry) = state.entries.get_mut(&key) {
            entry.bytes = (self.bytes)(&thing);
        }
        state.shrink(self.limit, &key);
        Ok(thing)
    }

    /// Drops what is kept of a graph.
    pub(super) fn forget(&self, graph: &str) {
        self.lock().entries.retain(|(of, _), _| of != graph);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Ord + Clone, V> State<K, V> {
    fn shrink(&mut self, limit: usize, keep: &(String, K)) {
        while self
            .entries
            .values()
            .map(|entry| entry.bytes)
            .sum::<usize>()
            > limit
        {
            let oldest = self
                .entries
                .iter()
                .filter(|(key, entry)| *key != keep && entry.bytes > 0)
                .min_by_key(|(_, entry)| entry.used);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else {
                return;
            };
            self.entries.remove(&key);
        }
    }
}
