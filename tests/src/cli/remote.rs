//! Imports of git repositories, from a server on loopback.

use std::process::Output;

use super::program::World;
use crate::git::repository::Repository;
use crate::git::server::Server;

struct Remote {
    world: World,
    server: Server,
    commit: String,
}

impl Remote {
    async fn new() -> Self {
        let world = World::new();
        let root = world.path("repositories");
        std::fs::create_dir(&root).unwrap();
        let repository = Repository::create(&root.join("shop.git"));
        let source = repository.blob(b"def find(sku):\n    return sku\n");
        let tool = repository.blob(b"#!/usr/bin/env python3\nprint('x')\n");
        let link = repository.blob(b"/etc/passwd");
        let package = repository.tree(&[("100644", b"store.py", &source)]);
        let commit = repository.main(&[
            ("120000", b"link.py", &link),
            ("40000", b"node_modules", &package),
            ("40000", b"shop", &package),
            ("100755", b"tool", &tool),
        ]);
        let server = Server::start("127.0.0.1", &root).await;
        Self {
            world,
            server,
            commit,
        }
    }

    /// Runs the program beside the server; `allowed` says whether the server may be dialled.
    async fn run(&self, arguments: &[&str], allowed: bool) -> Output {
        let mut command = self.world.command(arguments);
        command
            .env("PATH", "/usr/bin:/bin:/usr/local/bin")
            .env("CODEGRAPH_EXTRA_CA", &self.server.authority);
        if allowed {
            command.env("CODEGRAPH_EGRESS_ALLOW", self.server.address.to_string());
        }
        tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_is_imported_by_its_url() {
    let remote = Remote::new().await;
    let url = remote.server.url("shop.git");
    let output = remote
        .run(
            &["import", &url, "--branch", "main", "--format", "json"],
            true,
        )
        .await;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["project"], "shop", "{report}");
    assert_eq!(report["indexed_commit"], remote.commit, "{report}");
    assert_eq!(report["files_by_language"]["python"], 2, "{report}");
    assert_eq!(
        report["gaps_by_reason"],
        serde_json::json!({ "skipped_folder": 1, "symlink": 1 }),
        "{report}"
    );
    assert!(
        report["seconds_by_step"]["fetch"].as_f64().unwrap() > 0.0,
        "{report}"
    );
    assert!(remote.world.work_folders().is_empty(), "the clone goes");
    let output = remote
        .run(
            &["ask", "Where is find defined?", "--format", "json"],
            false,
        )
        .await;
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        answer["evidence"][0]["source"], "shop/store.py:1",
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_dialled_is_not_and_what_is_not_there_is_named() {
    let remote = Remote::new().await;
    let url = remote.server.url("shop.git");
    let output = remote.run(&["import", &url], false).await;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("not connected"), "{errors}");
    assert_eq!(remote.server.requests(), 0);
    let output = remote
        .run(&["import", &url, "--branch", "nowhere"], true)
        .await;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(
        errors.contains("nowhere") && errors.contains("main"),
        "{errors}"
    );
    assert!(remote.world.work_folders().is_empty() && remote.world.graphs().is_empty());
}
