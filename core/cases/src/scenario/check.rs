//! Whether an answer is as its case says, and as every answer must be.

use super::answer::Answer;
use super::case::Expected;

/// What is wrong with an answer.
pub(crate) fn problems(expected: &Expected, answer: &Answer) -> Vec<String> {
    let mut problems = always(answer);
    let mut wrong = |problem: String| problems.push(problem);
    let outcome = match &answer.outcome {
        Ok(outcome) => outcome,
        Err(error) => return vec![format!("it failed: {error}")],
    };
    if let Some(intent) = &expected.intent
        && *intent != outcome.intent
    {
        wrong(format!("intent is `{}`, not `{intent}`", outcome.intent));
    }
    if let Some(found) = expected.found
        && found != outcome.found
    {
        wrong(format!("found is {}, not {found}", outcome.found));
    }
    if let Some((least, most)) = expected.confidence
        && !(least..=most).contains(&outcome.confidence)
    {
        wrong(format!(
            "confidence is {}, not {least}..{most}",
            outcome.confidence
        ));
    }
    let missing = |list: &[String], text: &str| -> Vec<String> {
        list.iter()
            .filter(|part| !text.contains(part.as_str()))
            .cloned()
            .collect()
    };
    for part in missing(&expected.says, &answer.text) {
        wrong(format!("it does not say {part:?}"));
    }
    for part in missing(&expected.draws, &answer.pictures) {
        wrong(format!("it does not draw {part:?}"));
    }
    for part in missing(&expected.follows, &answer.follow_ups.join("\n")) {
        wrong(format!("it does not lead on to {part:?}"));
    }
    for part in expected
        .says_not
        .iter()
        .filter(|part| answer.text.contains(part.as_str()))
    {
        wrong(format!("it says {part:?}"));
    }
    for part in expected
        .draws_not
        .iter()
        .filter(|part| answer.pictures.contains(part.as_str()))
    {
        wrong(format!("it draws {part:?}"));
    }
    let cited: Vec<String> = answer
        .citations
        .iter()
        .map(|citation| format!("{}:{}", citation.path, citation.line))
        .collect();
    for wanted in &expected.cites {
        let (place, code) = wanted.split_once(' ').unwrap_or((wanted, ""));
        let fits = answer
            .citations
            .iter()
            .zip(&cited)
            .any(|(citation, at)| at == place && citation.code.contains(code));
        if !fits {
            wrong(format!("it does not cite {wanted}"));
        }
    }
    if let Some(only) = &expected.cites_only
        && *only != cited
    {
        wrong(format!(
            "it cites {}, not {}",
            cited.join(" "),
            only.join(" ")
        ));
    }
    problems
}

/// What holds for every answer: `docs/answers.md`.
fn always(answer: &Answer) -> Vec<String> {
    let mut problems = Vec::new();
    let Ok(outcome) = &answer.outcome else {
        return problems;
    };
    if !(0.0..=1.0).contains(&outcome.confidence) {
        problems.push(format!(
            "confidence {} is not between 0 and 1",
            outcome.confidence
        ));
    }
    if outcome.intent.is_empty() {
        problems.push("it has no intent".to_owned());
    }
    if outcome.found && outcome.confidence <= 0.0 {
        problems.push("it found something with no confidence".to_owned());
    }
    if !outcome.found && outcome.confidence > 0.3 {
        problems.push(format!(
            "it found nothing, with confidence {}",
            outcome.confidence
        ));
    }
    if answer.text.trim().is_empty() {
        problems.push("it says nothing".to_owned());
    }
    if outcome.found
        && outcome.confidence >= 0.95
        && answer.citations.is_empty()
        && !["gaps", "help"].contains(&outcome.intent.as_str())
    {
        problems.push("it is sure and proves nothing".to_owned());
    }
    if answer.corrected > 0 {
        problems.push(format!(
            "the host had to correct or drop {} citations",
            answer.corrected
        ));
    }
    for title in &answer.oversized {
        problems.push(format!("picture {title:?} has more than 25 nodes"));
    }
    problems
}
