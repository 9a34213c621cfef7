//! Guessing: how many passwords somebody may try.
//!
//! Three counters, kept in the database so that a restart forgives nothing: one for an account, one for an address, and one for an
//! account at an address where it logged in before. The last takes the place of the first, so that nobody is locked out of his own
//! account by the guesses of others. A guess is counted before it is checked: a thousand at once are a thousand.

use codegraph_model::UserId;
use codegraph_storage::{StorageError, Tx};
use jiff::{SignedDuration, Timestamp};

/// Guesses are counted over such a window.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Guesses on an account in a window: 40 an hour.
const ACCOUNT: u64 = 10;
/// Guesses on an account from an address where it logged in before.
const KNOWN: u64 = 10;
/// Guesses from an address, whatever the account.
const ADDRESS: u64 = 100;
/// So long an address stays known.
const MEMORY: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Guesses are used up: come again then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Locked {
    pub(crate) until: Timestamp,
}

/// What was counted, to be taken back where the guess was right.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    account: String,
    address: String,
}

/// Counts a guess. `user` is the account's, where there is one; accounts that are not there count just so.
pub(crate) async fn count(
    tx: &mut Tx,
    name: &str,
    user: Option<UserId>,
    address: &str,
    now: Timestamp,
) -> Result<Result<Counted, Locked>, StorageError> {
    let is_known = tx.users().is_known_at(user, address, now - MEMORY).await?;
    // Both spellings of an account, its name and its address, count as one.
    let name = match user {
        Some(user) => user.to_string(),
        None => name.trim().to_lowercase().chars().take(128).collect(),
    };
    let (account, most) = if is_known {
        (format!("known:{name}@{address}"), KNOWN)
    } else {
        (format!("account:{name}"), ACCOUNT)
    };
    let counted = Counted {
        account,
        address: format!("address:{address}"),
    };
    let mut locked = None;
    for (subject, most) in [(&counted.account, most), (&counted.address, ADDRESS)] {
        let (guesses, since) = tx.guesses().count(subject, now - WINDOW, now).await?;
        if guesses > most {
            locked = locked.max(Some(since + WINDOW));
        }
    }
    Ok(match locked {
        Some(until) => Err(Locked { until }),
        None => Ok(counted),
    })
}

/// Takes back what was right: the account begins anew, the address has one guess less.
pub(crate) async fn right(tx: &mut Tx, counted: &Counted) -> Result<(), StorageError> {
    tx.guesses().clear(&counted.account).await?;
    tx.guesses().forgive(&counted.address).await
}
