//! Ending a search from outside: its caller has gone, or its time is over.

/// Steps after which it is asked whether to go on.
const STEPS: u64 = 4096;

/// Asks now and then whether a search is to end.
pub(crate) struct Stop<'s> {
    asks: &'s dyn Fn() -> bool,
    next: u64,
    said: bool,
}

impl<'s> Stop<'s> {
    pub(crate) fn new(asks: &'s dyn Fn() -> bool) -> Self {
        Self {
            asks,
            next: 0,
            said: false,
        }
    }

    /// Whether to end, after so many steps.
    pub(crate) fn after(&mut self, steps: u64) -> bool {
        if !self.said && steps >= self.next {
            self.next = steps + STEPS;
            self.said = (self.asks)();
        }
        self.said
    }

    /// Whether the search was ended.
    pub(crate) fn ended(&self) -> bool {
        self.said
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn it_is_asked_now_and_then_and_what_it_said_stays() {
        let asked = Cell::new(0);
        let asks = || {
            asked.set(asked.get() + 1);
            asked.get() == 3
        };
        let mut stop = Stop::new(&asks);
        let first = (0..10 * STEPS).find(|&steps| stop.after(steps));
        assert_eq!((first, asked.get()), (Some(2 * STEPS), 3));
        assert!(stop.after(1) && stop.ended());
        assert_eq!(asked.get(), 3);
    }
}
