//! Every hostile call ends in its typed error, and the host and all other plugins go on.

use std::time::{Duration, Instant};

use codegraph_plugin_host::{HostConfig, PluginError, Refusal};

use super::world::World;
use codegraph_tests::plugins::guest::{Guest, HEAP};
use codegraph_tests::plugins::hostile;

const TIME: Duration = Duration::from_millis(200);
const MEMORY: u64 = 64 << 20;

/// Short limits, so that the tests are.
fn short(config: &mut HostConfig) {
    config.limits.importer.time = TIME;
    config.limits.importer.memory = MEMORY;
    config.limits.scenario.time = TIME;
}

/// Lowers with a hostile plugin, then with a sound one in the same host.
async fn error_of(guest: Guest) -> PluginError {
    let world = World::with_config(&[guest.clone(), Guest::importer("good")], short).await;
    world.ready(&guest.id);
    let error = world
        .lower(&guest.id)
        .await
        .map(|lowered| lowered.bill)
        .unwrap_err();
    assert!(error.is_misbehaviour(), "{error}");
    world.lower("good").await.unwrap();
    assert_eq!(world.host.memory_in_use(), 0);
    error
}

#[tokio::test]
async fn endless_loop() {
    assert_eq!(
        error_of(hostile::endless_loop()).await,
        PluginError::Timeout { limit: TIME }
    );
}

#[tokio::test]
async fn endless_fill() {
    assert_eq!(
        error_of(hostile::endless_fill()).await,
        PluginError::Timeout { limit: TIME }
    );
}

#[tokio::test]
async fn memory_bomb() {
    assert_eq!(
        error_of(hostile::memory_bomb()).await,
        PluginError::MemoryLimit { limit: MEMORY }
    );
}

#[tokio::test]
async fn all_memory_together() {
    let mut greedy = Guest::importer("greedy").work("(loop $l (br $l)) (unreachable)");
    greedy.pages = 512;
    let world = World::with_config(&[greedy], |config| {
        short(config);
        config.limits.total_memory = 48 << 20;
    })
    .await;
    let (first, second) = tokio::join!(world.lower("greedy"), world.lower("greedy"));
    let errors = [first.unwrap_err(), second.unwrap_err()];
    assert!(
        errors.contains(&PluginError::Timeout { limit: TIME }),
        "{errors:?}"
    );
    assert!(
        errors
            .iter()
            .any(|error| matches!(error, PluginError::Busy { .. })),
        "{errors:?}"
    );
}

#[tokio::test]
async fn deep_recursion() {
    assert_eq!(
        error_of(hostile::deep_recursion()).await,
        PluginError::StackOverflow
    );
}

#[tokio::test]
async fn traps() {
    for (guest, words) in [
        (hostile::trap(), "unreachable"),
        (hostile::division(), "divide by zero"),
    ] {
        let error = error_of(guest).await;
        assert!(
            matches!(&error, PluginError::Trap(text) if text.contains(words)),
            "{error}"
        );
    }
}

#[tokio::test]
async fn broken_answers() {
    let error = error_of(hostile::wild_pointer()).await;
    assert!(matches!(error, PluginError::BadAnswer(_)), "{error}");
}

#[tokio::test]
async fn log_flood_is_capped_and_counted() {
    let world = World::with_config(&[hostile::log_flood()], |config| {
        config.limits.importer.log_lines = 50;
        config.limits.importer.time = Duration::from_secs(20);
    })
    .await;
    let bill = world.lower("log-flood").await.unwrap().bill;
    assert_eq!((bill.log_lines, bill.log_lines_dropped), (50, 999_950));
    assert_eq!(bill.host_calls, 1_000_000);
}

#[tokio::test]
async fn call_flood() {
    let world = World::with(&[hostile::call_flood()]).await;
    let error = world.lower("call-flood").await.unwrap_err();
    assert_eq!(error, PluginError::HostCallLimit { limit: 100_000 });
}

#[tokio::test]
async fn table_bomb() {
    let error = error_of(hostile::table_bomb()).await;
    assert_eq!(
        error,
        PluginError::ResourceLimit {
            what: "table elements",
            limit: 100_000
        }
    );
}

#[tokio::test]
async fn huge_output() {
    let flood = |config: &mut HostConfig| config.limits.importer.rows = 100_000;
    let world = World::with_config(&[hostile::rows("rows", 10_000, "", true)], flood).await;
    let error = world.lower("rows").await.unwrap_err();
    assert_eq!(
        error,
        PluginError::OutputLimit {
            what: "rows",
            limit: 100_000
        }
    );

    let error = error_of(hostile::rows("batch", 300_000, "", false)).await;
    assert_eq!(
        error,
        PluginError::OutputLimit {
            what: "bytes in a batch",
            limit: 8 << 20
        }
    );

    let error = error_of(hostile::rows("transfer", 1_000_000, "", false)).await;
    assert_eq!(
        error,
        PluginError::OutputLimit {
            what: "bytes at once",
            limit: 16 << 20
        }
    );

    let output = |config: &mut HostConfig| config.limits.importer.output = 1 << 20;
    let world = World::with_config(&[hostile::rows("bytes", 10_000, "", true)], output).await;
    let error = world.lower("bytes").await.unwrap_err();
    assert_eq!(
        error,
        PluginError::OutputLimit {
            what: "bytes",
            limit: 1 << 20
        }
    );
}

#[tokio::test]
async fn rows_that_can_be_are_taken() {
    let world = World::with(&[hostile::rows("rows", 10, "", false)]).await;
    let lowered = world.lower("rows").await.unwrap();
    assert_eq!(lowered.ast.len(), 11);
    assert_eq!((lowered.bill.rows, lowered.bill.host_calls), (10, 1));
}

#[tokio::test]
async fn rows_that_lie() {
    use hostile::{list, store};
    // One element that differs from zero, for the first row of a list.
    let one =
        |number: u32, value: i64| format!("{} {}", store(2048, value), store(list(number), 2048));
    let cases = [
        ("kind", 1, one(0, 99), "node kind"),
        ("file", 1, one(0, 1), "node kind"),
        ("role", 1, one(1, 200), "role"),
        ("parent", 1, one(2, 7), "parent"),
        ("itself", 1, one(2, 1), "parent"),
        ("start", 1, one(4, 5), "offset"),
        ("end", 1, one(5, 101), "offset"),
        ("text", 1, one(6, 1), "text number"),
        ("length", 2, store(list(3) + 4, 1), "differ in length"),
        ("first", 1, store(8192, 9), "go on"),
        (
            "pairs",
            1,
            format!("{} {}", store(list(10), 2048), store(list(10) + 4, 1)),
            "pairs",
        ),
        (
            "reference",
            1,
            format!(
                "{} {} {}",
                store(2048, 77),
                store(list(11), 2048),
                store(list(11) + 4, 2)
            ),
            "reference",
        ),
        (
            "keyword",
            1,
            format!(
                "{} {} {}",
                store(2052, 77),
                store(list(10), 2048),
                store(list(10) + 4, 2)
            ),
            "argument name",
        ),
        (
            "offsets",
            1,
            format!(
                "{} {} {}",
                store(2048, 5),
                store(list(12), 2048),
                store(list(12) + 4, 1)
            ),
            "offsets",
        ),
        (
            "utf8",
            1,
            // Offsets 0 and 1 over the byte 0xFF.
            [
                store(2052, 1),
                store(2056, 255),
                store(list(12), 2048),
                store(list(12) + 4, 2),
                store(list(13), 2056),
                store(list(13) + 4, 1),
            ]
            .concat(),
            "UTF-8",
        ),
    ];
    for (id, rows, patch, words) in cases {
        let error = error_of(hostile::rows(id, rows, &patch, false)).await;
        assert!(
            matches!(&error, PluginError::BadRows(bad) if bad.to_string().contains(words)),
            "{id}: {error}"
        );
    }
}

async fn outline_error(guest: Guest) -> PluginError {
    let world = World::with_config(std::slice::from_ref(&guest), short).await;
    world
        .ready(&guest.id)
        .host
        .outline(&guest.id, "a.x", b"x".as_slice().into())
        .await
        .unwrap_err()
}

#[tokio::test]
async fn texts_that_lie() {
    let error = outline_error(hostile::bad_utf8()).await;
    assert!(
        matches!(&error, PluginError::BadAnswer(text) if text.contains("utf-8")),
        "{error}"
    );
    let error = outline_error(hostile::outline_text("four-gib", 2, 0, 0xffff_ffff)).await;
    assert!(matches!(error, PluginError::BadAnswer(_)), "{error}");
    let error = outline_error(hostile::outline_text(
        "large",
        512,
        i64::from(HEAP),
        20 << 20,
    ))
    .await;
    assert_eq!(
        error,
        PluginError::OutputLimit {
            what: "bytes at once",
            limit: 16 << 20
        }
    );
}

#[tokio::test]
async fn start_functions() {
    let trap = hostile::start("start-trap", "(unreachable)");
    let endless = hostile::start("start-loop", "(loop $l (br $l))");
    // Longer than a tick: the host yields in the middle of it.
    let yields = hostile::start(
        "start-yields",
        "(local $n i64) (loop $l (local.set $n (i64.add (local.get $n) (i64.const 1))) (br_if $l (i64.lt_u (local.get $n) (i64.const 60000000))))",
    );
    let world = World::with_config(&[trap, endless, yields], |config| {
        config.limits.importer.time = Duration::from_secs(2);
    })
    .await;
    assert!(matches!(
        world.refusal("start-trap"),
        Refusal::Smoke(PluginError::Trap(_))
    ));
    assert!(matches!(
        world.refusal("start-loop"),
        Refusal::Smoke(PluginError::Timeout { .. })
    ));
    world
        .ready("start-yields")
        .lower("start-yields")
        .await
        .unwrap();
}

#[tokio::test]
async fn handle_flood() {
    let world = World::with(&[hostile::handle_flood()]).await;
    let (answered, _) = world.ready("handle-flood").ask("handle-flood").await;
    assert_eq!(
        answered.unwrap_err(),
        PluginError::ResourceLimit {
            what: "handles",
            limit: 1000
        }
    );
}

#[tokio::test]
async fn quarantine() {
    let world = World::with_config(&[hostile::trap(), Guest::importer("good")], |config| {
        config.clock = codegraph_model::Clock::fixed(jiff::Timestamp::UNIX_EPOCH);
    })
    .await;
    for _ in 0..5 {
        assert!(matches!(
            world.lower("trap").await.unwrap_err(),
            PluginError::Trap(_)
        ));
    }
    let error = world.lower("trap").await.unwrap_err();
    let PluginError::Quarantined {
        plugin,
        reason,
        retry_after,
    } = &error
    else {
        panic!("{error}")
    };
    assert_eq!((plugin.as_str(), retry_after.as_secs()), ("trap", 30));
    assert!(reason.contains("unreachable"), "{reason}");
    assert!(matches!(
        world.status("trap").state,
        codegraph_plugin_host::PluginState::Quarantined { .. }
    ));
    world.lower("good").await.unwrap();
    assert!(world.host.release("trap"));
    assert!(matches!(
        world.lower("trap").await.unwrap_err(),
        PluginError::Trap(_)
    ));
}

#[tokio::test]
async fn a_full_queue_is_busy() {
    let world = World::with_config(&[hostile::endless_loop()], |config| {
        short(config);
        config.limits.slots = 1;
        config.limits.queue = 1;
    })
    .await;
    let call = || world.lower("endless-loop");
    let (first, second, third) = tokio::join!(call(), call(), call());
    assert_eq!(first.unwrap_err(), PluginError::Timeout { limit: TIME });
    assert_eq!(second.unwrap_err(), PluginError::Timeout { limit: TIME });
    assert!(matches!(third.unwrap_err(), PluginError::Busy { .. }));
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_ends() {
    let world = World::with_config(
        &[hostile::endless_loop(), Guest::importer("good")],
        |config| {
            config.limits.slots = 1;
        },
    )
    .await;
    // The time of this call is a minute; its only slot is free again at once.
    let start = Instant::now();
    assert!(
        tokio::time::timeout(Duration::from_millis(50), world.lower("endless-loop"))
            .await
            .is_err()
    );
    world.lower("good").await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn scenarios_end_in_their_errors_too() {
    let guests = hostile::scenarios();
    let mut all = guests.clone();
    all.push(Guest::scenario("good"));
    let world = World::with_config(&all, short).await;
    for guest in &guests {
        world.ready(&guest.id);
        let (answered, _) = world.ask(&guest.id).await;
        // Lines of a log that are too many are dropped, which is no error.
        let is_cut = guest.id == "log-flood";
        assert!(answered.is_err() || is_cut, "{}: {answered:?}", guest.id);
        let error = answered.err();
        assert!(
            error.is_none_or(|error| error.is_misbehaviour()),
            "{}",
            guest.id
        );
        world.ask("good").await.0.unwrap();
        assert_eq!(world.host.memory_in_use(), 0, "{}", guest.id);
    }
}

/// Resident memory of this process, bytes.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

#[expect(clippy::print_stderr, reason = "a measured figure of a test")]
fn show(line: &str) {
    eprintln!("{line}");
}

#[test]
fn memory_goes_back_after_many_hostile_calls() {
    // In a process of its own: the memory of the tests beside it would count.
    let name = module_path!().split_once("::").unwrap().1;
    let inner = format!("{name}::many_hostile_calls");
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([inner.as_str(), "--exact", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stderr) + String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success() && said.contains("1 passed"),
        "{said}"
    );
    // Shown, not asserted: the machine may be busy.
    show(
        said.lines()
            .find(|line| line.contains("hostile calls"))
            .unwrap_or_default(),
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by memory_goes_back_after_many_hostile_calls"]
async fn many_hostile_calls() {
    let limit = Duration::from_millis(50);
    let guests = [
        hostile::endless_loop(),
        hostile::memory_bomb(),
        hostile::deep_recursion(),
        hostile::trap(),
        hostile::call_flood(),
        hostile::table_bomb(),
        hostile::rows("rows", 200_000, "", true),
        Guest::importer("good"),
    ];
    let world = World::with_config(&guests, |config| {
        short(config);
        config.limits.importer.time = limit;
        // So that the flood of rows ends at the same row each time, whatever else the machine does.
        config.limits.importer.rows = 500_000;
        // A clock that jumps an hour a look leaves no two failures in one minute.
        let looks = std::sync::atomic::AtomicI64::new(0);
        config.clock = codegraph_model::Clock::new(move || {
            let hours = looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            jiff::Timestamp::from_second(3600 * hours).unwrap()
        });
    })
    .await;
    let round = async || {
        let mut late = Duration::ZERO;
        for guest in &guests {
            let start = Instant::now();
            let ended = world.lower(&guest.id).await;
            assert_eq!(
                ended.is_ok(),
                guest.id == "good",
                "{}: {:?}",
                guest.id,
                ended.err()
            );
            late = late.max(start.elapsed().saturating_sub(limit));
        }
        late
    };
    // Until every slot of the pool was used and the allocator keeps what it keeps: from then on nothing may be added.
    for _ in 0..60 {
        round().await;
    }
    let before = resident();
    let mut late = Duration::ZERO;
    for _ in 0..150 {
        late = late.max(round().await);
    }
    let grown = resident().saturating_sub(before) >> 20;
    assert_eq!(world.host.memory_in_use(), 0);
    show(&format!(
        "1,200 hostile calls: resident memory grew by {grown} MiB, the latest ended {late:?} after its deadline"
    ));
    assert!(grown < 32, "resident memory grew by {grown} MiB");
}
