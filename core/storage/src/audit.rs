//! Rows of `audit_log`: written, never changed.

use codegraph_model::{AuditId, UserId};
use jiff::Timestamp;

use crate::error::StorageError;
use crate::sql::Statement;
use crate::tx::Tx;

/// The audit log, in a transaction.
pub struct Audit<'tx>(pub(crate) &'tx mut Tx);

impl Audit<'_> {
    /// Adds an entry. `event` is one of a fixed list of names, `detail` holds no secret.
    pub async fn add(
        &mut self,
        event: &'static str,
        user: Option<UserId>,
        address: &str,
        detail: &str,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let statement = Statement::new(
            "INSERT INTO audit_log (id, at, event, user_id, address, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(AuditId::new(now).to_string())
        .bind(now)
        .bind(event)
        .bind(user.map(|user| user.to_string()))
        .bind(address)
        .bind(detail);
        self.0.run(statement).await.map(drop)
    }

    /// Counts the entries of an event since a time.
    pub async fn count(&mut self, event: &str, since: Timestamp) -> Result<u64, StorageError> {
        let statement =
            Statement::new("SELECT COUNT(*) FROM audit_log WHERE event = $1 AND at >= $2")
                .bind(event)
                .bind(since);
        let row = self.0.row(statement).await?;
        row.map_or(Ok(0), |row| row.count(0))
    }
}
