//! Putting a finished graph in its place.

use std::fs::File;
use std::path::Path;

use codegraph_model::{
    GroupId, NewRevision, Origin, Project, ProjectName, Repository, RepositoryId, RevisionId,
};

use codegraph_storage::{Beat, Held, NewProject, StorageError, Tx};
use jiff::Timestamp;

use super::context::ImportContext;
use super::error::ImportError;
use super::previous::Previous;

/// What is known of a revision before its repository is.
pub(super) type Unplaced = Box<dyn FnOnce(RepositoryId) -> NewRevision + Send>;

/// What was published where.
pub(super) struct Published {
    pub(super) project: Project,
    pub(super) repository: Repository,
    pub(super) project_is_new: bool,
}

/// Renames the graph to its place and points its repository to it, in one transaction: the repository is looked up or made
/// under the write lock, so that two first imports of one project meet in one repository. An import that is a job's publishes only as
/// long as it holds that job.
pub(super) async fn publish(
    context: &ImportContext,
    held: Option<Held>,
    (group, name): (GroupId, &ProjectName),
    origin: &Origin,
    graph: &Path,
    revision: Unplaced,
) -> Result<Published, ImportError> {
    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    hold(&mut tx, held, now).await?;
    let (project, project_is_new) =
        if let Some(project) = tx.projects().find_in(group, name).await? {
            (project, false)
        } else {
            let new = NewProject::named(group, name);
            (tx.projects().add_new(&new, now).await?, true)
        };
    let repository = match tx.repositories().primary(project.id).await? {
        Some(repository) if repository.origin == *origin => repository,
        Some(mut repository) => {
            tx.repositories().moved(repository.id, origin).await?;
            repository.origin = origin.clone();
            repository
        }
        None => {
            tx.repositories()
                .add_primary(project.id, name.as_str(), origin, now)
                .await?
        }
    };
    let revision = revision(repository.id);
    tx.revisions().publish(&revision, now).await?;
    tx.projects().imported(project.id, now).await?;

    let place = context.data.graph(repository.id, revision.id);
    put(graph, &place)?;
    if let Err(error) = tx.commit().await {
        if !matches!(error, StorageError::Unreachable { .. }) {
            // Nobody knows of the file: it is to go. If this fails too, the next sweep takes it.
            let _ = std::fs::remove_file(&place);
            return Err(error.into());
        }
        // The connection is gone, and the answer with it: the server may have committed. A file without a row goes with the next
        // sweep; a row without a file would be a graph that cannot be read.
        if !is_published(context, revision.id).await {
            return Err(error.into());
        }
    }
    Ok(Published {
        project,
        repository,
        project_is_new,
    })
}

/// Sees to it that the import's job is still its own and goes on.
pub(crate) async fn hold(
    tx: &mut Tx,
    held: Option<Held>,
    now: Timestamp,
) -> Result<(), ImportError> {
    let Some(held) = held else {
        return Ok(());
    };
    match tx.jobs().hold(held, now).await? {
        Beat::GoesOn => Ok(()),
        Beat::CancelRequested => Err(ImportError::Cancelled),
        Beat::Lost => Err(ImportError::Lost),
    }
}

async fn is_published(context: &ImportContext, revision: RevisionId) -> bool {
    let found = async {
        let mut tx = context.db.read().await?;
        tx.revisions().lookup(revision).await
    };
    matches!(found.await, Ok(Some(_)))
}

/// Notes that the published graph is still that of its source. None where that cannot be said: another graph was published in the
/// meantime, or the project comes from somewhere else now.
pub(super) async fn keep(
    context: &ImportContext,
    held: Option<Held>,
    previous: &Previous,
    origin: &Origin,
) -> Result<Option<Published>, ImportError> {
    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    hold(&mut tx, held, now).await?;
    let project = previous.project.clone();
    let Some(repository) = tx.repositories().primary(project.id).await? else {
        return Ok(None);
    };
    if repository.published != Some(previous.revision.id) || repository.origin != *origin {
        return Ok(None);
    }
    tx.projects().imported(project.id, now).await?;
    tx.commit().await?;
    Ok(Some(Published {
        project,
        repository,
        project_is_new: false,
    }))
}

/// Renames, and makes the name as durable as the content is already.
fn put(from: &Path, to: &Path) -> Result<(), ImportError> {
    let folder = to.parent().unwrap_or(to);
    std::fs::create_dir_all(folder).map_err(ImportError::data("cannot make", folder))?;
    std::fs::rename(from, to).map_err(ImportError::data("cannot put the graph at", to))?;
    for folder in [Some(folder), folder.parent()].into_iter().flatten() {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(ImportError::data("cannot sync", folder))?;
    }
    Ok(())
}
