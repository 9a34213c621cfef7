//! Programs with lines that fit patterns: what is found of them, through the real importer.

use std::io::Write as _;

#[path = "../src/folders/mod.rs"]
mod folders;
#[path = "../src/matches/mod.rs"]
mod matches;
#[path = "../src/programs/mod.rs"]
mod programs;
#[path = "../src/score/mod.rs"]
mod score;

/// Bars of precision and recall over the whole set.
const PRECISION: f64 = 0.90;
const RECALL: f64 = 0.90;

#[tokio::test]
async fn matches_are_found() {
    let score = matches::run().await;
    // Shown with `--nocapture`.
    std::io::stdout()
        .write_all(score.to_string().as_bytes())
        .expect("standard output takes text");
    assert!(
        score.programs >= 50,
        "the set is not all there: {}",
        score.programs
    );
    assert!(
        score.precision() >= PRECISION && score.recall() >= RECALL,
        "below the bars {PRECISION} and {RECALL}: \n{score}"
    );
}

/// Other names and other statements between change nothing of what is found.
#[tokio::test]
async fn variations_change_nothing() {
    let checked = matches::variations().await;
    assert!(checked >= 100, "only {checked} variations");
}

/// Searches a folder of sources and measures: `SOURCE=folder`.
#[tokio::test]
#[ignore = "needs a folder of sources"]
async fn folder_is_searched() {
    let folder = std::env::var_os("SOURCE").expect("SOURCE names a folder");
    matches::folder(std::path::Path::new(&folder)).await;
}
