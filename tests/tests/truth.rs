//! Programs whose calls are known: what the linker finds of them, through the real importer.

#[path = "../src/truth/mod.rs"]
mod truth;

/// Bars of precision and recall over the whole set.
const PRECISION: f64 = 0.95;
const RECALL: f64 = 0.92;

#[tokio::test]
async fn calls_are_found() {
    let score = truth::calls().await;
    println!("{score}");
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
