//! Refresh tokens: random, used once, kept as a hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::secret::{SecretError, SigningSecret, random_text};

/// 256 bits as text.
const LENGTH: usize = 43;

/// Makes refresh tokens.
#[derive(Clone)]
pub(crate) struct RefreshTokens {
    key: [u8; 32],
}

impl RefreshTokens {
    pub(crate) fn new(secret: &SigningSecret) -> Self {
        Self {
            key: secret.derive("codegraph 2026 successors of refresh tokens"),
        }
    }

    /// A token that nobody has seen.
    pub(crate) fn first() -> Result<String, SecretError> {
        random_text(32)
    }

    /// The token that comes after one: always the same, so that a client whose answer was lost can ask again, and known only to
    /// who has the secret. Nothing usable has to be kept for it.
    pub(crate) fn successor(&self, token: &str) -> String {
        URL_SAFE_NO_PAD.encode(blake3::keyed_hash(&self.key, token.as_bytes()).as_bytes())
    }

    /// Whether a text may be one of ours.
    pub(crate) fn is_possible(token: &str) -> bool {
        token.len() == LENGTH
            && token
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    }
}

/// What is kept of a secret of full randomness.
pub(crate) fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn successors_are_a_chain_that_the_secret_makes() {
        let tokens = |text: &str| {
            let secret = SigningSecret::load(Some(&text.repeat(64)), Path::new("/nowhere"));
            RefreshTokens::new(&secret.unwrap())
        };
        let first = RefreshTokens::first().unwrap();
        let (ours, theirs) = (tokens("s"), tokens("t"));
        let second = ours.successor(&first);
        assert_eq!(second, ours.successor(&first));
        assert_ne!(second, theirs.successor(&first));
        assert_ne!(ours.successor(&second), first);
        assert!(RefreshTokens::is_possible(&first) && RefreshTokens::is_possible(&second));
        for bad in ["", "x", &"x".repeat(44), &" ".repeat(43)] {
            assert!(!RefreshTokens::is_possible(bad), "{bad}");
        }
    }
}
