//! Importers against their cases, through the real host.

#[path = "../src/cases/mod.rs"]
mod cases;

#[tokio::test]
async fn every_case_gives_its_graph() {
    let failures = cases::run("importer").await.failures;
    let shown: Vec<String> = failures.iter().map(ToString::to_string).collect();
    assert!(
        shown.is_empty(),
        "{} cases differ (UPDATE_CASES=1 rewrites them; read what it wrote):\n{}",
        shown.len(),
        shown.join("\n")
    );
}
