//! Taking away what nobody needs: folders of killed imports, superseded graphs, graphs that were never published.

use std::collections::BTreeSet;

use codegraph_model::{RepositoryId, RevisionId};
use jiff::SignedDuration;

use super::context::ImportContext;
use super::error::ImportError;
use super::workspace;

/// So long after its last lease a superseded graph goes.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// What the names of a revision's files end with.
const MADE: [&str; 3] = [".duckdb", ".search", ".domain.json"];

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
        remove(context, gone.repository, gone.revision)?;
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
        remove(context, repository, revision)?;
        orphans += 1;
        // Goes only when it is empty, which is what is wanted.
        let _ = std::fs::remove_dir(context.data.repository(repository));
    }
    Ok(orphans)
}

/// Removes a graph and what was made of it.
fn remove(
    context: &ImportContext,
    repository: RepositoryId,
    revision: RevisionId,
) -> Result<(), ImportError> {
    let data = &context.data;
    let index = data.text_index(repository, revision);
    match std::fs::remove_dir_all(&index) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(ImportError::data("cannot remove", &index)(error));
        }
        _ => {}
    }
    remove_file(&data.domain(repository, revision))?;
    // The graph last: as long as it is there, the next sweep finds what is left.
    remove_file(&data.graph(repository, revision))
}

/// Whether a folder was not made just now.
fn is_old(folder: &std::path::Path) -> bool {
    let made = std::fs::metadata(folder).and_then(|folder| folder.modified());
    let since = made.ok().and_then(|made| made.elapsed().ok());
    since.is_some_and(|since| since > std::time::Duration::from_mins(1))
}

/// Revisions of which there is a graph, or something that was made of one.
fn list_graphs(context: &ImportContext) -> BTreeSet<(RepositoryId, RevisionId)> {
    let folders = std::fs::read_dir(context.data.graphs())
        .into_iter()
        .flatten()
        .flatten();
    let mut graphs = BTreeSet::new();
    for folder in folders {
        let Some(repository) = folder
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        codegraph_search::remove_left(&folder.path(), is_old);
        for file in std::fs::read_dir(folder.path())
            .into_iter()
            .flatten()
            .flatten()
        {
            let name = file.file_name();
            let revision = name
                .to_str()
                .and_then(|name| MADE.iter().find_map(|end| name.strip_suffix(end)))
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
