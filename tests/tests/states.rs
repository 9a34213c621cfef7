//! Programs whose objects go through known states: what the search finds of them, through the real importer.

use std::io::Write as _;

#[path = "../src/folders/mod.rs"]
mod folders;
#[path = "../src/programs/mod.rs"]
mod programs;
#[path = "../src/score/mod.rs"]
mod score;
#[path = "../src/states/mod.rs"]
mod states;

/// Bars of precision and recall over the whole set.
const PRECISION: f64 = 0.90;
const RECALL: f64 = 0.90;

#[tokio::test]
async fn states_are_found() {
    let score = states::run().await;
    // Shown with `--nocapture`.
    std::io::stdout()
        .write_all(score.to_string().as_bytes())
        .expect("standard output takes text");
    assert!(
        score.programs >= 60,
        "the set is not all there: {}",
        score.programs
    );
    assert!(
        score.precision() >= PRECISION && score.recall() >= RECALL,
        "below the bars {PRECISION} and {RECALL}: \n{score}"
    );
}

/// Other names, other statements between, and closing in a function of its own change nothing of what is found.
#[tokio::test]
async fn variations_change_nothing() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let (host, language) = programs::host(work.path()).await;
    let mut checked = 0;
    for (topic, program) in programs::programs("states", |(), _| {}) {
        let before = states::found(&host, &language, &program).await;
        for varied in states::vary(&program) {
            let after = states::found(&host, &language, &varied.program).await;
            let expected = varied.moved(&program, &before);
            let wrapped = varied.name == "wrapped";
            // An error shows where the function closes: the programs count, not the lines.
            let same = if wrapped {
                let labels = |lines: &states::Lines| -> std::collections::BTreeSet<String> {
                    lines.iter().map(|(.., label)| label.clone()).collect()
                };
                labels(&after) == labels(&expected)
            } else {
                after == expected
            };
            assert!(
                same,
                "{topic} {} {}: {after:?} instead of {expected:?}\n{}",
                program.title, varied.name, varied.program.files[0].1
            );
            checked += 1;
        }
    }
    assert!(checked >= 180, "only {checked} variations");
}

/// Searches a folder of sources and measures: `SOURCE=folder`.
#[tokio::test]
#[ignore = "needs a folder of sources"]
async fn folder_is_searched() {
    let folder = std::env::var_os("SOURCE").expect("SOURCE names a folder");
    states::folder(std::path::Path::new(&folder)).await;
}

#[path = "../src/native_states/mod.rs"]
mod native_states;

/// Memory, files and locks of C programs, by what descriptions of libraries say of resources.
#[tokio::test]
async fn states_of_native_programs_are_found() {
    let score = native_states::run().await;
    std::io::stdout()
        .write_all(score.to_string().as_bytes())
        .expect("standard output takes text");
    assert!(
        score.programs >= 80,
        "the set is not all there: {}",
        score.programs
    );
    assert!(
        score.precision() >= PRECISION && score.recall() >= RECALL,
        "below the bars {PRECISION} and {RECALL}: \n{score}"
    );
}
