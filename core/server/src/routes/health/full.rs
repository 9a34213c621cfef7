use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::components::{ComponentsView, look};
use crate::error::ApiError;
use crate::state::AppState;

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthView {
    /// `healthy`, `degraded` while a part is starting, or `unhealthy` without its database.
    #[schema(example = "healthy")]
    status: &'static str,
    /// Version of the program.
    version: &'static str,
    /// Seconds since it started.
    uptime_seconds: f64,
    /// Now, RFC 3339 in UTC.
    timestamp: String,
    /// Its parts.
    components: ComponentsView,
}

/// Says how the server is, part by part. Optional parts that are not there do not count.
#[utoipa::path(get, path = "/health", tag = "health", security(()), responses((status = 200, body = HealthView), ApiError))]
pub async fn get_health(State(state): State<AppState>) -> Json<HealthView> {
    health(&state).await
}

/// Says how the server is: the same as `/api/v1/health`.
#[utoipa::path(get, path = "/health", operation_id = "get_root_health", tag = "health", security(()),
    responses((status = 200, body = HealthView), ApiError))]
pub async fn get_root_health(State(state): State<AppState>) -> Json<HealthView> {
    health(&state).await
}

async fn health(state: &AppState) -> Json<HealthView> {
    let components = look(state).await;
    let status = match (components.database.status, components.plugins.status) {
        ("healthy", "healthy") => "healthy",
        ("healthy", _) => "degraded",
        _ => "unhealthy",
    };
    Json(HealthView {
        status,
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: state.parts().started.elapsed().as_secs_f64(),
        timestamp: state.parts().clock.now().to_string(),
        components,
    })
}
