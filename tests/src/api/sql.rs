//! SQL over a graph.

use codegraph_model::Role;
use serde_json::{Value, json};

use super::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_are_run_checked_and_refused() {
    let world = World::whole().await;
    let token = world.token("anna", Role::Analyst).await;
    let imported = world
        .import(&token, json!({"local_path": world.shop()}))
        .await;
    assert_eq!(imported["status"], "completed", "{imported}");
    let execute = async |query: &str| {
        world
            .post("/api/v1/query/execute", &token, json!({"query": query}))
            .await
    };

    // As the reference has it.
    let body = json!({"query": "SELECT name, file FROM nodes_method WHERE name LIKE '%find%' LIMIT 10", "timeout_ms": 30000});
    let reply = world.post("/api/v1/query/execute", &token, body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(
        reply.json["results"],
        json!([{"name": "find", "file": "shop/store.py"}])
    );
    assert_eq!(
        (&reply.json["row_count"], &reply.json["truncated"]),
        (&json!(1), &json!(false))
    );
    assert!(reply.json["execution_time_ms"].is_number() && reply.json["indexed_at"].is_string());
    assert_eq!(reply.json["columns"], json!(["name", "file"]));

    let twice = execute("SELECT 1 AS a, 2 AS a, 3 AS a").await;
    assert_eq!(
        twice.json["results"],
        json!([{"a": 1, "a_2": 2, "a_3": 3}]),
        "{twice:?}"
    );
    let many = execute("SELECT * FROM range(5000)").await;
    assert_eq!(
        (&many.json["row_count"], &many.json["truncated"]),
        (&json!(100), &json!(true)),
        "{many:?}"
    );

    for query in [
        "DROP TABLE nodes_method",
        "INSERT INTO nodes_method SELECT * FROM nodes_method",
        "SELECT 1; SELECT 2",
        "ATTACH 'x.db'",
        "COPY nodes_method TO '/tmp/x'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "PRAGMA database_list",
        "SET memory_limit = '1TB'",
        "SELECT 1 -- comment",
    ] {
        let reply = execute(query).await;
        assert_eq!(reply.status, 400, "{query}: {reply:?}");
        let code = reply.text_of("error_code");
        assert!(
            matches!(code.as_str(), "SQL_NOT_ALLOWED" | "INVALID_SQL"),
            "{query}: {code}"
        );
    }
    for query in [
        "SELEC 1",
        "SELECT nothing FROM nodes_method",
        "SELECT * FROM nothing",
        "SELECT 'a' + 1 FROM nodes_method",
    ] {
        execute(query).await.assert_error(400, "INVALID_SQL");
    }
    let bomb = json!({"query": "SELECT count(*) FROM range(1000000000) a, range(1000000000) b", "timeout_ms": 300});
    let reply = world.post("/api/v1/query/execute", &token, bomb).await;
    reply.assert_error(400, "SQL_LIMIT_EXCEEDED");
    for body in [
        json!({}),
        json!({"query": ""}),
        json!({"query": "SELECT 1", "timeout_ms": 0}),
        json!({"query": "SELECT 1", "timeout_ms": 10_000_000}),
        json!({"query": format!("SELECT '{}'", "x".repeat(100_000))}),
        json!({"query": ["SELECT 1"]}),
    ] {
        world
            .post("/api/v1/query/execute", &token, body)
            .await
            .assert_error(422, "VALIDATION_ERROR");
    }

    let validate = async |query: &str| {
        world
            .post("/api/v1/query/validate", &token, json!({"query": query}))
            .await
            .json
    };
    let good: Value = validate("SELECT name FROM nodes_method LIMIT 1").await;
    assert_eq!(good["valid"], true, "{good}");
    let remarks = validate("SELECT * FROM nodes_method").await;
    assert_eq!(remarks["valid"], true);
    assert!(
        remarks["warnings"].as_array().unwrap().len() >= 2,
        "{remarks}"
    );
    for query in [
        "DELETE FROM nodes_method",
        "SELECT nothing FROM nodes_method",
        "SELEC",
    ] {
        let bad = validate(query).await;
        assert_eq!(bad["valid"], false, "{query}");
        assert!(
            bad["error"].is_string() && bad["error_code"].is_string(),
            "{bad}"
        );
    }
    let path = world.folder.path().display().to_string();
    for query in [
        "SELECT current_setting('temp_directory')",
        "SELECT * FROM duckdb_databases()",
    ] {
        assert!(!execute(query).await.text.contains(&path), "{query}");
    }
}
