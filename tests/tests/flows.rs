//! Programs whose flows are known: what the search finds of them, through the real importer.

use std::io::Write as _;

#[path = "../src/flows/mod.rs"]
mod flows;
#[path = "../src/programs/mod.rs"]
mod programs;
#[path = "../src/score/mod.rs"]
mod score;

/// Bars of precision and recall over the whole set.
const PRECISION: f64 = 0.91;
const RECALL: f64 = 0.93;

#[tokio::test]
async fn flows_are_found() {
    let score = flows::run().await;
    // Shown with `--nocapture`.
    std::io::stdout()
        .write_all(score.to_string().as_bytes())
        .expect("standard output takes text");
    assert!(
        score.programs >= 350,
        "the set is not all there: {}",
        score.programs
    );
    assert!(
        score.precision() >= PRECISION && score.recall() >= RECALL,
        "below the bars {PRECISION} and {RECALL}: \n{score}"
    );
}

/// Searches a folder of sources for flows from what requests bring to what runs commands, and measures: `SOURCE=folder`.
#[tokio::test]
#[ignore = "needs a folder of sources"]
async fn folder_is_searched() {
    let folder = std::env::var_os("SOURCE").expect("SOURCE names a folder");
    flows::folder(std::path::Path::new(&folder)).await;
}
