use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// Alive.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveView {
    /// `ok`, or `alive` at the root.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Says that the process is alive. Waits for nothing: neither for plugins nor for the database.
#[utoipa::path(get, path = "/health/live", tag = "health", security(()), responses((status = 200, body = LiveView)))]
pub async fn get_live() -> Json<LiveView> {
    Json(LiveView { status: "ok" })
}

/// Says that the process is alive.
#[utoipa::path(get, path = "/health/live", tag = "health", security(()), responses((status = 200, body = LiveView)))]
pub async fn get_root_live() -> Json<LiveView> {
    Json(LiveView { status: "alive" })
}

/// Says that the process is alive.
#[utoipa::path(get, path = "/v1/healthz", tag = "health", security(()), responses((status = 200, body = LiveView)))]
pub async fn get_healthz() -> Json<LiveView> {
    Json(LiveView { status: "ok" })
}
