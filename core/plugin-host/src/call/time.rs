//! How long a call may still run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The deadline of a call. It stands still while the call waits for its reader: a slow client is no fault of the plugin.
#[derive(Clone, Debug)]
pub(crate) struct CallTime(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    deadline: Instant,
    paused: Option<Instant>,
}

impl State {
    /// What is left; zero when it is over.
    fn left(&self, now: Instant) -> Duration {
        self.deadline
            .saturating_duration_since(self.paused.unwrap_or(now))
    }

    fn go_on(&mut self, now: Instant) {
        if let Some(since) = self.paused.take() {
            self.deadline += now - since;
        }
    }
}

impl CallTime {
    pub(crate) fn new(limit: Duration) -> Self {
        Self(Arc::new(Mutex::new(State {
            deadline: Instant::now() + limit,
            paused: None,
        })))
    }

    /// What is left; none when it is over.
    pub(crate) fn left(&self) -> Option<Duration> {
        Some(self.state().left(Instant::now())).filter(|left| !left.is_zero())
    }

    /// Waits until it is over.
    pub(crate) async fn over(&self) {
        while let Some(left) = self.left() {
            tokio::time::sleep(left).await;
        }
    }

    /// Stops the clock until the guard is dropped.
    pub(crate) fn pause(&self) -> Paused<'_> {
        self.state().paused = Some(Instant::now());
        Paused(self)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets the clock of a call go on when it is dropped.
pub(crate) struct Paused<'a>(&'a CallTime);

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.0.state().go_on(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stands_still_while_paused() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut state = State {
            deadline: at(2),
            paused: None,
        };
        assert_eq!(state.left(at(1)), Duration::from_secs(1));
        state.paused = Some(at(1));
        assert_eq!(state.left(at(10)), Duration::from_secs(1));
        state.go_on(at(10));
        assert_eq!(state.left(at(10)), Duration::from_secs(1));
        assert_eq!(state.left(at(11)), Duration::ZERO);
        assert_eq!(state.left(at(12)), Duration::ZERO);
    }
}
