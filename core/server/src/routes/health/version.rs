use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;

/// What this is.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionView {
    /// Version of the program.
    version: &'static str,
    /// Name of the API.
    #[schema(example = "CodeGraph API")]
    name: &'static str,
}

/// Says which version this is.
#[utoipa::path(get, path = "/health/version", tag = "health", security(()), responses((status = 200, body = VersionView), ApiError))]
pub async fn get_version() -> Json<VersionView> {
    Json(VersionView {
        version: env!("CARGO_PKG_VERSION"),
        name: "CodeGraph API",
    })
}
