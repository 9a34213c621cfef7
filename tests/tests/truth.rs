//! Programs whose calls are known: what the linker finds of them, through the real importer.

use std::io::Write as _;

#[path = "../src/programs/mod.rs"]
mod programs;
#[path = "../src/truth/mod.rs"]
mod truth;

/// Bars of precision and recall over the whole set.
const PRECISION: f64 = 0.95;
const RECALL: f64 = 0.95;

#[path = "../src/native/mod.rs"]
mod native;

#[tokio::test]
async fn calls_of_linked_programs_are_found() {
    let (programs, differences) = native::differences().await;
    assert!(programs >= 12, "the set is not all there: {programs}");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[tokio::test]
async fn calls_are_found() {
    let score = truth::calls().await;
    // Shown with `--nocapture`.
    std::io::stdout()
        .write_all(score.to_string().as_bytes())
        .expect("standard output takes text");
    assert!(
        score.programs >= 400,
        "the set is not all there: {}",
        score.programs
    );
    assert!(
        score.precision() >= PRECISION && score.recall() >= RECALL,
        "below the bars {PRECISION} and {RECALL}: \n{score}"
    );
}
