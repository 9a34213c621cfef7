//! Rows of `api_keys`.

use codegraph_model::{ApiKey, ApiKeyId, UserId};
use jiff::Timestamp;

use crate::error::StorageError;
use crate::sql::{Row, Statement, json};
use crate::tx::Tx;

const NOUN: &str = "the API key";

/// API keys, in a transaction.
pub struct ApiKeys<'tx>(pub(crate) &'tx mut Tx);

/// A key to add, without the key.
#[derive(Clone, Debug)]
pub struct NewKey<'a> {
    /// Whose it is.
    pub user: UserId,
    /// Its name.
    pub name: &'a str,
    /// Its first characters.
    pub prefix: &'a str,
    /// Hash of the whole.
    pub hash: &'a str,
    /// What it may do.
    pub scopes: &'a [String],
    /// When it ends.
    pub expires_at: Timestamp,
}

impl ApiKeys<'_> {
    /// Adds a key.
    pub async fn add(&mut self, new: &NewKey<'_>, now: Timestamp) -> Result<ApiKey, StorageError> {
        let id = ApiKeyId::new(now);
        let statement = Statement::new(
            "INSERT INTO api_keys (id, user_id, name, prefix, hash, scopes, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(id.to_string())
        .bind(new.user.to_string())
        .bind(new.name)
        .bind(new.prefix)
        .bind(new.hash)
        .bind(json(&new.scopes)?)
        .bind(now)
        .bind(new.expires_at);
        self.0.insert(statement, NOUN).await?;
        Ok(ApiKey {
            id,
            user: new.user,
            name: new.name.to_owned(),
            prefix: new.prefix.to_owned(),
            scopes: new.scopes.to_vec(),
            created_at: now,
            expires_at: new.expires_at,
            last_used_at: None,
        })
    }

    /// Gives the keys of a user, the last first.
    pub async fn list(&mut self, user: UserId) -> Result<Vec<ApiKey>, StorageError> {
        let statement = Statement::new(
            "SELECT id, user_id, name, prefix, scopes, created_at, expires_at, last_used_at FROM api_keys \
             WHERE user_id = $1 ORDER BY id DESC",
        )
        .bind(user.to_string());
        self.0.rows(statement).await?.iter().map(read).collect()
    }

    /// Gives the key of a hash that has not ended.
    pub async fn find(
        &mut self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<ApiKey>, StorageError> {
        let statement = Statement::new(
            "SELECT id, user_id, name, prefix, scopes, created_at, expires_at, last_used_at FROM api_keys \
             WHERE hash = $1 AND expires_at > $2",
        )
        .bind(hash)
        .bind(now);
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Notes a use.
    pub async fn used(&mut self, id: ApiKeyId, now: Timestamp) -> Result<(), StorageError> {
        let statement = Statement::new("UPDATE api_keys SET last_used_at = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(now);
        // A key that was revoked in the meantime has nothing to note.
        self.0.run(statement).await.map(drop)
    }

    /// Removes a key of a user; false where it has none of that id.
    pub async fn remove(&mut self, user: UserId, id: ApiKeyId) -> Result<bool, StorageError> {
        let statement = Statement::new("DELETE FROM api_keys WHERE id = $1 AND user_id = $2")
            .bind(id.to_string())
            .bind(user.to_string());
        Ok(self.0.run(statement).await? == 1)
    }
}

fn read(row: &Row) -> Result<ApiKey, StorageError> {
    Ok(ApiKey {
        id: row.parsed(0)?,
        user: row.parsed(1)?,
        name: row.text(2)?,
        prefix: row.text(3)?,
        scopes: row.json(4)?,
        created_at: row.time(5)?,
        expires_at: row.time(6)?,
        last_used_at: row.optional_time(7)?,
    })
}
