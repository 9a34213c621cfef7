//! Saying that an answer is not wanted any more.

use tokio::sync::watch;

/// Cancels a call. Clones are the same: one side keeps it and cancels, the call waits on its copy.
#[derive(Clone, Debug)]
pub struct Cancel(watch::Sender<bool>);

impl Default for Cancel {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Cancel {
    /// Starts uncancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels; there is no way back.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is cancelled.
    pub async fn cancelled(&self) {
        let mut receiver = self.0.subscribe();
        // The sender is `self`: it cannot be gone.
        let _ = receiver.wait_for(|cancelled| *cancelled).await;
    }
}
