//! What surrounds every request: its id, its time, its place among those at work, the envelope of its error, the headers of its answer.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use futures::FutureExt as _;
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use crate::error::{ApiError, Code, ErrorBody};
use crate::limits::Spent;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A request id that a client gives is taken up to so many characters.
const LONGEST_ID: usize = 128;

/// Id of a request, in answers and logs.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// What bounds requests.
#[derive(Clone)]
pub struct Bounds {
    places: Arc<Semaphore>,
    time: Duration,
}

impl Bounds {
    /// So many requests at work at the same time, each until its answer begins for at most so long.
    pub fn new(requests: usize, time: Duration) -> Self {
        Self {
            places: Arc::new(Semaphore::new(requests.max(1))),
            time,
        }
    }
}

/// Runs a request within its bounds.
pub async fn surround(State(bounds): State<Bounds>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let spent = Spent::default();
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(spent.clone());
    // The query is left out: it may hold a token.
    let span = tracing::info_span!("request", request.id = %id, %method, %route);
    let mut response = run(&bounds, request, next, &route)
        .instrument(span.clone())
        .await;
    let error = response.extensions_mut().remove::<ApiError>();
    if let Some(error) = error.or_else(|| bare(&response)) {
        response = envelope(error, &response, &id);
    }
    let headers = response.headers_mut();
    if let Some(left) = spent.left()
        && !headers.contains_key("x-ratelimit-limit")
    {
        left.write(headers);
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    let elapsed = started.elapsed();
    let milliseconds = format!("{:.3}", elapsed.as_secs_f64() * 1e3);
    if let Ok(milliseconds) = HeaderValue::from_str(&milliseconds) {
        headers.insert("x-process-time-ms", milliseconds);
    }
    secure(headers);
    let status = response.status();
    span.in_scope(|| tracing::debug!(status = status.as_u16(), ms = %milliseconds, "answered"));
    let labels = [
        ("method", method.to_string()),
        ("route", route),
        ("status", status.as_u16().to_string()),
    ];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", &labels[..2])
        .record(elapsed.as_secs_f64());
    response
}

/// Whether a route is a probe for life: it waits for no place.
fn is_liveness(route: &str) -> bool {
    route.ends_with("/health/live")
}

async fn run(bounds: &Bounds, request: Request, next: Next, route: &str) -> Response {
    let place = bounds.places.try_acquire();
    if place.is_err() && !is_liveness(route) {
        let error = ApiError::new(Code::Unavailable, "the server is at its limit of requests");
        return failed(error.retry_after(1));
    }
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(bounds.time, answer).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no text");
            tracing::error!(panic = text, "a handler panicked");
            failed(ApiError::new(
                Code::Internal,
                "the server could not do this; its log has the reason",
            ))
        }
        Err(_) => failed(ApiError::new(
            Code::RequestTimeout,
            "the request took longer than it may",
        )),
    }
}

fn failed(error: ApiError) -> Response {
    axum::response::IntoResponse::into_response(error)
}

/// The error of an answer that the framework made: it has a status and at most a bare text.
fn bare(response: &Response) -> Option<ApiError> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let kind = response.headers().get(CONTENT_TYPE);
    if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")) {
        return None;
    }
    let (code, detail) = match status {
        StatusCode::NOT_FOUND => (Code::NotFound, "there is nothing at this path"),
        StatusCode::METHOD_NOT_ALLOWED => (
            Code::MethodNotAllowed,
            "this path does not take this method",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (Code::PayloadTooLarge, "the body is too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (
            Code::UnsupportedMediaType,
            "the body is not application/json",
        ),
        StatusCode::REQUEST_TIMEOUT => (Code::RequestTimeout, "the request came too slowly"),
        status if status.is_client_error() => {
            (Code::BadRequest, "the request cannot be understood")
        }
        _ => (
            Code::Internal,
            "the server could not do this; its log has the reason",
        ),
    };
    Some(ApiError::new(code, detail))
}

fn envelope(error: ApiError, bare: &Response, id: &str) -> Response {
    let body = ErrorBody {
        detail: error.detail,
        error_code: error.code.text(),
        request_id: id.to_owned(),
        timestamp: jiff::Timestamp::now().to_string(),
        retry_after: error.retry_after,
    };
    let text = serde_json::to_vec(&body).unwrap_or_default();
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = error.code.status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(allow) = bare.headers().get("allow") {
        headers.insert("allow", allow.clone());
    }
    if let Some(seconds) = error.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if error.code == Code::Unauthorized {
        headers.insert("www-authenticate", HeaderValue::from_static("Bearer"));
    }
    if let Some(limit) = error.limit {
        limit.write(headers);
    }
    response
}

/// Headers that keep browsers from doing more with an answer than reading it. Pages that need more have set their own.
fn secure(headers: &mut HeaderMap) {
    for (name, value) in [
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
        (HeaderName::from_static("x-frame-options"), "DENY"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}

/// The id that the client gave, where it may stand in a log; else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(&REQUEST_ID).and_then(|id| id.to_str().ok());
    let fits = |id: &&str| {
        (1..=LONGEST_ID).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    if let Some(id) = given.filter(fits) {
        return id.to_owned();
    }
    let mut random = [0; 8];
    // Without randomness an id is still an id.
    let _ = getrandom::fill(&mut random);
    format!("req_{:016x}", u64::from_be_bytes(random))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_could_forge_a_log_are_not_taken() {
        let with = |id: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_bytes(id.as_bytes()).unwrap());
            request_id(&headers)
        };
        assert_eq!(with("abc-1.2_3"), "abc-1.2_3");
        for bad in ["", "a b", "a\tb", "ä", &"x".repeat(129)] {
            let id = with(bad);
            assert!(id.starts_with("req_") && id.len() == 20, "{id}");
        }
    }
}
