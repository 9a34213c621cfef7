use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::components::{ComponentsView, is_ready, look};
use crate::state::AppState;

/// Ready or not.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadyView {
    /// `ready` or `not_ready`.
    #[schema(example = "ready")]
    status: &'static str,
    /// What is out of reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The parts.
    components: ComponentsView,
}

/// Says whether requests are answered now; 503 names what is out of reach.
#[utoipa::path(get, path = "/health/ready", tag = "health", security(()),
    responses((status = 200, body = ReadyView), (status = 503, body = ReadyView)))]
pub async fn get_ready(State(state): State<AppState>) -> Response {
    ready(&state).await
}

/// Says whether requests are answered now.
#[utoipa::path(get, path = "/health/ready", tag = "health", security(()),
    responses((status = 200, body = ReadyView), (status = 503, body = ReadyView)))]
pub async fn get_root_ready(State(state): State<AppState>) -> Response {
    ready(&state).await
}

/// Says whether requests are answered now.
#[utoipa::path(get, path = "/v1/readyz", tag = "health", security(()),
    responses((status = 200, body = ReadyView), (status = 503, body = ReadyView)))]
pub async fn get_readyz(State(state): State<AppState>) -> Response {
    ready(&state).await
}

async fn ready(state: &AppState) -> Response {
    let components = look(state).await;
    if is_ready(&components) {
        let view = ReadyView {
            status: "ready",
            reason: None,
            components,
        };
        return Json(view).into_response();
    }
    let parts = [
        ("database", components.database.status),
        ("plugins", components.plugins.status),
    ];
    let out: Vec<String> = parts
        .into_iter()
        .filter(|(_, status)| *status != "healthy")
        .map(|(part, status)| format!("{part}: {status}"))
        .collect();
    let view = ReadyView {
        status: "not_ready",
        reason: Some(out.join(", ")),
        components,
    };
    (StatusCode::SERVICE_UNAVAILABLE, Json(view)).into_response()
}
