//! Imports as jobs.

use codegraph_model::Role;
use serde_json::{Value, json};

use super::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_goes_its_steps_and_answers() {
    let world = World::whole().await;
    let token = world.token("anna", Role::Analyst).await;
    let languages = world.get("/api/v1/import/languages", &token).await;
    let all = languages.json["languages"].as_array().unwrap();
    let language = all
        .iter()
        .find(|language| language["id"] == "python")
        .unwrap();
    assert_eq!(language["joern_command"], "pysrc2cpg", "{languages:?}");
    assert_eq!(language["extensions"][0], ".py");
    assert!(
        language["id"].is_string()
            && language["name"].is_string()
            && language["joern_flag"].is_string()
    );

    // As clients of the reference send it.
    let shop = world.shop();
    let body = json!({
        "local_path": shop, "branch": "main", "shallow_clone": true, "language": null, "mode": "full",
        "include_paths": ["shop"], "exclude_paths": ["test", "tests"], "create_domain_plugin": true,
        "import_docs": false, "joern_memory_gb": 16, "batch_size": 10000
    });
    let started = world
        .post("/api/v1/import/start", &token, body.clone())
        .await;
    assert_eq!(started.status, 200, "{started:?}");
    assert_eq!(started.json["status"], "pending");
    assert_eq!(
        started.json["message"],
        "Import started. Use job_id to track progress."
    );
    let job = started.text_of("job_id");
    let ended = world.ended(&token, &job).await;
    assert_eq!(ended["status"], "completed", "{ended}");
    assert_eq!(
        (&ended["overall_progress"], &ended["project_name"]),
        (&json!(100), &json!("shop"))
    );
    let steps: Vec<(&str, &str, &str)> = ended["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| {
            assert_eq!(step["progress"], 100, "{step}");
            (
                step["id"].as_str().unwrap(),
                step["name"].as_str().unwrap(),
                step["status"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        steps,
        [
            ("clone", "Clone Repository", "skipped"),
            ("detect_language", "Detect Language", "completed"),
            ("joern_import", "Create CPG", "completed"),
            ("cpg_export", "Export to DuckDB", "completed"),
            ("validate", "Validate CPG", "completed"),
            ("chromadb_import", "Import Documentation", "skipped"),
            ("domain_setup", "Setup Domain Plugin", "completed"),
        ]
    );
    let message = ended["steps"][5]["message"].as_str().unwrap();
    assert!(message.starts_with("Not asked for"), "{message}");
    let result = &ended["result"];
    assert_eq!(result["detected_language"], "python");
    let report = &result["validation_report"];
    assert_eq!(
        (&report["status"], &report["quality_score"]),
        (&json!("passed"), &json!(100)),
        "{report}"
    );
    assert!(
        report["metrics"]["edges_ast"].as_u64().unwrap() > 10,
        "{report}"
    );
    assert!(
        report["metrics"]["edges_cfg"].as_u64().unwrap() > 5,
        "{report}"
    );
    assert!(result["cpg_stats"]["methods"].as_u64().unwrap() >= 2);
    let path = world.folder.path().display().to_string();
    assert!(!ended.to_string().contains(&path), "{ended}");

    let projects = world.get("/api/v1/projects", &token).await;
    let project = &projects.json["projects"][0];
    assert_eq!(
        (&project["is_active"], &project["language"]),
        (&json!(true), &json!("python")),
        "{projects:?}"
    );
    assert_eq!(
        (&project["db_path"], &project["source_path"]),
        (&json!("shop.duckdb"), &json!("shop"))
    );
    let jobs = world
        .get("/api/v1/import/jobs?status_filter=completed", &token)
        .await;
    assert_eq!(jobs.json[0]["job_id"], job.as_str(), "{jobs:?}");
    assert_eq!(
        world
            .get("/api/v1/import/jobs?status_filter=failed", &token)
            .await
            .json,
        json!([])
    );

    // Again, with what changed.
    let again = world.import(&token, json!({"project_id": project["id"], "local_path": shop, "mode": "incremental", "include_paths": ["shop"]})).await;
    assert_eq!(again["status"], "completed", "{again}");
    assert_eq!(again["result"]["mode"], "incremental", "{again}");
    assert_eq!(world.get("/api/v1/projects", &token).await.json["total"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_imported_is_said() {
    let world = World::whole().await;
    let token = world.token("anna", Role::Analyst).await;
    let start = async |body: Value| world.post("/api/v1/import/start", &token, body).await;
    start(json!({})).await.assert_error(400, "BAD_REQUEST");
    start(json!({"repo_url": "https://h/x", "local_path": "/x"}))
        .await
        .assert_error(400, "BAD_REQUEST");
    let outside = world.folder.path().join("data").display().to_string();
    let up = world
        .folder
        .path()
        .join("sources/../data")
        .display()
        .to_string();
    for path in [
        "/",
        "/etc",
        "/proc/self/root",
        "etc",
        "../..",
        "",
        "/nowhere",
        outside.as_str(),
        up.as_str(),
    ] {
        start(json!({"local_path": path}))
            .await
            .assert_error(400, "INVALID_PATH");
    }
    for url in [
        "http://h/x",
        "file:///etc",
        "ext::sh -c id",
        "-u",
        "git@h:x",
        "https://h",
        "https://u:p@h/x",
        "nonsense",
    ] {
        start(json!({"repo_url": url}))
            .await
            .assert_error(422, "VALIDATION_ERROR");
    }
    let shop = world.shop();
    for (key, value) in [
        ("mode", json!("quick")),
        ("mode", json!("selective")),
        ("language", json!("cobol")),
        ("joern_memory_gb", json!(0)),
        ("joern_memory_gb", json!(100_000)),
        ("batch_size", json!(-1)),
        ("include_paths", json!("shop")),
        ("include_paths", json!([""])),
        ("exclude_paths", json!(["x".repeat(1001)])),
        ("shallow_depth", json!(0)),
    ] {
        let reply = start(json!({"local_path": shop, key: value})).await;
        reply.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(
            reply.json["detail"][0]["loc"][1]
                .as_str()
                .map(|name| name == key || name == "include_paths"),
            Some(true),
            "{reply:?}"
        );
    }
    for (key, value) in [
        ("project_id", "x"),
        ("group_id", "x"),
        ("project_id", "01930000-0000-7000-8000-00000000ffff"),
    ] {
        start(json!({"local_path": shop, key: value}))
            .await
            .assert_error(404, "NOT_FOUND");
    }
    // What only the import itself can find out is the job's error.
    world.source("empty/notes.txt", "nothing here");
    let empty = world.folder.path().join("sources/empty");
    let ended = world.import(&token, json!({"local_path": empty})).await;
    assert_eq!(ended["status"], "failed", "{ended}");
    assert!(
        ended["error"]
            .as_str()
            .unwrap()
            .contains("No supported source files found"),
        "{ended}"
    );
    assert_eq!(ended["current_step"], "detect_language");
    assert_eq!(ended["steps"][1]["status"], "failed");
    let ended = world
        .import(
            &token,
            json!({"repo_url": "https://127.0.0.1/team/shop.git"}),
        )
        .await;
    assert_eq!(
        (&ended["status"], &ended["current_step"]),
        (&json!("failed"), &json!("clone")),
        "{ended}"
    );
    assert_eq!(world.get("/api/v1/projects", &token).await.json["total"], 0);
    for job in ["x", "01930000-0000-7000-8000-00000000ffff"] {
        world
            .get(&format!("/api/v1/import/status/{job}"), &token)
            .await
            .assert_error(404, "NOT_FOUND");
        world
            .delete(&format!("/api/v1/import/cancel/{job}"), &token)
            .await
            .assert_error(404, "NOT_FOUND");
    }
    world
        .get("/api/v1/import/jobs?status_filter=done", &token)
        .await
        .assert_error(422, "VALIDATION_ERROR");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_are_cancelled_put_back_and_closed_to_strangers() {
    let mut world = World::whole().await;
    let token = world.token("anna", Role::Analyst).await;
    let body = "def f(a):\n    return a\n".repeat(400);
    for file in 0..300 {
        world.source(&format!("large/m{file}.py"), &body);
    }
    let large = json!({"local_path": world.folder.path().join("sources/large")});
    let start = async |world: &World| {
        world
            .post("/api/v1/import/start", &token, large.clone())
            .await
            .text_of("job_id")
    };
    let first = start(&world).await;
    let second = start(&world).await;
    for job in [&second, &first] {
        let cancelled = world
            .delete(&format!("/api/v1/import/cancel/{job}"), &token)
            .await;
        assert_eq!(cancelled.status, 200, "{cancelled:?}");
        assert_eq!(
            (cancelled.text_of("status"), &cancelled.text_of("job_id")),
            ("cancelled".into(), job)
        );
        let again = world
            .delete(&format!("/api/v1/import/cancel/{job}"), &token)
            .await;
        again.assert_error(400, "BAD_REQUEST");
    }
    let work = world.folder.path().join("data/work");
    let left = || {
        let entries = std::fs::read_dir(&work).into_iter().flatten().flatten();
        entries.filter(|entry| entry.path().is_dir()).count()
    };
    assert_eq!(left(), 0, "a cancelled import leaves nothing");

    // A worker that stops in good order puts its job back.
    let third = start(&world).await;
    world.stop_worker().await;
    let status = world
        .get(&format!("/api/v1/import/status/{third}"), &token)
        .await;
    assert!(
        matches!(status.text_of("status").as_str(), "pending"),
        "{status:?}"
    );
    assert_eq!(left(), 0);

    // Of another group, nobody sees it.
    let admin = world.token("chief", Role::Admin).await;
    let group = world
        .post("/api/v1/groups", &admin, json!({"name": "Secret"}))
        .await
        .text_of("id");
    let mut body = large.clone();
    body["group_id"] = group.into();
    world
        .post("/api/v1/import/start", &token, body.clone())
        .await
        .assert_error(404, "NOT_FOUND");
    let secret = world
        .post("/api/v1/import/start", &admin, body)
        .await
        .text_of("job_id");
    world
        .get(&format!("/api/v1/import/status/{secret}"), &token)
        .await
        .assert_error(404, "NOT_FOUND");
    world
        .delete(&format!("/api/v1/import/cancel/{secret}"), &token)
        .await
        .assert_error(404, "NOT_FOUND");
    let jobs = world.get("/api/v1/import/jobs", &token).await;
    assert!(!jobs.text.contains(&secret), "{jobs:?}");
    assert_eq!(
        world
            .get("/api/v1/import/jobs?limit=1", &admin)
            .await
            .json
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // Too many that wait are refused.
    let mut refused = None;
    for _ in 0..11 {
        let reply = world
            .post("/api/v1/import/start", &token, large.clone())
            .await;
        if reply.status != 200 {
            refused = Some(reply);
        }
    }
    refused.unwrap().assert_error(429, "RATE_LIMIT_EXCEEDED");
}
