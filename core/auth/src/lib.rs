//! Who is calling: passwords, tokens, keys.
//!
//! - [`Auth`]: logs in, renews, ends, and says who a token or a key belongs to. The one thing that the server uses.
//! - [`password`]: what a password must be, and the bounded pool that hashes.
//! - [`secret`]: the secret that signs, made at first start.
//!
//! # Invariants
//!
//! - A wrong password, an unknown name and an account without a password take the same time and answer the same.
//! - Nothing is kept that can be used: passwords as argon2id hashes, refresh tokens and keys as SHA-256.
//! - A refresh token is used once. Who comes second within [`service::GRACE`] gets the same successor; later, the login ends.
//! - Whatever a token says of its owner is looked up again at each request: an access token only names its login.

mod access;
mod accounts;
mod guard;
mod key;
mod keys;
pub mod password;
mod refresh;
pub mod secret;
pub mod service;

pub use accounts::{FirstAdmin, Registration};
pub use password::{BadPassword, Busy, Passwords};
pub use secret::{SecretError, SigningSecret};
pub use service::{Auth, AuthError, AuthOptions, Client, Identity, Issued, Means, NewApiKey};
