//! Takes a plugin out of service that fails too often.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::error::PluginError;

/// So many failures …
const FAILURES: usize = 5;
/// … in this time, being at least half of the calls in it: an importer that fails on a few files of thousands stays.
const WINDOW: Duration = Duration::from_mins(1);
/// First time out; it doubles each time up to the last.
const FIRST: Duration = Duration::from_secs(30);
const LAST: Duration = Duration::from_hours(1);

/// Why and until when a plugin is out of service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quarantine {
    pub(crate) reason: String,
    pub(crate) until: Timestamp,
}

/// Counts the failures of one version of a plugin.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// When, and whether it failed.
    calls: VecDeque<(Timestamp, bool)>,
    quarantine: Option<Quarantine>,
    /// How often it was out; a sound call after the time out sets it back.
    times: u32,
}

impl Breaker {
    /// Why no call may be made now.
    pub(crate) fn closed_to_calls(&self, now: Timestamp) -> Option<Quarantine> {
        self.state()
            .quarantine
            .clone()
            .filter(|quarantine| now < quarantine.until)
    }

    /// Counts a call. Gives the quarantine that it starts.
    pub(crate) fn record(
        &self,
        now: Timestamp,
        failure: Option<&PluginError>,
    ) -> Option<Quarantine> {
        let mut state = self.state();
        if state
            .quarantine
            .as_ref()
            .is_some_and(|quarantine| now < quarantine.until)
        {
            // Started before the quarantine did.
            return None;
        }
        // The time is over: the first call decides alone.
        let on_trial = state.quarantine.is_some();
        state.calls.push_back((now, failure.is_some()));
        while state
            .calls
            .front()
            .is_some_and(|&(at, _)| now.duration_since(at).unsigned_abs() > WINDOW)
            || state.calls.len() > 4096
        {
            state.calls.pop_front();
        }
        let Some(failure) = failure else {
            if on_trial {
                state.quarantine = None;
                state.times = 0;
            }
            return None;
        };
        let failures = state.calls.iter().filter(|(_, failed)| *failed).count();
        if !on_trial && (failures < FAILURES || failures * 2 < state.calls.len()) {
            return None;
        }
        let out = FIRST.saturating_mul(1 << state.times.min(16)).min(LAST);
        state.times += 1;
        state.calls.clear();
        let reason = if on_trial {
            failure.to_string()
        } else {
            format!("{failures} failures in a minute, the last: {failure}")
        };
        let quarantine = Quarantine {
            reason,
            until: now + out,
        };
        state.quarantine = Some(quarantine.clone());
        Some(quarantine)
    }

    /// Takes it into service again at once.
    pub(crate) fn release(&self) {
        *self.state() = State::default();
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn trap() -> PluginError {
        PluginError::Trap("unreachable".into())
    }

    #[test]
    fn five_failures_in_a_minute() {
        let breaker = Breaker::default();
        for second in 0..4 {
            assert_eq!(breaker.record(at(second), Some(&trap())), None);
        }
        assert_eq!(breaker.closed_to_calls(at(4)), None);
        let quarantine = breaker.record(at(4), Some(&trap())).unwrap();
        assert!(
            quarantine.reason.contains("5 failures"),
            "{}",
            quarantine.reason
        );
        assert_eq!(quarantine.until, at(34));
        assert!(breaker.closed_to_calls(at(33)).is_some());
        assert_eq!(breaker.closed_to_calls(at(34)), None);
    }

    #[test]
    fn old_failures_are_forgotten() {
        let breaker = Breaker::default();
        for second in [0, 20, 40, 60, 81, 102] {
            assert_eq!(breaker.record(at(second), Some(&trap())), None);
        }
    }

    #[test]
    fn a_few_failures_among_many_calls() {
        let breaker = Breaker::default();
        for n in 0..1000 {
            let failure = (n % 3 == 0).then(trap);
            assert_eq!(breaker.record(at(n / 100), failure.as_ref()), None);
        }
    }

    #[test]
    fn the_timer_grows_until_a_sound_call() {
        let breaker = Breaker::default();
        for _ in 0..5 {
            breaker.record(at(0), Some(&trap()));
        }
        assert_eq!(breaker.record(at(30), Some(&trap())).unwrap().until, at(90));
        assert_eq!(
            breaker.record(at(90), Some(&trap())).unwrap().until,
            at(210)
        );
        assert_eq!(breaker.record(at(210), None), None);
        assert_eq!(breaker.record(at(211), Some(&trap())), None);
        for _ in 0..3 {
            breaker.record(at(212), Some(&trap()));
        }
        assert_eq!(
            breaker.record(at(212), Some(&trap())).unwrap().until,
            at(242)
        );
        breaker.release();
        assert_eq!(breaker.closed_to_calls(at(213)), None);
    }
}
