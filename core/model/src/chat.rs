//! Sessions of chat and their messages.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{MessageId, SessionId, UserId};

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// When it began.
    pub created_at: Timestamp,
    /// When something was last said.
    pub updated_at: Timestamp,
}

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// Its id.
    pub id: MessageId,
    /// The session.
    pub session: SessionId,
    /// What was asked.
    pub question: String,
    /// What was answered.
    pub answer: String,
    /// Who answered.
    pub scenario_id: String,
    /// From 0 to 1.
    pub confidence: f64,
    /// From the question to the answer, milliseconds.
    pub processing_time_ms: f64,
    /// When.
    pub created_at: Timestamp,
}
