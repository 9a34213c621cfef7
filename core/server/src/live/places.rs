//! How many WebSockets or streams somebody may have open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use codegraph_model::UserId;

/// Places of each user.
#[derive(Clone, Debug)]
pub struct Places {
    each: usize,
    taken: Arc<Mutex<HashMap<UserId, usize>>>,
}

/// A place that is taken; dropping it gives it back.
#[derive(Debug)]
pub struct Place {
    user: UserId,
    taken: Arc<Mutex<HashMap<UserId, usize>>>,
}

impl Places {
    /// So many for each.
    pub fn new(each: usize) -> Self {
        Self {
            each,
            taken: Arc::default(),
        }
    }

    /// How many each has.
    pub fn each(&self) -> usize {
        self.each
    }

    /// Takes one; none where the user has all of its own.
    pub fn take(&self, user: UserId) -> Option<Place> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(user).or_default();
        if *count >= self.each {
            return None;
        }
        *count += 1;
        Some(Place {
            user,
            taken: Arc::clone(&self.taken),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn places_come_back_and_nothing_is_kept_of_who_is_gone() {
        let places = Places::new(2);
        let anna = UserId::new(Timestamp::UNIX_EPOCH);
        let boris = UserId::new(Timestamp::from_second(1).unwrap());
        let first = places.take(anna).unwrap();
        let second = places.take(anna).unwrap();
        assert!(places.take(anna).is_none());
        assert!(places.take(boris).is_some());
        drop(first);
        assert!(places.take(anna).is_some());
        drop(second);
        assert!(places.taken.lock().unwrap().is_empty());
        assert!(Places::new(0).take(anna).is_none());
    }
}
