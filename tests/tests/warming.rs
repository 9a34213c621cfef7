//! Computing beforehand what scenarios ask for: what was warmed is not searched again, and warming ends when it should.

#[path = "../src/cases/built.rs"]
#[expect(dead_code, reason = "the tests of cases use the rest of it")]
mod built;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use codegraph_cases::Bench;
use codegraph_cpg::store::Graph;
use codegraph_model::{Clock, RepositoryId, RevisionId};
use codegraph_plugin_host::types::Ask;
use codegraph_plugin_host::{Cancel, Compiler};
use codegraph_server::warming::{Warmed, Warming, warm};

const LONG: Duration = Duration::from_mins(5);
/// The question that the example plugin wants to have asked.
const WARM: &str = "what reaches commands?";

async fn world() -> (Bench, Arc<Graph>, tempfile::TempDir) {
    let wanted = ["import-python", "command-flows"];
    let files: Vec<PathBuf> = built::all()
        .into_iter()
        .filter(|plugin| wanted.contains(&plugin.id.as_str()))
        .map(|plugin| plugin.wasm)
        .collect();
    let bench = Bench::start(&files, Vec::new(), Compiler::InProcess, None)
        .await
        .expect("the host starts");
    assert_eq!(bench.tested().expect("both are loaded").len(), 2);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = "import os\n\ndef f():\n    os.system(os.environ[\"WHAT\"])\n";
    std::fs::write(folder.path().join("run.py"), text).expect("a file");
    let graph = bench.import("warm", folder.path()).await;
    (bench, graph.expect("the import succeeds"), folder)
}

async fn ask(bench: &Bench, graph: &Arc<Graph>) -> bool {
    let (out, mut pieces) = tokio::sync::mpsc::channel(16);
    let ask = Ask {
        question: WARM.into(),
        ..Ask::default()
    };
    let call = bench
        .host()
        .ask("command-flows", ask, graph.clone(), out, Cancel::new());
    let (answered, ()) = tokio::join!(call, async { while pieces.recv().await.is_some() {} });
    answered.expect("it answers").outcome.found
}

#[tokio::test]
async fn what_was_warmed_is_answered_without_a_search() {
    let (bench, graph, _folder) = world().await;
    let cancel = Cancel::new();
    assert_eq!(bench.graphs().searches(), 0);
    let warmed = warm(bench.host(), graph.clone(), LONG, &cancel).await;
    let all = Warmed {
        answered: 1,
        ..Warmed::default()
    };
    assert_eq!(warmed, all);
    assert_eq!(bench.graphs().searches(), 1);
    assert!(ask(&bench, &graph).await, "the flow is there");
    assert_eq!(bench.graphs().searches(), 1, "it was kept");
    // Warm already: nothing is searched.
    assert_eq!(warm(bench.host(), graph, LONG, &cancel).await, all);
    assert_eq!(bench.graphs().searches(), 1);
}

#[tokio::test]
async fn a_stop_or_no_time_ends_it_before_the_next_question() {
    let (bench, graph, _folder) = world().await;
    let stopped = Warmed {
        stopped: true,
        ..Warmed::default()
    };
    let cancel = Cancel::new();
    let none = warm(bench.host(), graph.clone(), Duration::ZERO, &cancel).await;
    assert_eq!(none, stopped);
    cancel.cancel();
    assert_eq!(warm(bench.host(), graph, LONG, &cancel).await, stopped);
    assert_eq!(bench.graphs().searches(), 0);
}

#[tokio::test]
async fn a_scenario_that_is_gone_is_not_asked() {
    let (bench, graph, _folder) = world().await;
    let plugin = bench
        .host()
        .plugins()
        .into_iter()
        .find(|plugin| plugin.id == "command-flows")
        .expect("it is loaded");
    std::fs::remove_file(&plugin.path).expect("the file goes");
    bench.host().rescan().await;
    let warmed = warm(bench.host(), graph, LONG, &Cancel::new()).await;
    assert_eq!(warmed, Warmed::default());
    assert_eq!(bench.graphs().searches(), 0);
}

#[tokio::test]
async fn a_graph_is_warmed_once_and_a_newer_one_ends_it() {
    let (bench, graph, _folder) = world().await;
    let now = Clock::fixed(jiff::Timestamp::default()).now();
    let (repository, first, second) = (
        RepositoryId::new(now),
        RevisionId::new(now),
        RevisionId::new(now),
    );
    let path = graph.path().to_owned();
    let lease = Arc::new(());
    let begin = |warming: &Warming, revision| {
        let place = (repository, revision, path.clone());
        let graphs = bench.graphs().clone();
        warming.begin(bench.host_shared(), graphs, place, Arc::clone(&lease))
    };
    let off = Warming::new(Duration::ZERO);
    assert!(begin(&off, first).is_none(), "it is switched off");

    let warming = Warming::new(LONG);
    // On one thread nothing of them has run before both are begun.
    let older = begin(&warming, first).expect("it begins");
    assert!(begin(&warming, first).is_none(), "it was begun before");
    let newer = begin(&warming, second).expect("another graph is warmed too");
    assert!(older.await.expect("it ends").stopped);
    assert_eq!(newer.await.expect("it ends").answered, 1);
    assert_eq!(Arc::strong_count(&lease), 1, "leases are let go");

    let last = begin(&warming, first).expect("it is not the last one any more");
    warming.stop();
    assert!(last.await.expect("it ends").stopped);
}
