//! Rows of `logins` and `refresh_tokens`.

use codegraph_model::{Login, LoginId, UserId};
use jiff::Timestamp;

use crate::error::StorageError;
use crate::sql::{Row, Statement};
use crate::tx::Tx;

const NOUN: &str = "the login";

/// Logins, in a transaction.
pub struct Logins<'tx>(pub(crate) &'tx mut Tx);

/// A login to add.
#[derive(Clone, Debug)]
pub struct NewLogin<'a> {
    /// Whose it is.
    pub user: UserId,
    /// Where it came from.
    pub address: &'a str,
    /// What the client called itself.
    pub user_agent: &'a str,
    /// When its first refresh token ends.
    pub expires_at: Timestamp,
}

/// What became of a refresh token that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consumed {
    /// It was live; now it is used up.
    Now(Login),
    /// It was used up before.
    Before {
        /// The login that it belongs to.
        login: Login,
        /// When.
        at: Timestamp,
        /// Whether what came after it is still live.
        successor_is_live: bool,
    },
    /// There is none, or it or its login has ended.
    Nothing,
}

impl Logins<'_> {
    /// Adds a login.
    pub async fn add(&mut self, new: &NewLogin<'_>, now: Timestamp) -> Result<Login, StorageError> {
        let id = LoginId::new(now);
        let statement = Statement::new(
            "INSERT INTO logins (id, user_id, created_at, renewed_at, expires_at, address, user_agent) \
             VALUES ($1, $2, $3, $3, $4, $5, $6)",
        )
        .bind(id.to_string())
        .bind(new.user.to_string())
        .bind(now)
        .bind(new.expires_at)
        .bind(new.address)
        .bind(new.user_agent);
        self.0.insert(statement, NOUN).await?;
        Ok(Login {
            id,
            user: new.user,
            created_at: now,
            renewed_at: now,
            expires_at: new.expires_at,
            address: new.address.to_owned(),
            user_agent: new.user_agent.to_owned(),
        })
    }

    /// Gives a login that has not ended.
    pub async fn live(
        &mut self,
        id: LoginId,
        now: Timestamp,
    ) -> Result<Option<Login>, StorageError> {
        let statement = Statement::new(
            "SELECT id, user_id, created_at, renewed_at, expires_at, address, user_agent FROM logins \
             WHERE id = $1 AND ended_at IS NULL AND expires_at > $2",
        )
        .bind(id.to_string())
        .bind(now);
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Gives the logins of a user that have not ended, the last first.
    pub async fn list(&mut self, user: UserId, now: Timestamp) -> Result<Vec<Login>, StorageError> {
        let statement = Statement::new(
            "SELECT id, user_id, created_at, renewed_at, expires_at, address, user_agent FROM logins \
             WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY renewed_at DESC, id DESC",
        )
        .bind(user.to_string())
        .bind(now);
        self.0.rows(statement).await?.iter().map(read).collect()
    }

    /// Ends a login of a user; false where there is none.
    pub async fn end(
        &mut self,
        user: UserId,
        id: LoginId,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let statement = Statement::new(
            "UPDATE logins SET ended_at = $3 WHERE id = $1 AND user_id = $2 AND ended_at IS NULL",
        )
        .bind(id.to_string())
        .bind(user.to_string())
        .bind(now);
        Ok(self.0.run(statement).await? == 1)
    }

    /// Ends all logins of a user but one, and gives how many.
    pub async fn end_others(
        &mut self,
        user: UserId,
        but: Option<LoginId>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        let statement = Statement::new(
            "UPDATE logins SET ended_at = $3 WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL",
        )
        .bind(user.to_string())
        .bind(but.map(|id| id.to_string()).unwrap_or_default())
        .bind(now);
        self.0.run(statement).await
    }

    /// Adds a refresh token of a login, by its hash.
    pub async fn add_token(
        &mut self,
        login: LoginId,
        hash: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StorageError> {
        let statement = Statement::new(
            "INSERT INTO refresh_tokens (hash, login_id, issued_at, expires_at) VALUES ($1, $2, $3, $4)",
        )
        .bind(hash)
        .bind(login.to_string())
        .bind(now)
        .bind(expires_at);
        self.0.insert(statement, "the refresh token").await
    }

    /// Uses up a refresh token in favour of its successor. Of several who try at once, one gets [`Consumed::Now`].
    pub async fn consume(
        &mut self,
        hash: &str,
        successor: &str,
        now: Timestamp,
    ) -> Result<Consumed, StorageError> {
        let consume = Statement::new(
            "UPDATE refresh_tokens SET consumed_at = $2, successor = $3 WHERE hash = $1 AND consumed_at IS NULL \
             AND expires_at > $2 RETURNING login_id",
        )
        .bind(hash)
        .bind(now)
        .bind(successor);
        if let Some(row) = self.0.row(consume).await? {
            let login = self.live(row.parsed(0)?, now).await?;
            return Ok(login.map_or(Consumed::Nothing, Consumed::Now));
        }
        let before = Statement::new(
            "SELECT t.login_id, t.consumed_at, (SELECT COUNT(*) FROM refresh_tokens s WHERE s.hash = t.successor \
             AND s.consumed_at IS NULL) FROM refresh_tokens t WHERE t.hash = $1 AND t.consumed_at IS NOT NULL",
        )
        .bind(hash);
        let Some(row) = self.0.row(before).await? else {
            return Ok(Consumed::Nothing);
        };
        let login = self.live(row.parsed(0)?, now).await?;
        Ok(match login {
            Some(login) => Consumed::Before {
                login,
                at: row.time(1)?,
                successor_is_live: row.count(2)? > 0,
            },
            None => Consumed::Nothing,
        })
    }

    /// Lets a login last longer.
    pub async fn renew(
        &mut self,
        id: LoginId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StorageError> {
        let statement =
            Statement::new("UPDATE logins SET renewed_at = $2, expires_at = $3 WHERE id = $1")
                .bind(id.to_string())
                .bind(now)
                .bind(expires_at);
        self.0.change(statement, NOUN).await
    }

    /// Removes what ended before a time: nothing can be done with it any more.
    pub async fn remove_ended(&mut self, before: Timestamp) -> Result<u64, StorageError> {
        let statement = Statement::new("DELETE FROM logins WHERE expires_at < $1 OR ended_at < $1")
            .bind(before);
        self.0.run(statement).await
    }
}

fn read(row: &Row) -> Result<Login, StorageError> {
    Ok(Login {
        id: row.parsed(0)?,
        user: row.parsed(1)?,
        created_at: row.time(2)?,
        renewed_at: row.time(3)?,
        expires_at: row.time(4)?,
        address: row.text(5)?,
        user_agent: row.text(6)?,
    })
}
