use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::caller::{Caller, MetricsRead};
use crate::error::ApiError;

/// Gives what was measured, in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "health", responses((status = 200, body = String, content_type = "text/plain"), ApiError))]
pub async fn get_metrics(caller: Caller<MetricsRead>) -> impl IntoResponse {
    let state = caller.state().parts();
    metrics::gauge!("process_uptime_seconds").set(state.started.elapsed().as_secs_f64());
    if let Some(plugins) = state.plugins.now() {
        metrics::gauge!("plugin_memory_bytes").set(plugins.memory_in_use() as f64);
    }
    metrics::gauge!("graphs_open").set(state.graphs.open_graphs() as f64);
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4")],
        state.metrics.render(),
    )
}
