//! Asking: whole answers and streams.

use codegraph_model::Role;
use serde_json::{Value, json};

use super::world::{Reply, World};

/// The events of a stream.
fn events(reply: &Reply) -> Vec<Value> {
    let data = reply
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("data: "));
    data.map(|text| serde_json::from_str(text).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_are_answered_with_evidence() {
    let world = World::whole().await;
    let token = world.token("anna", Role::Analyst).await;
    let ask = async |body: Value| world.post("/api/v1/chat", &token, body).await;
    ask(json!({"query": "Where is Store.find defined?"}))
        .await
        .assert_error(404, "NOT_FOUND");
    let imported = world
        .import(&token, json!({"local_path": world.shop()}))
        .await;
    assert_eq!(imported["status"], "completed", "{imported}");

    let scenarios = world.get("/api/v1/scenarios", &token).await;
    let first = &scenarios.json[0];
    for key in ["id", "name", "description", "category"] {
        assert!(
            first[key].as_str().is_some_and(|text| !text.is_empty()),
            "{key} in {first}"
        );
    }
    assert!(!first["keywords"].as_array().unwrap().is_empty());
    assert!(!first["example_queries"].as_array().unwrap().is_empty());
    let scenario = first["id"].as_str().unwrap().to_owned();
    let russian = world.get("/api/v1/scenarios?language=ru", &token).await;
    assert_ne!(russian.json[0]["description"], first["description"]);
    let page = world
        .get(&format!("/api/v1/scenarios/{scenario}"), &token)
        .await;
    assert_eq!(page.json["name"], first["name"]);
    assert!(page.text_of("readme").len() > 100);
    world
        .get("/api/v1/scenarios/none", &token)
        .await
        .assert_error(404, "NOT_FOUND");
    world
        .get("/api/v1/scenarios?language=fr", &token)
        .await
        .assert_error(422, "VALIDATION_ERROR");

    let answer = ask(
        json!({"query": "Where is Store.find defined?", "scenario_id": scenario, "language": "en"}),
    )
    .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.text_of("answer").contains("find"), "{answer:?}");
    assert_eq!(answer.json["scenario_id"], scenario.as_str());
    assert!(answer.json["confidence"].as_f64().unwrap() > 0.5);
    assert_eq!(answer.text_of("request_id"), answer.header("x-request-id"));
    assert!(answer.json["processing_time_ms"].is_number());
    assert_eq!(answer.json["mode"], "deterministic");
    assert!(
        answer.json["indexed_at"].is_string() && answer.json["analysis_gaps"]["count"].is_number()
    );
    let evidence = &answer.json["evidence"][0];
    assert_eq!(evidence["source"], "shop/store.py:4", "{answer:?}");
    assert!(evidence["content"].as_str().unwrap().contains("def find"));
    assert!(evidence["type"].is_string() && evidence["relevance"].is_number());

    // The session goes on, and belongs to its owner.
    let session = answer.text_of("session_id");
    let next = ask(json!({"query": "Кто вызывает Store.find?", "session_id": session})).await;
    assert_eq!(
        (next.text_of("session_id"), next.text_of("language")),
        (session.clone(), "ru".into())
    );
    let other = world.token("boris", Role::Analyst).await;
    let stolen = world
        .post(
            "/api/v1/chat",
            &other,
            json!({"query": "x", "session_id": session}),
        )
        .await;
    stolen.assert_error(404, "NOT_FOUND");

    let one = world
        .post(
            &format!("/api/v1/scenarios/{scenario}/query"),
            &token,
            json!({"query": "Where is Store?", "language": "en"}),
        )
        .await;
    assert_eq!(
        (one.status.as_u16(), one.text_of("scenario_id")),
        (200, scenario.clone())
    );
    assert_eq!(one.json["classification_method"], "explicit");

    let body = json!({"query": "Where is Store.find defined?", "language": "en"});
    let stream = world
        .post("/api/v1/chat/stream", &token, body.clone())
        .await;
    assert_eq!(stream.status, 200);
    assert!(
        stream
            .header("content-type")
            .starts_with("text/event-stream")
    );
    assert_eq!(stream.header("x-accel-buffering"), "no");
    assert!(stream.header("cache-control").contains("no-"), "{stream:?}");
    let events = events(&stream);
    let kinds: Vec<&str> = events
        .iter()
        .filter_map(|event| event["type"].as_str())
        .collect();
    assert_eq!(kinds[..2], ["start", "scenario"], "{kinds:?}");
    assert_eq!(kinds[kinds.len() - 2..], ["done", "end"], "{kinds:?}");
    assert!(
        kinds[2..kinds.len() - 2]
            .iter()
            .all(|kind| *kind == "chunk")
            && kinds.len() > 4
    );
    let text: String = events
        .iter()
        .filter(|event| event["type"] == "chunk")
        .filter_map(|event| event["content"].as_str())
        .collect();
    let done = &events[events.len() - 2];
    assert_eq!(text.trim_end(), done["answer"].as_str().unwrap().trim_end());
    assert_eq!(done["answer"], ask(body).await.json["answer"], "one path");
    assert_eq!(
        events[0]["session_id"],
        events[events.len() - 1]["session_id"]
    );
    assert_eq!(events[events.len() - 1]["scenario_id"], done["scenario_id"]);
    world
        .post(
            "/api/v1/chat/stream",
            &token,
            json!({"query": "x", "scenario_id": "none"}),
        )
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_that_are_wrong() {
    let world = World::whole().await;
    let token = world.token("anna", Role::Analyst).await;
    for path in ["/api/v1/chat", "/api/v1/chat/stream"] {
        for body in [
            json!({}),
            json!({"query": ""}),
            json!({"query": "  \n"}),
            json!({"query": "x".repeat(10_001)}),
            json!({"query": 1}),
            json!({"query": "x", "language": "fr"}),
            json!({"query": "x", "scenario_id": "s".repeat(101)}),
            json!({"connection_id": "x", "message": "how many users?"}),
        ] {
            world
                .post(path, &token, body)
                .await
                .assert_error(422, "VALIDATION_ERROR");
        }
        for body in [
            json!({"query": "x", "project_id": "x"}),
            json!({"query": "x", "session_id": "sess_abc"}),
        ] {
            world
                .post(path, &token, body)
                .await
                .assert_error(404, "NOT_FOUND");
        }
        let project = world
            .post(
                "/api/v1/projects",
                &token,
                json!({"name": path.replace('/', "-")}),
            )
            .await
            .text_of("id");
        world
            .post(path, &token, json!({"query": "x", "project_id": project}))
            .await
            .assert_error(409, "CONFLICT");
    }
    let query = json!({"query": "x"});
    world
        .post("/api/v1/scenarios/none/query", &token, query.clone())
        .await
        .assert_error(404, "NOT_FOUND");
    let imported = world
        .import(&token, json!({"local_path": world.shop()}))
        .await;
    let unknown = json!({"query": "x", "scenario_id": "none"});
    world
        .post("/api/v1/chat", &token, unknown.clone())
        .await
        .assert_error(404, "NOT_FOUND");
    // A stream that has begun says it as an event.
    let stream = world.post("/api/v1/chat/stream", &token, unknown).await;
    let events = events(&stream);
    assert_eq!(events.last().unwrap()["type"], "error", "{stream:?}");
    assert_eq!(events.last().unwrap()["error_code"], "NOT_FOUND");
    let mut body = query;
    body["repository_id"] = imported["result"]["repository_id"].clone();
    assert_eq!(
        world
            .post("/api/v1/chat", &token, body.clone())
            .await
            .status,
        200
    );
    body["repository_id"] = "01930000-0000-7000-8000-00000000ffff".into();
    world
        .post("/api/v1/chat", &token, body)
        .await
        .assert_error(404, "NOT_FOUND");
    for hostile in [
        "\u{0}",
        "'; DROP TABLE users; --",
        "data: x\n\nevent: done\n\n",
        "\u{202e}",
        "{{7*7}}",
        "../../etc/passwd",
    ] {
        let reply = world
            .post("/api/v1/chat", &token, json!({"query": hostile}))
            .await;
        assert_eq!(reply.status, 200, "{hostile:?}: {reply:?}");
    }
}
