//! Searching texts: what is found, whose it is, and what becomes of an index that is lost.

use std::fmt::Write as _;
use std::path::PathBuf;

use codegraph_model::Role;
use serde_json::{Value, json};

use super::world::{Reply, World};

/// A world with a project that has something to find.
async fn world() -> (World, String, Value) {
    // Lines of these files are told below.
    let world = World::whole().await;
    let token = world.token("anna", Role::Admin).await;
    world.source(
        "shop/README.md",
        "# Shop\n\nSells things.\n\n## Payments\n\nCards are charged by the bank's gateway.\n",
    );
    world.source(
        "shop/docs/ru.md",
        "# Склад\n\nТовары хранятся на складе, остатки пересчитываются ночью.\n",
    );
    world.source(
        "shop/shop/bank.py",
        "# Retries are counted per card,\n# never per customer.\nclass BankGateway:\n    def charge_card(self, card):\n        \
         \"\"\"Charges a card once.\n\n        Fails loudly.\n        \"\"\"\n        return card\n\n\n\
         def main():\n    return BankGateway().charge_card(1)\n",
    );
    let result = import(&world, &token).await;
    (world, token, result)
}

async fn import(world: &World, token: &str) -> Value {
    import_as(world, token, json!({"project_name": "shop"})).await
}

async fn import_as(world: &World, token: &str, mut body: Value) -> Value {
    body["local_path"] = json!(world.shop());
    let reply = world.post("/api/v1/import/start", token, body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let job = reply.json["job_id"].as_str().unwrap().to_owned();
    let ended = world.ended(token, &job).await;
    assert_eq!(ended["status"], "completed", "{ended}");
    ended
}

async fn search(world: &World, token: &str, query: &str) -> Reply {
    let mut encoded = String::new();
    for byte in query.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            128.. => write!(encoded, "%{byte:02X}").unwrap(),
            _ => encoded.push(char::from(byte)),
        }
    }
    let query = encoded;
    world.get(&format!("/api/v1/search?{query}"), token).await
}

fn sources(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{reply:?}");
    let results = reply.json["results"].as_array().unwrap();
    results
        .iter()
        .map(|one| one["source"].as_str().unwrap().to_owned())
        .collect()
}

fn indexes(world: &World) -> Vec<PathBuf> {
    let graphs = world.folder.path().join("data/graphs");
    let folders = std::fs::read_dir(graphs).unwrap().flatten();
    let files = folders.flat_map(|folder| std::fs::read_dir(folder.path()).unwrap().flatten());
    let mut paths: Vec<PathBuf> = files.map(|file| file.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "search"));
    paths.sort();
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_comments_and_names_with_their_lines() {
    let (world, token, job) = world().await;
    let steps = job["steps"].as_array().unwrap();
    for step in &steps[1..] {
        assert_eq!(step["status"], "completed", "{step}");
    }
    let result = &job["result"];
    assert_eq!(result["chromadb_collection"], "shop_documentation");
    assert_eq!(result["chromadb_stats"]["readme_indexed"], 2);
    assert_eq!(result["chromadb_stats"]["docs_indexed"], 1);
    assert_eq!(result["domain_plugin_path"], "shop.domain.json");
    let entry = &result["domain"]["entry_points"][0];
    assert_eq!(
        (entry["path"].as_str(), entry["line"].as_u64()),
        (Some("shop/bank.py"), Some(12))
    );
    let terms: Vec<&str> = result["domain"]["vocabulary"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|term| term["term"].as_str())
        .collect();
    assert!(!terms.contains(&"main"), "{terms:?}");
    assert_eq!(result["domain"]["subsystems"][0]["patterns"][0], "shop/*");

    let found = search(&world, &token, "q=charging cards").await;
    assert_eq!(found.json["matched"], "all");
    let all = sources(&found);
    assert!(all.contains(&"README.md:7".to_owned()), "{all:?}");
    assert!(all.contains(&"shop/bank.py:5".to_owned()), "{all:?}");
    assert!(found.json["indexed_at"].is_string());
    assert_eq!(
        sources(&search(&world, &token, "q=charge_card").await)[0],
        "shop/bank.py:4"
    );
    assert_eq!(
        sources(&search(&world, &token, "q=bank gateway&type=symbol").await)[0],
        "shop/bank.py:3"
    );
    assert_eq!(
        sources(&search(&world, &token, "q=остатков складами").await),
        ["docs/ru.md:3"]
    );
    // Comments on lines behind each other are one; the line that fits is shown.
    let found = search(&world, &token, "q=customer retries&type=comment").await;
    assert_eq!(sources(&found), ["shop/bank.py:1"]);
    assert_eq!(
        sources(&search(&world, &token, "q=bank&path=docs").await),
        Vec::<String>::new()
    );
    let some = search(&world, &token, "q=gateway zebra").await;
    assert_eq!(some.json["matched"], "some");
    // Each line that is told holds what is told of it.
    for result in found.json["results"].as_array().unwrap() {
        let path = world
            .folder
            .path()
            .join("sources/shop")
            .join(result["path"].as_str().unwrap());
        let text = std::fs::read_to_string(path).unwrap();
        let line = text
            .lines()
            .nth(result["line"].as_u64().unwrap() as usize - 1)
            .unwrap();
        let first = result["content"].as_str().unwrap().lines().next().unwrap();
        assert_eq!(line.trim(), first.trim());
    }
    let whole = sources(&search(&world, &token, "q=card").await);
    let mut paged = Vec::new();
    for offset in 0..whole.len() {
        paged.extend(sources(
            &search(&world, &token, &format!("q=card&limit=1&offset={offset}")).await,
        ));
    }
    assert_eq!(paged, whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_lost_or_damaged_is_made_anew_and_goes_with_its_graph() {
    let (world, token, _) = world().await;
    let place = indexes(&world).remove(0);
    let before = sources(&search(&world, &token, "q=card").await);
    assert!(!before.is_empty());
    // The server that has it open goes on; another one finds it gone.
    std::fs::remove_dir_all(&place).unwrap();
    let fresh = World::beside(&world).await;
    let token = fresh.login("anna").await;
    assert_eq!(sources(&search(&fresh, &token, "q=card").await), before);
    for entry in std::fs::read_dir(&place).unwrap().flatten() {
        let bytes = std::fs::read(entry.path()).unwrap();
        std::fs::write(entry.path(), &bytes[..bytes.len() / 2]).unwrap();
    }
    let fresh = World::beside(&world).await;
    assert_eq!(sources(&search(&fresh, &token, "q=card").await), before);
    // A new graph brings its own; the old one goes with the graph that it was made of.
    world.source("shop/shop/new.py", "def brand_new_card():\n    return 1\n");
    let token = world.login("anna").await;
    import(&world, &token).await;
    let found = sources(&search(&world, &token, "q=brand_new_card").await);
    assert_eq!(found[0], "shop/new.py:1");
    for place in indexes(&world) {
        let graph = place.with_extension("duckdb");
        assert!(graph.is_file(), "{} has no graph", place.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_finds_what_it_may_not_see_and_wrong_questions_are_told() {
    let (world, token, job) = world().await;
    let project = job["result"]["project_id"].as_str().unwrap();
    for (query, place) in [
        ("", "q"),
        ("q=", "q"),
        ("q=+-", "q"),
        ("q=a&limit=0", "limit"),
        ("q=a&limit=101", "limit"),
        ("q=a&offset=10001", "offset"),
        ("q=a&type=nothing", "type"),
    ] {
        let reply = search(&world, &token, query).await;
        reply.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(
            reply.json["detail"][0]["loc"][1], place,
            "{query}: {reply:?}"
        );
    }
    let long = format!("q={}", "x".repeat(501));
    search(&world, &token, &long)
        .await
        .assert_error(422, "VALIDATION_ERROR");
    for hostile in [
        "q=a%00b",
        "q=%22%22%22%22a",
        "q=field:x%5B1 TO 2%5D",
        "q=*:*%5E9 x",
        "q=../../etc&path=../..",
    ] {
        let reply = search(&world, &token, hostile).await;
        assert_eq!(reply.status, 200, "{hostile}: {reply:?}");
    }
    // A group that the stranger is none of.
    let group = world
        .post("/api/v1/groups", &token, json!({"name": "closed"}))
        .await;
    let group = group.json["id"].as_str().unwrap().to_owned();
    let body = json!({"project_name": "secret", "group_id": group});
    let secret = import_as(&world, &token, body).await;
    let secret = secret["result"]["project_id"].as_str().unwrap();
    let seen = search(&world, &token, &format!("q=card&project_id={secret}")).await;
    assert!(!sources(&seen).is_empty());
    let stranger = world.token("vera", Role::Viewer).await;
    let own = search(&world, &stranger, &format!("q=card&project_id={project}")).await;
    assert_eq!(own.status, 200, "{own:?}");
    for hidden in [secret, "01930000-0000-7000-8000-00000000ffff", "1"] {
        search(&world, &stranger, &format!("q=card&project_id={hidden}"))
            .await
            .assert_error(404, "NOT_FOUND");
    }
}
