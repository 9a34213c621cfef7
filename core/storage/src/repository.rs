//! Rows of `repositories`.

use codegraph_model::{Origin, ProjectId, Repository, RepositoryId};
use jiff::Timestamp;

use crate::error::StorageError;
use crate::sql::{Row, Statement, json};
use crate::tx::Tx;

const NOUN: &str = "the repository";

/// Repositories, in a transaction.
pub struct Repositories<'tx>(pub(crate) &'tx mut Tx);

impl Repositories<'_> {
    /// Adds a project's primary repository.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] where the project has one.
    pub async fn add_primary(
        &mut self,
        project: ProjectId,
        name: &str,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<Repository, StorageError> {
        let id = RepositoryId::new(now);
        let statement = Statement::new(
            "INSERT INTO repositories (id, project_id, name, origin, is_primary, created_at) \
             VALUES ($1, $2, $3, $4, 1, $5)",
        )
        .bind(id.to_string())
        .bind(project.to_string())
        .bind(name)
        .bind(json(origin)?)
        .bind(now);
        self.0.insert(statement, NOUN).await?;
        Ok(Repository {
            id,
            project,
            name: name.to_owned(),
            origin: origin.clone(),
            is_primary: true,
            published: None,
            created_at: now,
        })
    }

    /// Gives the repository that is meant where a project is named and no repository.
    pub async fn primary(
        &mut self,
        project: ProjectId,
    ) -> Result<Option<Repository>, StorageError> {
        let statement = Statement::new(
            "SELECT id, project_id, name, origin, is_primary, published_revision_id, created_at \
             FROM repositories WHERE project_id = $1 AND is_primary = 1",
        )
        .bind(project.to_string());
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Gives the repositories of a project, the primary one first.
    pub async fn list(&mut self, project: ProjectId) -> Result<Vec<Repository>, StorageError> {
        let statement = Statement::new(
            "SELECT id, project_id, name, origin, is_primary, published_revision_id, created_at \
             FROM repositories WHERE project_id = $1 ORDER BY is_primary DESC, name",
        )
        .bind(project.to_string());
        self.0.rows(statement).await?.iter().map(read).collect()
    }

    /// Notes where the source now comes from.
    pub async fn moved(&mut self, id: RepositoryId, origin: &Origin) -> Result<(), StorageError> {
        let statement = Statement::new("UPDATE repositories SET origin = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(json(origin)?);
        self.0.change(statement, NOUN).await
    }

    /// Whether a repository is there; files of one that is not are left-overs.
    pub async fn exists(&mut self, id: RepositoryId) -> Result<bool, StorageError> {
        let statement =
            Statement::new("SELECT 1 FROM repositories WHERE id = $1").bind(id.to_string());
        Ok(self.0.row(statement).await?.is_some())
    }
}

fn read(row: &Row) -> Result<Repository, StorageError> {
    Ok(Repository {
        id: row.parsed(0)?,
        project: row.parsed(1)?,
        name: row.text(2)?,
        origin: row.json(3)?,
        is_primary: row.truth(4)?,
        published: row.optional_parsed(5)?,
        created_at: row.time(6)?,
    })
}
