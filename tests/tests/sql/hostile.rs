//! What SQL of somebody else must not do: reach out, take all there is, or stop others by a damaged file.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use codegraph_server::sql::{Limits, SqlError};
use serde_json::json;

use crate::sql::bombs;
use crate::sql::damage::{damage, repair_checksums};
use crate::sql::escapes::{self, Class};
use crate::sql::{CANARY, World, on_two_threads, seen, short};

#[test]
fn escapes_end_as_the_table_says() {
    let world = World::new();
    let before = world.snapshot();
    let wrong = Mutex::new(Vec::new());
    on_two_threads(escapes::TABLE, |&(group, template, expected)| {
        let statement = template.replace("{dir}", &world.folder().display().to_string());
        let answer = world.run(&statement, &Limits::default());
        let complain = |what: String| {
            wrong
                .lock()
                .unwrap()
                .push(format!("{group}: {template}: {what}"));
        };
        let class = Class::of(answer.as_ref().map(drop));
        if class != Some(expected) {
            complain(format!("expected {expected:?}, got {class:?}: {answer:?}"));
        }
        let seen = seen(&answer);
        for secret in [
            CANARY,
            &world.folder().display().to_string(),
            "/proc/",
            "root:",
        ] {
            if seen.contains(secret) {
                complain(format!("`{secret}` is in the answer: {seen}"));
            }
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(world.left_behind(), [""; 0].map(std::path::PathBuf::from));
    assert!(before == world.snapshot(), "a statement changed a file");
}

#[test]
fn the_escape_table_is_as_wide_as_it_says() {
    let mut groups = BTreeMap::<&str, usize>::new();
    for (group, _, class) in escapes::TABLE {
        if *class != Class::Answers {
            *groups.entry(group).or_default() += 1;
        }
    }
    assert!(groups.values().sum::<usize>() >= 75, "{groups:?}");
}

#[test]
#[expect(
    clippy::print_stderr,
    reason = "figures for whoever runs it with --nocapture"
)]
fn bombs_go_off_in_the_child() {
    let world = World::new();
    let limits = short();
    let wrong = Mutex::new(Vec::new());
    on_two_threads(bombs::LIST, |(name, statement)| {
        let complain = |what: String| wrong.lock().unwrap().push(format!("{name}: {what}"));
        let began = Instant::now();
        let (answer, usage) = world.runner.measure(&world.graph(), &statement(), &limits);
        let elapsed = began.elapsed();
        if elapsed > limits.timeout + Duration::from_secs(1) {
            complain(format!("took {elapsed:?}"));
        }
        if usage.peak_resident_bytes > limits.memory_bytes / 10 * 11 {
            complain(format!("used {} bytes", usage.peak_resident_bytes));
        }
        if let Err(SqlError::Unavailable { message }) = &answer {
            complain(format!("the child could not be spoken to: {message}"));
        }
        let next = world.run("SELECT 42 AS a", &limits);
        if next.as_ref().ok().map(|result| result.rows.clone()) != Some(vec![vec![json!(42)]]) {
            complain(format!("the next query failed: {next:?}"));
        }
        eprintln!(
            "{name:<32} {:>5} ms {:>4} MiB  {}",
            elapsed.as_millis(),
            usage.peak_resident_bytes >> 20,
            answer.map_or_else(
                |error| error.to_string().chars().take(90).collect(),
                |result| format!("{} rows", result.row_count)
            ),
        );
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(world.left_behind(), [""; 0].map(std::path::PathBuf::from));
}

#[test]
#[expect(
    clippy::print_stderr,
    reason = "figures for whoever runs it with --nocapture"
)]
fn damaged_files_end_the_child_at_most() {
    const FILES: u64 = 1_000;
    let world = World::new();
    let original = std::fs::read(world.graph()).unwrap();
    let block_size = usize::try_from(u64::from_le_bytes(
        original[4096 + 8 + 32..][..8].try_into().unwrap(),
    ))
    .unwrap();
    let limits = short();
    let outcomes = Mutex::new(BTreeMap::<String, usize>::new());
    let numbers: Vec<u64> = (0..FILES).collect();
    on_two_threads(&numbers, |&number| {
        let (what, mut bytes) = damage(&original, number);
        // Half of the files pass the checksums, so that the damage gets further.
        if number % 16 >= 8 {
            repair_checksums(&mut bytes, block_size);
        }
        let path = world
            .folder()
            .join(format!("graphs/damaged_{number}.duckdb"));
        std::fs::write(&path, bytes).unwrap();
        let began = Instant::now();
        let answer = world.runner.run(
            &path,
            "SELECT count(*), sum(length(name)), max(hash(f)) FROM nodes_file f",
            &limits,
        );
        let elapsed = began.elapsed();
        assert!(
            elapsed < limits.timeout + Duration::from_secs(1),
            "{what}: {elapsed:?}"
        );
        let outcome = match &answer {
            Ok(_) => "answered".to_owned(),
            Err(SqlError::Unavailable { message }) => panic!("{what}: {message}"),
            Err(error) => format!("{error:?}")
                .split([' ', '{', '('])
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        assert!(
            !seen(&answer).contains(&world.folder().display().to_string()),
            "{what}: {answer:?}"
        );
        *outcomes.lock().unwrap().entry(outcome).or_default() += 1;
        std::fs::remove_file(path).unwrap();
    });
    let outcomes = outcomes.into_inner().unwrap();
    eprintln!("{outcomes:?}");
    assert!(outcomes.len() > 1, "nothing was damaged: {outcomes:?}");
    assert!(world.run("SELECT 1", &limits).is_ok());
}

#[test]
fn the_checksum_is_duckdbs() {
    // Else `repair_checksums` would only add one more kind of damage.
    let world = World::new();
    let original = std::fs::read(world.graph()).unwrap();
    let block_size = usize::try_from(u64::from_le_bytes(
        original[4096 + 8 + 32..][..8].try_into().unwrap(),
    ))
    .unwrap();
    let mut repaired = original.clone();
    repair_checksums(&mut repaired, block_size);
    assert!(repaired == original, "block size {block_size}");
}
