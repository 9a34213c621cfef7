//! Paths that clients send: none leads out of where it may lead.

use std::collections::BTreeSet;

use codegraph_model::Role;
use serde_json::json;

use super::world::World;

/// Spellings of a way out of a folder, to a target that is given without its first `/`.
fn ways_out(target: &str) -> BTreeSet<String> {
    let mut ways = BTreeSet::new();
    for up in [
        "..",
        "%2e%2e",
        "%252e%252e",
        "..%00",
        "..;",
        ".%2e",
        "%c0%ae%c0%ae",
        "\u{ff0e}\u{ff0e}",
        "..\0",
        " ..",
        "...",
        "....",
    ] {
        for slash in [
            "/", "\\", "%2f", "%5c", "%252f", "//", "/./", "\u{2215}", "%c0%af",
        ] {
            for depth in [1, 3] {
                ways.insert(format!("{}{target}", format!("{up}{slash}").repeat(depth)));
            }
        }
    }
    for start in [
        "/",
        "//",
        "///",
        "/./",
        "file://",
        "file:",
        "~/",
        "\\\\?\\",
        "C:\\",
        "C:/",
        "\0/",
        "/\0",
        "/proc/self/root/",
        "/dev/fd/",
        "./",
        "",
    ] {
        ways.insert(format!("{start}{target}"));
    }
    ways
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_spelling_leads_out() {
    let world = World::start().await;
    let token = world.token("anna", Role::Admin).await;
    let canary = world.folder.path().join("canary");
    std::fs::create_dir(&canary).unwrap();
    std::fs::write(canary.join("secret.py"), "canary = 'c4n4ry'\n").unwrap();
    world.source("shop/a.py", "x = 1\n");
    let roots = world.folder.path().join("sources");
    let target = canary
        .strip_prefix("/")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let mut tried = 0;
    for way in ways_out(&target).into_iter().chain(ways_out("canary")) {
        for path in [
            way.clone(),
            format!("{}/{way}", roots.display()),
            format!("{}/shop/{way}", roots.display()),
        ] {
            for (endpoint, body) in [
                ("start", json!({"local_path": path})),
                (
                    "step",
                    json!({"step_id": "clone", "context": {"local_path": path}}),
                ),
                (
                    "step",
                    json!({"step_id": "validate", "context": {"duckdb_path": path}}),
                ),
            ] {
                let reply = world
                    .post(&format!("/api/v1/import/{endpoint}"), &token, body)
                    .await;
                assert!(
                    matches!(reply.status.as_u16(), 400 | 404 | 422),
                    "{path:?}: {reply:?}"
                );
                assert!(!reply.text.contains("c4n4ry"), "{path:?}: {reply:?}");
                tried += 1;
            }
        }
    }
    assert!(tried > 2_000, "{tried}");
    let jobs = world.get("/api/v1/import/jobs", &token).await;
    assert_eq!(jobs.json, json!([]), "nothing was begun");
    // Names that projects are made with are names, too.
    for key in ["db_path", "cpg_path", "source_path"] {
        for path in ["/etc/passwd", "../x", "a/../../x", "x\0"] {
            let body = json!({"name": format!("{key}-{}", path.len()), key: path});
            let reply = world.post("/api/v1/projects", &token, body).await;
            assert!(
                matches!(reply.status.as_u16(), 400 | 422),
                "{path:?}: {reply:?}"
            );
        }
    }
}

/// Who may write below an import root exchanges a folder for a link while it is imported: what is outside is never read.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_that_is_exchanged_meanwhile_leads_nowhere() {
    let world = World::whole().await;
    let token = world.token("anna", Role::Admin).await;
    let canary = world.folder.path().join("canary");
    std::fs::create_dir(&canary).unwrap();
    std::fs::write(canary.join("inner.py"), "def c4n4ry():\n    return 1\n").unwrap();
    let (roots, inside) = (
        world.folder.path().join("sources"),
        world.source("shop/a.py", "def f():\n    return 1\n"),
    );
    let place = roots.join("shop/inner");
    std::fs::create_dir(roots.join("kept")).unwrap();
    std::fs::write(roots.join("kept/inner.py"), "def g():\n    return 1\n").unwrap();
    std::os::unix::fs::symlink(&canary, roots.join("link")).unwrap();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let racer = std::thread::spawn({
        let (stop, roots) = (std::sync::Arc::clone(&stop), roots.clone());
        move || {
            // Now a folder, now a link to what is outside.
            let mut turns = 0_u64;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                for from in ["kept", "link"] {
                    let from = roots.join(from);
                    if std::fs::rename(&from, &place).is_ok() {
                        let _ = std::fs::rename(&place, &from);
                    }
                    turns += 1;
                }
            }
            turns
        }
    });
    for round in 0..6 {
        let body = json!({
            "local_path": inside.parent().unwrap(), "project_name": format!("p{round}"),
            "import_docs": false, "create_domain_plugin": false,
        });
        let ended = world.import(&token, body).await;
        let project = ended["result"]["project_id"].clone();
        if project.is_null() {
            continue;
        }
        let query = json!({"query": "SELECT COUNT(*) AS n FROM nodes_method WHERE name = 'c4n4ry'", "project_id": project});
        let found = world.post("/api/v1/query/execute", &token, query).await;
        assert_eq!(found.json["results"][0]["n"], 0, "{found:?}");
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(racer.join().unwrap() > 100);
}
