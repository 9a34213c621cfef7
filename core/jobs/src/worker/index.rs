//! The text index of a published graph, as a step of its import.

use codegraph_cpg::store::Texts;
use codegraph_model::ImportReport;
use codegraph_search::{Builder, Built, SearchError, TextIndex};

use super::steps::{DOCS, Steps};
use crate::fetch::Cancel;
use crate::import::ImportContext;

/// After so many texts the step says how far it is.
const SAY_EACH: u64 = 1000;

/// Makes the index. None where somebody asked to stop: the graph is published, and the index is made when something is searched.
pub(super) async fn index(
    context: &ImportContext,
    report: &ImportReport,
    steps: &std::sync::Arc<Steps>,
    cancel: &Cancel,
) -> Result<Option<Built>, String> {
    steps.start(DOCS, "Indexing documents, comments and symbols...");
    let graphs = context.graphs.clone();
    let path = context.data.graph(report.repository_id, report.revision_id);
    let place = context
        .data
        .text_index(report.repository_id, report.revision_id);
    let (saying, stop) = (std::sync::Arc::clone(steps), cancel.clone());
    // Names make up most of it; how many documents there are is not known before.
    let expected = report.methods.max(1) * 3;
    let made = tokio::task::spawn_blocking(move || {
        // A graph that is kept has its index already.
        if let Ok(index) = TextIndex::open(&place) {
            return Ok(index.built().clone());
        }
        // What cannot be read is in the way.
        let _ = std::fs::remove_dir_all(&place);
        let graph = graphs
            .open(&path)
            .map_err(|error| SearchError::Io(error.to_string()))?;
        let mut builder = Builder::new(&place)?;
        let (mut count, mut failed) = (0, None);
        let read = graph.texts(Texts::default(), &mut |text| {
            count += 1;
            if count % SAY_EACH == 0 {
                saying.advance_to(DOCS, (count * 100 / expected).min(99) as u8);
            }
            failed = builder.add(&text).err();
            if stop.is_cancelled() {
                failed = Some(SearchError::Cancelled);
            }
            failed.is_none()
        });
        read.map_err(|error| SearchError::Io(error.to_string()))?;
        match failed {
            Some(error) => Err(error),
            None => builder.finish(),
        }
    })
    .await
    .map_err(|error| {
        tracing::error!(%error, "the builder of a text index panicked");
        "the text index could not be made; the server's log has the reason".to_owned()
    })?;
    match made {
        Ok(built) => {
            let (texts, whole) = (
                built.texts,
                if built.is_whole {
                    ""
                } else {
                    ", not all of them"
                },
            );
            steps.complete(DOCS, &format!("Indexed {texts} texts{whole}"));
            Ok(Some(built))
        }
        Err(SearchError::Cancelled) => {
            steps.skip(
                DOCS,
                "Stopped: the index is made when something is searched",
            );
            Ok(None)
        }
        Err(SearchError::Full) => Err("no space left on the server's disk".to_owned()),
        Err(error) => {
            tracing::error!(%error, "a text index could not be made");
            Err("the text index could not be made; the server's log has the reason".to_owned())
        }
    }
}
