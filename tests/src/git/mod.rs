//! Git for tests: repositories written object by object, and a server on loopback that can misbehave.

pub(crate) mod canary;
pub(crate) mod repository;
pub(crate) mod server;

use std::path::{Path, PathBuf};

/// The `codegraph` program of this build: the launcher of the sandbox.
pub(crate) fn launcher() -> PathBuf {
    let test = std::env::current_exe().expect("the path of the test");
    let launcher = test
        .parent()
        .and_then(Path::parent)
        .expect("target/debug/deps/<test>")
        .join("codegraph");
    assert!(
        launcher.is_file(),
        "{} is missing: run `cargo build -p codegraph-server`",
        launcher.display()
    );
    launcher
}
