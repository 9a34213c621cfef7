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

/// Programs and bars of precision and recall of the recorded sets.
const RECORDED: [(&str, usize, f64, f64); 2] =
    [("c-calls", 150, 0.95, 0.95), ("cpp-calls", 143, 0.95, 0.92)];

#[tokio::test]
async fn calls_of_recorded_programs_are_found() {
    for (folder, programs, precision, recall) in RECORDED {
        let score = native::recorded(folder).await;
        std::io::stdout()
            .write_all(format!("{folder}\n{score}").as_bytes())
            .expect("standard output takes text");
        assert!(
            score.programs >= programs,
            "the set is not all there: {}",
            score.programs
        );
        assert!(
            score.precision() >= precision && score.recall() >= recall,
            "{folder} is below the bars {precision} and {recall}: \n{score}"
        );
    }
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
