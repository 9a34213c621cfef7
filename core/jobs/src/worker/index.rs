//! The text index of a published graph.

use std::sync::Arc;

use codegraph_model::{TextKind, WantedTexts};
use codegraph_search::{Builder, Built, SearchError, TextIndex};
use serde_json::{Value, json};

use super::published::Published;
use super::steps::{DOCS, Steps};
use crate::fetch::Cancel;
use crate::import::ImportContext;

/// After so many texts the step says how far it is.
const SAY_EACH: u64 = 1000;
/// Of so many nodes about one is a text: names make up most of them, and how many documents there are is not known before.
const NODES_A_TEXT: u64 = 20;

/// Makes the index. None where somebody asked to stop: the graph is published, and the index is made when something is searched.
pub(super) async fn index(
    context: &ImportContext,
    published: &Published,
    wanted: WantedTexts,
    steps: &Arc<Steps>,
    cancel: &Cancel,
) -> Result<Option<Built>, String> {
    steps.start(DOCS, "Indexing documents, comments and symbols...");
    let graphs = context.graphs.clone();
    let (repository, revision) = (published.repository, published.revision);
    let path = context.data.graph(repository, revision);
    let place = context.data.text_index(repository, revision);
    let (saying, stop) = (Arc::clone(steps), cancel.clone());
    let expected = (published.nodes / NODES_A_TEXT).max(1);
    let made = tokio::task::spawn_blocking(move || {
        // A graph that is kept has its index already.
        if let Ok(index) = TextIndex::open(&place)
            && index.built().wanted == wanted
        {
            return Ok(index.built().clone());
        }
        let graph = graphs
            .open(&path)
            .map_err(|error| SearchError::Io(error.to_string()))?;
        let mut builder = Builder::new(&place, wanted)?;
        let (mut count, mut failed) = (0, None);
        let read = graph.texts(wanted, &mut |text| {
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
            None => builder.replace(),
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

/// What is said of an index that was made.
pub(super) fn stats(texts: Option<&Built>) -> Value {
    let indexed = |kind| texts.map_or(0, |texts| texts.by_kind.get(&kind).copied().unwrap_or(0));
    json!({
        "readme_indexed": indexed(TextKind::Readme),
        "docs_indexed": indexed(TextKind::Document),
        "comments_indexed": indexed(TextKind::Comment),
        "symbols_indexed": indexed(TextKind::Symbol),
    })
}

/// Its name, as clients know it.
pub(super) fn collection(published: &Published) -> String {
    format!("{}_documentation", published.project)
}
