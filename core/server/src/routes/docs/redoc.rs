use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;

use super::swagger::POLICY;

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>CodeGraph API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
</head>
<body>
<redoc spec-url="/openapi.json" disable-search="false"></redoc>
<script src="/redoc/redoc.standalone.js"></script>
</body>
</html>
"#;
/// ReDoc 2.5.4; its licence stands beside it.
const SCRIPT: &[u8] = include_bytes!("../../../assets/redoc/redoc.standalone.js");

/// Shows the API, to read.
#[utoipa::path(get, path = "/redoc", tag = "health", security(()), responses((status = 200, body = String, content_type = "text/html")))]
pub async fn get_redoc() -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
    ];
    (headers, PAGE)
}

/// Gives the script of the page.
pub async fn get_redoc_script() -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=86400"),
    ];
    (headers, SCRIPT)
}
