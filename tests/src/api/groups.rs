//! Groups and who belongs to them.

use codegraph_model::Role;
use serde_json::json;

use super::world::World;

#[tokio::test]
async fn groups_are_made_changed_and_removed() {
    let world = World::start().await;
    let admin = world.token("anna", Role::Admin).await;
    let body = json!({"name": "PostgreSQL Development", "description": "PostgreSQL core development projects"});
    let made = world.post("/api/v1/groups", &admin, body.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.json["name"], body["name"]);
    assert_eq!(made.json["project_count"], 0);
    assert!(made.json["created_at"].is_string() && made.json["updated_at"].is_string());
    world
        .post("/api/v1/groups", &admin, body.clone())
        .await
        .assert_error(409, "CONFLICT");
    let path = format!("/api/v1/groups/{}", made.text_of("id"));
    assert_eq!(
        world.get(&path, &admin).await.json["description"],
        body["description"]
    );
    let changed = world
        .put(
            &path,
            &admin,
            json!({"name": "Updated Name", "description": "Updated description"}),
        )
        .await;
    assert_eq!(changed.json["name"], "Updated Name", "{changed:?}");
    let half = world
        .put(&path, &admin, json!({"description": "Only this"}))
        .await;
    assert_eq!(
        (half.text_of("name"), half.text_of("description")),
        ("Updated Name".into(), "Only this".into())
    );
    world
        .put(&path, &admin, json!({"name": "Default"}))
        .await
        .assert_error(409, "CONFLICT");
    let list = world.get("/api/v1/groups?limit=1&offset=1", &admin).await;
    assert_eq!(
        (
            list.json["total"].as_u64(),
            list.json["groups"].as_array().unwrap().len()
        ),
        (Some(2), 1)
    );
    assert_eq!(world.delete(&path, &admin).await.status, 204);
    world
        .get(&path, &admin)
        .await
        .assert_error(404, "NOT_FOUND");
    let default = world.get("/api/v1/groups", &admin).await.json["groups"][0]["id"].clone();
    let default = format!("/api/v1/groups/{}", default.as_str().unwrap());
    world
        .delete(&default, &admin)
        .await
        .assert_error(409, "CONFLICT");
}

#[tokio::test]
async fn who_does_not_belong_sees_nothing() {
    let world = World::start().await;
    let admin = world.token("anna", Role::Admin).await;
    let member = world.user("boris", Role::Analyst).await;
    let boris = world.login("boris").await;
    let group = world
        .post("/api/v1/groups", &admin, json!({"name": "Secret"}))
        .await
        .text_of("id");
    let path = format!("/api/v1/groups/{group}");
    let users = format!("{path}/users");
    for reply in [
        world.get(&path, &boris).await,
        world.get(&users, &boris).await,
        world.put(&path, &boris, json!({"name": "x"})).await,
        world
            .post(
                &users,
                &boris,
                json!({"user_id": member.id, "role": "admin"}),
            )
            .await,
        world
            .get(&format!("/api/v1/projects?group_id={group}"), &boris)
            .await,
        world
            .post(
                "/api/v1/projects",
                &boris,
                json!({"group_id": group, "name": "p"}),
            )
            .await,
    ] {
        reply.assert_error(404, "NOT_FOUND");
    }
    let seen = world.get("/api/v1/groups", &boris).await;
    assert_eq!(seen.json["total"], 1, "the default group: {seen:?}");

    let add = async |role: &str| {
        world
            .post(&users, &admin, json!({"user_id": member.id, "role": role}))
            .await
    };
    add("owner").await.assert_error(422, "VALIDATION_ERROR");
    let added = add("viewer").await;
    assert_eq!(
        (added.status.as_u16(), added.text_of("username")),
        (201, "boris".into()),
        "{added:?}"
    );
    add("editor").await.assert_error(409, "CONFLICT");
    assert_eq!(world.get(&path, &boris).await.status, 200);
    world
        .put(&path, &boris, json!({"name": "x"}))
        .await
        .assert_error(403, "FORBIDDEN");
    let one = format!("{users}/{}", member.id);
    assert_eq!(world.delete(&one, &admin).await.status, 204);
    world
        .delete(&one, &admin)
        .await
        .assert_error(404, "NOT_FOUND");
    assert_eq!(add("editor").await.status, 201);
    assert_eq!(
        world
            .put(&path, &boris, json!({"name": "Renamed"}))
            .await
            .status,
        200
    );
    world
        .delete(&one, &boris)
        .await
        .assert_error(403, "FORBIDDEN");
    world.delete(&one, &admin).await;
    assert_eq!(add("admin").await.status, 201);
    let list = world.get(&users, &boris).await;
    assert_eq!(list.json["total"], 2, "{list:?}");
    assert!(
        list.json["users"]
            .as_array()
            .unwrap()
            .iter()
            .all(|user| user["user_id"].is_string() && user["role"].is_string())
    );
    // To make and to remove groups takes more than a role in one.
    world
        .delete(&path, &boris)
        .await
        .assert_error(403, "FORBIDDEN");
    world
        .post("/api/v1/groups", &boris, json!({"name": "Mine"}))
        .await
        .assert_error(403, "FORBIDDEN");
    let nobody = json!({"user_id": "01930000-0000-7000-8000-00000000ffff", "role": "viewer"});
    world
        .post(&users, &boris, nobody)
        .await
        .assert_error(404, "NOT_FOUND");
}
