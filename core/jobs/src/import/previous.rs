//! The last graph of a project: what its files were, and whether it can be taken over.

use std::collections::BTreeMap;
use std::sync::Arc;

use codegraph_cpg::FINGERPRINT;
use codegraph_cpg::store::{Graph, KnownFile, NODES_OUT_OF_ORDER, QueryError, StoreError};
use codegraph_model::{GroupId, LeaseId, Project, ProjectName, Revision};
use jiff::{SignedDuration, Timestamp};

use super::context::ImportContext;
use super::error::ImportError;
use super::work::Work;

/// So long a graph is held for an import; it is read at the beginning only.
const LEASE: SignedDuration = SignedDuration::from_hours(1);

/// Up to so many nodes may stand out of the order of their ids, whatever the size of the graph: looking through them takes less than
/// a millisecond.
const OUT_OF_ORDER: u64 = 250_000;

/// Of a larger graph, one node of so many may.
const OUT_OF_ORDER_SHARE: u64 = 4;

/// Key in the metadata: which program made the graph.
pub(super) const PROGRAM: &str = "program";

/// Key in the metadata: which importer lowered the files of a language.
pub(super) fn importer_of(language: &str) -> String {
    format!("importer.{language}")
}

/// Why a graph is made from all files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum WhyFull {
    #[error("the project has no graph yet")]
    NoGraph,
    #[error("the file of the last graph is gone")]
    Gone,
    #[error("the last graph cannot be read: {0}")]
    Damaged(String),
    #[error("the last graph has schema version {found}, this program writes {wanted}")]
    OtherSchema { found: String, wanted: u32 },
    #[error("another build of codegraph made the last graph")]
    OtherProgram,
    #[error(
        "the importer for {0}, or a limit of it, is not the one that the last graph was made with"
    )]
    OtherImporter(String),
    #[error("so much changed since the last full import that the graph is to be put in order")]
    OutOfOrder,
}

impl WhyFull {
    fn of_store(error: StoreError) -> Self {
        match error {
            StoreError::Missing(_) => Self::Gone,
            StoreError::SchemaVersion { found, wanted, .. } => Self::OtherSchema { found, wanted },
            StoreError::Unreadable { reason, .. } => Self::Damaged(reason),
            other => Self::Damaged(other.to_string()),
        }
    }

    pub(super) fn of_query(error: &QueryError) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// The last graph, held.
pub(super) struct Previous {
    pub(super) project: Project,
    pub(super) revision: Revision,
    pub(super) graph: Arc<Graph>,
    /// Its files, by path.
    pub(super) files: BTreeMap<String, KnownFile>,
    lease: LeaseId,
}

impl Previous {
    /// Opens the published graph of a project, and holds it.
    pub(super) async fn open(
        context: &ImportContext,
        group: GroupId,
        project: &ProjectName,
    ) -> Result<Result<Self, WhyFull>, ImportError> {
        let now = context.clock.now();
        let mut tx = context.db.begin_beside().await?;
        let Some(project) = tx.projects().find_in(group, project).await? else {
            return Ok(Err(WhyFull::NoGraph));
        };
        let Some(repository) = tx.repositories().primary(project.id).await? else {
            return Ok(Err(WhyFull::NoGraph));
        };
        let Some(revision) = tx.revisions().published(repository.id).await? else {
            return Ok(Err(WhyFull::NoGraph));
        };
        let lease = tx
            .leases()
            .take(revision.id, "import", now, now + LEASE)
            .await?
            .id;
        tx.commit().await?;
        let path = context.data.graph(repository.id, revision.id);
        let graphs = context.graphs.clone();
        let read = tokio::task::spawn_blocking(move || {
            let graph = graphs.open(&path).map_err(WhyFull::of_store)?;
            let files = graph
                .known_files()
                .map_err(|error| WhyFull::of_query(&error))?;
            Ok((graph, files))
        });
        let (graph, files) = match read.await? {
            Ok(read) => read,
            Err(why) => {
                let error: &WhyFull = &why;
                tracing::warn!(%error, "the last graph is not used: files are numbered anew");
                give_up(context, lease).await?;
                return Ok(Err(why));
            }
        };
        Ok(Ok(Self {
            project,
            revision,
            graph,
            files: files
                .into_iter()
                .map(|file| (file.path.clone(), file))
                .collect(),
            lease,
        }))
    }

    /// Lets the graph go. Where nobody else ever held it, its file goes as soon as it is superseded.
    pub(super) async fn release(self, context: &ImportContext) -> Result<(), ImportError> {
        give_up(context, self.lease).await
    }

    /// Numbers of the files.
    pub(super) fn ordinals(&self) -> BTreeMap<String, u32> {
        self.files
            .values()
            .map(|file| (file.path.clone(), file.ordinal))
            .collect()
    }

    /// Says whether rows of the graph may stand beside rows that this import makes.
    pub(super) fn check_makers(&self, work: &Work) -> Result<(), WhyFull> {
        if self.extra(PROGRAM) != Some(FINGERPRINT) {
            return Err(WhyFull::OtherProgram);
        }
        for (number, language) in work.languages.all().iter().enumerate() {
            let made_by = self.extra(&importer_of(&language.id));
            if made_by.is_some_and(|made_by| made_by != work.keys.importer(number)) {
                return Err(WhyFull::OtherImporter(language.name.clone()));
            }
        }
        Ok(())
    }

    /// Says whether the graph stays in order well enough when `changed` of `all` bytes are put behind the rest.
    pub(super) fn check_order(&self, changed: u64, all: u64) -> Result<(), WhyFull> {
        let before = self
            .extra(NODES_OUT_OF_ORDER)
            .and_then(|number| number.parse().ok())
            .unwrap_or(0);
        if stays_in_order(before, self.revision.nodes, changed, all) {
            Ok(())
        } else {
            Err(WhyFull::OutOfOrder)
        }
    }

    /// When its source was read, as exactly as the graph says it.
    pub(super) fn indexed_at(&self) -> Timestamp {
        let said = self.graph.revision().indexed_at.parse();
        said.unwrap_or(self.revision.indexed_at)
    }

    fn extra(&self, key: &str) -> Option<&str> {
        let extra = &self.graph.revision().extra;
        extra
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }
}

fn stays_in_order(before: u64, nodes: u64, changed: u64, all: u64) -> bool {
    let more = u128::from(nodes) * u128::from(changed) / u128::from(all.max(1));
    let most = OUT_OF_ORDER.max(nodes / OUT_OF_ORDER_SHARE);
    u128::from(before) + more <= u128::from(most)
}

async fn give_up(context: &ImportContext, lease: LeaseId) -> Result<(), ImportError> {
    let mut tx = context.db.begin_beside().await?;
    tx.leases().remove(lease).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graph_is_put_in_order_when_too_much_was_put_behind_it() {
        assert!(stays_in_order(0, 1_000, 100, 100), "small ones never are");
        assert!(stays_in_order(249_000, 1_000_000, 1, 1_000));
        assert!(!stays_in_order(250_000, 1_000_000, 1, 1_000));
        assert!(stays_in_order(0, 4_000_000, 250, 1_000));
        assert!(!stays_in_order(0, 4_000_000, 251, 1_000));
        assert!(stays_in_order(0, u64::MAX, 1, u64::MAX), "no overflow");
        assert!(stays_in_order(0, 10, 0, 0));
    }

    #[test]
    fn reasons_name_no_path() {
        let path = std::path::PathBuf::from("/home/somebody/graph");
        for error in [
            StoreError::Missing(path.clone()),
            StoreError::Unreadable {
                path: path.clone(),
                reason: "it is no code graph".into(),
            },
            StoreError::SchemaVersion {
                path,
                found: "1".into(),
                wanted: 2,
            },
        ] {
            let text = WhyFull::of_store(error).to_string();
            assert!(!text.contains("/home"), "{text}");
        }
    }
}
