use std::sync::Arc;

use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use utoipa_swagger_ui::{Config, serve};

use crate::error::ApiError;

/// What the page may load: itself.
pub(super) const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// Shows the API, to read and to try.
#[utoipa::path(get, path = "/docs", tag = "health", security(()), responses((status = 200, body = String, content_type = "text/html")))]
pub async fn get_docs() -> Response {
    file("index.html")
}

/// Gives a file of the page.
pub async fn get_docs_file(Path(path): Path<String>) -> Response {
    file(&path)
}

fn file(path: &str) -> Response {
    let config = Arc::new(Config::from("/openapi.json"));
    let Ok(Some(file)) = serve(path, config) else {
        return ApiError::not_found("page").into_response();
    };
    let mut bytes = file.bytes.into_owned();
    if path == "index.html" {
        // The page names its files beside itself; it stands at a path without a trailing slash.
        bytes = String::from_utf8_lossy(&bytes)
            .replace("\"./", "\"/docs/")
            .replace("href=\"index.css\"", "href=\"/docs/index.css\"")
            .into_bytes();
    }
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&file.content_type) {
        headers.insert(CONTENT_TYPE, kind);
    }
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}
