//! Importers against their cases, through the real host.

#[path = "../src/importers/mod.rs"]
mod importers;

#[tokio::test]
async fn every_case_gives_its_graph() {
    let differences = importers::run().await;
    assert!(
        differences.is_empty(),
        "{} cases differ (UPDATE_CASES=1 rewrites them; read what it wrote):\n{}",
        differences.len(),
        differences.join("\n")
    );
}
