//! API keys.

use axum::body::Body;
use axum::http::Request;
use codegraph_model::Role;
use serde_json::{Value, json};

use super::world::World;

#[tokio::test]
async fn a_key_is_shown_once_and_opens_what_it_may() {
    let world = World::start().await;
    let token = world.token("anna", Role::Analyst).await;
    let body = json!({"name": "my-integration", "expires_days": 365, "scopes": ["scenarios:read", "query:execute", "nonsense"]});
    for (path, other) in [
        ("/api/v1/auth/api-keys", "/v1/api-keys"),
        ("/api/v1/api-keys", "/api/v1/auth/api-keys/"),
    ] {
        let made = world.post(path, &token, body.clone()).await;
        assert_eq!(made.status, 201, "{made:?}");
        let key = made.text_of("key");
        assert!(key.starts_with("rak_") && made.text_of("prefix") == key[..8]);
        assert_eq!(
            made.json["scopes"],
            json!(["scenarios:read", "query:execute"])
        );
        assert!(made.json["expires_at"].is_string() && made.json["created_at"].is_string());
        let list = world.get(other, &token).await;
        assert!(!list.text.contains(&key), "{}", list.text);
        assert_eq!(list.json["api_keys"][0]["id"], made.json["id"]);

        // By its own header, and as a bearer.
        let request = Request::get("/api/v1/auth/me")
            .header("x-api-key", &key)
            .body(Body::empty());
        let me = world.request(request.unwrap()).await;
        assert_eq!(
            (me.status.as_u16(), me.text_of("username")),
            (200, "anna".to_owned())
        );
        assert_eq!(
            me.json["scopes"],
            json!(["scenarios:read", "query:execute"])
        );
        world
            .get("/api/v1/projects", &key)
            .await
            .assert_error(403, "FORBIDDEN");
        let execute = world
            .post("/api/v1/query/execute", &key, json!({"query": "SELECT 1"}))
            .await;
        execute.assert_error(404, "NOT_FOUND");
        world
            .post("/api/v1/auth/logout", &key, json!({}))
            .await
            .assert_error(400, "BAD_REQUEST");

        let path = format!("{path}/{}", made.text_of("id"));
        assert_eq!(world.delete(&path, &token).await.status, 204);
        world
            .delete(&path, &token)
            .await
            .assert_error(404, "NOT_FOUND");
        world
            .get("/api/v1/auth/me", &key)
            .await
            .assert_error(401, "UNAUTHORIZED");
    }
}

#[tokio::test]
async fn a_key_never_holds_more_than_its_owner() {
    let world = World::start().await;
    let user = world.user("anna", Role::Admin).await;
    let token = world.login("anna").await;
    let body = json!({"name": "all", "scopes": ["admin:all"]});
    let key = world
        .post("/api/v1/auth/api-keys", &token, body)
        .await
        .text_of("key");
    let group = json!({"name": "by key"});
    assert_eq!(world.post("/api/v1/groups", &key, group).await.status, 201);
    let mut tx = world.db.begin().await.unwrap();
    let now = jiff::Timestamp::now();
    tx.users()
        .set_role(user.id, Role::Viewer, true, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    world
        .post("/api/v1/groups", &key, json!({"name": "again"}))
        .await
        .assert_error(403, "FORBIDDEN");
    // A key of few scopes makes none of more.
    let analyst = world.token("boris", Role::Analyst).await;
    let body = json!({"name": "few", "scopes": ["api_keys:write"]});
    let few = world
        .post("/api/v1/auth/api-keys", &analyst, body)
        .await
        .text_of("key");
    let body = json!({"name": "more", "scopes": ["query:execute", "api_keys:write"]});
    let more = world.post("/api/v1/auth/api-keys", &few, body).await;
    assert_eq!(more.json["scopes"], json!(["api_keys:write"]));
}

#[tokio::test]
async fn keys_of_others_are_not_there() {
    let world = World::start().await;
    let anna = world.token("anna", Role::Analyst).await;
    let boris = world.token("boris", Role::Admin).await;
    let made = world
        .post("/api/v1/auth/api-keys", &anna, json!({"name": "k"}))
        .await;
    assert_eq!(
        made.json["scopes"],
        json!(["scenarios:read", "query:execute"])
    );
    let path = format!("/api/v1/auth/api-keys/{}", made.text_of("id"));
    world
        .delete(&path, &boris)
        .await
        .assert_error(404, "NOT_FOUND");
    assert_eq!(
        world.get("/api/v1/auth/api-keys", &boris).await.json["total"],
        0
    );
    for body in [
        json!({}),
        json!({"name": ""}),
        json!({"name": "x".repeat(101)}),
        json!({"name": "k", "expires_days": 0}),
        json!({"name": "k", "expires_days": 3651}),
        json!({"name": "k", "scopes": "all"}),
        Value::Null,
    ] {
        world
            .post("/api/v1/auth/api-keys", &anna, body)
            .await
            .assert_error(422, "VALIDATION_ERROR");
    }
}
