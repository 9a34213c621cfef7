//! Answers of scenarios: what reaches the reader, and what does not.

use std::sync::Arc;
use std::time::Duration;

use codegraph_plugin_host::types::{Ask, Chunk};
use codegraph_plugin_host::{Cancel, PluginError};
use tokio::sync::mpsc;

use super::world::{OneFile, World};
use codegraph_tests::plugins::guest::{Guest, ID};
use codegraph_tests::plugins::hostile::{self, CHUNKS, citation_chunk, speaker, store, text_chunk};

#[tokio::test]
async fn sound_plugins_answer() {
    let world = World::with(&[Guest::importer("good"), Guest::scenario("asked")]).await;
    world.ready("good").ready("asked");
    let lowered = world.lower("good").await.unwrap();
    assert_eq!(lowered.ast.len(), 1);
    assert!(lowered.bill.peak_memory >= 2 * 65536);
    let (answered, chunks) = world.ask("asked").await;
    assert!(!answered.unwrap().outcome.found && chunks.is_empty());
    assert_eq!(world.host.scenarios()[0].descriptor.id, "asked");
    assert!(
        matches!(world.ask("good").await.0, Err(PluginError::Unknown(_))),
        "an importer answers no questions"
    );
    assert!(
        matches!(world.lower("asked").await, Err(PluginError::Unknown(_))),
        "a scenario lowers no files"
    );
}

#[tokio::test]
async fn texts_come_clean_and_in_order() {
    let pieces = [
        text_chunk(0, 4, ID, 7),
        text_chunk(1, 0, 2048, 10),
        text_chunk(2, 5, ID, 7),
    ]
    .concat();
    let guest = speaker("speaker", 3, &pieces, false)
        .items("(data (i32.const 2048) \"a\\1b[31m\\r\\nb\\07\")");
    let world = World::with(&[guest]).await;
    let (answered, chunks) = world.ready("speaker").ask("speaker").await;
    assert_eq!(
        chunks,
        [
            Chunk::Progress("speaker".into()),
            Chunk::Text("a[31m\nb".into()),
            Chunk::FollowUp("speaker".into())
        ]
    );
    let bill = answered.unwrap().bill;
    assert_eq!((bill.rows, bill.host_calls), (3, 1));
}

#[tokio::test]
async fn citations_are_held_against_the_source() {
    let (path, escape) = ((2048, 4), (2100, 16));
    let pieces = [
        citation_chunk(0, path, 4, (2060, 7)),
        citation_chunk(1, path, 1, (2060, 7)),
        citation_chunk(2, escape, 1, (2060, 7)),
        citation_chunk(3, path, 99, (2060, 7)),
        citation_chunk(4, path, 0, (2060, 7)),
    ]
    .concat();
    let guest = speaker("witness", 5, &pieces, false)
        .items("(data (i32.const 2048) \"a.py\") (data (i32.const 2060) \"x = f()\") (data (i32.const 2100) \"../../etc/passwd\")");
    let world = World::with(&[guest]).await;
    let (answered, chunks) = world.ready("witness").ask("witness").await;
    let said: Vec<_> = chunks
        .iter()
        .map(|chunk| match chunk {
            Chunk::Citation(citation) => (citation.line, citation.code.as_str()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(said, [(4, "x = f()"), (1, "def f():")]);
    assert_eq!(
        answered.unwrap().bill.log_lines,
        4,
        "one corrected, three dropped"
    );
}

#[tokio::test]
async fn a_confidence_that_is_none() {
    // result<outcome, fault>: the confidence stands 8 bytes in.
    let guest =
        Guest::scenario("sure").work("(f64.store (i32.const 64) (f64.const nan)) (i32.const 56)");
    let world = World::with(&[guest]).await;
    let (answered, _) = world.ready("sure").ask("sure").await;
    let error = answered.unwrap_err();
    assert!(
        matches!(&error, PluginError::BadAnswer(text) if text.contains("NaN")),
        "{error}"
    );
}

#[tokio::test]
async fn a_table_whose_rows_differ_is_a_fault() {
    // A table without columns; the guest traps unless it is told so.
    let pieces = store(CHUNKS, 1);
    let mut guest = speaker("tables", 1, &pieces, false);
    guest.work = guest
        .work
        .replace("(i32.const 0)\n", "")
        .trim_end()
        .trim_end_matches("(i32.const 0)")
        .to_owned();
    guest.work +=
        "(if (i32.eqz (i32.load8_u (i32.const 16384))) (then (unreachable))) (i32.const 0)";
    let world = World::with(&[guest]).await;
    let (answered, chunks) = world.ready("tables").ask("tables").await;
    answered.unwrap();
    assert!(chunks.is_empty());
}

#[tokio::test]
async fn an_answer_without_end() {
    let world = World::with_config(
        &[speaker("endless", 1, &text_chunk(0, 0, ID, 7), true)],
        |config| {
            config.limits.scenario.rows = 500;
        },
    )
    .await;
    let (answered, chunks) = world.ready("endless").ask("endless").await;
    assert_eq!(
        answered.unwrap_err(),
        PluginError::OutputLimit {
            what: "pieces of an answer",
            limit: 500
        }
    );
    assert_eq!(chunks.len(), 500);
}

#[tokio::test]
async fn a_reader_that_has_gone_closes_the_sink() {
    // The guest ends when it is told `closed`: an `ok` whose signal is 1.
    let mut guest = speaker("talker", 1, &text_chunk(0, 0, ID, 7), false);
    guest.work = guest.work.replace(
        "(i32.const 16384)) ",
        "(i32.const 16384)) (br_if $l (i32.eqz (i32.load8_u (i32.const 16388)))) ",
    );
    let world = World::with(&[guest]).await;
    world.ready("talker");
    let (out, mut answer) = mpsc::channel(1);
    let call = world.host.ask(
        "talker",
        Ask::default(),
        Arc::new(OneFile),
        out,
        Cancel::new(),
    );
    let read = async {
        answer.recv().await.unwrap();
        drop(answer);
    };
    let (answered, ()) = tokio::join!(call, read);
    answered.unwrap();
}

#[tokio::test]
async fn a_slow_reader_costs_no_time_of_the_plugin() {
    let world = World::with_config(
        &[speaker("patient", 1, &text_chunk(0, 0, ID, 7), true)],
        |config| {
            config.limits.scenario.time = Duration::from_millis(500);
            config.limits.scenario.rows = 30;
        },
    )
    .await;
    world.ready("patient");
    let (out, mut answer) = mpsc::channel(1);
    let call = world.host.ask(
        "patient",
        Ask::default(),
        Arc::new(OneFile),
        out,
        Cancel::new(),
    );
    let read = async {
        // Slow by its nature, not to wait for something: twice the plugin's time in all.
        while answer.recv().await.is_some() {
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    };
    let (answered, ()) = tokio::join!(call, read);
    assert!(matches!(
        answered.unwrap_err(),
        PluginError::OutputLimit { .. }
    ));
}

#[tokio::test]
async fn cancelling_ends_the_call() {
    let world =
        World::with(&[Guest::scenario("stuck").work("(loop $l (br $l)) (unreachable)")]).await;
    world.ready("stuck");
    let (out, _answer) = mpsc::channel(1);
    let cancel = Cancel::new();
    let call = world.host.ask(
        "stuck",
        Ask::default(),
        Arc::new(OneFile),
        out,
        cancel.clone(),
    );
    let stop = async {
        tokio::task::yield_now().await;
        cancel.cancel();
    };
    let (answered, ()) = tokio::join!(call, stop);
    assert_eq!(answered.unwrap_err(), PluginError::Cancelled);
}

#[tokio::test]
async fn what_was_not_granted_is_denied() {
    let world =
        World::with_config(&[hostile::denied()], |config| config.grants.usual.clear()).await;
    world.ready("denied");
    assert!(world.status("denied").granted.is_empty());
    let (answered, _) = world.ask("denied").await;
    answered.unwrap();
    // With the grant the same guest gets its rows, and traps because it is not denied.
    let world = World::with(&[hostile::denied()]).await;
    let (answered, _) = world.ask("denied").await;
    assert!(matches!(answered.unwrap_err(), PluginError::Trap(_)));
}
