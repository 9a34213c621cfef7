//! How fast a client may send: a bucket that fills as time goes.

use std::time::Instant;

/// Messages that a client may send now.
#[derive(Debug)]
pub(crate) struct Pace {
    per_second: f64,
    left: f64,
    at: Instant,
}

impl Pace {
    /// So many a second, and as many at once.
    pub(crate) fn new(per_second: u64, now: Instant) -> Self {
        Self {
            per_second: per_second as f64,
            left: per_second as f64,
            at: now,
        }
    }

    /// Counts a message; false where it is one too many.
    pub(crate) fn allows(&mut self, now: Instant) -> bool {
        let since = now.saturating_duration_since(self.at).as_secs_f64();
        self.left = (self.left + since * self.per_second).min(self.per_second);
        self.at = now;
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn ten_a_second() {
        let start = Instant::now();
        let mut pace = Pace::new(10, start);
        assert!((0..10).all(|_| pace.allows(start)));
        assert!(!pace.allows(start));
        let later = start + Duration::from_millis(100);
        assert!(pace.allows(later) && !pace.allows(later));
        let much_later = start + Duration::from_hours(1);
        assert!((0..10).all(|_| pace.allows(much_later)));
        assert!(!pace.allows(much_later));
    }
}
