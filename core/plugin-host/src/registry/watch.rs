//! Notices when something changes in the folders.

use std::sync::{Arc, Weak};
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};
use tokio::sync::Notify;

use super::scan::Registry;

/// Watches until it is dropped.
pub(crate) struct Watch {
    _debouncer: Option<Debouncer<RecommendedWatcher, RecommendedCache>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Scans after every change, once the folders have been quiet for `debounce`.
pub(crate) fn watch(registry: &Arc<Registry>, debounce: Duration) -> Watch {
    let changed = Arc::new(Notify::new());
    let notify = changed.clone();
    let on_events = move |events: DebounceEventResult| {
        // An error may have swallowed events. Reading is what a scan does itself: it must not start the next one.
        let worth_it = events.map_or(true, |events| {
            events
                .iter()
                .any(|event| !matches!(event.kind, EventKind::Access(_)))
        });
        if worth_it {
            notify.notify_one();
        }
    };
    let debouncer = match new_debouncer(debounce, None, on_events) {
        Ok(mut debouncer) => {
            for directory in registry.directories() {
                if let Err(error) = debouncer.watch(directory, RecursiveMode::NonRecursive) {
                    tracing::warn!(path = %directory.display(), %error, "changes of plugins will not be noticed here");
                }
            }
            Some(debouncer)
        }
        Err(error) => {
            tracing::warn!(%error, "changes of plugins will not be noticed");
            None
        }
    };
    let task = tokio::spawn(scan_on_change(Arc::downgrade(registry), changed, debounce));
    Watch {
        _debouncer: debouncer,
        task,
    }
}

async fn scan_on_change(registry: Weak<Registry>, changed: Arc<Notify>, debounce: Duration) {
    loop {
        changed.notified().await;
        loop {
            let Some(registry) = registry.upgrade() else {
                return;
            };
            let restless = registry.scan().await;
            drop(registry);
            if !restless {
                break;
            }
            tokio::time::sleep(debounce).await;
        }
    }
}
