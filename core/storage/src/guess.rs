//! Rows of `login_guesses`: how often a password was tried, by subject.

use jiff::Timestamp;

use crate::error::StorageError;
use crate::sql::Statement;
use crate::tx::Tx;

/// Guesses, in a transaction.
pub struct Guesses<'tx>(pub(crate) &'tx mut Tx);

impl Guesses<'_> {
    /// Counts one guess more, and gives how many there were since the window began, and when that was. A window that began before
    /// `window_start` is over: a new one begins.
    pub async fn count(
        &mut self,
        subject: &str,
        window_start: Timestamp,
        now: Timestamp,
    ) -> Result<(u64, Timestamp), StorageError> {
        let statement = Statement::new(
            "INSERT INTO login_guesses (subject, guesses, since) VALUES ($1, 1, $2) ON CONFLICT (subject) DO UPDATE SET \
             guesses = CASE WHEN login_guesses.since < $3 THEN 1 ELSE login_guesses.guesses + 1 END, \
             since = CASE WHEN login_guesses.since < $3 THEN $2 ELSE login_guesses.since END RETURNING guesses, since",
        )
        .bind(subject)
        .bind(now)
        .bind(window_start);
        match self.0.row(statement).await? {
            Some(row) => Ok((row.count(0)?, row.time(1)?)),
            None => Ok((1, now)),
        }
    }

    /// Takes one guess back: it was right.
    pub async fn forgive(&mut self, subject: &str) -> Result<(), StorageError> {
        let statement = Statement::new(
            "UPDATE login_guesses SET guesses = guesses - 1 WHERE subject = $1 AND guesses > 0",
        )
        .bind(subject);
        self.0.run(statement).await.map(drop)
    }

    /// Forgets a subject.
    pub async fn clear(&mut self, subject: &str) -> Result<(), StorageError> {
        let statement =
            Statement::new("DELETE FROM login_guesses WHERE subject = $1").bind(subject);
        self.0.run(statement).await.map(drop)
    }

    /// Removes windows that began before a time.
    pub async fn remove_old(&mut self, before: Timestamp) -> Result<u64, StorageError> {
        let statement = Statement::new("DELETE FROM login_guesses WHERE since < $1").bind(before);
        self.0.run(statement).await
    }
}
