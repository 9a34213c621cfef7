//! Imports that do not end well: nothing of them stays.

use std::process::{Child, Command};

use super::program::{World, program};

pub(super) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

#[test]
fn ctrl_c_leaves_nothing() {
    let world = World::new();
    let large = world.large();
    for name in ["INT", "TERM"] {
        let child = world.import_at_work(&large);
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{errors}");
        assert!(
            errors.contains("the import was cancelled; nothing of it was kept"),
            "{errors}"
        );
        assert!(world.work_folders().is_empty() && world.graphs().is_empty());
    }
    assert_eq!(world.json(&["project", "list"])["total"], 0);
}

#[test]
fn a_killed_import_leaves_nothing_after_the_next_start() {
    let world = World::new();
    let large = world.large();
    let mut child = world.import_at_work(&large);
    signal(&child, "KILL");
    child.wait().unwrap();
    assert_eq!(
        world.work_folders().len(),
        1,
        "a killed process cleans nothing"
    );
    world.import(&world.shop(), "shop");
    assert!(world.work_folders().is_empty());
    assert_eq!(world.graphs().len(), 1);
    assert_eq!(world.json(&["project", "list"])["total"], 1);
}

#[test]
fn an_import_at_work_is_left_alone_by_others() {
    let world = World::new();
    let large = world.large();
    let child = world.import_at_work(&large);
    world.import(&world.shop(), "shop");
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(world.json(&["project", "list"])["total"], 2);
}

#[test]
fn a_graph_that_was_never_published_goes() {
    let world = World::new();
    let shop = world.shop();
    world.import(&shop, "shop");
    // As after a kill between the rename and the commit.
    let id = "01a1fdbc-100a-7c49-9263-8d273f2a5c99";
    let orphan = world
        .data()
        .join("graphs")
        .join(id)
        .join(format!("{id}.duckdb"));
    std::fs::create_dir_all(orphan.parent().unwrap()).unwrap();
    std::fs::write(&orphan, "half a graph").unwrap();
    world.import(&shop, "shop");
    assert!(!orphan.exists() && !orphan.parent().unwrap().exists());
}

#[test]
fn a_failed_import_keeps_the_graph_that_was() {
    let world = World::new();
    let shop = world.shop();
    world.import(&shop, "shop");
    std::fs::remove_dir_all(&shop).unwrap();
    world
        .run(&["import", shop.to_str().unwrap(), "--project", "shop"])
        .assert_refused("there is no folder");
    assert_eq!(
        world.json(&["ask", "Where is Store.find defined?"])["found"],
        true
    );
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let world = World::new();
    let file = world.write("file", "");
    let world = world.with_data(&file.join("data"));
    world
        .run(&["import", world.shop().to_str().unwrap()])
        .assert_refused("cannot");
    // For root all folders can be written, but not those of a read-only file system.
    let world = World::new().with_data(std::path::Path::new("/proc/codegraph"));
    world
        .run(&["import", world.shop().to_str().unwrap()])
        .assert_refused("/proc/codegraph");
}

/// A file system of a few megabytes in a mount namespace of the child's own: it goes with the child.
#[test]
fn a_full_disk_is_named_and_left_clean() {
    let world = World::new();
    let large = world.large();
    let data = world.path("small");
    std::fs::create_dir(&data).unwrap();
    let script = r#"mount -t tmpfs -o size=3m none "$1" && { "$2" import "$3" --data-dir "$1"; echo "exit $?"; ls -A "$1/work"; }"#;
    let output = Command::new("unshare")
        .args([
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            script,
            "sh",
        ])
        .args([&data, &program(), &large])
        .env(
            "CODEGRAPH_CACHE_DIR",
            program().with_file_name("test-cache"),
        )
        .output()
        .expect("unshare (util-linux) is installed");
    let (text, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        !errors.contains("unshare failed") && !errors.contains("mount: "),
        "this test needs user and mount namespaces: {errors}"
    );
    assert!(text.starts_with("exit 2\n"), "{text}{errors}");
    assert!(errors.to_lowercase().contains("no space left"), "{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
    assert_eq!(
        text.lines().skip(1).collect::<Vec<_>>(),
        ["gate.lock"],
        "{text}{errors}"
    );
}
