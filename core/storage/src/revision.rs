//! Rows of `revisions`.

use codegraph_model::{NewRevision, RepositoryId, Revision, RevisionId, RevisionState};
use jiff::Timestamp;

use crate::error::StorageError;
use crate::sql::{Row, Statement, json};
use crate::tx::Tx;

const NOUN: &str = "the revision";

/// Revisions, in a transaction.
pub struct Revisions<'tx>(pub(crate) &'tx mut Tx);

/// A revision whose row is gone and whose file is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The repository.
    pub repository: RepositoryId,
    /// The revision.
    pub revision: RevisionId,
}

impl Revisions<'_> {
    /// Publishes a revision: the one that was is superseded, questions from now on see the new one.
    ///
    /// # Errors
    /// [`StorageError::Gone`] where the repository was removed in the meantime.
    pub async fn publish(&mut self, new: &NewRevision, now: Timestamp) -> Result<(), StorageError> {
        let supersede = Statement::new(
            "UPDATE revisions SET state = 'superseded', superseded_at = $2 \
             WHERE repository_id = $1 AND state = 'published'",
        )
        .bind(new.repository.to_string())
        .bind(now);
        self.0.run(supersede).await?;
        let insert = Statement::new(
            "INSERT INTO revisions (id, repository_id, state, indexed_at, indexed_commit, files, languages, lines, \
             nodes, edges, gaps, graph_bytes) VALUES ($1, $2, 'published', $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(new.id.to_string())
        .bind(new.repository.to_string())
        .bind(new.indexed_at)
        .bind(new.indexed_commit.as_str())
        .bind(new.files)
        .bind(json(&new.languages)?)
        .bind(new.lines)
        .bind(new.nodes)
        .bind(new.edges)
        .bind(new.gaps)
        .bind(new.graph_bytes);
        self.0.insert(insert, NOUN).await?;
        let point =
            Statement::new("UPDATE repositories SET published_revision_id = $2 WHERE id = $1")
                .bind(new.repository.to_string())
                .bind(new.id.to_string());
        self.0.change(point, "the repository").await
    }

    /// Gives the revision of an id.
    pub async fn lookup(&mut self, id: RevisionId) -> Result<Option<Revision>, StorageError> {
        let statement = Statement::new(
            "SELECT id, repository_id, state, indexed_at, superseded_at, indexed_commit, files, languages, lines, \
             nodes, edges, gaps, graph_bytes FROM revisions WHERE id = $1",
        )
        .bind(id.to_string());
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Gives the published revision of a repository.
    pub async fn published(
        &mut self,
        repository: RepositoryId,
    ) -> Result<Option<Revision>, StorageError> {
        let statement = Statement::new(
            "SELECT id, repository_id, state, indexed_at, superseded_at, indexed_commit, files, languages, lines, \
             nodes, edges, gaps, graph_bytes FROM revisions WHERE repository_id = $1 AND state = 'published'",
        )
        .bind(repository.to_string());
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Removes the rows of superseded revisions that nobody has held since a time. What nobody ever held goes at once: new readers
    /// get the one that took its place.
    pub async fn remove_superseded(
        &mut self,
        before: Timestamp,
    ) -> Result<Vec<Removed>, StorageError> {
        let statement = Statement::new(
            "DELETE FROM revisions WHERE state = 'superseded' AND NOT EXISTS \
             (SELECT 1 FROM leases WHERE leases.revision_id = revisions.id AND leases.expires_at >= $1) \
             RETURNING repository_id, id",
        )
        .bind(before);
        let rows = self.0.rows(statement).await?;
        rows.iter()
            .map(|row| {
                Ok(Removed {
                    repository: row.parsed(0)?,
                    revision: row.parsed(1)?,
                })
            })
            .collect()
    }
}

fn read(row: &Row) -> Result<Revision, StorageError> {
    let state = match row.text(2)?.as_str() {
        "published" => RevisionState::Published,
        "superseded" => RevisionState::Superseded,
        other => {
            return Err(StorageError::Value(format!(
                "'{other}' is no state of a revision"
            )));
        }
    };
    Ok(Revision {
        id: row.parsed(0)?,
        repository: row.parsed(1)?,
        state,
        indexed_at: row.time(3)?,
        superseded_at: row.optional_time(4)?,
        indexed_commit: row.text(5)?,
        files: row.count(6)?,
        languages: row.json(7)?,
        lines: row.count(8)?,
        nodes: row.count(9)?,
        edges: row.count(10)?,
        gaps: row.count(11)?,
        graph_bytes: row.count(12)?,
    })
}
