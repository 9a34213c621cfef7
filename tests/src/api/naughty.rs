//! Texts that break programs, through every field that is stored: none is a defect of the server, and each comes back as it went in.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use codegraph_model::Role;
use serde_json::{Value, json};

use super::world::{PASSWORD, World};

fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "'",
        "''",
        "\"",
        "`",
        "\\",
        "\\'",
        "';--",
        "' OR '1'='1",
        "'; DROP TABLE users; --",
        "\"; DELETE FROM jobs; --",
        "1; SELECT pg_sleep(10)",
        "' UNION SELECT password_hash FROM users --",
        "$1",
        "$$",
        "$tag$x$tag$",
        "?",
        ":name",
        "%s%n%d",
        "{{7*7}}",
        "${7*7}",
        "#{7*7}",
        "<script>alert(1)</script>",
        "&lt;",
        "]]>",
        "../../etc/passwd",
        "NULL",
        "null",
        "None",
        "undefined",
        "true",
        "NaN",
        "Infinity",
        "-0",
        "1e309",
        "0x0",
        "\u{0}",
        "a\u{0}b",
        "\u{1}\u{2}\u{7f}",
        "\r\n\t",
        "\u{85}",
        "\u{a0}",
        "\u{200b}",
        "\u{200e}\u{200f}\u{202e}",
        "\u{2028}\u{2029}",
        "\u{feff}",
        "\u{fffd}",
        "\u{ffff}",
        "\u{10ffff}",
        "Å",
        "A\u{30a}",
        "ﬁ",
        "ı",
        "İ",
        "ß",
        "ς",
        "я",
        "Ä",
        "日本語",
        "🏳️‍🌈",
        "👩‍👩‍👧‍👦",
        "é́́́́́́́",
        "مرحبا",
        "שלום",
        "\u{1f1f7}\u{1f1fa}",
        "E'\\x00'",
        "U&'\\0000'",
        "\\u0000",
        "\\x00",
        "COPY x FROM PROGRAM 'id'",
        "/* */",
        "--",
        ";",
        "%",
        "_",
        "%%",
        "LIKE",
        "*",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    texts.push("x".repeat(5_000));
    texts.push("я".repeat(2_000));
    texts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_text_is_taken_or_refused_and_comes_back_whole() {
    let world = World::start().await;
    let token = world.token("anna", Role::Admin).await;
    let (mut kept, mut tried) = (0, 0);
    for (number, text) in texts().into_iter().enumerate() {
        // What is stored where: each body has the text in one field.
        let described = json!({"name": format!("p{number}"), "description": text, "metadata": {text.as_str(): text}});
        let made = world.post("/api/v1/projects", &token, described).await;
        assert!(
            matches!(made.status.as_u16(), 201 | 422),
            "{text:?}: {made:?}"
        );
        if made.status == 201 {
            let id = made.text_of("id");
            let found = world.get(&format!("/api/v1/projects/{id}"), &token).await;
            // JSON keeps a NUL; a text of a database does not, and has the sign for it.
            assert_eq!(
                found.json["description"],
                text.replace('\0', "\u{fffd}"),
                "{text:?}"
            );
            assert_eq!(found.json["metadata"][&text], json!(text), "{text:?}");
            kept += 1;
        }
        let bodies: [(&str, Value); 12] = [
            ("/api/v1/projects", json!({"name": text})),
            (
                "/api/v1/projects",
                json!({"name": "x", "language": text, "source_path": text}),
            ),
            ("/api/v1/projects", json!({"name": "x", "group_id": text})),
            ("/api/v1/groups", json!({"name": text, "description": text})),
            (
                "/api/v1/auth/token",
                json!({"username": text, "password": text}),
            ),
            (
                "/api/v1/auth/login",
                json!({"email": text, "password": PASSWORD}),
            ),
            ("/api/v1/auth/refresh", json!({"refresh_token": text})),
            (
                "/api/v1/auth/register",
                json!({"username": text, "email": text, "password": text, "full_name": text}),
            ),
            (
                "/api/v1/auth/register",
                json!({"username": format!("u{number}"), "password": PASSWORD, "full_name": text}),
            ),
            (
                "/api/v1/import/start",
                json!({"local_path": text, "project_name": text}),
            ),
            (
                "/api/v1/import/step",
                json!({"step_id": text, "context": {text.as_str(): text}}),
            ),
            (
                "/api/v1/query/validate",
                json!({"query": text, "project_id": text}),
            ),
        ];
        for (path, body) in bodies {
            let reply = world.post(path, &token, body).await;
            let status = reply.status.as_u16();
            assert!(status < 500, "{path} {text:?}: {reply:?}");
            tried += 1;
        }
        let octets: Vec<String> = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let part = octets.concat();
        for path in [
            format!("/api/v1/projects/{part}"),
            format!("/api/v1/groups/{part}/users"),
            format!("/api/v1/import/status/{part}"),
            format!("/api/v1/import/jobs?status_filter={part}"),
            format!("/api/v1/projects?group_id={part}"),
        ] {
            let reply = world.get(&path, &token).await;
            assert!(
                matches!(reply.status.as_u16(), 400 | 404 | 422),
                "{text:?}: {reply:?}"
            );
            tried += 1;
        }
        // What a client calls itself is stored with its login.
        if let Ok(agent) = axum::http::HeaderValue::from_bytes(text.as_bytes()) {
            let body = json!({"username": "anna", "password": PASSWORD}).to_string();
            let mut request = Request::post("/api/v1/auth/token")
                .header("content-type", "application/json")
                .header("user-agent", agent)
                .body(Body::from(body))
                .unwrap();
            // From where nobody guessed wrong.
            let peer: SocketAddr = format!("127.0.9.{}:1", number + 1).parse().unwrap();
            request.extensions_mut().insert(ConnectInfo(peer));
            let reply = world.request(request).await;
            assert_eq!(reply.status, 200, "{text:?}: {reply:?}");
        }
    }
    assert!(kept > 60 && tried > 1_000, "{kept}, {tried}");
    let me = world.get("/api/v1/auth/me", &token).await;
    assert_eq!(me.status, 200, "nothing was dropped: {me:?}");
}
