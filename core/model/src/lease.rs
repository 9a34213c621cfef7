//! Leases: who reads a revision.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{LeaseId, RevisionId};

/// A reader's hold on a revision: its file stays until an hour after the last one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Its id.
    pub id: LeaseId,
    /// The revision that is read.
    pub revision: RevisionId,
    /// Who reads, for an operator's eye: `ask 4711`.
    pub holder: String,
    /// When it ends unless it is renewed.
    pub expires_at: Timestamp,
}
