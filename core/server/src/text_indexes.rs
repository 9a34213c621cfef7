//! Text indexes that are open, and those that are made because they were lost.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use codegraph_cpg::store::GraphStore;
use codegraph_model::WantedTexts;
use codegraph_search::{Builder, SearchError, TextIndex};
use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};

use crate::error::{ApiError, Code};

/// So many are kept open.
const OPEN: usize = 8;
/// So long a request waits for one that is being made.
const PATIENCE: Duration = Duration::from_secs(10);

type Making = Shared<BoxFuture<'static, Result<(), SearchError>>>;

/// Text indexes by their place.
#[derive(Default)]
pub struct TextIndexes {
    /// The last used last.
    open: Mutex<Vec<(PathBuf, Arc<TextIndex>)>>,
    making: Mutex<HashMap<PathBuf, Making>>,
}

impl TextIndexes {
    /// Opens an index; one that is not there, or that is damaged, is made from the graph. `held` keeps the graph while that lasts.
    pub(crate) async fn get<G: Send + 'static>(
        &self,
        place: &Path,
        graph: PathBuf,
        graphs: &GraphStore,
        held: G,
    ) -> Result<Arc<TextIndex>, ApiError> {
        match self.opened(place).await {
            Err(SearchError::Missing | SearchError::Damaged(_)) => {}
            other => return other.map_err(ApiError::from),
        }
        let making = self.make(place, graph, graphs.clone(), held);
        match tokio::time::timeout(PATIENCE, making).await {
            Err(_) => Err(ApiError::new(
                Code::Unavailable,
                "the text index of this revision is being made",
            )
            .retry_after(5)),
            Ok(made) => {
                self.lock_making().remove(place);
                made?;
                Ok(self.opened(place).await?)
            }
        }
    }

    /// Forgets an index that broke while it was read.
    pub(crate) fn forget(&self, place: &Path) {
        self.lock_open().retain(|(open, _)| open != place);
    }

    async fn opened(&self, place: &Path) -> Result<Arc<TextIndex>, SearchError> {
        {
            let mut open = self.lock_open();
            if let Some(at) = open.iter().position(|(open, _)| open == place) {
                let found = open.remove(at);
                let index = Arc::clone(&found.1);
                if !index.is_replaced() {
                    open.push(found);
                    return Ok(index);
                }
            }
        }
        let folder = place.to_owned();
        let opened = tokio::task::spawn_blocking(move || TextIndex::open(&folder)).await;
        // A file that was cut may break the library: that is damage like any other.
        let opened = opened.unwrap_or_else(|error| Err(SearchError::Damaged(error.to_string())));
        let index = Arc::new(opened?);
        let mut open = self.lock_open();
        if open.len() >= OPEN {
            open.remove(0);
        }
        open.push((place.to_owned(), Arc::clone(&index)));
        Ok(index)
    }

    /// Makes an index, once however many ask for it.
    fn make<G: Send + 'static>(
        &self,
        place: &Path,
        graph: PathBuf,
        graphs: GraphStore,
        held: G,
    ) -> Making {
        let mut making = self.lock_making();
        // What is done and was never taken back is over.
        making.retain(|_, making| making.peek().is_none());
        if let Some(making) = making.get(place) {
            return making.clone();
        }
        tracing::info!(place = %place.display(), "a text index is made");
        let folder = place.to_owned();
        let task = tokio::task::spawn_blocking(move || {
            let _held = held;
            build(&folder, &graph, &graphs)
        });
        let made = async move {
            task.await
                .unwrap_or_else(|error| Err(SearchError::Io(error.to_string())))
        };
        let made = made.boxed().shared();
        making.insert(place.to_owned(), made.clone());
        made
    }

    fn lock_open(&self) -> std::sync::MutexGuard<'_, Vec<(PathBuf, Arc<TextIndex>)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_making(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Making>> {
        self.making.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn build(place: &Path, graph: &Path, graphs: &GraphStore) -> Result<(), SearchError> {
    if let Err(error) = std::fs::remove_dir_all(place)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(SearchError::Io(error.to_string()));
    }
    let graph = graphs
        .open(graph)
        .map_err(|error| SearchError::Io(error.to_string()))?;
    let mut builder = Builder::new(place, WantedTexts::default())?;
    let mut failed = None;
    graph
        .texts(WantedTexts::default(), &mut |text| {
            failed = builder.add(&text).err();
            failed.is_none()
        })
        .map_err(|error| SearchError::Io(error.to_string()))?;
    match failed {
        Some(error) => Err(error),
        None => builder.finish().map(|_| ()),
    }
}

impl From<SearchError> for ApiError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Nothing => Self::query_field("q", error.to_string()),
            SearchError::Full => Self::new(Code::StorageFull, "no space left on the server's disk"),
            error => {
                tracing::error!(%error, "a text index cannot be used");
                Self::new(
                    Code::Unavailable,
                    "the text index of this revision cannot be used at the moment",
                )
                .retry_after(5)
            }
        }
    }
}
