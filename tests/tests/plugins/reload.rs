//! Files that change while the host runs: replaced, broken, half written, removed.

use std::io::Write;
use std::time::Duration;

use codegraph_plugin_host::manifest::ManifestError;
use codegraph_plugin_host::{HostConfig, PluginError, PluginState, Refusal};

use super::world::World;
use codegraph_tests::plugins::guest::Guest;
use codegraph_tests::plugins::hostile;

fn watching(config: &mut HostConfig) {
    config.watch = true;
    config.debounce = Duration::from_millis(50);
}

/// Waits for the look through the folder after which something holds.
async fn until(world: &World, holds: impl Fn(&World) -> bool) {
    let mut generation = world.host.generation();
    let wait = async {
        while !holds(world) {
            generation.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_mins(1), wait)
        .await
        .expect("the change was not picked up within a minute");
}

fn version(number: u32) -> Vec<u8> {
    let mut guest = Guest::importer("p");
    let text = format!(
        "id = \"p\"\nkind = \"importer\"\nversion = \"{number}\"\napi = \"1.0.0-rc\"\nname = \"p\"\n"
    );
    guest.whole_manifest = Some(Some(text.into()));
    guest.build()
}

fn has_version(number: u32) -> impl Fn(&World) -> bool {
    move |world| {
        world
            .host
            .plugins()
            .iter()
            .any(|status| status.version == number.to_string() && status.newer.is_none())
    }
}

#[tokio::test]
async fn a_changed_file_is_picked_up() {
    let world = World::with_files(&[("p".into(), version(1))], watching).await;
    world.ready("p");
    let old = world.status("p").hash;
    world.install("p", &version(2));
    until(&world, has_version(2)).await;
    assert_ne!(world.status("p").hash, old);
    world.ready("p").lower("p").await.unwrap();
}

#[tokio::test]
async fn a_new_file_and_a_removed_one() {
    let world = World::with_files(&[("p".into(), version(1))], watching).await;
    world.install("q", &Guest::importer("q").build());
    until(&world, |world| world.host.plugins().len() == 2).await;
    world.ready("q").lower("q").await.unwrap();
    std::fs::remove_file(world.path("p")).unwrap();
    until(&world, |world| world.host.plugins().len() == 1).await;
    assert_eq!(
        world.lower("p").await.unwrap_err(),
        PluginError::Unknown("p".into())
    );
}

#[tokio::test]
async fn a_broken_file_keeps_the_old_version_and_says_why() {
    let world = World::with_files(&[("p".into(), version(1))], watching).await;
    let broken = |world: &World| world.status("p").newer.is_some();
    let whole = version(2);

    world.install("p", &whole[..whole.len() / 2]);
    until(&world, broken).await;
    let status = world.status("p");
    assert!(
        matches!(
            status.newer,
            Some(Refusal::Manifest(ManifestError::Malformed(_)))
        ),
        "{:?}",
        status.newer
    );
    assert_eq!(
        (status.state, status.version.as_str()),
        (PluginState::Ready, "1")
    );
    world.lower("p").await.unwrap();

    world.install("p", &whole);
    until(&world, has_version(2)).await;

    // It loads and links, and fails when it is asked what it is.
    let mut trap = hostile::start("p", "(unreachable)");
    trap.manifest.clear();
    world.install("p", &trap.build());
    until(&world, broken).await;
    assert!(matches!(
        world.status("p").newer,
        Some(Refusal::Smoke(PluginError::Trap(_)))
    ));
    assert_eq!(world.status("p").version, "2");
    world.lower("p").await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_written_in_pieces() {
    let world = World::with_files(&[], watching).await;
    let whole = version(1);
    let mut file = std::fs::File::create(world.path("p")).unwrap();
    for piece in whole.chunks(whole.len() / 4 + 1) {
        file.write_all(piece).unwrap();
        file.sync_all().unwrap();
        // Each piece may be looked at, or several at once: only the end counts.
        tokio::task::yield_now().await;
    }
    drop(file);
    until(&world, has_version(1)).await;
    world.ready("p");
}

#[tokio::test]
async fn a_call_in_flight_keeps_its_version() {
    let slow = hostile::endless_loop();
    let world = World::with_config(&[slow], |config| {
        config.limits.importer.time = Duration::from_secs(1);
    })
    .await;
    let replace = async {
        tokio::task::yield_now().await;
        world.install("endless-loop", &Guest::importer("endless-loop").build());
        world.host.rescan().await;
        // The new version answers while the old one still runs.
        world.lower("endless-loop").await.unwrap();
    };
    let (old, ()) = tokio::join!(world.lower("endless-loop"), replace);
    assert!(matches!(old.unwrap_err(), PluginError::Timeout { .. }));
}

#[tokio::test]
async fn touching_a_file_changes_nothing() {
    let world = World::with_files(&[("p".into(), version(1))], |_| {}).await;
    let before = world.status("p");
    std::fs::write(world.path("p"), version(1)).unwrap();
    world.host.rescan().await;
    assert_eq!(world.status("p"), before);
}

#[tokio::test]
async fn the_earlier_folder_wins() {
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("p.wasm"), version(7)).unwrap();
    let world = World::with_files(&[("p".into(), version(1))], |config| {
        config.directories.push(other.path().into());
        config.directories.push("/no/such/folder".into());
    })
    .await;
    let versions: Vec<_> = world
        .host
        .plugins()
        .into_iter()
        .map(|status| (status.version, status.state == PluginState::Ready))
        .collect();
    assert_eq!(versions, [("1".to_owned(), true), ("7".to_owned(), false)]);
}
