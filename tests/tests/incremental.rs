//! Incremental imports make the graph that a full import makes.

#[path = "../src/cases/built.rs"]
#[expect(dead_code, reason = "the tests of cases use the rest of it")]
mod built;

#[path = "../src/incremental/mod.rs"]
mod incremental;

use codegraph_model::{FileChanges, ImportMode};
use incremental::print::{difference, print};
use incremental::tree::{Numbers, Tree};
use incremental::world::World;

/// Each begins with the same tree and edits it on its own way.
const SEEDS: u64 = 4;
const STEPS: usize = 8;
const MOST_EDITS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_edits_give_the_graph_of_a_full_import() {
    let world = World::start().await;
    for seed in 1..=SEEDS {
        let mut numbers = Numbers::new(seed);
        let mut tree = Tree::new();
        tree.write(&world.source());
        let project = format!("incremental-{seed}");
        world.import(&project, ImportMode::Full).await;
        for step in 1..=STEPS {
            let edits: Vec<String> = (0..=numbers.below(MOST_EDITS))
                .map(|_| tree.edit(&mut numbers))
                .collect();
            tree.write(&world.source());
            let incremental = world.import(&project, ImportMode::Incremental).await;
            assert_eq!(
                (incremental.mode, &incremental.full_because),
                (ImportMode::Incremental, &None),
                "seed {seed}, step {step}: {edits:?}"
            );
            // A project of its own: it has numbers of its own.
            let full = world
                .import(&format!("full-{seed}-{step}"), ImportMode::Full)
                .await;
            let (expected, found) = (
                print(&world.graph(&full)),
                print(&world.graph(&incremental)),
            );
            assert!(
                expected == found,
                "seed {seed}, step {step}: after {edits:?} the incremental graph differs:\n{}",
                difference(&expected, &found)
            );
            assert_eq!(full.nodes, incremental.nodes);
            assert_eq!(full.files_by_role, incremental.files_by_role);
            assert_eq!(full.gaps_by_reason, incremental.gaps_by_reason);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_marker_changes_the_modules_below_it() {
    let world = World::start().await;
    let mut tree = Tree::new();
    tree.0.insert("tools/more.py".into(), b"x = 1\n".to_vec());
    tree.write(&world.source());
    world.import("a", ImportMode::Full).await;
    world.write("tools/__init__.py", "");
    let report = world.import("a", ImportMode::Incremental).await;
    let files = tree.0.len() as u64;
    assert_eq!(
        report.changes,
        Some(FileChanges {
            unchanged: files - 2,
            changed: 2,
            added: 1,
            removed: 0
        }),
        "both modules below have other names now"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_importer_means_all_files() {
    let world = World::start().await;
    Tree::new().write(&world.source());
    world.import("a", ImportMode::Full).await;
    let first = world.import("a", ImportMode::Incremental).await;
    assert_eq!(first.full_because, None);
    // A section that says nothing: another file that does the same.
    let plugin = world.plugins().join("import-python.wasm");
    let mut bytes = std::fs::read(&plugin).unwrap();
    bytes.extend([0, 2, 1, b'x']);
    std::fs::write(&plugin, bytes).unwrap();
    world.context.host.rescan().await;
    let report = world.import("a", ImportMode::Incremental).await;
    assert_eq!(report.mode, ImportMode::Full);
    let why = report.full_because.unwrap_or_default();
    assert!(why.contains("the importer for Python"), "{why}");
    assert_eq!(report.changes, None);
    // From now on it is the one that the last graph was made with.
    let next = world.import("a", ImportMode::Incremental).await;
    assert_eq!(
        (next.mode, next.revision_is_new),
        (ImportMode::Incremental, false)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_becomes_a_file_is_read() {
    let world = World::start().await;
    Tree::new().write(&world.source());
    let path = world.source().join("shop/cart.py");
    let text = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/nowhere", &path).unwrap();
    let before = world.import("a", ImportMode::Full).await;
    assert_eq!(before.gaps_by_reason.get("symlink"), Some(&1));
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, text).unwrap();
    let report = world.import("a", ImportMode::Incremental).await;
    assert_eq!(report.changes.map(|changes| changes.changed), Some(1));
    assert_eq!(report.gaps_by_reason.get("symlink"), None);
}
