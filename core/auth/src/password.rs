//! Passwords: what they must be, and the pool that hashes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// Shorter ones are refused.
const LEAST_CHARS: usize = 8;
/// Longer ones are refused; none is ever cut.
pub const MOST_BYTES: usize = 1024;
/// What is found among the first so many guesses is refused: the 30,000 most common passwords of the list that `zxcvbn` ships, their
/// usual disguises (a capital, a 0 for an o, backwards), repeated characters, rows of the keyboard, dates.
const FIRST_GUESSES: u64 = 100_000;
/// Further ones, Russian ones among them; all of at least [`LEAST_CHARS`], lower case, sorted.
const COMMON: &str = include_str!("common_passwords.txt");
/// Argon2id with the parameters that OWASP names: 19 MiB, two passes, one lane.
const PARAMETERS: (u32, u32, u32) = (19 * 1024, 2, 1);
/// Hashes that may wait for a place, for each place.
const WAITING_EACH: usize = 16;

/// A password that is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// Too short.
    #[error("a password has at least 8 characters")]
    TooShort,
    /// Too long.
    #[error("a password has at most 1024 bytes")]
    TooLong,
    /// Everybody knows it, or guesses it soon.
    #[error("this password is one of the most common ones, or guessed as soon as they are")]
    Common,
    /// The name of its user.
    #[error("a password is not the user's own name")]
    Username,
}

/// More people log in than hashes can be made: come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many logins at once, try again in a moment")]
pub struct Busy;

/// Says whether a password may be used.
pub fn check(password: &str, username: &str) -> Result<(), BadPassword> {
    if password.chars().count() < LEAST_CHARS {
        return Err(BadPassword::TooShort);
    }
    if password.len() > MOST_BYTES {
        return Err(BadPassword::TooLong);
    }
    let lower = password.to_lowercase();
    if lower == username.to_lowercase() {
        return Err(BadPassword::Username);
    }
    if COMMON.lines().any(|common| common == lower)
        || zxcvbn::zxcvbn(password, &[]).guesses() < FIRST_GUESSES
    {
        return Err(BadPassword::Common);
    }
    Ok(())
}

/// Hashes passwords on a bounded number of threads: each hash takes 19 MiB and tens of milliseconds of a core.
#[derive(Clone, Debug)]
pub struct Passwords {
    places: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    most_waiting: usize,
    /// Compared with where there is no hash, so that it takes the same time.
    dummy: Arc<str>,
}

impl Passwords {
    /// A pool of so many places.
    pub fn new(places: usize) -> Self {
        let places = places.max(1);
        let dummy = argon2()
            .hash_password_with_salt(b"no password is this", b"the salt of none")
            .map(|hash: PasswordHash| hash.to_string())
            .unwrap_or_default();
        Self {
            places: Arc::new(Semaphore::new(places)),
            waiting: Arc::new(AtomicUsize::new(0)),
            most_waiting: places * WAITING_EACH,
            dummy: dummy.into(),
        }
    }

    /// Hashes a password.
    pub async fn hash(&self, password: &str) -> Result<String, Busy> {
        let password = password.to_owned();
        self.run(move || {
            argon2()
                .hash_password(password.as_bytes())
                .map(|hash: PasswordHash| hash.to_string())
                .map_err(|_| Busy)
        })
        .await?
    }

    /// Says whether a password is that of a hash. Where there is no hash it takes as long and says no.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, Busy> {
        let is_there = hash.is_some();
        let hash = hash.unwrap_or(&self.dummy).to_owned();
        let password = password.to_owned();
        let fits = self
            .run(move || {
                PasswordHash::new(&hash)
                    .is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await?;
        Ok(fits && is_there)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let _waiting = Waiting::begin(&self.waiting, self.most_waiting)?;
        let place = Arc::clone(&self.places);
        let place = place.acquire_owned().await.map_err(|_| Busy)?;
        // The place goes with the work: a caller that is gone does not make room for another one while its hash still runs.
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        })
        .await
        .map_err(|_| Busy)
    }
}

/// Counts who waits.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(waiting: &'a AtomicUsize, most: usize) -> Result<Self, Busy> {
        if waiting.fetch_add(1, Ordering::Relaxed) >= most {
            waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Busy);
        }
        Ok(Self(waiting))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn argon2() -> Argon2<'static> {
    let (memory, passes, lanes) = PARAMETERS;
    let parameters = Params::new(memory, passes, lanes, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_password_must_be() {
        let parts: Vec<String> = (0_u32..256)
            .map(|number| format!("{:04x}", number.wrapping_mul(40_503) & 0xffff))
            .collect();
        let long = parts.concat();
        assert_eq!(long.len(), MOST_BYTES);
        for (password, expected) in [
            ("short", Err(BadPassword::TooShort)),
            ("пароль1", Err(BadPassword::TooShort)),
            ("Password123", Err(BadPassword::Common)),
            ("ADMINADMIN", Err(BadPassword::Common)),
            ("ann.smith", Err(BadPassword::Username)),
            ("ANN.SMITH", Err(BadPassword::Username)),
            ("eight ch", Ok(())),
            ("seven horses in a row", Ok(())),
            (&long, Ok(())),
            (&"x".repeat(1025), Err(BadPassword::TooLong)),
        ] {
            assert_eq!(check(password, "ann.smith"), expected, "{password}");
        }
    }

    #[test]
    fn the_list_can_hit() {
        for common in [
            "iloveyou",
            "sunshine",
            "Sunshine",
            "qwertyuiop",
            "1q2w3e4r",
            "trustno1",
            "starwars",
            "Passw0rd",
            "drowssap",
            "aaaaaaaaaaaaaaaa",
            "12121212",
        ] {
            assert_eq!(check(common, "x"), Err(BadPassword::Common), "{common}");
        }
        let all: Vec<&str> = COMMON.lines().collect();
        assert!(all.len() > 250);
        assert!(all.iter().all(
            |common| common.chars().count() >= LEAST_CHARS && *common == common.to_lowercase()
        ));
    }

    #[tokio::test]
    async fn hashes_fit_their_password_only() {
        let pool = Passwords::new(2);
        let hash = pool.hash("seven horses").await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert_ne!(hash, pool.hash("seven horses").await.unwrap());
        assert!(pool.verify("seven horses", Some(&hash)).await.unwrap());
        assert!(!pool.verify("seven Horses", Some(&hash)).await.unwrap());
        assert!(!pool.verify("no password is this", None).await.unwrap());
        assert!(!pool.verify("seven horses", Some("no hash")).await.unwrap());
    }

    #[tokio::test]
    async fn a_full_pool_says_so() {
        let pool = Passwords::new(1);
        let all: Vec<_> = (0..=WAITING_EACH).map(|_| pool.verify("x", None)).collect();
        let mut refused = 0;
        let ended = futures_join(all).await;
        for end in ended {
            refused += usize::from(end == Err(Busy));
        }
        assert_eq!(refused, 1);
    }

    async fn futures_join<F: Future<Output = Result<bool, Busy>>>(
        all: Vec<F>,
    ) -> Vec<Result<bool, Busy>> {
        let mut all: Vec<_> = all.into_iter().map(|one| (Box::pin(one), None)).collect();
        std::future::poll_fn(|context| {
            for (future, done) in &mut all {
                if done.is_none()
                    && let std::task::Poll::Ready(end) = future.as_mut().poll(context)
                {
                    *done = Some(end);
                }
            }
            if all.iter().all(|(_, done)| done.is_some()) {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
        all.into_iter().filter_map(|(_, done)| done).collect()
    }
}
