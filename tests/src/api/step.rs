//! Single steps of an import.

use codegraph_model::Role;
use serde_json::{Value, json};

use super::world::{Reply, World};

async fn step(world: &World, token: &str, step: &str, context: Value) -> Reply {
    let body = json!({"step_id": step, "context": context});
    world.post("/api/v1/import/step", token, body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_does_its_work() {
    let world = World::whole().await;
    let token = world.token("anna", Role::Analyst).await;
    let shop = world.shop();
    let source = json!({"local_path": shop, "mode": "full"});
    let read = step(&world, &token, "clone", source.clone()).await;
    assert_eq!(
        (
            read.status.as_u16(),
            &read.json["status"],
            &read.json["step"]
        ),
        (200, &json!("completed"), &json!("clone")),
        "{read:?}"
    );
    let detected = step(&world, &token, "detect_language", source.clone()).await;
    assert_eq!(
        detected.json["result"]["detected_language"], "python",
        "{detected:?}"
    );
    assert_eq!(detected.json["result"]["languages"], json!({"python": 3}));
    let narrow = json!({"local_path": shop, "include_paths": ["shop/cart.py"]});
    let detected = step(&world, &token, "detect_language", narrow).await;
    assert_eq!(detected.json["result"]["languages"], json!({"python": 1}));
    // Nothing of that is kept.
    assert_eq!(world.get("/api/v1/projects", &token).await.json["total"], 0);
    let work = world.folder.path().join("data/work");
    let left = std::fs::read_dir(work).unwrap().flatten();
    assert_eq!(left.filter(|entry| entry.path().is_dir()).count(), 0);

    let validate = |path: &str| json!({"duckdb_path": path});
    let early = step(
        &world,
        &token,
        "validate",
        validate("./workspace/shop.duckdb"),
    )
    .await;
    early.assert_error(404, "NOT_FOUND");
    let created = step(&world, &token, "joern_import", source).await;
    assert_eq!(created.json["status"], "completed", "{created:?}");
    assert!(created.json["result"]["cpg_stats"]["methods"].as_u64() >= Some(2));
    let validated = step(
        &world,
        &token,
        "validate",
        validate("./workspace/shop.duckdb"),
    )
    .await;
    let report = &validated.json["result"]["validation_report"];
    assert_eq!(
        (&report["status"], &report["quality_score"]),
        (&json!("passed"), &json!(100)),
        "{validated:?}"
    );
    let project = created.json["result"]["project_id"].clone();
    let by_id = step(&world, &token, "validate", json!({"project_id": project})).await;
    assert_eq!(&by_id.json["result"]["validation_report"], report);
    // Loaded row by row, or with the whole history, it is the same graph.
    let one = json!({"local_path": shop, "project_name": "rows", "batch_size": 1, "shallow_clone": false});
    let rows = step(&world, &token, "cpg_export", one).await;
    for count in ["nodes", "edges", "methods", "calls"] {
        let of = |reply: &Reply| reply.json["result"]["cpg_stats"][count].clone();
        assert_eq!(of(&rows), of(&created), "{count}");
    }
    // A step is a job like others.
    let job = by_id.text_of("job_id");
    let status = world
        .get(&format!("/api/v1/import/status/{job}"), &token)
        .await;
    assert_eq!(status.json["status"], "completed", "{status:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_and_the_domain_of_a_graph_that_is_there() {
    let world = World::whole().await;
    let token = world.token("anna", Role::Analyst).await;
    world.source("shop/README.md", "# Shop\n\nSells lanterns.\n");
    world.source("shop/docs/guide.md", "# Guide\n\nHow lanterns burn.\n");
    world.source(
        "shop/shop/lamp.py",
        "# Lanterns are lit at dusk.\ndef main():\n    return 1\n",
    );
    let bare = json!({
        "local_path": world.shop(), "import_docs": false, "create_domain_plugin": false,
    });
    let done = world.import(&token, bare).await;
    assert_eq!(done["status"], "completed", "{done}");
    assert!(done["result"]["chromadb_collection"].is_null(), "{done}");
    assert!(done["result"]["domain_plugin_path"].is_null(), "{done}");

    // All of it, then some of it: the index that is asked for takes the place of the one that is there.
    let graph = "./workspace/shop.duckdb";
    let mut found = Vec::new();
    for (context, counts) in [
        (json!({"duckdb_path": graph}), [1, 1, 2]),
        (
            json!({"duckdb_path": graph, "import_readme": false, "import_comments": false}),
            [0, 1, 0],
        ),
        (
            json!({"duckdb_path": graph, "import_comments": false}),
            [1, 1, 0],
        ),
    ] {
        let indexed = step(&world, &token, "chromadb_import", context).await;
        assert_eq!(indexed.json["status"], "completed", "{indexed:?}");
        let result = &indexed.json["result"];
        assert_eq!(result["chromadb_collection"], "shop_documentation");
        let stats = &result["chromadb_stats"];
        let got = ["readme_indexed", "docs_indexed", "comments_indexed"].map(|key| &stats[key]);
        assert_eq!(got.map(Value::as_u64), counts.map(Some), "{indexed:?}");
        assert!(stats["symbols_indexed"].as_u64() >= Some(3), "{indexed:?}");
        // What was open before is not what answers now.
        let texts = "/api/v1/search?q=lanterns&type=readme,document,comment";
        let hits = world.get(texts, &token).await;
        assert_eq!(hits.status, 200, "{hits:?}");
        found.push(hits.json["total"].as_u64().unwrap());
    }
    assert_eq!(found, [3, 1, 2]);

    let set = step(
        &world,
        &token,
        "domain_setup",
        json!({"duckdb_path": graph}),
    )
    .await;
    assert_eq!(set.json["status"], "completed", "{set:?}");
    assert_eq!(set.json["result"]["domain_plugin_path"], "shop.domain.json");
    let entry = &set.json["result"]["domain"]["entry_points"][0];
    assert_eq!(
        (&entry["path"], &entry["line"]),
        (&json!("shop/lamp.py"), &json!(2))
    );
    let named = json!({"duckdb_path": graph, "domain_name": "Light.Works"});
    let named = step(&world, &token, "domain_setup", named).await;
    let result = &named.json["result"];
    assert_eq!(result["domain_plugin_path"], "light_works.domain.json");
    assert_eq!(result["domain"]["display_name"], "Light.Works");
    for bad in [
        json!({"duckdb_path": graph, "domain_name": ""}),
        json!({"duckdb_path": graph, "domain_name": "a\nb"}),
        json!({"duckdb_path": graph, "domain_name": "x".repeat(101)}),
        json!({"duckdb_path": graph, "domain_name": 1}),
        json!({"duckdb_path": graph, "import_readme": "no"}),
    ] {
        let reply = step(&world, &token, "domain_setup", bad).await;
        reply.assert_error(422, "VALIDATION_ERROR");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_indexes_what_it_was_asked_to_and_names_its_domain() {
    let world = World::whole().await;
    let token = world.token("anna", Role::Analyst).await;
    world.source("shop/README.md", "# Shop\n\nSells lanterns.\n");
    let mut body = json!({
        "local_path": world.shop(), "import_readme": false, "import_comments": false,
        "domain_name": "Light Works",
    });
    let some = world.import(&token, body.clone()).await;
    let stats = &some["result"]["chromadb_stats"];
    assert_eq!(
        (&stats["readme_indexed"], &stats["comments_indexed"]),
        (&json!(0), &json!(0)),
        "{some}"
    );
    assert!(stats["symbols_indexed"].as_u64() >= Some(3), "{some}");
    let domain = &some["result"]["domain"];
    assert_eq!(
        (&domain["id"], &domain["display_name"]),
        (&json!("light_works"), &json!("Light Works"))
    );
    let hits = world.get("/api/v1/search?q=lanterns", &token).await;
    assert_eq!(hits.json["total"], 0, "{hits:?}");
    // Nothing changed but what is wanted: the graph stays, its index does not.
    body["mode"] = "incremental".into();
    body["import_readme"] = true.into();
    body["domain_name"] = Value::Null;
    let more = world.import(&token, body.clone()).await;
    assert_eq!(more["result"]["revision_id"], some["result"]["revision_id"]);
    assert_eq!(more["result"]["chromadb_stats"]["readme_indexed"], 1);
    assert_eq!(more["result"]["domain"]["id"], "shop");
    let hits = world.get("/api/v1/search?q=lanterns", &token).await;
    assert_eq!(hits.json["total"], 1, "{hits:?}");
    body["domain_name"] = " ".into();
    let refused = world.post("/api/v1/import/start", &token, body).await;
    refused.assert_error(422, "VALIDATION_ERROR");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_step_is_said() {
    let world = World::whole().await;
    let token = world.token("anna", Role::Analyst).await;
    let unknown = step(&world, &token, "compile", json!({})).await;
    unknown.assert_error(400, "BAD_REQUEST");
    for id in ["clone", "joern_import", "validate", "domain_setup"] {
        assert!(unknown.text.contains(id), "{unknown:?}");
    }
    step(&world, &token, "clone", json!({}))
        .await
        .assert_error(400, "BAD_REQUEST");
    step(&world, &token, "clone", json!({"local_path": "/etc"}))
        .await
        .assert_error(400, "INVALID_PATH");
    step(&world, &token, "clone", json!({"repo_url": "file:///etc"}))
        .await
        .assert_error(422, "VALIDATION_ERROR");
    step(&world, &token, "clone", json!({"local_path": 1}))
        .await
        .assert_error(422, "VALIDATION_ERROR");
    step(&world, &token, "validate", json!({}))
        .await
        .assert_error(422, "VALIDATION_ERROR");
    step(&world, &token, "validate", json!({"duckdb_path": 1}))
        .await
        .assert_error(422, "VALIDATION_ERROR");
    world.source("empty/notes.txt", "nothing here");
    let empty = json!({"local_path": world.folder.path().join("sources/empty")});
    let failed = step(&world, &token, "detect_language", empty).await;
    failed.assert_error(500, "STEP_FAILED");
    assert!(
        failed.text.contains("No supported source files found"),
        "{failed:?}"
    );
    let dialled = json!({"repo_url": "https://127.0.0.1/team/shop.git"});
    step(&world, &token, "clone", dialled)
        .await
        .assert_error(500, "STEP_FAILED");
    let viewer = world.token("vera", Role::Viewer).await;
    step(&world, &viewer, "validate", json!({"duckdb_path": "shop"}))
        .await
        .assert_error(403, "FORBIDDEN");
    // A project of another group is not there.
    let admin = world.token("chief", Role::Admin).await;
    let group = world
        .post("/api/v1/groups", &admin, json!({"name": "Secret"}))
        .await
        .text_of("id");
    let body = json!({"group_id": group, "name": "hidden"});
    let made = world.post("/api/v1/projects", &admin, body).await;
    assert_eq!(made.status, 201, "{made:?}");
    for context in [
        json!({"project_id": made.json["id"]}),
        json!({"duckdb_path": "hidden.duckdb", "group_id": group}),
        json!({"duckdb_path": "hidden.duckdb"}),
    ] {
        step(&world, &token, "validate", context)
            .await
            .assert_error(404, "NOT_FOUND");
    }
    let no_graph = step(
        &world,
        &admin,
        "validate",
        json!({"project_id": made.json["id"]}),
    )
    .await;
    no_graph.assert_error(500, "STEP_FAILED");
    assert!(no_graph.text.contains("no graph"), "{no_graph:?}");
}
