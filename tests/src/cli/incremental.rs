//! Incremental imports, from outside.

use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use super::endings::signal;
use super::program::{World, wait_until};

impl World {
    fn incremental(&self, folder: &Path, project: &str) -> Value {
        let folder = folder.to_str().unwrap();
        self.json(&[
            "import",
            folder,
            "--project",
            project,
            "--mode",
            "incremental",
        ])
    }
}

#[test]
fn only_what_changed_is_read() {
    let world = World::new();
    let shop = world.shop();
    let first = world.incremental(&shop, "shop");
    assert_eq!(first["mode"], "full");
    assert_eq!(first["full_because"], "the project has no graph yet");
    assert_eq!(first["changes"], Value::Null);

    world.write(
        "shop/shop/added.py",
        "from shop.cart import add\n\n\ndef added():\n    add(1)\n",
    );
    world.write("shop/shop/__init__.py", "import shop.store\n");
    std::fs::remove_file(shop.join("README.md")).unwrap();
    let second = world.incremental(&shop, "shop");
    assert_eq!(
        (&second["mode"], &second["full_because"]),
        (&json!("incremental"), &Value::Null),
        "{second}"
    );
    assert_eq!(
        second["changes"],
        json!({ "unchanged": 2, "changed": 1, "added": 1, "removed": 1 })
    );
    assert_eq!(
        (&second["files"], &second["project_is_new"]),
        (&json!(4), &json!(false))
    );
    for step in ["compare", "reuse", "lower", "link", "store", "publish"] {
        assert!(second["seconds_by_step"][step].is_f64(), "{step}: {second}");
    }
    // A new caller of what did not change.
    let rows = world.json(&[
        "sql",
        "SELECT caller.full_name FROM edges_call AS c JOIN nodes_method AS callee ON callee.id = c.dst \
         JOIN nodes_call AS site ON site.id = c.src JOIN nodes_method AS caller ON caller.id = site.method_id \
         WHERE callee.full_name = 'shop.cart.add'",
    ]);
    assert!(rows.to_string().contains("shop.added.added"), "{rows}");
    assert_eq!(world.graphs().len(), 1, "nobody held the first one");
}

#[test]
fn where_nothing_changed_the_graph_stays() {
    let world = World::new();
    let shop = world.shop();
    let first = world.import(&shop, "shop");
    let graphs = world.graphs();
    // Written again as it was: the time stamp says nothing.
    world.shop();
    let second = world.incremental(&shop, "shop");
    assert_eq!(second["revision_is_new"], false);
    for same in [
        "revision_id",
        "indexed_at",
        "nodes",
        "edges",
        "files",
        "calls_by_resolution",
        "gaps_by_reason",
        "graph_bytes",
    ] {
        assert_eq!(first[same], second[same], "{same}");
    }
    assert_eq!(
        second["changes"],
        json!({ "unchanged": 4, "changed": 0, "added": 0, "removed": 0 })
    );
    assert_eq!(world.graphs(), graphs);
    assert!(world.work_folders().is_empty());
    let shop = shop.to_str().unwrap();
    let text = world
        .run(&["import", shop, "--project", "shop", "--mode", "incremental"])
        .text();
    assert!(text.contains("nothing changed since"), "{text}");
    assert!(
        text.contains("incremental: no file changed, 4 unchanged"),
        "{text}"
    );
}

#[test]
fn another_commit_or_place_of_the_same_files_is_told() {
    let world = World::new();
    let shop = world.shop();
    let first = world.import(&shop, "shop");
    let commit = "0123456789abcdef0123456789abcdef01234567";
    world.write("shop/.git/HEAD", format!("{commit}\n"));
    let second = world.incremental(&shop, "shop");
    assert_eq!(second["indexed_commit"], commit);
    assert_eq!(second["revision_is_new"], true);
    assert_eq!(second["changes"]["changed"], 0);
    assert_ne!(first["revision_id"], second["revision_id"]);

    let moved = world.path("moved");
    std::fs::rename(&shop, &moved).unwrap();
    let third = world.incremental(&moved, "shop");
    assert_eq!(
        (&third["revision_is_new"], &third["mode"]),
        (&json!(true), &json!("incremental"))
    );
    let root = world.json(&["project", "list"]).to_string();
    assert!(root.contains("/moved"), "{root}");
}

#[test]
fn what_cannot_be_gone_on_with_is_imported_in_full() {
    let world = World::new();
    let shop = world.shop();
    for (damage, words) in [
        ("gone", "is gone"),
        ("no graph", "cannot be read"),
        ("cut", "cannot be read"),
    ] {
        world.import(&shop, "shop");
        let graph = world.graphs().pop().unwrap();
        match damage {
            "gone" => std::fs::remove_file(&graph).unwrap(),
            "cut" => {
                let bytes = std::fs::read(&graph).unwrap();
                std::fs::write(&graph, &bytes[..bytes.len() / 2]).unwrap();
            }
            text => std::fs::write(&graph, text).unwrap(),
        }
        world.write("shop/shop/cart.py", format!("# {damage}\n"));
        let report = world.incremental(&shop, "shop");
        let why = report["full_because"].as_str().unwrap_or_default();
        assert!(why.contains(words), "{damage}: {report}");
        assert_eq!(report["mode"], "full");
        let text = world.json(&["ask", "Where is Store.find defined?"]);
        assert_eq!(text["found"], true, "{damage}");
    }
    assert!(world.work_folders().is_empty());
}

/// The large project with its graph, of which many files have changed: long enough to be caught at work.
fn changed(world: &World) -> std::path::PathBuf {
    let large = world.large();
    world.import(&large, "large");
    for i in 0..750 {
        world.write(
            &format!("large/pkg{}/m{i}.py", i % 20),
            format!("def g{i}():\n    return {i}\n"),
        );
    }
    large
}

fn at_work(world: &World, folder: &Path) -> Child {
    let child = world
        .command(&[
            "import",
            folder.to_str().unwrap(),
            "--project",
            "large",
            "--mode",
            "incremental",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until("an import writes its graph", || {
        world
            .work_folders()
            .iter()
            .any(|folder| folder.join("graph.duckdb").exists())
    });
    child
}

#[test]
fn stopped_and_killed_it_leaves_the_graph_that_was() {
    let world = World::new();
    let large = changed(&world);
    let graphs = world.graphs();
    let before = std::fs::read(&graphs[0]).unwrap();

    let child = at_work(&world, &large);
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{errors}");
    assert!(errors.contains("nothing of it was kept"), "{errors}");
    assert!(world.work_folders().is_empty());

    let mut child = at_work(&world, &large);
    signal(&child, "KILL");
    child.wait().unwrap();
    assert_eq!(
        world.work_folders().len(),
        1,
        "a killed process cleans nothing"
    );

    assert_eq!(world.graphs(), graphs);
    assert_eq!(std::fs::read(&graphs[0]).unwrap(), before);
    let report = world.incremental(&large, "large");
    assert_eq!(
        (&report["mode"], &report["changes"]["changed"]),
        (&json!("incremental"), &json!(750))
    );
    assert!(world.work_folders().is_empty());
}

#[test]
fn two_at_once_make_one_graph_each_and_the_last_one_stays() {
    let world = World::new();
    let large = changed(&world);
    let running = [at_work(&world, &large), at_work(&world, &large)];
    for child in running {
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
    }
    assert!(world.work_folders().is_empty());
    assert_eq!(world.graphs().len(), 1);
    let after = world.incremental(&large, "large");
    assert_eq!(
        (&after["mode"], &after["revision_is_new"]),
        (&json!("incremental"), &json!(false))
    );
}
