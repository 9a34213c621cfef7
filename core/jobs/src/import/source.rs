//! Where the files come from: a folder of this machine, or a repository that was fetched.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use codegraph_model::{ImportRequest, Origin, ProjectName, Step};

use super::commit;
use super::context::ImportContext;
use super::error::ImportError;
use super::find::{Findings, Found, Patterns, SkipRules, WalkOptions, reason, walk};
use super::progress::Progress;
use crate::fetch::{self, Cancel, FetchOptions, Fetched, RefusedReason, Sandbox};

/// Where the files come from.
#[derive(Clone)]
pub(super) enum Source {
    Folder(PathBuf),
    Fetched(Arc<Fetched>),
}

/// Bytes at the start of a file that say what it is.
const HEAD: u64 = 8192;

impl Source {
    /// Fetches a repository, or looks whether the folder is there.
    pub(super) async fn open(
        context: &ImportContext,
        origin: &Origin,
        work_dir: &Path,
        progress: &Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<Self, ImportError> {
        match origin {
            Origin::Folder { path } => folder(Path::new(path)).map(Self::Folder),
            Origin::Git { url, branch } => {
                let options = &context.options;
                let mut fetch = FetchOptions::new(
                    work_dir.join("clone"),
                    context.egress.clone(),
                    Sandbox {
                        strict: options.strict_sandbox,
                        ..Sandbox::new(options.launcher.clone())
                    },
                );
                fetch.branch.clone_from(branch);
                fetch.depth = options.fetch_depth.max(1);
                fetch.extra_ca.clone_from(&options.extra_ca);
                fetch.cancel = cancel.clone();
                fetch.limits.deadline = options.fetch_time;
                fetch.limits.download_bytes = options.fetch_bytes;
                fetch.limits.paths = options.max_files;
                // One more byte than is lowered: what is too large is listed as such, whoever finds it.
                fetch.limits.blob_bytes = fetch.limits.blob_bytes.max(options.max_file_bytes + 1);
                let told = std::sync::atomic::AtomicU64::new(0);
                let tell = |state: fetch::Progress| {
                    let before = told.swap(state.bytes, std::sync::atomic::Ordering::Relaxed);
                    progress.advance(Step::Fetch, state.bytes.saturating_sub(before));
                };
                let fetched = fetch::fetch(url, &fetch, &tell).await;
                match fetched {
                    Err(fetch::FetchError::Cancelled) => Err(ImportError::Cancelled),
                    other => Ok(Self::Fetched(Arc::new(other?))),
                }
            }
        }
    }

    /// The folder of this machine that is imported.
    pub(super) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(root) => Some(root),
            Self::Fetched(_) => None,
        }
    }

    /// Lists the files.
    pub(super) async fn find(
        &self,
        context: &ImportContext,
        request: &ImportRequest,
        progress: &Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<Findings, ImportError> {
        match self {
            Self::Folder(root) => {
                let progress = Arc::clone(progress);
                let tick = move |files| progress.advance(Step::Find, files);
                list_folder(root, context, request, cancel.clone(), tick).await
            }
            Self::Fetched(fetched) => {
                let patterns = Patterns::new(&request.include, &request.exclude)?;
                let found = list_fetched(fetched, &patterns, request.skip_dependency_folders);
                progress.advance(Step::Find, found.files.len() as u64);
                Ok(found)
            }
        }
    }

    /// Commit of what was found.
    pub(super) fn commit(&self) -> String {
        match self {
            Self::Folder(root) => commit::of_folder(root).unwrap_or_default(),
            Self::Fetched(fetched) => fetched.commit().to_owned(),
        }
    }

    /// Reads a file; at most one byte more than `most`.
    pub(super) async fn read(&self, path: &str, most: u64) -> Result<Vec<u8>, String> {
        match self {
            Self::Folder(root) => {
                let (root, path) = (root.clone(), path.to_owned());
                let read = tokio::task::spawn_blocking(move || read_file(&root, &path, most)).await;
                read.map_err(|error| error.to_string())?
                    .map_err(|error| error.to_string())
            }
            Self::Fetched(fetched) => fetched.read(path).await.map_err(|error| error.to_string()),
        }
    }

    /// First bytes of the files whose names say nothing.
    pub(super) async fn heads(
        &self,
        paths: Vec<Found>,
    ) -> Result<BTreeMap<String, Vec<u8>>, ImportError> {
        match self {
            Self::Folder(root) => {
                let root = root.clone();
                let read = move || {
                    let head = |file: Found| {
                        let bytes = read_file(&root, &file.path, HEAD).unwrap_or_default();
                        (file.path, bytes)
                    };
                    paths.into_iter().map(head).collect()
                };
                Ok(tokio::task::spawn_blocking(read).await?)
            }
            Self::Fetched(fetched) => {
                let mut heads = BTreeMap::new();
                // A script is small; a large file without an ending is not worth its reading.
                for file in paths.into_iter().filter(|file| file.size <= 1 << 20) {
                    let mut bytes = fetched.read(&file.path).await?;
                    bytes.truncate(HEAD as usize);
                    heads.insert(file.path, bytes);
                }
                Ok(heads)
            }
        }
    }
}

/// Lists a folder as a request wants it; `tick` is told of files that were found.
pub(super) async fn list_folder(
    root: &Path,
    context: &ImportContext,
    request: &ImportRequest,
    cancel: Cancel,
    tick: impl Fn(u64) + Send + 'static,
) -> Result<Findings, ImportError> {
    let patterns = Patterns::new(&request.include, &request.exclude)?;
    let skip_dependencies = request.skip_dependency_folders;
    let most = context.options.max_files;
    let apart = std::fs::canonicalize(context.data.root())
        .unwrap_or_else(|_| context.data.root().to_owned());
    let root = root.to_owned();
    tokio::task::spawn_blocking(move || {
        let options = WalkOptions {
            patterns: &patterns,
            skip_dependencies,
            apart: &apart,
            most,
            is_cancelled: &|| cancel.is_cancelled(),
            tick: &tick,
        };
        walk(&root, options)
    })
    .await?
}

/// The name for a project that the origin gives.
pub(super) fn name_of(origin: &Origin) -> Result<ProjectName, ImportError> {
    let (text, name) = match origin {
        Origin::Folder { path } => {
            let path = Path::new(path);
            let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            (
                path.display().to_string(),
                whole
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned()),
            )
        }
        Origin::Git { url, .. } => {
            let last = url
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or_default();
            (
                url.clone(),
                Some(last.strip_suffix(".git").unwrap_or(last).to_owned()),
            )
        }
    };
    name.and_then(|name| ProjectName::from_any(&name))
        .ok_or(ImportError::NoName(text))
}

fn folder(path: &Path) -> Result<PathBuf, ImportError> {
    let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            ImportError::NotFound(path.to_owned())
        }
        _ => ImportError::Unreadable {
            path: path.to_owned(),
            problem: error.to_string(),
        },
    })?;
    if !metadata.is_dir() {
        return Err(ImportError::NotAFolder(path.to_owned()));
    }
    std::fs::canonicalize(path).map_err(|error| ImportError::Unreadable {
        path: path.to_owned(),
        problem: error.to_string(),
    })
}

/// Reads a file that was one when it was listed. It may have become something else since: a link is not followed, a pipe not
/// waited for, and a file that grew is cut.
fn read_file(root: &Path, path: &str, most: u64) -> std::io::Result<Vec<u8>> {
    let file = open_below(root, path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(std::io::Error::other("it is no file any more"));
    }
    let mut bytes = Vec::with_capacity(metadata.len().min(most) as usize + 1);
    file.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a file step by step from the root: no folder on the way may have become a link since it was listed.
#[cfg(unix)]
fn open_below(root: &Path, path: &str) -> std::io::Result<File> {
    use rustix::fs::{Mode, OFlags, openat};
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut folder = std::os::fd::OwnedFd::from(File::open(root)?);
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    for part in folders.split('/').filter(|part| !part.is_empty()) {
        folder = openat(&folder, part, flags | OFlags::DIRECTORY, Mode::empty())?;
    }
    let file = openat(&folder, name, flags | OFlags::NONBLOCK, Mode::empty())?;
    Ok(File::from(file))
}

#[cfg(not(unix))]
fn open_below(root: &Path, path: &str) -> std::io::Result<File> {
    File::open(root.join(path))
}

fn list_fetched(fetched: &Fetched, patterns: &Patterns, skip_dependencies: bool) -> Findings {
    let mut found = Findings::default();
    let tree = Tree::of(fetched.entries().iter().map(|entry| entry.path.as_str()));
    let mut skipped = std::collections::BTreeSet::new();
    'entries: for entry in fetched.entries() {
        for (at, _) in entry.path.match_indices('/') {
            let folder = &entry.path[..at];
            if let Some(skip) = tree.skips(folder, skip_dependencies) {
                if !skip.silent && skipped.insert(folder) {
                    found.leave_out(
                        format!("{folder}/"),
                        reason::SKIPPED_FOLDER,
                        format!("a folder of {}", skip.what),
                    );
                }
                continue 'entries;
            }
        }
        if patterns.wants(&entry.path) {
            found.files.push(Found {
                path: entry.path.clone(),
                size: entry.size,
            });
        } else {
            found.count_out(&entry.path, reason::EXCLUDED);
        }
    }
    for refused in fetched.refused() {
        let reason = match refused.reason {
            RefusedReason::Symlink => reason::SYMLINK,
            other => other.key(),
        };
        found.leave_out(
            refused.path.clone(),
            reason,
            format!("not handed out: {}", refused.reason),
        );
    }
    found.finish()
}

/// Names by folder, as the skip rules ask for them.
struct Tree<'a>(BTreeMap<&'a str, std::collections::BTreeSet<String>>);

impl<'a> Tree<'a> {
    fn of(paths: impl Iterator<Item = &'a str>) -> Self {
        let mut folders: BTreeMap<&str, std::collections::BTreeSet<String>> = BTreeMap::new();
        for mut path in paths {
            while let (folder, name) = path.rsplit_once('/').unwrap_or(("", path))
                && folders.entry(folder).or_default().insert(name.to_owned())
                && !folder.is_empty()
            {
                path = folder;
            }
        }
        Self(folders)
    }

    fn skips(&self, folder: &str, dependencies_too: bool) -> Option<super::find::Skip> {
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        let empty = std::collections::BTreeSet::new();
        let beside = self.0.get(above).unwrap_or(&empty);
        let inside = || self.0.get(folder).cloned().unwrap_or_default();
        SkipRules::built_in().skips(name, beside, inside, dependencies_too)
    }
}
