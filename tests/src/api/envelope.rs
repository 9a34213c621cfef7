//! What surrounds every answer: the envelope of errors, ids, headers, aliases.

use axum::body::Body;
use axum::http::{Method, Request};
use codegraph_model::Role;
use serde_json::json;

use super::world::{Start, World};

fn raw(
    method: Method,
    path: &str,
    token: &str,
    kind: &str,
    body: impl Into<Body>,
) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", kind)
        .body(body.into())
        .unwrap()
}

#[tokio::test]
async fn health_is_as_clients_know_it() {
    let world = World::start().await;
    for (path, status) in [
        ("/api/v1/health/live", "ok"),
        ("/v1/health/live", "ok"),
        ("/v1/healthz", "ok"),
        ("/health/live", "alive"),
        ("/health/live/", "alive"),
    ] {
        let reply = world.get(path, "").await;
        assert_eq!(
            (reply.status.as_u16(), reply.json["status"].as_str()),
            (200, Some(status)),
            "{path}"
        );
    }
    for path in ["/api/v1/health", "/health", "/v1/health"] {
        let reply = world.get(path, "").await;
        assert_eq!(reply.status, 200, "{path}");
        // The plugins of this world never come.
        assert_eq!(reply.json["status"], "degraded");
        assert_eq!(reply.json["components"]["database"]["status"], "healthy");
        assert!(reply.json["components"]["database"]["latency_ms"].is_number());
        assert!(
            reply.json["components"]["llm"].is_object()
                && reply.json["components"]["cpg"].is_object()
        );
        assert!(reply.json["uptime_seconds"].is_number() && reply.json["timestamp"].is_string());
        assert!(reply.json["version"].is_string());
        let path = world.folder.path().display().to_string();
        assert!(!reply.text.contains(&path), "{}", reply.text);
    }
    for path in ["/api/v1/health/ready", "/health/ready", "/v1/readyz"] {
        let reply = world.get(path, "").await;
        assert_eq!(reply.status, 503, "{path}");
        assert_eq!(reply.json["status"], "not_ready");
        assert!(reply.text_of("reason").contains("plugins"));
    }
    let version = world.get("/api/v1/health/version", "").await;
    assert_eq!(version.json["name"], "CodeGraph API");
    // A database that is gone is said.
    world.db.close().await;
    let reply = world.get("/api/v1/health", "").await;
    assert_eq!(reply.json["status"], "unhealthy", "{reply:?}");
    assert_eq!(world.get("/api/v1/health/live", "").await.status, 200);
}

#[tokio::test]
async fn bodies_that_are_wrong() {
    let world = World::start().await;
    let token = world.token("anna", Role::Admin).await;
    let post = async |kind: &str, body: &str| {
        let body = body.to_owned();
        world
            .request(raw(Method::POST, "/api/v1/groups", &token, kind, body))
            .await
    };
    for body in [
        "",
        "{",
        "nope",
        "{\"name\": \"a\",}",
        "{\"name\": \"\u{0}\"}",
        "\u{feff}{}",
    ] {
        post("application/json", body)
            .await
            .assert_error(400, "MALFORMED_JSON");
    }
    let reply = post("application/json", "{}").await;
    reply.assert_error(422, "VALIDATION_ERROR");
    assert_eq!(
        reply.json["detail"],
        json!([{"loc": ["body", "name"], "msg": "field required", "type": "missing"}])
    );
    for body in [
        "[]",
        "1",
        "null",
        "\"name\"",
        "{\"name\": 1}",
        "{\"name\": null}",
        "{\"name\": \"\"}",
        "{\"name\": \" a\"}",
    ] {
        let reply = post("application/json", body).await;
        reply.assert_error(422, "VALIDATION_ERROR");
        assert!(reply.json["detail"][0]["loc"].is_array(), "{reply:?}");
    }
    let deep = format!("{{\"name\": \"a\", \"x\": {}", "[".repeat(100_000));
    post("application/json", &deep)
        .await
        .assert_error(400, "MALFORMED_JSON");
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(2 << 20));
    post("application/json", &large)
        .await
        .assert_error(413, "PAYLOAD_TOO_LARGE");
    for kind in [
        "text/plain",
        "",
        "application/xml",
        "multipart/form-data; boundary=x",
    ] {
        post(kind, "{\"name\": \"a\"}")
            .await
            .assert_error(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    let good = post("application/json; charset=utf-8", "{\"name\": \"a\"}").await;
    assert_eq!(good.status, 201, "{good:?}");
    let more = post(
        "application/json",
        "{\"name\": \"b\", \"role\": \"admin\", \"id\": \"x\"}",
    )
    .await;
    assert_eq!(more.status, 201, "{more:?}");
    assert_ne!(more.json["id"], "x");
}

#[tokio::test]
async fn paths_methods_and_queries_that_are_wrong() {
    let world = World::start().await;
    let token = world.token("anna", Role::Admin).await;
    for path in [
        "/",
        "/nothing",
        "/api/v1",
        "/api/v1/nothing",
        "/api/v2/health",
        "/api/v1/projects/a/b/c",
        "/%00",
        "/api/v1/../../etc/passwd",
    ] {
        world.get(path, &token).await.assert_error(404, "NOT_FOUND");
    }
    let put = world.put("/api/v1/scenarios", &token, json!({})).await;
    put.assert_error(405, "METHOD_NOT_ALLOWED");
    assert!(put.header("allow").contains("GET"), "{put:?}");
    for id in [
        "x",
        "..",
        "%2e%2e",
        "1",
        "' OR 1=1 --".replace(' ', "%20").as_str(),
        "01930000-0000-7000-8000-00000000ffff",
        "%ff",
    ] {
        for path in ["projects", "groups", "import/status"] {
            let reply = world.get(&format!("/api/v1/{path}/{id}"), &token).await;
            assert!(
                matches!(reply.status.as_u16(), 400 | 404),
                "{path}/{id}: {reply:?}"
            );
        }
    }
    for query in [
        "limit=0",
        "limit=-1",
        "limit=x",
        "limit=1001",
        "offset=-1",
        "limit=99999999999999999999",
    ] {
        let reply = world
            .get(&format!("/api/v1/projects?{query}"), &token)
            .await;
        reply.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(reply.json["detail"][0]["loc"][0], "query", "{reply:?}");
    }
}

#[tokio::test]
async fn ids_times_and_safe_headers_are_on_every_answer() {
    let world = World::start().await;
    for path in ["/api/v1/health/live", "/nothing", "/api/v1/projects"] {
        let reply = world.get(path, "").await;
        let id = reply.header("x-request-id");
        assert!(id.starts_with("req_") && id.len() == 20, "{id}");
        assert!(reply.header("x-process-time-ms").parse::<f64>().is_ok());
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            (
                "content-security-policy",
                "default-src 'none'; frame-ancestors 'none'",
            ),
        ] {
            assert_eq!(reply.header(name), value, "{path} {name}");
        }
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
    let with = async |id: &str| {
        let request = Request::get("/health/live")
            .header("x-request-id", id)
            .body(Body::empty());
        world
            .request(request.unwrap())
            .await
            .header("x-request-id")
            .to_owned()
    };
    assert_eq!(with("req_abc123").await, "req_abc123");
    assert_ne!(with("a b").await, "a b");
    assert_ne!(with(&"x".repeat(200)).await, "x".repeat(200));
}

#[tokio::test]
async fn only_named_origins_may_call_from_a_page() {
    let mut start = Start::default();
    start.config.api.cors_origins = vec!["https://app.example.org".into()];
    let world = World::with(start).await;
    let from = async |origin: &str| {
        let request = Request::get("/health/live")
            .header("origin", origin)
            .body(Body::empty());
        let reply = world.request(request.unwrap()).await;
        (
            reply.header("access-control-allow-origin").to_owned(),
            reply.header("access-control-allow-credentials").to_owned(),
        )
    };
    assert_eq!(
        from("https://app.example.org").await.0,
        "https://app.example.org"
    );
    for other in [
        "https://evil.example.org",
        "null",
        "https://app.example.org.evil.org",
        "http://app.example.org",
    ] {
        assert_eq!(from(other).await.0, "", "{other}");
    }
    assert_eq!(from("https://app.example.org").await.1, "");
}

#[tokio::test]
async fn metrics_are_for_who_may_read_them() {
    let world = World::start().await;
    let admin = world.token("anna", Role::Admin).await;
    world.get("/api/v1/health", "").await;
    world
        .get("/metrics", "")
        .await
        .assert_error(401, "UNAUTHORIZED");
    let metrics = world.get("/metrics", &admin).await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.header("content-type").starts_with("text/plain"));
    assert!(
        metrics.text.contains("http_requests_total{"),
        "{}",
        metrics.text
    );
    assert!(metrics.text.contains("route=\"/api/v1/health\""));
    assert!(
        metrics
            .text
            .contains("http_request_duration_seconds_bucket{")
    );
}
