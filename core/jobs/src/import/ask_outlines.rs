//! The step that asks importers for outlines.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use codegraph_model::Step;
use codegraph_plugin_host::types::Outline;

use super::adopt::adopt;
use super::build_files::BuildFiles;
use super::classify::{Content, look};
use super::error::ImportError;
use super::gaps::whole_file;
use super::outline::Outlines;
use super::plan::ToLower;
use super::work::{CallError, Work, each};

/// Rounds in which files that others include become files to lower, which may include files.
const ROUNDS: usize = 8;

/// Asks for the outlines of the files that need them, and of what they include.
pub(super) async fn outline(mut work: Work) -> Result<Work, ImportError> {
    let mut outlines = BTreeMap::new();
    let (build, notes) = build_files(&work).await?;
    for (path, why) in notes {
        let file = work.plan.list.iter_mut().find(|file| file.path == path);
        if let Some(file) = file {
            file.gaps.push(whole_file("build_file", why));
        }
    }
    let mut asked = 0;
    for _ in 0..ROUNDS {
        let shared = Arc::new(work);
        outlines.extend(ask(&shared, asked).await?);
        work = Arc::into_inner(shared)
            .ok_or_else(|| ImportError::Internal("a worker outlived its step".into()))?;
        asked = work.plan.lower.len();
        if !adopt(&mut work.plan, &outlines, work.max_file_bytes) {
            break;
        }
    }
    work.plan
        .lower
        .sort_unstable_by_key(|file| file.info.ordinal);
    work.outlines = Outlines::new(outlines, build);
    Ok(work)
}

/// Files that say how a project is built, as far as they are read.
const MOST_BUILD_FILES: usize = 32;
/// Bytes of one of them.
const LARGEST_BUILD_FILE: u64 = 64 * 1024 * 1024;

/// Reads the files that say how the project is built; sentences on what of them was left out, by path.
async fn build_files(work: &Work) -> Result<(BuildFiles, Vec<(String, String)>), ImportError> {
    let lowered = work.plan.lower.iter().map(|file| file.info.path.as_str());
    let paths: BTreeSet<&str> = lowered.collect();
    let mut build = BuildFiles::default();
    let mut notes = Vec::new();
    let mut read = 0;
    for file in &work.plan.list {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let languages = work.languages.all().iter();
        let Some(language) = languages
            .clone()
            .find(|language| language.rules.all("build-file").any(|own| own == name))
        else {
            continue;
        };
        let mut note = |why: String| notes.push((file.path.clone(), why));
        if read >= MOST_BUILD_FILES || file.size > LARGEST_BUILD_FILE {
            note(format!(
                "of files that say how the project is built, {MOST_BUILD_FILES} of at most {LARGEST_BUILD_FILE} bytes are read"
            ));
            continue;
        }
        read += 1;
        let source: Arc<[u8]> = match work.source.read(&file.path, LARGEST_BUILD_FILE).await {
            Ok(source) => source.into(),
            Err(why) => {
                note(why);
                continue;
            }
        };
        let said = work
            .call(|| {
                let source = Arc::clone(&source);
                work.host.outline(&language.plugin, &file.path, source)
            })
            .await;
        match said {
            Ok(outline) => {
                let left_out = build.add(&file.path, &outline.extra, &paths);
                left_out.into_iter().for_each(&mut note);
            }
            Err(CallError::Gap(gap)) => note(gap.detail),
            Err(CallError::Cancelled) => return Err(ImportError::Cancelled),
        }
    }
    Ok((build, notes))
}

/// Asks for the outlines of the files to lower from a position on.
async fn ask(work: &Arc<Work>, from: usize) -> Result<BTreeMap<String, Outline>, ImportError> {
    let outlines = Arc::new(Mutex::new(BTreeMap::new()));
    let done = Arc::clone(&outlines);
    each(work, work.plan.lower.len() - from, move |work, number| {
        let outlines = Arc::clone(&done);
        async move {
            let file = &work.plan.lower[from + number];
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
    Ok(outlines)
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
