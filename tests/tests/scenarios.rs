//! Scenarios against their cases, through the real importers, the real graph and the real host.

#[path = "../src/cases/mod.rs"]
mod cases;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_is_answered_as_it_says() {
    let failures = cases::run("scenario").await.failures;
    let shown: Vec<String> = failures.iter().map(ToString::to_string).collect();
    assert!(
        shown.is_empty(),
        "{} answers are not as their cases say:\n\n{}",
        shown.len(),
        shown.join("\n\n")
    );
}
