//! Scenarios against their cases, through the real importers, the real graph and the real host.

use std::collections::BTreeMap;

use codegraph_server::routing::route;

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

/// Questions as users write them, with the scenario that they are for.
const QUESTIONS: &str = include_str!("../src/routing/questions.tsv");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_go_to_the_scenario_that_they_are_for() {
    let bench = cases::bench().await;
    let scenarios = bench.host().scenarios();
    let mut matrix: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    let lines = QUESTIONS.lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        let [wanted, language, question] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}: not a scenario, a language and a question");
        };
        assert!(["en", "ru"].contains(&language), "{line}");
        assert!(
            scenarios.iter().any(|one| one.descriptor.id == wanted),
            "{line}: there is no such scenario"
        );
        let taken = route(question, None, &scenarios, None).expect("a scenario takes it");
        matrix
            .entry((wanted, taken.scenario_id))
            .or_default()
            .push(question);
    }
    let shown: Vec<String> = matrix
        .iter()
        .map(|((wanted, taken), questions)| format!("{wanted} -> {taken}: {}", questions.len()))
        .collect();
    let wrong: Vec<_> = matrix
        .iter()
        .filter(|((wanted, taken), _)| wanted != taken)
        .collect();
    assert!(matrix.values().map(Vec::len).sum::<usize>() >= 60);
    assert!(wrong.is_empty(), "{}\n{wrong:#?}", shown.join("\n"));
}
