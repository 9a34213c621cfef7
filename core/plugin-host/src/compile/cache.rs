//! Compiled plugins on disk.
//!
//! A file of the cache becomes machine code, so only what this program wrote may be read: the folder is the user's own
//! (0700), and each file starts with a hash keyed by a secret beside it, over the file's name and contents.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::HostError;

const MAGIC: &[u8; 8] = b"cgplug\x00\x01";
const KEY: &str = "key";

/// The folder and its secret. Cloning is cheap.
#[derive(Clone)]
pub(super) struct Cache {
    folder: Arc<Path>,
    key: [u8; 32],
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Cache {
    /// Opens the cache, making folder and secret where they are missing.
    pub(super) fn open(folder: PathBuf) -> Result<Self, HostError> {
        let refuse = |reason: String| HostError::Cache {
            path: folder.display().to_string(),
            reason,
        };
        let make = || {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&folder)
        };
        make().map_err(|error| refuse(format!("it cannot be made: {error}")))?;
        let metadata = fs::symlink_metadata(&folder).map_err(|error| refuse(error.to_string()))?;
        if !metadata.is_dir() {
            return Err(refuse("it is no folder".into()));
        }
        let user = rustix::process::geteuid().as_raw();
        if metadata.uid() != user {
            return Err(refuse(format!(
                "it belongs to user {}, not to {user}",
                metadata.uid()
            )));
        }
        if metadata.mode() & 0o077 != 0 {
            return Err(refuse("others may enter it: set its mode to 0700".into()));
        }
        let key = read_key(&folder).or_else(|_| make_key(&folder));
        let key =
            key.map_err(|error| refuse(format!("its key cannot be read or made: {error}")))?;
        Ok(Self {
            folder: folder.into(),
            key,
        })
    }

    /// The code of a name, if this program wrote it. A file that is damaged or of others is removed.
    pub(super) fn read(&self, name: &str) -> Option<Vec<u8>> {
        let path = self.path(name);
        let contents = fs::read(&path).ok()?;
        let code = self.verified(name, contents);
        if code.is_none() {
            tracing::warn!(path = %path.display(), "a compiled plugin is damaged or not ours, compiling it anew");
            // The new file takes its place anyway.
            let _ = fs::remove_file(&path);
        }
        code
    }

    /// Keeps the code of a name: all of it, or nothing.
    pub(super) fn write(&self, name: &str, code: &[u8]) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(MAGIC)?;
        file.write_all(self.seal(name, code).as_bytes())?;
        file.write_all(code)?;
        file.persist(self.path(name)).map_err(|error| error.error)?;
        Ok(())
    }

    fn verified(&self, name: &str, mut contents: Vec<u8>) -> Option<Vec<u8>> {
        let rest = contents.strip_prefix(MAGIC)?;
        let (seal, code) = rest.split_at_checked(blake3::OUT_LEN)?;
        // The comparison of hashes takes the same time wherever they differ.
        if self.seal(name, code) != blake3::Hash::from_slice(seal).ok()? {
            return None;
        }
        contents.drain(..MAGIC.len() + blake3::OUT_LEN);
        Some(contents)
    }

    fn seal(&self, name: &str, code: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(code);
        hasher.finalize()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name).with_extension("cwasm")
    }
}

fn read_key(folder: &Path) -> io::Result<[u8; 32]> {
    let mut file = File::open(folder.join(KEY))?;
    if file.metadata()?.mode() & 0o077 != 0 {
        return Err(io::Error::other("others may read it"));
    }
    let mut key = [0; 32];
    file.read_exact(&mut key)?;
    Ok(key)
}

/// Makes a secret; where another process was faster, takes that one's.
fn make_key(folder: &Path) -> io::Result<[u8; 32]> {
    let mut key = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut key)?;
    let path = folder.join(KEY);
    // Whatever is there cannot be read as a key.
    let _ = fs::remove_file(&path);
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
    {
        Ok(mut file) => file.write_all(&key)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return read_key(folder),
        Err(error) => return Err(error),
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn cache() -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path().join("cache")).unwrap();
        (folder, cache)
    }

    #[test]
    fn gives_back_what_was_kept() {
        let (folder, cache) = cache();
        assert_eq!(cache.read("a"), None);
        cache.write("a", b"code").unwrap();
        let again = Cache::open(folder.path().join("cache")).unwrap();
        assert_eq!(again.read("a").unwrap(), b"code");
        let mode = |path: PathBuf| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!(mode(folder.path().join("cache")), 0o700);
        assert_eq!(mode(folder.path().join("cache/key")), 0o600);
        assert_eq!(mode(cache.path("a")), 0o600);
    }

    #[test]
    fn refuses_what_others_wrote() {
        let (_folder, cache) = cache();
        cache.write("a", b"code").unwrap();
        let whole = fs::read(cache.path("a")).unwrap();
        // Under another name, with a flipped bit, cut, without a seal.
        fs::write(cache.path("b"), &whole).unwrap();
        assert_eq!(cache.read("b"), None);
        for at in 0..whole.len() {
            let mut other = whole.clone();
            other[at] ^= 1;
            fs::write(cache.path("a"), &other).unwrap();
            assert_eq!(cache.read("a"), None, "byte {at}");
            assert!(!cache.path("a").exists());
        }
        fs::write(cache.path("a"), &whole[..20]).unwrap();
        assert_eq!(cache.read("a"), None);
        fs::write(cache.path("a"), b"code").unwrap();
        assert_eq!(cache.read("a"), None);
    }

    #[test]
    fn a_new_key_makes_old_files_worthless() {
        let (folder, cache) = cache();
        cache.write("a", b"code").unwrap();
        fs::set_permissions(
            folder.path().join("cache/key"),
            fs::Permissions::from_mode(0o644),
        )
        .unwrap();
        let again = Cache::open(folder.path().join("cache")).unwrap();
        assert_eq!(again.read("a"), None);
    }

    #[test]
    fn refuses_an_open_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let error = Cache::open(folder.path().into()).unwrap_err();
        assert!(error.to_string().contains("0700"), "{error}");
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(Cache::open(folder.path().join("file")).is_err());
    }
}
