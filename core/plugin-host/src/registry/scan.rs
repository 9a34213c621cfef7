//! Looks through the folders and publishes what can be called.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::{Mutex, watch};

use super::load::Loader;
use super::plugin::Plugin;
use super::refusal::Refusal;

/// A file was replaced or written to when one of these differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(metadata: &fs::Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// What is known of a file.
#[derive(Clone)]
pub(crate) struct FileState {
    stamp: Option<Stamp>,
    hash: Option<blake3::Hash>,
    /// The last version that could be loaded.
    pub(crate) plugin: Option<Arc<Plugin>>,
    /// Why the newest version could not.
    pub(crate) refusal: Option<Refusal>,
    /// The file that goes first with the same plugin.
    pub(crate) taken_by: Option<PathBuf>,
}

/// All files and all plugins of a moment.
#[derive(Clone, Default)]
pub(crate) struct Snapshot {
    /// By identifier.
    pub(crate) plugins: BTreeMap<String, Arc<Plugin>>,
    /// In the order in which they were found; earlier files go first.
    pub(crate) files: Vec<(PathBuf, FileState)>,
}

/// The folders and what was found in them.
pub(crate) struct Registry {
    directories: Vec<PathBuf>,
    loader: Loader,
    current: ArcSwap<Snapshot>,
    one_at_a_time: Mutex<()>,
    generation: watch::Sender<u64>,
}

impl Registry {
    pub(crate) fn new(directories: Vec<PathBuf>, loader: Loader) -> Self {
        Self {
            directories,
            loader,
            current: ArcSwap::default(),
            one_at_a_time: Mutex::new(()),
            generation: watch::Sender::new(0),
        }
    }

    pub(crate) fn directories(&self) -> &[PathBuf] {
        &self.directories
    }

    /// What there is now.
    pub(crate) fn current(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Counts the scans that ended.
    pub(crate) fn generation(&self) -> watch::Receiver<u64> {
        self.generation.subscribe()
    }

    /// Looks through the folders. Gives whether a file changed while it was read, so that another look is needed.
    pub(crate) async fn scan(&self) -> bool {
        let _turn = self.one_at_a_time.lock().await;
        let before = self.current();
        let directories = self.directories.clone();
        let found = tokio::task::spawn_blocking(move || list(&directories))
            .await
            .unwrap_or_default();
        let mut restless = false;
        let mut files = Vec::with_capacity(found.len());
        for path in found {
            let known = before
                .files
                .iter()
                .find(|(known, _)| *known == path)
                .map(|(_, state)| state);
            let (state, moved) = self.look(&path, known).await;
            restless |= moved;
            files.push((path, state));
        }
        let after = publish(files);
        tell(&before, &after);
        self.current.store(Arc::new(after));
        self.generation.send_modify(|generation| *generation += 1);
        restless
    }

    /// Looks at one file. The second value says that it changed while it was read.
    async fn look(&self, path: &Path, known: Option<&FileState>) -> (FileState, bool) {
        let keep = |stamp, hash, refusal| FileState {
            stamp,
            hash,
            plugin: known.and_then(|known| known.plugin.clone()),
            refusal,
            taken_by: None,
        };
        let stamp = fs::metadata(path).ok().map(|metadata| Stamp::of(&metadata));
        if let Some(known) = known
            && stamp.is_some()
            && known.stamp == stamp
        {
            return (known.clone(), false);
        }
        let (to_read, limit) = (path.to_owned(), self.loader.limits.file);
        let read = tokio::task::spawn_blocking(move || read(&to_read, limit));
        let contents = match read.await {
            Ok(Ok(contents)) => contents,
            Ok(Err(refusal)) => return (keep(stamp, None, Some(refusal)), false),
            Err(error) => {
                return (
                    keep(None, None, Some(Refusal::Unreadable(error.to_string()))),
                    false,
                );
            }
        };
        if contents.stamp_before != contents.stamp_after {
            // Still being written: what was read is neither the old file nor the new one.
            let state = known.cloned().unwrap_or_else(|| {
                keep(
                    None,
                    None,
                    Some(Refusal::Unreadable("it changed while it was read".into())),
                )
            });
            return (
                FileState {
                    stamp: None,
                    ..state
                },
                true,
            );
        }
        let stamp = Some(contents.stamp_after);
        if let Some(known) = known
            && known.hash == Some(contents.hash)
        {
            return (
                FileState {
                    stamp,
                    ..known.clone()
                },
                false,
            );
        }
        match self.loader.load(path, contents.bytes, contents.hash).await {
            Ok(plugin) => {
                let plugin = Some(Arc::new(plugin));
                (
                    FileState {
                        stamp,
                        hash: Some(contents.hash),
                        plugin,
                        refusal: None,
                        taken_by: None,
                    },
                    false,
                )
            }
            Err(refusal) => (keep(stamp, Some(contents.hash), Some(refusal)), false),
        }
    }
}

struct Contents {
    bytes: Arc<[u8]>,
    hash: blake3::Hash,
    stamp_before: Stamp,
    stamp_after: Stamp,
}

fn read(path: &Path, limit: u64) -> Result<Contents, Refusal> {
    let unreadable = |error: std::io::Error| Refusal::Unreadable(error.to_string());
    let file = fs::File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Refusal::Unreadable("it is no file".into()));
    }
    if metadata.len() > limit {
        return Err(Refusal::TooLarge {
            bytes: metadata.len(),
            limit,
        });
    }
    let stamp_before = Stamp::of(&metadata);
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    (&file)
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(Refusal::TooLarge {
            bytes: bytes.len() as u64,
            limit,
        });
    }
    // By path, not by handle: a rename-over during the read shows as another file.
    let stamp_after = Stamp::of(&fs::metadata(path).map_err(unreadable)?);
    Ok(Contents {
        hash: blake3::hash(&bytes),
        bytes: bytes.into(),
        stamp_before,
        stamp_after,
    })
}

/// Files that may be plugins: folders in their order, names sorted.
fn list(directories: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for directory in directories {
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => {
                tracing::debug!(path = %directory.display(), %error, "no folder of plugins");
                continue;
            }
        };
        let mut names: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "wasm")
            })
            .collect();
        names.sort();
        found.extend(names);
    }
    found.dedup();
    found
}

/// The first file with an identifier has it.
fn publish(mut files: Vec<(PathBuf, FileState)>) -> Snapshot {
    let mut plugins: BTreeMap<String, Arc<Plugin>> = BTreeMap::new();
    for (_, state) in &mut files {
        state.taken_by = None;
        let Some(plugin) = &state.plugin else {
            continue;
        };
        if let Some(first) = plugins.get(plugin.id()) {
            state.taken_by = Some(first.path.clone());
        } else {
            plugins.insert(plugin.id().into(), plugin.clone());
        }
    }
    Snapshot { plugins, files }
}

/// Says in the log what changed.
fn tell(before: &Snapshot, after: &Snapshot) {
    for (id, plugin) in &after.plugins {
        let old = before.plugins.get(id);
        if old.is_none_or(|old| !Arc::ptr_eq(old, plugin)) {
            let version = plugin.manifest.version.as_str();
            tracing::info!(plugin.id = id, plugin.version = version, path = %plugin.path.display(), "plugin loaded");
        }
    }
    for id in before
        .plugins
        .keys()
        .filter(|id| !after.plugins.contains_key(*id))
    {
        tracing::info!(plugin.id = id, "plugin unloaded");
    }
    for (path, state) in &after.files {
        let old = before
            .files
            .iter()
            .find(|(known, _)| known == path)
            .map(|(_, old)| old);
        if let Some(refusal) = &state.refusal
            && old.is_none_or(|old| old.refusal.as_ref() != Some(refusal))
        {
            let kept = state.plugin.is_some();
            tracing::warn!(path = %path.display(), reason = %refusal, old_version_kept = kept, "plugin refused");
        }
        if let Some(first) = &state.taken_by
            && old.is_none_or(|old| old.taken_by.as_ref() != Some(first))
        {
            tracing::warn!(path = %path.display(), first = %first.display(), "plugin is there twice");
        }
    }
}
