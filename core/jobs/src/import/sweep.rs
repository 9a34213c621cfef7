//! Taking away what nobody needs: folders of killed imports, superseded graphs, graphs that were never published.

use codegraph_model::{RepositoryId, RevisionId};
use jiff::SignedDuration;

use super::context::ImportContext;
use super::error::ImportError;
use super::workspace;

/// So long after its last lease a superseded graph goes.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// What a sweep took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Folders of imports whose process is gone.
    pub folders: u64,
    /// Graph files that were superseded.
    pub superseded: u64,
    /// Graph files without a revision.
    pub orphans: u64,
}

/// Takes away what nobody needs. Any number of processes may do so at once, beside running imports.
pub async fn sweep(context: &ImportContext) -> Result<Swept, ImportError> {
    let data = context.data.clone();
    let folders = tokio::task::spawn_blocking(move || workspace::remove_left(&data)).await??;
    let superseded = remove_superseded(context).await?;
    let orphans = remove_orphans(context).await?;
    Ok(Swept {
        folders,
        superseded,
        orphans,
    })
}

async fn remove_superseded(context: &ImportContext) -> Result<u64, ImportError> {
    let before = context.clock.now() - KEPT;
    let mut tx = context.db.begin().await?;
    let removed = tx.revisions().remove_superseded(before).await?;
    tx.leases().remove_expired(before).await?;
    tx.commit().await?;
    // Rows first: a file without a row is an orphan and goes with the next sweep; a row without a file would be an error.
    for gone in &removed {
        remove_file(&context.data.graph(gone.repository, gone.revision))?;
    }
    Ok(removed.len() as u64)
}

async fn remove_orphans(context: &ImportContext) -> Result<u64, ImportError> {
    let mut orphans = 0;
    for (repository, revision) in list_graphs(context) {
        // In this order: an import commits before it lets go of its folder, so a file whose import is over has its row by now.
        if workspace::is_owned(&context.data, &revision.to_string()) {
            continue;
        }
        let known = context
            .db
            .read()
            .await?
            .revisions()
            .lookup(revision)
            .await?;
        if known.is_some_and(|known| known.repository == repository) {
            continue;
        }
        remove_file(&context.data.graph(repository, revision))?;
        orphans += 1;
        // Goes only when it is empty, which is what is wanted.
        let _ = std::fs::remove_dir(context.data.repository(repository));
    }
    Ok(orphans)
}

fn list_graphs(context: &ImportContext) -> Vec<(RepositoryId, RevisionId)> {
    let folders = std::fs::read_dir(context.data.graphs())
        .into_iter()
        .flatten()
        .flatten();
    let mut graphs = Vec::new();
    for folder in folders {
        let Some(repository) = folder
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        for file in std::fs::read_dir(folder.path())
            .into_iter()
            .flatten()
            .flatten()
        {
            let name = file.file_name();
            let revision = name
                .to_str()
                .and_then(|name| name.strip_suffix(".duckdb"))
                .and_then(|id| id.parse().ok());
            graphs.extend(revision.map(|revision| (repository, revision)));
        }
    }
    graphs
}

fn remove_file(path: &std::path::Path) -> Result<(), ImportError> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(ImportError::data("cannot remove", path)(error)),
    }
}
