//! The process that answers: how many, what if it lies, when it ends.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use codegraph_server::sql::{Limits, Runner, Slots, SqlError};
use serde_json::json;

use crate::program;
use crate::sql::{World, short};

#[test]
fn only_so_many_run_at_once() {
    let world = World::new();
    let runner = world
        .runner
        .clone()
        .with_slots(Arc::new(Slots::new(1, Duration::ZERO)));
    let slow = "SELECT sum(a.range + b.range) FROM range(1000000) a, range(1000000) b";
    std::thread::scope(|scope| {
        let first = scope.spawn(|| runner.run(&world.graph(), slow, &short()));
        // A child has a folder from the moment its place is taken.
        while world.left_behind().is_empty() {
            std::thread::yield_now();
        }
        let second = runner.run(&world.graph(), "SELECT 1", &short());
        assert!(matches!(second, Err(SqlError::Busy { .. })), "{second:?}");
        assert!(matches!(
            first.join().unwrap(),
            Err(SqlError::Timeout { ms: 1500 })
        ));
    });
    assert!(runner.run(&world.graph(), "SELECT 1", &short()).is_ok());
}

#[test]
fn a_child_that_talks_nonsense_is_no_answer() {
    let world = World::new();
    let script = |text: &str| {
        let path = world.folder().join("fake");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
        Runner::with_program(path).run(&world.graph(), "SELECT 1", &short())
    };
    assert!(matches!(
        script("exit 0"),
        Err(SqlError::WorkerDied { signal: None })
    ));
    assert!(matches!(
        script("kill -SEGV $$"),
        Err(SqlError::WorkerDied { signal: Some(11) })
    ));
    assert!(matches!(
        script("printf 'hello, world'"),
        Err(SqlError::Unavailable { .. })
    ));
    assert!(matches!(
        script("exec sleep 60"),
        Err(SqlError::Timeout { ms: 1500 })
    ));
    assert!(matches!(
        script("exec yes"),
        Err(SqlError::Unavailable { .. })
    ));
    let missing = Runner::with_program(world.folder().join("nowhere"));
    assert!(matches!(
        missing.run(&world.graph(), "SELECT 1", &short()),
        Err(SqlError::Unavailable { .. })
    ));
}

#[test]
fn the_child_ends_with_its_parent() {
    // A parent that dies closes the child's input, whatever it died of.
    let world = World::new();
    let work = world.folder().join("work");
    let policy = codegraph_sandbox::Policy {
        read: vec![
            world.graph(),
            "/proc/self/cgroup".into(),
            "/sys/fs/cgroup".into(),
        ],
        ..codegraph_sandbox::Policy::compute()
    };
    let request = json!({
        "graph": world.graph(),
        "sql": "SELECT sum(a.range + b.range) FROM range(10000000) a, range(10000000) b",
        "task": "run",
        "limits": Limits { timeout: Duration::from_mins(1), ..short() },
        "policy": policy,
    })
    .to_string();
    let mut child = Command::new(program::program())
        .arg("sql-worker")
        .current_dir(work)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input
        .write_all(&u32::try_from(request.len()).unwrap().to_le_bytes())
        .unwrap();
    input.write_all(request.as_bytes()).unwrap();
    // The first frame: it is inside and at work.
    let mut output = child.stdout.take().unwrap();
    output.read_exact(&mut [0; 4]).unwrap();
    let began = Instant::now();
    drop(input);
    child.wait().unwrap();
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
}
