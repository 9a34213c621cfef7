//! Every endpoint is closed: the list of endpoints, tried as nobody and as each role.

use axum::http::Method;
use codegraph_model::Role;
use serde_json::json;

use super::document::{not_built, rows};
use super::world::World;

/// What each role holds beyond the one before it: the decision, written a second time on purpose.
const ADDED: [(Role, &str); 3] = [
    (
        Role::Viewer,
        "scenarios:read history:read sessions:read stats:read projects:read groups:read plugins:read review:read \
         reports:read tasks:read mcp:read connections:read",
    ),
    (
        Role::Analyst,
        "scenarios:execute query:execute query:validate sessions:write sessions:delete history:export api_keys:read \
         api_keys:write api_keys:delete projects:import connections:write tasks:write reports:write mcp:write",
    ),
    (Role::Reviewer, "review:execute review:github review:gitlab"),
];

fn may(role: Role, access: &str) -> bool {
    if role == Role::Admin || access == "authenticated" {
        return true;
    }
    // The role in a group is asked for where there is a group: an id that is not there is 404 for all.
    if access.starts_with("group ") {
        return true;
    }
    ADDED
        .iter()
        .filter(|(of, _)| *of <= role)
        .any(|(_, holds)| holds.split_whitespace().any(|held| held == access))
}

#[tokio::test]
async fn every_endpoint_refuses_who_may_not() {
    let world = World::start().await;
    let mut tokens = Vec::new();
    for role in Role::ALL {
        tokens.push((role, world.token(role.text(), role).await));
    }
    let not_built = not_built();
    let mut tried = 0;
    let mut wrong = Vec::new();
    for row in rows() {
        if not_built.contains(&format!("{} {}", row.method, row.path)) {
            continue;
        }
        // Those are refused after the upgrade: `live.rs` tries them.
        if row.method == "WS" {
            continue;
        }
        let access = row.access.split(" or ").next().unwrap();
        let path = row.path_of_nothing();
        let method: Method = row.method.parse().unwrap();
        let body = matches!(method, Method::POST | Method::PUT).then(|| json!({"nothing": 1}));
        // Who may register is told by tests of its own.
        if access.starts_with("public while") {
            continue;
        }
        if access == "public" {
            let reply = world.send(method, &path, "", body).await;
            if matches!(reply.status.as_u16(), 401 | 403) {
                wrong.push(format!(
                    "{} {path}: public, and {}",
                    row.method, reply.status
                ));
            }
            tried += 1;
            continue;
        }
        for token in ["", "nonsense", "rak_nonsense", "a.b.c"] {
            let reply = world.send(method.clone(), &path, token, body.clone()).await;
            if reply.status != 401 {
                wrong.push(format!(
                    "{} {path} as nobody ({token}): {}",
                    row.method, reply.status
                ));
            }
        }
        for (role, token) in &tokens {
            // Logging out ends the login that the next rows need.
            if path.contains("/logout") {
                continue;
            }
            let reply = world.send(method.clone(), &path, token, body.clone()).await;
            let refused = reply.status == 403;
            if refused == may(*role, access) || reply.status == 401 {
                wrong.push(format!("{} {path} as {role}: {}", row.method, reply.status));
            }
            if reply.status.is_server_error() && reply.status != 503 {
                wrong.push(format!("{} {path} as {role}: {}", row.method, reply.text));
            }
        }
        tried += 1;
    }
    assert!(tried >= 40, "only {tried} endpoints were tried");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn rights_go_at_once_when_they_are_taken() {
    let world = World::start().await;
    let user = world.user("anna", Role::Analyst).await;
    let token = world.login("anna").await;
    let validate = json!({"query": "SELECT 1"});
    let before = world
        .post("/api/v1/query/validate", &token, validate.clone())
        .await;
    // Nothing was imported: it may, and there is nothing.
    before.assert_error(404, "NOT_FOUND");
    let now = jiff::Timestamp::now();
    let mut tx = world.db.begin().await.unwrap();
    tx.users()
        .set_role(user.id, Role::Viewer, true, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let after = world.post("/api/v1/query/validate", &token, validate).await;
    after.assert_error(403, "FORBIDDEN");
    let mut tx = world.db.begin().await.unwrap();
    tx.users()
        .set_role(user.id, Role::Viewer, false, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    world
        .get("/api/v1/auth/me", &token)
        .await
        .assert_error(401, "UNAUTHORIZED");
}
