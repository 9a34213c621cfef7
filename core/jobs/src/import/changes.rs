//! Which files are not as they were in the last graph.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use codegraph_cpg::store::{InputKey, KnownFile};
use codegraph_model::{FileChanges, Step};

use super::error::ImportError;
use super::input::{to_list, to_lower};
use super::plan::Item;
use super::work::{Work, each};

/// What is to be done to make the last graph that of the plan.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) counts: FileChanges,
    /// Files that changed or are new, by ordinal.
    pub(super) items: Vec<Item>,
    /// Numbers of the files that changed or are gone, as the last graph has them.
    pub(super) replaced: BTreeSet<u32>,
    /// Bytes of `items`.
    pub(super) bytes: u64,
}

impl Changes {
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.replaced.is_empty()
    }
}

/// Compares the files of the plan with those of the last graph. Their bytes decide: a time stamp may lie.
pub(super) async fn compare(
    work: &Arc<Work>,
    known: &BTreeMap<String, KnownFile>,
) -> Result<Changes, ImportError> {
    let items = work.plan.items();
    let keys: Vec<Option<InputKey>> = items
        .iter()
        .map(|&item| {
            let (ordinal, path) = work.plan.place(item);
            // With another number the rows would be others, too.
            known.get(path).filter(|file| file.ordinal == ordinal)?.key
        })
        .collect();
    let same: Arc<Vec<AtomicBool>> =
        Arc::new(items.iter().map(|_| AtomicBool::new(false)).collect());
    let (candidates, found) = (Arc::new(items.clone()), Arc::clone(&same));
    each(work, items.len(), move |work, number| {
        let (item, key, found) = (candidates[number], keys[number], Arc::clone(&found));
        async move {
            let bytes = work.plan.bytes_to_read(item);
            if let Some(key) = key {
                let _room = work.room(bytes).await;
                let is_same = key_of(&work, item).await == Some(key);
                found[number].store(is_same, Ordering::Relaxed);
            }
            work.progress.advance(Step::Compare, bytes);
            Ok(())
        }
    })
    .await?;
    let is_same = |number: usize| same[number].load(Ordering::Relaxed);
    Ok(sort(work, &items, known, is_same))
}

async fn key_of(work: &Work, item: Item) -> Option<InputKey> {
    match item {
        Item::Lower(number) => {
            let input = to_lower(work, &work.plan.lower[number]).await;
            input.ok().map(|input| input.key)
        }
        Item::List(number) => to_list(work, &work.plan.list[number]).await.key,
    }
}

fn sort(
    work: &Work,
    items: &[Item],
    known: &BTreeMap<String, KnownFile>,
    is_same: impl Fn(usize) -> bool,
) -> Changes {
    let mut changes = Changes::default();
    let mut gone: BTreeMap<&str, u32> = known
        .values()
        .map(|file| (file.path.as_str(), file.ordinal))
        .collect();
    for (number, &item) in items.iter().enumerate() {
        let (_, path) = work.plan.place(item);
        let before = gone.remove(path);
        // What was left out is listed as folders; people count files.
        let one = u64::from(!path.ends_with('/'));
        let counts = &mut changes.counts;
        if is_same(number) {
            counts.unchanged += one;
            continue;
        }
        match before {
            Some(ordinal) => {
                counts.changed += one;
                changes.replaced.insert(ordinal);
            }
            None => counts.added += one,
        }
        changes.items.push(item);
        changes.bytes += work.plan.bytes_to_read(item);
    }
    for (path, ordinal) in gone {
        changes.counts.removed += u64::from(!path.ends_with('/'));
        changes.replaced.insert(ordinal);
    }
    changes
}
