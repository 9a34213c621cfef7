//! Rows of `projects`.

use codegraph_model::{Project, ProjectId, ProjectName};
use jiff::Timestamp;

use crate::error::StorageError;
use crate::sql::{Row, Statement};
use crate::tx::Tx;

const NOUN: &str = "the project";

/// Projects, in a transaction.
pub struct Projects<'tx>(pub(crate) &'tx mut Tx);

impl Projects<'_> {
    /// Adds a project.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] where the name is taken.
    pub async fn add(
        &mut self,
        name: &ProjectName,
        now: Timestamp,
    ) -> Result<Project, StorageError> {
        let id = ProjectId::new(now);
        let statement =
            Statement::new("INSERT INTO projects (id, name, created_at) VALUES ($1, $2, $3)")
                .bind(id.to_string())
                .bind(name.as_str())
                .bind(now);
        self.0.insert(statement, NOUN).await?;
        Ok(Project {
            id,
            name: name.clone(),
            created_at: now,
            imported_at: None,
        })
    }

    /// Gives the project of an id.
    pub async fn lookup(&mut self, id: ProjectId) -> Result<Option<Project>, StorageError> {
        let statement =
            Statement::new("SELECT id, name, created_at, imported_at FROM projects WHERE id = $1")
                .bind(id.to_string());
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Gives the project of a name.
    pub async fn find_by_name(
        &mut self,
        name: &ProjectName,
    ) -> Result<Option<Project>, StorageError> {
        let statement = Statement::new(
            "SELECT id, name, created_at, imported_at FROM projects WHERE name = $1",
        )
        .bind(name.as_str());
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Gives the project whose graph was published last.
    pub async fn last_imported(&mut self) -> Result<Option<Project>, StorageError> {
        let statement = Statement::new(
            "SELECT id, name, created_at, imported_at FROM projects \
             WHERE imported_at IS NOT NULL ORDER BY imported_at DESC, id DESC LIMIT 1",
        );
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Gives all projects, by name.
    pub async fn list(&mut self) -> Result<Vec<Project>, StorageError> {
        let statement =
            Statement::new("SELECT id, name, created_at, imported_at FROM projects ORDER BY name");
        self.0.rows(statement).await?.iter().map(read).collect()
    }

    /// Notes that a graph of the project was published.
    pub async fn imported(&mut self, id: ProjectId, now: Timestamp) -> Result<(), StorageError> {
        let statement = Statement::new("UPDATE projects SET imported_at = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(now);
        self.0.change(statement, NOUN).await
    }

    /// Removes the project with its repositories and revisions; their graph files are the caller's to remove, after the commit.
    pub async fn remove(&mut self, id: ProjectId) -> Result<(), StorageError> {
        let statement = Statement::new("DELETE FROM projects WHERE id = $1").bind(id.to_string());
        self.0.change(statement, NOUN).await
    }
}

fn read(row: &Row) -> Result<Project, StorageError> {
    Ok(Project {
        id: row.parsed(0)?,
        name: row.parsed(1)?,
        created_at: row.time(2)?,
        imported_at: row.optional_time(3)?,
    })
}
