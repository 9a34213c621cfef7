//! Which project and which graph a request means.

use std::path::PathBuf;

use codegraph_model::{DataFolder, Lease, LeaseId, Project, ProjectName, Repository, Revision};
use codegraph_storage::{Db, StorageError, Tx};
use jiff::{SignedDuration, Timestamp};

/// So long a reader holds a graph unless it says that it goes on.
const LEASE: SignedDuration = SignedDuration::from_mins(15);

/// Why there is no graph to ask.
#[derive(Debug, thiserror::Error)]
pub enum NoGraph {
    /// Nothing was imported.
    #[error("there is no project yet: import one with 'codegraph import <path or URL>'")]
    NoProject,
    /// The name is not known.
    #[error("there is no project '{asked}'; there are: {known}")]
    Unknown {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: String,
    },
    /// The project has no graph.
    #[error(
        "project '{0}' has no graph yet: import it with 'codegraph import <path or URL> --project {0}'"
    )]
    NotImported(ProjectName),
    /// The database refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A graph that is held for reading.
#[derive(Clone, Debug)]
pub struct Held {
    /// The project.
    pub project: Project,
    /// Its repository.
    pub repository: Repository,
    /// The revision.
    pub revision: Revision,
    /// Its file.
    pub path: PathBuf,
    /// What keeps the file there.
    pub lease: LeaseId,
}

/// Finds the project that a request means: the one that it names, else the one that was imported last.
pub async fn find(db: &Db, name: Option<&str>) -> Result<Project, NoGraph> {
    let mut tx = db.read().await?;
    let Some(name) = name else {
        if let Some(last) = tx.projects().last_imported().await? {
            return Ok(last);
        }
        return tx
            .projects()
            .list()
            .await?
            .into_iter()
            .next()
            .ok_or(NoGraph::NoProject);
    };
    let found = match name.parse::<ProjectName>() {
        Ok(name) => tx.projects().find_by_name(&name).await?,
        Err(_) => None,
    };
    if let Some(found) = found {
        return Ok(found);
    }
    let known: Vec<String> = tx
        .projects()
        .list()
        .await?
        .into_iter()
        .map(|project| project.name.into())
        .collect();
    if known.is_empty() {
        return Err(NoGraph::NoProject);
    }
    Err(NoGraph::Unknown {
        asked: name.to_owned(),
        known: known.join(", "),
    })
}

/// Finds the graph that a request means and holds it: the file stays as long as the lease does.
pub async fn hold(
    db: &Db,
    data: &DataFolder,
    name: Option<&str>,
    holder: &str,
    now: Timestamp,
) -> Result<Held, NoGraph> {
    let project = find(db, name).await?;
    let mut tx = db.begin_beside().await?;
    let held = hold_in(&mut tx, data, project, holder, now).await?;
    tx.commit().await?;
    Ok(held)
}

/// Holds the graph of a project, in a transaction.
pub async fn hold_in(
    tx: &mut Tx,
    data: &DataFolder,
    project: Project,
    holder: &str,
    now: Timestamp,
) -> Result<Held, NoGraph> {
    let repository = tx.repositories().primary(project.id).await?;
    let Some(repository) = repository else {
        return Err(NoGraph::NotImported(project.name));
    };
    let Some(revision) = tx.revisions().published(repository.id).await? else {
        return Err(NoGraph::NotImported(project.name));
    };
    let Lease { id: lease, .. } = tx
        .leases()
        .take(revision.id, holder, now, now + LEASE)
        .await?;
    let path = data.graph(repository.id, revision.id);
    Ok(Held {
        project,
        repository,
        revision,
        path,
        lease,
    })
}

/// Lets a graph go.
pub async fn release(db: &Db, lease: LeaseId, now: Timestamp) -> Result<(), StorageError> {
    let mut tx = db.begin_beside().await?;
    tx.leases().release(lease, now).await?;
    tx.commit().await
}
