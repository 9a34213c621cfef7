//! Rows of `projects`.

use std::collections::BTreeMap;

use codegraph_model::{GroupId, Project, ProjectId, ProjectName, ProjectNames, UserId};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::error::StorageError;
use crate::sql::{Row, Statement, json};
use crate::tx::Tx;

const NOUN: &str = "a project of this name";

/// Projects, in a transaction.
pub struct Projects<'tx>(pub(crate) &'tx mut Tx);

/// Whose eyes a query sees with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All there is: an admin, the command line, the program itself.
    All,
    /// What belongs to the groups of a user.
    Of(UserId),
}

impl Scope {
    pub(crate) fn is_all(self) -> bool {
        self == Self::All
    }

    pub(crate) fn user(self) -> String {
        match self {
            Self::All => String::new(),
            Self::Of(user) => user.to_string(),
        }
    }
}

/// A project to add.
#[derive(Clone, Debug)]
pub struct NewProject {
    /// The group that it belongs to.
    pub group: GroupId,
    /// Its name.
    pub name: ProjectName,
    /// What it is.
    pub description: String,
    /// The language that most of it is written in.
    pub language: String,
    /// What clients call its files.
    pub names: ProjectNames,
    /// What clients keep with it.
    pub metadata: Map<String, Value>,
}

impl NewProject {
    /// A project of which nothing is known but its name.
    pub fn named(group: GroupId, name: &ProjectName) -> Self {
        Self {
            group,
            name: name.clone(),
            description: String::new(),
            language: String::new(),
            names: ProjectNames::default(),
            metadata: Map::new(),
        }
    }
}

/// What of a project is changed; none stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ProjectChange {
    /// Its name.
    pub name: Option<ProjectName>,
    /// What it is.
    pub description: Option<String>,
    /// What clients keep with it.
    pub metadata: Option<Map<String, Value>>,
}

/// A project with the graph that answers for it.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedProject {
    /// The project.
    pub project: Project,
    /// The graph; none before the first import.
    pub graph: Option<ListedGraph>,
}

/// What a list says of a graph.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedGraph {
    /// Commit of the source; empty where it was no git repository.
    pub indexed_commit: String,
    /// When the source was read.
    pub indexed_at: Timestamp,
    /// Rows of `analysis_gaps`.
    pub gaps: u64,
    /// Files by language.
    pub languages: BTreeMap<String, u64>,
}

impl Projects<'_> {
    /// Adds a project to the default group.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] where the name is taken.
    pub async fn add(
        &mut self,
        name: &ProjectName,
        now: Timestamp,
    ) -> Result<Project, StorageError> {
        self.add_new(&NewProject::named(GroupId::DEFAULT, name), now)
            .await
    }

    /// Adds a project.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] where the group has one of the name; [`StorageError::Gone`] where there is no such group.
    pub async fn add_new(
        &mut self,
        new: &NewProject,
        now: Timestamp,
    ) -> Result<Project, StorageError> {
        let id = ProjectId::new(now);
        let statement = Statement::new(
            "INSERT INTO projects (id, group_id, name, description, language, db_path, cpg_path, source_path, metadata, \
             created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
        )
        .bind(id.to_string())
        .bind(new.group.to_string())
        .bind(new.name.as_str())
        .bind(new.description.as_str())
        .bind(new.language.as_str())
        .bind(new.names.db_path.as_str())
        .bind(new.names.cpg_path.as_str())
        .bind(new.names.source_path.as_str())
        .bind(json(&new.metadata)?)
        .bind(now);
        self.0.insert(statement, NOUN).await?;
        Ok(Project {
            id,
            group_id: new.group,
            name: new.name.clone(),
            description: new.description.clone(),
            language: new.language.clone(),
            names: new.names.clone(),
            metadata: new.metadata.clone(),
            created_at: now,
            updated_at: now,
            imported_at: None,
            activated_at: None,
        })
    }

    /// Gives the project of an id.
    pub async fn lookup(&mut self, id: ProjectId) -> Result<Option<Project>, StorageError> {
        self.lookup_in(Scope::All, id).await
    }

    /// Gives the project of an id, where the scope reaches it.
    pub async fn lookup_in(
        &mut self,
        scope: Scope,
        id: ProjectId,
    ) -> Result<Option<Project>, StorageError> {
        let statement = Statement::new(
            "SELECT id, group_id, name, description, language, db_path, cpg_path, source_path, metadata, \
             created_at, updated_at, imported_at, activated_at \
             FROM projects WHERE id = $1 \
             AND ($2 = 1 OR group_id IN (SELECT group_id FROM group_members WHERE user_id = $3))",
        )
        .bind(id.to_string())
        .bind(scope.is_all())
        .bind(scope.user());
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Gives the project of a name: the one of the default group, else the oldest.
    pub async fn find_by_name(
        &mut self,
        name: &ProjectName,
    ) -> Result<Option<Project>, StorageError> {
        let statement = Statement::new(
            "SELECT id, group_id, name, description, language, db_path, cpg_path, source_path, metadata, \
             created_at, updated_at, imported_at, activated_at \
             FROM projects WHERE name = $1 ORDER BY CASE WHEN group_id = $2 THEN 0 ELSE 1 END, id LIMIT 1",
        )
        .bind(name.as_str())
        .bind(GroupId::DEFAULT.to_string());
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Gives the project of a name in a group.
    pub async fn find_in(
        &mut self,
        group: GroupId,
        name: &ProjectName,
    ) -> Result<Option<Project>, StorageError> {
        let statement = Statement::new(
            "SELECT id, group_id, name, description, language, db_path, cpg_path, source_path, metadata, \
             created_at, updated_at, imported_at, activated_at \
             FROM projects WHERE name = $1 AND group_id = $2",
        )
        .bind(name.as_str())
        .bind(group.to_string());
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Gives the project whose graph was published last.
    pub async fn last_imported(&mut self) -> Result<Option<Project>, StorageError> {
        let statement = Statement::new(
            "SELECT id, group_id, name, description, language, db_path, cpg_path, source_path, metadata, \
             created_at, updated_at, imported_at, activated_at \
             FROM projects WHERE imported_at IS NOT NULL ORDER BY imported_at DESC, id DESC LIMIT 1",
        );
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Gives the project that the scope means where none is named: the one that was made active last.
    pub async fn active(&mut self, scope: Scope) -> Result<Option<Project>, StorageError> {
        let statement = Statement::new(
            "SELECT id, group_id, name, description, language, db_path, cpg_path, source_path, metadata, \
             created_at, updated_at, imported_at, activated_at \
             FROM projects WHERE activated_at IS NOT NULL \
             AND ($1 = 1 OR group_id IN (SELECT group_id FROM group_members WHERE user_id = $2)) \
             ORDER BY activated_at DESC, id DESC LIMIT 1",
        )
        .bind(scope.is_all())
        .bind(scope.user());
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Gives all projects, by name.
    pub async fn list(&mut self) -> Result<Vec<Project>, StorageError> {
        let statement = Statement::new(
            "SELECT id, group_id, name, description, language, db_path, cpg_path, source_path, metadata, \
             created_at, updated_at, imported_at, activated_at \
             FROM projects ORDER BY name, id",
        );
        self.0.rows(statement).await?.iter().map(read).collect()
    }

    /// Gives the projects that the scope reaches, by name, each with its graph, and how many there are in all.
    pub async fn page(
        &mut self,
        scope: Scope,
        group: Option<GroupId>,
        limit: u64,
        offset: u64,
    ) -> Result<(Vec<ListedProject>, u64), StorageError> {
        let group = group.map(|group| group.to_string()).unwrap_or_default();
        let page = Statement::new(
            "SELECT p.id, p.group_id, p.name, p.description, p.language, p.db_path, p.cpg_path, p.source_path, p.metadata, \
             p.created_at, p.updated_at, p.imported_at, p.activated_at, v.indexed_commit, v.indexed_at, v.gaps, v.languages \
             FROM projects p LEFT JOIN repositories r ON r.project_id = p.id AND r.is_primary = 1 \
             LEFT JOIN revisions v ON v.repository_id = r.id AND v.state = 'published' \
             WHERE ($1 = '' OR p.group_id = $1) \
             AND ($2 = 1 OR p.group_id IN (SELECT group_id FROM group_members WHERE user_id = $3)) \
             ORDER BY p.name, p.id LIMIT $4 OFFSET $5",
        )
        .bind(group.as_str())
        .bind(scope.is_all())
        .bind(scope.user())
        .bind(limit)
        .bind(offset);
        let listed: Result<Vec<ListedProject>, _> =
            self.0.rows(page).await?.iter().map(read_listed).collect();
        let total = Statement::new(
            "SELECT COUNT(*) FROM projects WHERE ($1 = '' OR group_id = $1) \
             AND ($2 = 1 OR group_id IN (SELECT group_id FROM group_members WHERE user_id = $3))",
        )
        .bind(group.as_str())
        .bind(scope.is_all())
        .bind(scope.user());
        let row = self.0.row(total).await?;
        Ok((listed?, row.map_or(Ok(0), |row| row.count(0))?))
    }

    /// Gives a project that the scope reaches, with its graph.
    pub async fn listed(
        &mut self,
        scope: Scope,
        id: ProjectId,
    ) -> Result<Option<ListedProject>, StorageError> {
        let statement = Statement::new(
            "SELECT p.id, p.group_id, p.name, p.description, p.language, p.db_path, p.cpg_path, p.source_path, p.metadata, \
             p.created_at, p.updated_at, p.imported_at, p.activated_at, v.indexed_commit, v.indexed_at, v.gaps, v.languages \
             FROM projects p LEFT JOIN repositories r ON r.project_id = p.id AND r.is_primary = 1 \
             LEFT JOIN revisions v ON v.repository_id = r.id AND v.state = 'published' \
             WHERE p.id = $1 AND ($2 = 1 OR p.group_id IN (SELECT group_id FROM group_members WHERE user_id = $3))",
        )
        .bind(id.to_string())
        .bind(scope.is_all())
        .bind(scope.user());
        self.0
            .row(statement)
            .await?
            .as_ref()
            .map(read_listed)
            .transpose()
    }

    /// Changes a project.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] where the group has another one of the name.
    pub async fn update(
        &mut self,
        id: ProjectId,
        change: &ProjectChange,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let statement = Statement::new(
            "UPDATE projects SET name = COALESCE($2, name), description = COALESCE($3, description), \
             metadata = COALESCE($4, metadata), updated_at = $5 WHERE id = $1",
        )
        .bind(id.to_string())
        .bind(change.name.as_ref().map(ProjectName::as_str))
        .bind(change.description.as_deref())
        .bind(change.metadata.as_ref().map(json).transpose()?)
        .bind(now);
        self.0.insert(statement, NOUN).await
    }

    /// Makes a project the active one of its group.
    pub async fn activate(&mut self, id: ProjectId, now: Timestamp) -> Result<(), StorageError> {
        let others = Statement::new(
            "UPDATE projects SET activated_at = NULL WHERE activated_at IS NOT NULL AND id <> $1 \
             AND group_id = (SELECT group_id FROM projects WHERE id = $1)",
        )
        .bind(id.to_string());
        self.0.run(others).await?;
        let this =
            Statement::new("UPDATE projects SET activated_at = $2, updated_at = $2 WHERE id = $1")
                .bind(id.to_string())
                .bind(now);
        self.0.change(this, "the project").await
    }

    /// Notes that a graph of the project was published.
    pub async fn imported(&mut self, id: ProjectId, now: Timestamp) -> Result<(), StorageError> {
        let statement =
            Statement::new("UPDATE projects SET imported_at = $2, updated_at = $2 WHERE id = $1")
                .bind(id.to_string())
                .bind(now);
        self.0.change(statement, "the project").await
    }

    /// Removes the project with its repositories and revisions; their graph files are the caller's to remove, after the commit.
    pub async fn remove(&mut self, id: ProjectId) -> Result<(), StorageError> {
        let statement = Statement::new("DELETE FROM projects WHERE id = $1").bind(id.to_string());
        self.0.change(statement, "the project").await
    }
}

fn read(row: &Row) -> Result<Project, StorageError> {
    Ok(Project {
        id: row.parsed(0)?,
        group_id: row.parsed(1)?,
        name: row.parsed(2)?,
        description: row.text(3)?,
        language: row.text(4)?,
        names: ProjectNames {
            db_path: row.text(5)?,
            cpg_path: row.text(6)?,
            source_path: row.text(7)?,
        },
        metadata: row.json(8)?,
        created_at: row.time(9)?,
        updated_at: row.time(10)?,
        imported_at: row.optional_time(11)?,
        activated_at: row.optional_time(12)?,
    })
}

fn read_listed(row: &Row) -> Result<ListedProject, StorageError> {
    let graph = match row.optional_text(13)? {
        None => None,
        Some(indexed_commit) => Some(ListedGraph {
            indexed_commit,
            indexed_at: row.time(14)?,
            gaps: row.count(15)?,
            languages: row.json(16)?,
        }),
    };
    Ok(ListedProject {
        project: read(row)?,
        graph,
    })
}
