//! Compiling in a child, and the cache.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use codegraph_plugin_host::{CompileError, Compiler, HostConfig, Refusal};

use super::world::World;
use codegraph_tests::plugins::guest::Guest;
use codegraph_tests::plugins::hostile;

/// The program whose child compiles: built with these tests.
fn child(config: &mut HostConfig) {
    let program = env!("CARGO_BIN_EXE_plugin_compiler");
    config.compiler = Compiler::Child(PathBuf::from(program));
}

fn cached(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut files: Vec<_> = std::fs::read_dir(folder.join("cache"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "cwasm")
        })
        .map(|path| (path.clone(), std::fs::metadata(path).unwrap().ino()))
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_child_compiles() {
    let world = World::with_config(&[Guest::importer("good")], child).await;
    world.ready("good").lower("good").await.unwrap();
    assert_eq!(cached(world.folder.path()).len(), 1);
}

#[tokio::test]
async fn a_compile_bomb_is_killed() {
    let bomb = hostile::compile_bomb(600);
    let world = World::with_config(&[bomb, Guest::importer("good")], |config| {
        child(config);
        config.limits.compile.cpu_seconds = 1;
    })
    .await;
    let refusal = world.refusal("compile-bomb");
    assert!(
        matches!(refusal, Refusal::Compile(CompileError::Limit(_))),
        "{refusal}"
    );
    world.ready("good");

    let world = World::with_config(&[hostile::compile_bomb(600)], |config| {
        child(config);
        config.limits.compile.address_space = 1 << 30;
        config.limits.compile.wall_seconds = 1;
    })
    .await;
    let refusal = world.refusal("compile-bomb");
    assert!(
        matches!(refusal, Refusal::Compile(CompileError::Limit(_))),
        "{refusal}"
    );
}

#[tokio::test]
async fn code_that_is_not_valid() {
    let mut guest = Guest::importer("bad");
    // Types fit, the body does not: seen by the compiler only. The bytes are patched behind the encoder's back.
    guest.items = "(func (result i32) (i32.const 12345678))".into();
    let mut wasm = guest.build();
    let needle = [0x41, 0xce, 0xc2, 0xf1, 0x05];
    let at = wasm
        .windows(needle.len())
        .position(|window| window == needle)
        .unwrap();
    // i64.const instead of i32.const.
    wasm[at] = 0x42;
    let world = World::with_files(&[("bad".into(), wasm)], child).await;
    let refusal = world.refusal("bad");
    assert!(
        matches!(refusal, Refusal::Compile(CompileError::Invalid(_))),
        "{refusal}"
    );
}

#[tokio::test]
async fn no_compiler() {
    let world = World::with_config(&[Guest::importer("good")], |config| {
        config.compiler = Compiler::Child("/no/such/program".into());
    })
    .await;
    let refusal = world.refusal("good");
    assert!(
        matches!(refusal, Refusal::Compile(CompileError::Unavailable(_))),
        "{refusal}"
    );
}

#[tokio::test]
async fn the_second_start_compiles_nothing() {
    let wasm = Guest::importer("good").build();
    let cache = tempfile::tempdir().unwrap();
    let start = async |compiler: Compiler| {
        let folder = cache.path().join("cache");
        World::with_files(&[("good".into(), wasm.clone())], |config| {
            config.cache = folder;
            config.compiler = compiler;
        })
        .await
    };
    start(Compiler::InProcess).await.ready("good");
    let before = cached(cache.path());
    assert_eq!(before.len(), 1);
    let world = start(Compiler::Child("/no/such/program".into())).await;
    world.ready("good").lower("good").await.unwrap();

    // A damaged file is as good as none.
    let mut code = std::fs::read(&before[0].0).unwrap();
    let middle = code.len() / 2;
    code[middle] ^= 0xff;
    std::fs::write(&before[0].0, &code).unwrap();
    start(Compiler::InProcess).await.ready("good");
    let after = cached(cache.path());
    assert_eq!(after.len(), 1);
    assert_ne!(std::fs::read(&after[0].0).unwrap(), code);
}

#[tokio::test]
async fn many_functions_in_time() {
    // A hundred thousand small functions are large, not hostile: they compile within the limits.
    let mut guest = Guest::importer("many");
    guest.items = "(func)".repeat(100_000);
    let start = std::time::Instant::now();
    let world = World::with_config(&[guest], child).await;
    world.ready("many");
    assert!(start.elapsed() < Duration::from_mins(2));
}
