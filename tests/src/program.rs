//! The program under test.

use std::path::PathBuf;

/// The program beside this test.
pub(crate) fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let program = test
        .ancestors()
        .nth(2)
        .expect("tests lie in target/<profile>/deps")
        .join(format!("codegraph{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.exists(),
        "the program is missing, build it: cargo build -p codegraph-server"
    );
    program
}
