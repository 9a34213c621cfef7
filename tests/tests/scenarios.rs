//! Scenarios against their cases, through the real importers, the real graph and the real host.

#[path = "../src/scenarios/mod.rs"]
mod scenarios;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_is_answered_as_it_says() {
    let wrong = scenarios::run().await;
    assert!(
        wrong.is_empty(),
        "{} answers are not as their cases say:\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}
