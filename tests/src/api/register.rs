//! Who may make an account.

use codegraph_model::Role;
use serde_json::{Value, json};

use super::login::futures_of;
use super::world::{PASSWORD, Reply, Start, World};

fn body(name: &str) -> Value {
    json!({"username": name, "email": format!("{name}@example.org"), "password": PASSWORD, "full_name": "John Doe"})
}

async fn register(world: &World, token: &str, body: Value) -> Reply {
    world.post("/api/v1/auth/register", token, body).await
}

async fn needs_setup(world: &World) -> Value {
    let reply = world.get("/api/v1/auth/setup-status", "").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json
}

#[tokio::test]
async fn the_first_is_the_admin_and_then_the_door_is_closed() {
    let world = World::start().await;
    assert_eq!(
        needs_setup(&world).await,
        json!({"needs_setup": true, "registration_open": true})
    );
    let first = register(&world, "", body("anna")).await;
    assert_eq!(first.status, 201, "{first:?}");
    assert_eq!(
        (
            &first.json["role"],
            &first.json["username"],
            &first.json["email"]
        ),
        (&json!("admin"), &json!("anna"), &json!("anna@example.org"))
    );
    assert!(first.text_of("created_at").ends_with('Z') && first.text_of("id").len() == 36);
    assert!(!first.text.contains("hash") && !first.text.contains(PASSWORD));
    assert_eq!(
        needs_setup(&world).await,
        json!({"needs_setup": false, "registration_open": false})
    );
    register(&world, "", body("boris"))
        .await
        .assert_error(403, "REGISTRATION_CLOSED");
    register(&world, "nonsense", body("boris"))
        .await
        .assert_error(401, "UNAUTHORIZED");
    // An admin may make one for somebody else, and nobody but an admin.
    let admin = world.login("anna").await;
    let second = register(&world, &admin, body("boris")).await;
    assert_eq!(
        (second.status.as_u16(), &second.json["role"]),
        (201, &json!("analyst"))
    );
    let analyst = world.login("boris").await;
    register(&world, &analyst, body("carla"))
        .await
        .assert_error(403, "REGISTRATION_CLOSED");
    for taken in [body("Anna"), body("BORIS")] {
        register(&world, &admin, taken)
            .await
            .assert_error(409, "CONFLICT");
    }
}

#[tokio::test]
async fn an_open_door_lets_in_analysts_and_nothing_odd() {
    let mut start = Start::default();
    start.config.auth.registration = "open".into();
    let world = World::with(start).await;
    world.user("chief", Role::Admin).await;
    let carla = json!({"email": "carla@example.org", "password": PASSWORD, "display_name": "Carla", "org_name": "x",
        "role": "admin", "is_admin": true, "is_active": false});
    let made = register(&world, "", carla).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(
        (
            &made.json["username"],
            &made.json["role"],
            &made.json["full_name"]
        ),
        (&json!("carla"), &json!("analyst"), &json!("Carla"))
    );
    world.login("carla").await;
    for (key, value) in [
        ("password", json!("password1")),
        ("password", json!("short")),
        ("password", json!("dmitry")),
        ("password", json!("x".repeat(1_500))),
        ("username", json!("")),
        ("username", json!("a b")),
        ("username", json!("a\u{0}b")),
        ("email", json!("nobody")),
        ("email", json!("a@b@c")),
        ("email", json!("a b@c")),
        ("email", json!("@c")),
    ] {
        let mut wrong = body("dmitry");
        wrong[key] = value.clone();
        let reply = register(&world, "", wrong).await;
        assert_eq!(reply.status, 422, "{key} {value}: {reply:?}");
    }
    let mut huge = body("dmitry");
    huge["full_name"] = "x".repeat(10_000).into();
    register(&world, "", huge)
        .await
        .assert_error(413, "PAYLOAD_TOO_LARGE");
}

/// Of many who come first at the same moment, one is the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn there_is_one_first() {
    let world = World::start().await;
    let all = (0..12).map(|number| {
        let world = &world;
        async move { register(world, "", body(&format!("user{number}"))).await }
    });
    let replies = futures_of(all.collect()).await;
    let made: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
    assert_eq!(made.len(), 1, "{replies:?}");
    assert_eq!(made[0].json["role"], "admin");
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        assert!(matches!(reply.status.as_u16(), 403 | 429), "{reply:?}");
    }
}
