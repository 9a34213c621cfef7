//! Projects in groups.

use codegraph_model::Role;
use serde_json::{Value, json};

use super::world::World;

fn postgres(group: &str) -> Value {
    json!({
        "group_id": group,
        "name": "PostgreSQL 17",
        "db_path": "./workspace/postgresql.duckdb",
        "cpg_path": "./workspace/postgresql.cpg",
        "source_path": "./workspace/postgresql",
        "language": "c",
        "description": "PostgreSQL 17.0 source code",
        "metadata": {"version": "17.0"}
    })
}

async fn group(world: &World, admin: &str, name: &str) -> String {
    world
        .post("/api/v1/groups", admin, json!({"name": name}))
        .await
        .text_of("id")
}

#[tokio::test]
async fn projects_are_made_changed_and_removed() {
    let world = World::start().await;
    let admin = world.token("anna", Role::Admin).await;
    let group = group(&world, &admin, "Databases").await;
    let made = world
        .post("/api/v1/projects", &admin, postgres(&group))
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    for (key, value) in postgres(&group).as_object().unwrap() {
        assert_eq!(&made.json[key], value, "{key}");
    }
    assert_eq!(made.json["is_active"], false);
    world
        .post("/api/v1/projects", &admin, postgres(&group))
        .await
        .assert_error(409, "CONFLICT");
    // In another group the name is free.
    let other = world
        .post("/api/v1/projects", &admin, json!({"name": "PostgreSQL 17"}))
        .await;
    assert_eq!(other.status, 201, "{other:?}");
    let path = format!("/api/v1/projects/{}", made.text_of("id"));
    let change = json!({"name": "Updated Name", "description": "Updated description", "metadata": {"version": "17.1"}});
    let changed = world.put(&path, &admin, change.clone()).await;
    assert_eq!(changed.status, 200);
    for (key, value) in change.as_object().unwrap() {
        assert_eq!(&changed.json[key], value, "{key}");
    }
    assert_eq!(changed.json["language"], "c");
    let list = world
        .get(&format!("/api/v1/projects?group_id={group}"), &admin)
        .await;
    assert_eq!(list.json["total"], 1);
    assert_eq!(list.json["projects"][0], changed.json);
    assert_eq!(world.get("/api/v1/projects", &admin).await.json["total"], 2);
    let activated = world
        .post(&format!("{path}/activate"), &admin, json!({}))
        .await;
    assert_eq!(activated.json["message"], "Project activated successfully");
    assert_eq!(
        (&activated.json["is_active"], &activated.json["name"]),
        (&json!(true), &json!("Updated Name"))
    );
    assert_eq!(world.delete(&path, &admin).await.status, 204);
    world
        .delete(&path, &admin)
        .await
        .assert_error(404, "NOT_FOUND");
}

#[tokio::test]
async fn one_project_of_a_group_is_active() {
    let world = World::start().await;
    let admin = world.token("anna", Role::Admin).await;
    let (first, second) = (
        group(&world, &admin, "One").await,
        group(&world, &admin, "Two").await,
    );
    let add = async |group: &str, name: &str| {
        let made = world
            .post(
                "/api/v1/projects",
                &admin,
                json!({"group_id": group, "name": name}),
            )
            .await;
        let id = made.text_of("id");
        world
            .post(
                &format!("/api/v1/projects/{id}/activate"),
                &admin,
                json!({}),
            )
            .await;
        id
    };
    add(&first, "a").await;
    let b = add(&first, "b").await;
    let c = add(&second, "c").await;
    let list = world.get("/api/v1/projects", &admin).await;
    let active: Vec<&str> = list.json["projects"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|project| project["is_active"] == true)
        .filter_map(|project| project["id"].as_str())
        .collect();
    assert_eq!(active, [b.as_str(), c.as_str()]);
}

#[tokio::test]
async fn the_role_in_the_group_decides() {
    let world = World::start().await;
    let admin = world.token("anna", Role::Admin).await;
    let group = group(&world, &admin, "Databases").await;
    let project = world
        .post("/api/v1/projects", &admin, postgres(&group))
        .await
        .text_of("id");
    let path = format!("/api/v1/projects/{project}");
    for (name, role, sees, edits, removes) in [
        ("stranger", None, false, false, false),
        ("viewer", Some("viewer"), true, false, false),
        ("editor", Some("editor"), true, true, false),
        ("chief", Some("admin"), true, true, true),
    ] {
        let user = world.user(name, Role::Analyst).await;
        let token = world.login(name).await;
        if let Some(role) = role {
            let body = json!({"user_id": user.id, "role": role});
            let added = world
                .post(&format!("/api/v1/groups/{group}/users"), &admin, body)
                .await;
            assert_eq!(added.status, 201);
        }
        let refused = if sees { 403 } else { 404 };
        assert_eq!(
            world.get(&path, &token).await.status,
            if sees { 200 } else { 404 },
            "{name}"
        );
        let listed = world.get("/api/v1/projects", &token).await;
        assert_eq!(listed.text.contains(&project), sees, "{name}");
        let edit = world.put(&path, &token, json!({"description": name})).await;
        assert_eq!(edit.status, if edits { 200 } else { refused }, "{name}");
        let activate = world
            .post(&format!("{path}/activate"), &token, json!({}))
            .await;
        assert_eq!(activate.status, if edits { 200 } else { refused }, "{name}");
        let make = json!({"group_id": group, "name": format!("of {name}")});
        let made = world.post("/api/v1/projects", &token, make).await;
        assert_eq!(made.status, if edits { 201 } else { refused }, "{name}");
        let asked = world
            .post(
                "/api/v1/query/execute",
                &token,
                json!({"query": "SELECT 1", "project_id": project}),
            )
            .await;
        assert_eq!(asked.status, if sees { 409 } else { 404 }, "{name}");
        if removes {
            assert_eq!(world.delete(&path, &token).await.status, 204, "{name}");
        } else {
            assert_eq!(world.delete(&path, &token).await.status, refused, "{name}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let world = World::start().await;
    let admin = world.token("anna", Role::Admin).await;
    let post = async |body: Value| world.post("/api/v1/projects", &admin, body).await;
    for name in ["", "..", "a/b", "a\\b", " a", "a\u{0}b", &"x".repeat(101)] {
        post(json!({"name": name}))
            .await
            .assert_error(422, "VALIDATION_ERROR");
    }
    for path in [
        "/etc/passwd",
        "../../x",
        "a/../../b",
        "C:\\x",
        "%2e%2e/x",
        "~/x",
        "a\u{0}",
    ] {
        for key in ["db_path", "cpg_path", "source_path"] {
            post(json!({"name": "p", key: path}))
                .await
                .assert_error(400, "INVALID_PATH");
        }
    }
    let large = json!({"name": "p", "metadata": {"x": "y".repeat(70_000)}});
    post(large).await.assert_error(422, "VALIDATION_ERROR");
    for metadata in [json!([]), json!("x"), json!(1)] {
        post(json!({"name": "p", "metadata": metadata}))
            .await
            .assert_error(422, "VALIDATION_ERROR");
    }
    post(json!({"name": "p", "group_id": "x"}))
        .await
        .assert_error(404, "NOT_FOUND");
    for name in [
        "магазин",
        "\"; DROP TABLE projects; --",
        "<script>alert(1)</script>",
        "${jndi:ldap:x}",
        "👩‍👩‍👧‍👦",
        "ＡＢＣ",
        "%s%n",
    ] {
        let name = name.replace('/', "-");
        let made = post(json!({"name": name})).await;
        assert_eq!((made.status.as_u16(), made.text_of("name")), (201, name));
    }
}
