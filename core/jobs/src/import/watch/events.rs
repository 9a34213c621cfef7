//! What the system told since somebody last looked.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use notify::event::{AccessKind, AccessMode, Event, EventKind};
use tokio::sync::Notify;

/// More paths are not kept: so many files do not change without folders changing.
const MOST_PATHS: usize = 4_096;

/// What happened.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Happened {
    /// Something at these paths.
    Paths(BTreeSet<PathBuf>),
    /// It is not known where.
    Anything,
}

impl Default for Happened {
    fn default() -> Self {
        Self::Paths(BTreeSet::new())
    }
}

/// Events on their way from the thread of the watcher.
#[derive(Default)]
pub(super) struct Events {
    happened: Mutex<Happened>,
    wake: Notify,
}

impl Events {
    /// Takes an event, or that some were lost.
    pub(super) fn add(&self, event: notify::Result<Event>) {
        let event = event.ok().filter(|event| !event.need_rescan());
        // Reading is what an import does itself: it must not start the next one.
        if event.as_ref().is_some_and(|event| is_reading(event.kind)) {
            return;
        }
        {
            let mut happened = self.happened.lock().unwrap_or_else(PoisonError::into_inner);
            match (&mut *happened, event) {
                (Happened::Paths(paths), Some(event)) if paths.len() < MOST_PATHS => {
                    paths.extend(event.paths);
                }
                (happened, _) => *happened = Happened::Anything,
            }
        }
        self.wake.notify_one();
    }

    /// Notes that something may have happened unseen.
    pub(super) fn missed(&self) {
        *self.happened.lock().unwrap_or_else(PoisonError::into_inner) = Happened::Anything;
        self.wake.notify_one();
    }

    /// Waits for the next event; one that nobody waited for counts.
    pub(super) async fn next(&self) {
        self.wake.notified().await;
    }

    /// Gives what happened since it was last asked for.
    pub(super) fn take(&self) -> Happened {
        std::mem::take(&mut *self.happened.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn is_reading(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{Flag, ModifyKind};

    fn event(kind: EventKind, path: &str) -> Event {
        Event::new(kind).add_path(path.into())
    }

    fn paths(list: &[&str]) -> Happened {
        Happened::Paths(list.iter().map(PathBuf::from).collect())
    }

    #[test]
    fn reading_is_no_change_and_writing_is() {
        let events = Events::default();
        let access = |kind| EventKind::Access(kind);
        events.add(Ok(event(access(AccessKind::Open(AccessMode::Any)), "/a")));
        events.add(Ok(event(access(AccessKind::Close(AccessMode::Read)), "/a")));
        assert_eq!(events.take(), paths(&[]));
        events.add(Ok(event(
            access(AccessKind::Close(AccessMode::Write)),
            "/b",
        )));
        events.add(Ok(event(EventKind::Modify(ModifyKind::Any), "/c")));
        assert_eq!(events.take(), paths(&["/b", "/c"]));
        assert_eq!(events.take(), paths(&[]));
    }

    #[test]
    fn lost_and_too_many_events_mean_anything() {
        let events = Events::default();
        let changed = EventKind::Modify(ModifyKind::Any);
        events.add(Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan)));
        events.add(Ok(event(changed, "/a")));
        assert_eq!(events.take(), Happened::Anything);
        events.add(Err(notify::Error::generic("queue")));
        assert_eq!(events.take(), Happened::Anything);
        for i in 0..=MOST_PATHS {
            events.add(Ok(event(changed, &format!("/{i}"))));
        }
        assert_eq!(events.take(), Happened::Anything);
    }

    #[tokio::test]
    async fn an_event_that_nobody_waited_for_counts() {
        let events = Events::default();
        events.missed();
        events.next().await;
        assert_eq!(events.take(), Happened::Anything);
    }
}
