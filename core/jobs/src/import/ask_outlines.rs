//! The step that asks importers for outlines.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use codegraph_model::Step;
use codegraph_plugin_host::types::Outline;

use super::classify::{Content, look};
use super::error::ImportError;
use super::outline::Outlines;
use super::plan::ToLower;
use super::work::{CallError, Work, each};

/// Asks for the outlines of the files that need them.
pub(super) async fn outline(work: &Arc<Work>) -> Result<Outlines, ImportError> {
    let outlines = Arc::new(Mutex::new(BTreeMap::new()));
    let done = Arc::clone(&outlines);
    each(work, work.plan.lower.len(), move |work, number| {
        let outlines = Arc::clone(&done);
        async move {
            let file = &work.plan.lower[number];
            if !work.needs_outline(file) {
                return Ok(());
            }
            let _room = work.room(file.size).await;
            // What cannot be read or outlined becomes a gap when it is lowered.
            if let Some(outline) = outline_one(&work, file).await? {
                outlines
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(file.info.path.clone(), outline);
            }
            work.progress.advance(Step::Outline, file.size);
            Ok(())
        }
    })
    .await?;
    let outlines = std::mem::take(&mut *outlines.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Outlines::new(outlines))
}

async fn outline_one(work: &Work, file: &ToLower) -> Result<Option<Outline>, ImportError> {
    let Ok(source) = work.read(file).await else {
        return Ok(None);
    };
    if matches!(look(&source), Content::Gap(..)) {
        return Ok(None);
    }
    let plugin = &work.languages.all()[file.language].plugin;
    match work
        .call(|| {
            work.host
                .outline(plugin, &file.info.path, Arc::clone(&source))
        })
        .await
    {
        Ok(outline) => Ok(Some(outline)),
        Err(CallError::Gap(_)) => Ok(None),
        Err(CallError::Cancelled) => Err(ImportError::Cancelled),
    }
}
