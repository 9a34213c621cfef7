//! A published graph, as the steps that work on one see it.

use codegraph_model::{
    ImportReport, LeaseId, ProjectId, ProjectName, RepositoryId, Revision, RevisionId,
};
use codegraph_storage::StorageError;
use jiff::SignedDuration;

use crate::import::ImportContext;

/// So long a graph is held at most while a step reads it.
const LEASE: SignedDuration = SignedDuration::from_mins(10);

/// Which graph, and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Published {
    pub(super) project: ProjectName,
    pub(super) repository: RepositoryId,
    pub(super) revision: RevisionId,
    pub(super) bytes: u64,
    pub(super) nodes: u64,
    pub(super) gaps: u64,
}

impl From<&ImportReport> for Published {
    fn from(report: &ImportReport) -> Self {
        Self {
            project: report.project.clone(),
            repository: report.repository_id,
            revision: report.revision_id,
            bytes: report.graph_bytes,
            nodes: report.nodes,
            gaps: report.gaps,
        }
    }
}

impl Published {
    fn of(project: ProjectName, revision: &Revision) -> Self {
        Self {
            project,
            repository: revision.repository,
            revision: revision.id,
            bytes: revision.graph_bytes,
            nodes: revision.nodes,
            gaps: revision.gaps,
        }
    }
}

/// The published graph of a project, held so that its file stays; none where it has none.
pub(super) async fn hold(
    context: &ImportContext,
    project: ProjectId,
    purpose: &str,
) -> Result<Option<(Published, LeaseId)>, StorageError> {
    let now = context.clock.now();
    let mut tx = context.db.begin_beside().await?;
    let Some(name) = tx.projects().lookup(project).await? else {
        return Ok(None);
    };
    let Some(repository) = tx.repositories().primary(project).await? else {
        return Ok(None);
    };
    let Some(revision) = tx.revisions().published(repository.id).await? else {
        return Ok(None);
    };
    let lease = tx
        .leases()
        .take(revision.id, purpose, now, now + LEASE)
        .await?;
    tx.commit().await?;
    Ok(Some((Published::of(name.name, &revision), lease.id)))
}

/// Lets a graph go.
pub(super) async fn release(context: &ImportContext, lease: LeaseId) -> Result<(), StorageError> {
    let mut tx = context.db.begin_beside().await?;
    tx.leases().remove(lease).await?;
    tx.commit().await
}
