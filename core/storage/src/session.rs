//! Rows of `sessions` and `exchanges`.

use codegraph_model::{Exchange, Session, SessionId, UserId};
use jiff::Timestamp;

use crate::error::StorageError;
use crate::sql::{Row, Statement};
use crate::tx::Tx;

const NOUN: &str = "the session";

/// Sessions of chat, in a transaction.
pub struct Sessions<'tx>(pub(crate) &'tx mut Tx);

impl Sessions<'_> {
    /// Adds a session.
    pub async fn add(&mut self, user: UserId, now: Timestamp) -> Result<Session, StorageError> {
        let id = SessionId::new(now);
        let statement = Statement::new(
            "INSERT INTO sessions (id, user_id, created_at, updated_at) VALUES ($1, $2, $3, $3)",
        )
        .bind(id.to_string())
        .bind(user.to_string())
        .bind(now);
        self.0.insert(statement, NOUN).await?;
        Ok(Session {
            id,
            user,
            created_at: now,
            updated_at: now,
        })
    }

    /// Gives a session of a user.
    pub async fn lookup(
        &mut self,
        user: UserId,
        id: SessionId,
    ) -> Result<Option<Session>, StorageError> {
        let statement = Statement::new(
            "SELECT id, user_id, created_at, updated_at FROM sessions WHERE id = $1 AND user_id = $2",
        )
        .bind(id.to_string())
        .bind(user.to_string());
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Gives the last exchanges of a session, oldest first.
    pub async fn last(
        &mut self,
        session: SessionId,
        limit: u64,
    ) -> Result<Vec<Exchange>, StorageError> {
        let statement = Statement::new(
            "SELECT id, session_id, question, answer, scenario_id, confidence, processing_time_ms, created_at \
             FROM exchanges WHERE session_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2",
        )
        .bind(session.to_string())
        .bind(limit);
        let exchanges: Result<Vec<Exchange>, _> =
            self.0.rows(statement).await?.iter().map(exchange).collect();
        let mut exchanges = exchanges?;
        exchanges.reverse();
        Ok(exchanges)
    }

    /// Adds an exchange to its session.
    pub async fn add_exchange(&mut self, exchange: &Exchange) -> Result<(), StorageError> {
        let add = Statement::new(
            "INSERT INTO exchanges (id, session_id, question, answer, scenario_id, confidence, processing_time_ms, \
             created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(exchange.id.to_string())
        .bind(exchange.session.to_string())
        .bind(exchange.question.as_str())
        .bind(exchange.answer.as_str())
        .bind(exchange.scenario_id.as_str())
        .bind(exchange.confidence)
        .bind(exchange.processing_time_ms)
        .bind(exchange.created_at);
        self.0.insert(add, NOUN).await?;
        let touch = Statement::new("UPDATE sessions SET updated_at = $2 WHERE id = $1")
            .bind(exchange.session.to_string())
            .bind(exchange.created_at);
        self.0.change(touch, NOUN).await
    }
}

fn read(row: &Row) -> Result<Session, StorageError> {
    Ok(Session {
        id: row.parsed(0)?,
        user: row.parsed(1)?,
        created_at: row.time(2)?,
        updated_at: row.time(3)?,
    })
}

fn exchange(row: &Row) -> Result<Exchange, StorageError> {
    Ok(Exchange {
        id: row.parsed(0)?,
        session: row.parsed(1)?,
        question: row.text(2)?,
        answer: row.text(3)?,
        scenario_id: row.text(4)?,
        confidence: row.real(5)?,
        processing_time_ms: row.real(6)?,
        created_at: row.time(7)?,
    })
}
