//! How many children run at once.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use codegraph_cpg::console::SqlError;

/// A number of places for children. A caller waits a short while for one and is then told to come again: a long queue of
/// queries that nobody waits for any more helps nobody.
#[derive(Debug)]
pub struct Slots {
    free: Mutex<usize>,
    freed: Condvar,
    patience: Duration,
}

impl Slots {
    /// Makes `places` places; a caller waits at most `patience` for one.
    pub fn new(places: usize, patience: Duration) -> Self {
        Self {
            free: Mutex::new(places),
            freed: Condvar::new(),
            patience,
        }
    }

    /// Takes a place until the returned guard is dropped.
    pub(super) fn take(&self) -> Result<Place<'_>, SqlError> {
        let deadline = Instant::now() + self.patience;
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(SqlError::Busy {
                    retry_after_ms: u64::try_from(self.patience.as_millis().max(1000))
                        .unwrap_or(u64::MAX),
                });
            }
            (free, _) = self
                .freed
                .wait_timeout(free, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Ok(Place { slots: self })
    }
}

/// A place that is taken.
#[derive(Debug)]
pub(super) struct Place<'s> {
    slots: &'s Slots,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self
            .slots
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner) += 1;
        self.slots.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_house_is_said_and_a_freed_place_is_taken() {
        let slots = Slots::new(1, Duration::ZERO);
        let place = slots.take().unwrap();
        assert!(matches!(
            slots.take(),
            Err(SqlError::Busy {
                retry_after_ms: 1000
            })
        ));
        drop(place);
        assert!(slots.take().is_ok());
    }
}
