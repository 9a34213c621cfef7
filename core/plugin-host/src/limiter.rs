//! Counts what a guest takes from the machine, and ends it where that is too much.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wasmtime::ResourceLimiter;

use crate::error::{PluginError, abort};
use crate::limits::CallLimits;

/// Linear memory of all calls together.
#[derive(Debug)]
pub(crate) struct MemoryPool {
    limit: u64,
    used: AtomicU64,
}

impl MemoryPool {
    pub(crate) fn new(limit: u64) -> Arc<Self> {
        Arc::new(Self {
            limit,
            used: AtomicU64::new(0),
        })
    }

    /// Bytes that are taken now.
    pub(crate) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: u64) -> bool {
        let fits = |used: u64| used.checked_add(bytes).filter(|&sum| sum <= self.limit);
        self.used
            .try_update(Ordering::Relaxed, Ordering::Relaxed, fits)
            .is_ok()
    }

    fn give_back(&self, bytes: u64) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Limits of one call. A growth beyond them ends the guest with a typed error: as a failed growth most guests would
/// only report a crash of their allocator.
#[derive(Debug)]
pub(crate) struct Limiter {
    limits: CallLimits,
    pool: Arc<MemoryPool>,
    memory: u64,
    peak: u64,
    /// What the last growth took, for the case that the system then refuses it.
    last: u64,
    elements: u64,
}

impl Limiter {
    pub(crate) fn new(limits: CallLimits, pool: Arc<MemoryPool>) -> Self {
        Self {
            limits,
            pool,
            memory: 0,
            peak: 0,
            last: 0,
            elements: 0,
        }
    }

    /// Highest sum of all memories, bytes.
    pub(crate) fn peak(&self) -> u64 {
        self.peak
    }
}

impl Drop for Limiter {
    fn drop(&mut self) {
        self.pool.give_back(self.memory);
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let more = (desired - current) as u64;
        if self.memory.saturating_add(more) > self.limits.memory {
            return abort(PluginError::MemoryLimit {
                limit: self.limits.memory,
            });
        }
        if !self.pool.take(more) {
            return abort(PluginError::Busy {
                retry_after: Duration::from_secs(1),
            });
        }
        self.memory += more;
        self.last = more;
        self.peak = self.peak.max(self.memory);
        Ok(true)
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        let taken = std::mem::take(&mut self.last);
        self.memory -= taken;
        self.pool.give_back(taken);
        tracing::debug!(%error, "a plugin's memory could not grow");
        Ok(())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.elements = self.elements.saturating_add((desired - current) as u64);
        if self.elements > self.limits.table_elements {
            return abort(PluginError::ResourceLimit {
                what: "table elements",
                limit: self.limits.table_elements,
            });
        }
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.limits.instances as usize
    }

    fn tables(&self) -> usize {
        self.limits.tables as usize
    }

    fn memories(&self) -> usize {
        self.limits.memories as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::PluginKind;

    #[test]
    fn memory_is_given_back() {
        let pool = MemoryPool::new(1 << 20);
        let limits = CallLimits::default_of(PluginKind::Scenario);
        let mut first = Limiter::new(limits, pool.clone());
        assert!(first.memory_growing(0, 1 << 20, None).unwrap());
        let mut second = Limiter::new(limits, pool.clone());
        let refused = second.memory_growing(0, 1 << 16, None).unwrap_err();
        assert!(
            refused.to_string().contains("too many plugin calls"),
            "{refused}"
        );
        drop(first);
        assert!(second.memory_growing(0, 1 << 16, None).unwrap());
        second
            .memory_grow_failed(wasmtime::Error::msg("no pages"))
            .unwrap();
        assert_eq!(pool.used(), 0);
        assert_eq!(second.peak(), 1 << 16);
    }
}
