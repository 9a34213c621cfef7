//! Watching a folder: says when an import of it would read something else.
//!
//! The folders that an import lists are watched one by one, so that what it skips (dependencies, build results, what `.gitignore`
//! names) costs nothing and wakes nobody. Before an import begins, the folders are watched as they are then: a change that it does
//! not see comes as an event after it.

mod events;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use codegraph_model::{ImportRequest, Origin};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::time::Instant;

use super::context::ImportContext;
use super::error::ImportError;
use super::source::list_folder;
use crate::fetch::Cancel;
use events::{Events, Happened};

/// An import waits until nothing has happened for so long: editors write in several steps.
const QUIET: Duration = Duration::from_millis(100);
/// It waits no longer than this for it.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// So often folders that appear while others are being watched are looked for.
const ATTEMPTS: usize = 10;

/// Why changes are not noticed.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// Only folders of this machine can be watched.
    #[error("only a folder can be watched, not '{0}'")]
    NoFolder(String),
    /// The system's limit is reached.
    #[error(
        "the system allows no more folders to be watched: raise fs.inotify.max_user_watches, or leave folders out with --exclude"
    )]
    TooManyFolders,
    /// The system refused.
    #[error("'{}' cannot be watched: {problem}", path.display())]
    System {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        problem: notify::Error,
    },
    /// The folder cannot be listed.
    #[error(transparent)]
    List(#[from] ImportError),
}

/// Notices changes in a folder until it is dropped.
pub struct Watch<'a> {
    context: &'a ImportContext,
    request: &'a ImportRequest,
    root: PathBuf,
    listing: Listing,
    events: Arc<Events>,
    /// Keeps the watches.
    watcher: Option<RecommendedWatcher>,
}

/// What an import would list.
#[derive(Debug, Default, PartialEq, Eq)]
struct Listing {
    files: BTreeSet<PathBuf>,
    folders: BTreeSet<PathBuf>,
}

impl<'a> Watch<'a> {
    /// Watches the folder of a request from now on.
    pub async fn start(
        context: &'a ImportContext,
        request: &'a ImportRequest,
    ) -> Result<Self, WatchError> {
        let root = match &request.origin {
            Origin::Folder { path } => PathBuf::from(path),
            Origin::Git { url, .. } => return Err(WatchError::NoFolder(url.clone())),
        };
        let mut watch = Self {
            context,
            request,
            root,
            listing: Listing::default(),
            events: Arc::default(),
            watcher: None,
        };
        // Where there is nothing to watch at the start, the path is wrong.
        watch.list().await?;
        watch.renew().await?;
        Ok(watch)
    }

    /// Waits until something changed that an import reads, and until it has come to rest.
    ///
    /// # Errors
    /// An import is worth its while after an error as well: what could not be watched may have changed.
    pub async fn changed(&mut self) -> Result<(), WatchError> {
        loop {
            self.events.next().await;
            self.rest().await;
            let happened = self.events.take();
            if self.matters(happened).await? {
                return Ok(());
            }
        }
    }

    async fn rest(&self) {
        let longest = Instant::now() + LONGEST_WAIT;
        while Instant::now() < longest {
            tokio::select! {
                () = self.events.next() => {}
                () = tokio::time::sleep(QUIET) => return,
            }
        }
    }

    async fn matters(&mut self, happened: Happened) -> Result<bool, WatchError> {
        let Happened::Paths(paths) = happened else {
            self.renew().await?;
            return Ok(true);
        };
        if paths.iter().any(|path| self.changes_folders(path)) {
            self.renew().await?;
            return Ok(true);
        }
        if paths.iter().any(|path| self.listing.files.contains(path)) {
            return Ok(true);
        }
        // New files, or such as an import leaves out.
        self.listing = self.list().await.unwrap_or_default();
        Ok(paths.iter().any(|path| self.listing.files.contains(path)))
    }

    /// Whether other folders may have to be watched from now on.
    fn changes_folders(&self, path: &Path) -> bool {
        let decides_on_folders = path.file_name().is_some_and(|name| name == ".gitignore");
        decides_on_folders
            || path == self.root
            || self.listing.folders.contains(path)
            || (path.starts_with(&self.root) && path.is_dir())
    }

    /// Watches the folders that are there now.
    async fn renew(&mut self) -> Result<(), WatchError> {
        for _ in 0..ATTEMPTS {
            // Where the root is gone, the folder above tells when it is there again.
            let listing = self.list().await.unwrap_or_default();
            // The new ones are there before the old ones go.
            let new = self.watches(&listing.folders)?;
            drop(self.watcher.replace(new));
            self.listing = self.list().await.unwrap_or_default();
            if self.listing.folders == listing.folders {
                return Ok(());
            }
        }
        // Folders come and go faster than they can be watched: the next look begins where this one ended.
        self.events.missed();
        Ok(())
    }

    fn watches(&self, folders: &BTreeSet<PathBuf>) -> Result<RecommendedWatcher, WatchError> {
        let failed = |path: &Path, problem: notify::Error| match problem.kind {
            notify::ErrorKind::MaxFilesWatch => WatchError::TooManyFolders,
            _ => WatchError::System {
                path: path.to_owned(),
                problem,
            },
        };
        let events = Arc::clone(&self.events);
        let mut watcher = notify::recommended_watcher(move |event| events.add(event))
            .map_err(|problem| failed(&self.root, problem))?;
        let above = self.root.parent().filter(|_| folders.is_empty());
        for folder in folders.iter().map(PathBuf::as_path).chain(above) {
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Err(problem) if is_gone(&problem) => {}
                Err(problem) => return Err(failed(folder, problem)),
                Ok(()) => {}
            }
        }
        Ok(watcher)
    }

    async fn list(&self) -> Result<Listing, ImportError> {
        if !self.root.is_dir() {
            return Err(ImportError::NotFound(self.root.clone()));
        }
        let found = list_folder(
            &self.root,
            self.context,
            self.request,
            Cancel::new(),
            |_| {},
        )
        .await?;
        Ok(Listing {
            files: found
                .files
                .iter()
                .map(|file| self.root.join(&file.path))
                .collect(),
            folders: found
                .folders
                .iter()
                .map(|folder| self.root.join(folder.trim_end_matches('/')))
                .map(|folder| folder.components().collect())
                .collect(),
        })
    }
}

/// Whether a folder went before it could be watched: the next listing shows it.
fn is_gone(problem: &notify::Error) -> bool {
    match &problem.kind {
        notify::ErrorKind::PathNotFound => true,
        notify::ErrorKind::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}
