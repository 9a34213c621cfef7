//! The folder that an import works in.
//!
//! It is named after the revision to be and holds a file that the owner keeps locked. The lock goes with the process,
//! however that ends, so a folder whose lock is free belongs to nobody. Folders are made and taken away under one more lock,
//! for a folder is not locked in the moment in which it appears.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use codegraph_model::{DataFolder, RevisionId};

use super::error::ImportError;

const OWNER: &str = "owner.lock";
const GATE: &str = "gate.lock";

/// A folder of one import; it goes when this is dropped.
#[derive(Debug)]
pub(super) struct Workspace {
    folder: PathBuf,
    /// Locked as long as the import lives.
    _owner: File,
}

impl Workspace {
    pub(super) fn create(data: &DataFolder, revision: RevisionId) -> Result<Self, ImportError> {
        let work = data.work();
        std::fs::create_dir_all(&work).map_err(ImportError::data("cannot make", &work))?;
        let _gate = gate(&work)?;
        let folder = work.join(revision.to_string());
        std::fs::create_dir(&folder).map_err(ImportError::data("cannot make", &folder))?;
        let owner = File::create(folder.join(OWNER))
            .and_then(|file| file.lock().map(|()| file))
            .map_err(ImportError::data("cannot lock", &folder));
        match owner {
            Ok(owner) => Ok(Self {
                folder,
                _owner: owner,
            }),
            Err(error) => {
                let _ = std::fs::remove_dir_all(&folder);
                Err(error)
            }
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The graph while it is built.
    pub(super) fn graph(&self) -> PathBuf {
        self.folder.join("graph.duckdb")
    }

    /// Removes a graph that was not finished: another attempt begins with no file.
    pub(super) fn remove_graph(&self) -> Result<(), ImportError> {
        let graph = self.graph();
        for path in [graph.with_extension("duckdb.wal"), graph] {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(ImportError::data("cannot remove", path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // Under the gate: a sweep that saw the folder half removed would take it for one without an owner.
        let work = self.folder.parent().unwrap_or(&self.folder);
        let removed = gate(work).and_then(|_gate| remove(&self.folder));
        if let Err(error) = removed {
            // The next sweep takes it.
            tracing::warn!(folder = %self.folder.display(), %error, "cannot remove the folder of an import");
        }
    }
}

/// Whether a living import owns the folder of a revision.
pub(super) fn is_owned(data: &DataFolder, revision: &str) -> bool {
    match File::open(data.work().join(revision).join(OWNER)) {
        Ok(owner) => matches!(owner.try_lock(), Err(TryLockError::WouldBlock)),
        Err(_) => false,
    }
}

/// Removes folders whose owner is gone; gives their number.
pub(super) fn remove_left(data: &DataFolder) -> Result<u64, ImportError> {
    let work = data.work();
    let entries = match std::fs::read_dir(&work) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(ImportError::data("cannot read", &work)(error)),
    };
    let mut removed = 0;
    let _gate = gate(&work)?;
    for entry in entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
    {
        let folder = entry.path();
        if is_owned(data, &entry.file_name().to_string_lossy()) {
            continue;
        }
        remove(&folder)?;
        removed += 1;
    }
    Ok(removed)
}

fn remove(folder: &Path) -> Result<(), ImportError> {
    std::fs::remove_dir_all(folder).map_err(ImportError::data("cannot remove", folder))
}

/// Waits until nobody else makes or removes folders.
fn gate(work: &Path) -> Result<File, ImportError> {
    let path = work.join(GATE);
    File::create(&path)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(ImportError::data("cannot lock", &path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn revision(second: i64) -> RevisionId {
        RevisionId::new(Timestamp::from_second(second).unwrap())
    }

    #[test]
    fn goes_with_its_owner() {
        let root = tempfile::tempdir().unwrap();
        let data = DataFolder::new(root.path());
        let id = revision(1);
        let workspace = Workspace::create(&data, id).unwrap();
        std::fs::write(workspace.graph(), "half a graph").unwrap();
        assert!(is_owned(&data, &id.to_string()));
        assert_eq!(remove_left(&data).unwrap(), 0);
        assert!(workspace.graph().exists());
        let folder = workspace.folder().to_owned();
        drop(workspace);
        assert!(!folder.exists());
        assert!(!is_owned(&data, &id.to_string()));
    }

    #[test]
    fn what_a_killed_import_left_is_removed() {
        let root = tempfile::tempdir().unwrap();
        let data = DataFolder::new(root.path());
        let left = |second| data.work().join(revision(second).to_string());
        // As it is after a kill: locked by nobody, or killed before there was a lock.
        std::fs::create_dir_all(left(1)).unwrap();
        for folder in [left(2), left(3)] {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(OWNER), "").unwrap();
        }
        let alive = Workspace::create(&data, revision(4)).unwrap();
        assert_eq!(remove_left(&data).unwrap(), 3);
        assert!(alive.folder().exists());
        assert_eq!(remove_left(&data).unwrap(), 0);
    }

    /// Makers and sweepers at once: no sweeper may take a folder between its making and its locking.
    #[test]
    fn no_sweep_takes_a_folder_that_was_just_made() {
        let root = tempfile::tempdir().unwrap();
        let data = DataFolder::new(root.path());
        std::thread::scope(|scope| {
            for maker in 0..4 {
                let data = &data;
                scope.spawn(move || {
                    for i in 0..100 {
                        let workspace =
                            Workspace::create(data, revision(maker * 1_000 + i)).unwrap();
                        assert!(workspace.folder().join(OWNER).exists());
                    }
                });
            }
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        remove_left(&data).unwrap();
                    }
                });
            }
        });
    }
}
