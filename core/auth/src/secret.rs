//! The secret that signs: given by the operator, or made at first start and kept in the data folder.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};

/// A secret shorter than this stops the start.
const LEAST_BYTES: usize = 32;
/// A secret shorter than this is warned of.
const GOOD_CHARS: usize = 64;

/// The secret that signs. Whoever has it can be anybody.
#[derive(Clone)]
pub struct SigningSecret(SecretString);

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Too short to be one.
    #[error(
        "API_JWT_SECRET has {0} bytes, at least 32 are needed (64 characters are better): unset it, and one is made"
    )]
    TooShort(usize),
    /// The one that examples show.
    #[error("API_JWT_SECRET is the text of an example: unset it, and one is made")]
    Example,
    /// Its file cannot be read or written.
    #[error("the secret cannot be kept in '{}': {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        problem: io::Error,
    },
    /// The system gives no randomness.
    #[error("the system gives no randomness: {0}")]
    Random(String),
}

impl SigningSecret {
    /// Takes the operator's secret; without one reads that of the folder, and makes it where there is none.
    pub fn load(configured: Option<&str>, folder: &Path) -> Result<Self, SecretError> {
        if let Some(secret) = configured {
            return Self::configured(secret);
        }
        let path = folder.join("jwt.secret");
        let file = |problem| SecretError::File {
            path: path.clone(),
            problem,
        };
        make_private_folder(folder).map_err(file)?;
        match fs::read_to_string(&path) {
            Ok(secret) => return Self::configured(secret.trim()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(file(error)),
        }
        let secret = random_text(64)?;
        match write_private(&path, &secret) {
            Ok(()) => Self::configured(&secret),
            // Another process was first: its secret is the one.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let secret = fs::read_to_string(&path).map_err(file)?;
                Self::configured(secret.trim())
            }
            Err(error) => Err(file(error)),
        }
    }

    fn configured(secret: &str) -> Result<Self, SecretError> {
        if secret.contains("change-me") || secret.contains("changeme") {
            return Err(SecretError::Example);
        }
        if secret.len() < LEAST_BYTES {
            return Err(SecretError::TooShort(secret.len()));
        }
        if secret.chars().count() < GOOD_CHARS {
            tracing::warn!("API_JWT_SECRET has fewer than 64 characters");
        }
        Ok(Self(secret.to_owned().into()))
    }

    /// A key of 32 bytes for one purpose; none tells anything of another.
    pub(crate) fn derive(&self, purpose: &str) -> [u8; 32] {
        blake3::derive_key(purpose, self.0.expose_secret().as_bytes())
    }
}

/// Random bytes as text.
pub fn random_text(bytes: usize) -> Result<String, SecretError> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).map_err(|error| SecretError::Random(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(random))
}

/// Makes a folder that only its owner can read.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a new file that only its owner can read; it appears whole or not at all.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let temporary = folder.join(format!(
        ".{}-{}",
        std::process::id(),
        random_text(8).map_err(io::Error::other)?
    ));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&temporary).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        // A link fails where the name is taken; a rename would replace what another process has begun to use.
        fs::hard_link(&temporary, path)
    });
    // Gone or left over: the name is our own, and the next one is another.
    let _ = fs::remove_file(&temporary);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_made_and_kept() {
        let folder =
            std::env::temp_dir().join(format!("codegraph-secret-{}", random_text(8).unwrap()));
        let first = SigningSecret::load(None, &folder).unwrap();
        let again = SigningSecret::load(None, &folder).unwrap();
        assert_eq!(first.derive("a"), again.derive("a"));
        assert_ne!(first.derive("a"), first.derive("b"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&folder.join("jwt.secret")), 0o600);
            assert_eq!(mode(&folder), 0o700);
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn unsafe_ones_are_refused() {
        let load = |secret: &str| SigningSecret::load(Some(secret), Path::new("/nowhere"));
        assert!(matches!(load("short"), Err(SecretError::TooShort(5))));
        assert!(matches!(load(""), Err(SecretError::TooShort(0))));
        let example = "change-me-in-production-0123456789-0123456789";
        assert!(matches!(load(example), Err(SecretError::Example)));
        assert!(load(&"x".repeat(32)).is_ok());
    }
}
