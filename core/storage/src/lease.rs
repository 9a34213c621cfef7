//! Rows of `leases`.

use codegraph_model::{Lease, LeaseId, RevisionId};
use jiff::Timestamp;

use crate::error::StorageError;
use crate::sql::Statement;
use crate::tx::Tx;

const NOUN: &str = "the revision";

/// Leases, in a transaction.
pub struct Leases<'tx>(pub(crate) &'tx mut Tx);

impl Leases<'_> {
    /// Takes a lease on a revision. To be sure that its file is there, look the revision up in the same transaction.
    ///
    /// # Errors
    /// [`StorageError::Gone`] where the revision was removed.
    pub async fn take(
        &mut self,
        revision: RevisionId,
        holder: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<Lease, StorageError> {
        let id = LeaseId::new(now);
        let statement = Statement::new(
            "INSERT INTO leases (id, revision_id, holder, expires_at) VALUES ($1, $2, $3, $4)",
        )
        .bind(id.to_string())
        .bind(revision.to_string())
        .bind(holder)
        .bind(expires_at);
        self.0.insert(statement, NOUN).await?;
        Ok(Lease {
            id,
            revision,
            holder: holder.to_owned(),
            expires_at,
        })
    }

    /// Lets a lease last longer; false where it is gone.
    pub async fn renew(
        &mut self,
        id: LeaseId,
        expires_at: Timestamp,
    ) -> Result<bool, StorageError> {
        let statement = Statement::new("UPDATE leases SET expires_at = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(expires_at);
        Ok(self.0.run(statement).await? == 1)
    }

    /// Ends a lease. Its row stays: a superseded file is kept for an hour after its last lease.
    pub async fn release(&mut self, id: LeaseId, now: Timestamp) -> Result<(), StorageError> {
        let statement =
            Statement::new("UPDATE leases SET expires_at = $2 WHERE id = $1 AND expires_at > $2")
                .bind(id.to_string())
                .bind(now);
        self.0.run(statement).await.map(drop)
    }

    /// Takes a lease back as if it had never been: nobody who could come again held it.
    pub async fn remove(&mut self, id: LeaseId) -> Result<(), StorageError> {
        let statement = Statement::new("DELETE FROM leases WHERE id = $1").bind(id.to_string());
        self.0.run(statement).await.map(drop)
    }

    /// Removes leases that ended before a time.
    pub async fn remove_expired(&mut self, before: Timestamp) -> Result<u64, StorageError> {
        self.0
            .run(Statement::new("DELETE FROM leases WHERE expires_at < $1").bind(before))
            .await
    }
}
