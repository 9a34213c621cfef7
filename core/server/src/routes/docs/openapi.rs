use axum::response::IntoResponse;

/// Gives the OpenAPI document.
#[utoipa::path(get, path = "/openapi.json", tag = "health", security(()), responses((status = 200, body = serde_json::Value)))]
pub async fn get_openapi() -> impl IntoResponse {
    document()
}

/// Gives the OpenAPI document.
#[utoipa::path(get, path = "/openapi.json", tag = "health", security(()), responses((status = 200, body = serde_json::Value)))]
pub async fn get_root_openapi() -> impl IntoResponse {
    document()
}

fn document() -> impl IntoResponse {
    axum::Json(crate::router::document())
}
