//! Cancellation from outside.

use tokio::sync::watch;

/// Ends a fetch from outside: clones share one state, and it only ever goes from running to cancelled.
#[derive(Clone, Debug)]
pub struct Cancel {
    state: watch::Sender<bool>,
}

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}

impl Cancel {
    /// A state that nobody has cancelled yet.
    pub fn new() -> Self {
        Self {
            state: watch::Sender::new(false),
        }
    }

    /// Asks the work to end; it does so at once, with its children killed and its folder removed.
    pub fn cancel(&self) {
        self.state.send_replace(true);
    }

    /// Whether [`Cancel::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        *self.state.borrow()
    }

    /// Waits until [`Cancel::cancel`] is called.
    pub async fn cancelled(&self) {
        let mut state = self.state.subscribe();
        // The sender lives as long as `self`, so the channel cannot close under us.
        let _ = state.wait_for(|cancelled| *cancelled).await;
    }
}
