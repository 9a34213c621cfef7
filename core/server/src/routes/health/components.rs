//! What the server is made of, and whether each part works.

use std::time::{Duration, Instant};

use serde::Serialize;
use utoipa::ToSchema;

use crate::state::AppState;

/// So long a part may take to answer before it counts as out of reach.
const PATIENCE: Duration = Duration::from_secs(3);

/// How a part is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComponentView {
    /// `healthy`, `unhealthy`, `starting`, or `unavailable` for an optional part that is not there.
    #[schema(example = "healthy")]
    pub status: &'static str,
    /// How long it took to answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<f64>,
    /// The language model's provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<&'static str>,
    /// Name of the graph that answers where no project is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub db_path: Option<String>,
    /// Importers and scenarios that can be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loaded: Option<usize>,
    /// Jobs that wait or run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_size: Option<u64>,
}

/// The parts.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComponentsView {
    /// The relational database.
    pub database: ComponentView,
    /// Jobs.
    pub worker: ComponentView,
    /// Plugins.
    pub plugins: ComponentView,
    /// Language models: none is needed.
    pub llm: ComponentView,
    /// Graphs.
    pub cpg: ComponentView,
}

fn plain(status: &'static str) -> ComponentView {
    ComponentView {
        status,
        latency_ms: None,
        provider: None,
        db_path: None,
        loaded: None,
        queue_size: None,
    }
}

/// Asks all parts.
pub(super) async fn look(state: &AppState) -> ComponentsView {
    let started = Instant::now();
    let asked = tokio::time::timeout(PATIENCE, ask_database(state)).await;
    let latency_ms = Some(started.elapsed().as_secs_f64() * 1e3);
    let (database, queue_size, active) = match asked {
        Ok(Ok((queue, active))) => ("healthy", Some(queue), active),
        Ok(Err(error)) => {
            tracing::error!(%error, "the database does not answer");
            ("unhealthy", None, None)
        }
        Err(_) => ("unhealthy", None, None),
    };
    let plugins = match state.parts().plugins.now() {
        Some(host) => ComponentView {
            loaded: Some(host.languages().len() + host.scenarios().len()),
            ..plain("healthy")
        },
        None => plain("starting"),
    };
    ComponentsView {
        database: ComponentView {
            latency_ms,
            ..plain(database)
        },
        worker: ComponentView {
            queue_size,
            ..plain(database)
        },
        plugins,
        llm: ComponentView {
            provider: Some("none"),
            ..plain("unavailable")
        },
        cpg: ComponentView {
            db_path: active,
            ..plain(database)
        },
    }
}

async fn ask_database(
    state: &AppState,
) -> Result<(u64, Option<String>), codegraph_storage::StorageError> {
    let mut tx = state.read().await?;
    let queue = tx.jobs().open().await?;
    let active = tx.projects().active(codegraph_storage::Scope::All).await?;
    Ok((
        queue,
        active.map(|project| format!("{}.duckdb", project.name)),
    ))
}

/// Whether all that is needed is there.
pub(super) fn is_ready(components: &ComponentsView) -> bool {
    components.database.status == "healthy" && components.plugins.status == "healthy"
}
