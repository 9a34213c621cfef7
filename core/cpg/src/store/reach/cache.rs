//! Arrays that are kept in memory.

use super::{Arrays, EdgeSet};
use crate::store::QueryError;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Arrays by graph and edge kinds, the least recently used out first.
pub(in crate::store) struct ArrayCache {
    limit: usize,
    state: Mutex<State>,
}

type Slot = Arc<Mutex<Option<Arc<Arrays>>>>;

#[derive(Default)]
struct State {
    clock: u64,
    slots: BTreeMap<(String, EdgeSet), (Slot, u64, usize)>,
}

impl ArrayCache {
    pub(in crate::store) fn new(limit: usize) -> Self {
        Self {
            limit,
            state: Mutex::default(),
        }
    }

    /// Gives arrays, loading them once however many ask at the same time.
    pub(in crate::store) fn get(
        &self,
        graph: &str,
        edges: &EdgeSet,
        load: impl FnOnce() -> Result<Arrays, QueryError>,
    ) -> Result<Arc<Arrays>, QueryError> {
        let key = (graph.to_owned(), edges.clone());
        let slot = {
            let mut state = self.lock();
            state.clock += 1;
            let now = state.clock;
            let entry = state.slots.entry(key.clone()).or_default();
            entry.1 = now;
            Arc::clone(&entry.0)
        };
        let mut loaded = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(arrays) = loaded.as_ref() {
            return Ok(Arc::clone(arrays));
        }
        let arrays = Arc::new(load()?);
        *loaded = Some(Arc::clone(&arrays));
        drop(loaded);
        let mut state = self.lock();
        if let Some(entry) = state.slots.get_mut(&key) {
            entry.2 = arrays.bytes();
        }
        state.shrink(self.limit, &key);
        Ok(arrays)
    }

    /// Drops what is kept of a graph.
    pub(in crate::store) fn forget(&self, graph: &str) {
        self.lock().slots.retain(|(of, _), _| of != graph);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn shrink(&mut self, limit: usize, keep: &(String, EdgeSet)) {
        while self.slots.values().map(|slot| slot.2).sum::<usize>() > limit {
            let oldest = self
                .slots
                .iter()
                .filter(|(key, slot)| *key != keep && slot.2 > 0)
                .min_by_key(|(_, slot)| slot.1);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else {
                return;
            };
            self.slots.remove(&key);
        }
    }
}
