//! Who may call now: slots, and a bounded queue for them that serves first who came first.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::PluginError;

/// Slots for calls at once.
#[derive(Debug)]
pub(crate) struct Slots {
    slots: Arc<Semaphore>,
    waiting: AtomicU32,
    queue: u32,
}

/// A place in the queue, given up when dropped.
struct Waiting<'a>(&'a AtomicU32);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Slots {
    pub(crate) fn new(slots: u32, queue: u32) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(slots as usize)),
            waiting: AtomicU32::new(0),
            queue,
        }
    }

    /// Waits for a slot in turn.
    pub(crate) async fn take(&self) -> Result<OwnedSemaphorePermit, PluginError> {
        if let Ok(slot) = self.slots.clone().try_acquire_owned() {
            return Ok(slot);
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _place = Waiting(&self.waiting);
        if before >= self.queue {
            return Err(PluginError::Busy {
                retry_after: Duration::from_secs(1),
            });
        }
        self.slots
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| PluginError::Cancelled)
    }
}

#[cfg(test)]
mod tests {
    use futures_like::poll_once;

    use super::*;

    mod futures_like {
        use std::pin::Pin;
        use std::task::{Context, Poll, Waker};

        pub(super) fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
            future.poll(&mut Context::from_waker(Waker::noop()))
        }
    }

    #[test]
    fn first_come_first_served_and_full_is_busy() {
        let slots = Slots::new(1, 2);
        let mut first = Box::pin(slots.take());
        let std::task::Poll::Ready(Ok(slot)) = poll_once(first.as_mut()) else {
            panic!("a slot is free")
        };
        let mut second = Box::pin(slots.take());
        let mut third = Box::pin(slots.take());
        assert!(poll_once(second.as_mut()).is_pending());
        assert!(poll_once(third.as_mut()).is_pending());
        let mut fourth = Box::pin(slots.take());
        assert!(matches!(
            poll_once(fourth.as_mut()),
            std::task::Poll::Ready(Err(PluginError::Busy { .. }))
        ));
        drop(slot);
        assert!(
            poll_once(third.as_mut()).is_pending(),
            "the second came before"
        );
        assert!(poll_once(second.as_mut()).is_ready());
        drop(third);
        assert_eq!(
            slots.waiting.load(Ordering::Relaxed),
            0,
            "who leaves or is served gives up the place"
        );
    }
}
