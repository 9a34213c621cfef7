//! Writing an expectation anew.
//!
//! What has one right form is taken from the answer: intent, found, confidence, `cites only`. Which words matter is for a person to
//! say, so lines such as `says` stay, and go on to fail where they are wrong. An empty expectation gets all that has one form.

use super::answer::Answer;

/// The lines of an expectation as the answer has them.
pub(super) fn expectation(lines: &[String], answer: &Answer) -> Vec<String> {
    let Ok(outcome) = &answer.outcome else {
        return lines.to_vec();
    };
    let cited: Vec<String> = answer
        .citations
        .iter()
        .map(|citation| format!("{}:{}", citation.path, citation.line))
        .collect();
    let value = |key: &str| match key {
        "intent" => Some(outcome.intent.clone()),
        "found" => Some(if outcome.found { "yes" } else { "no" }.to_owned()),
        "confidence" => Some(outcome.confidence.to_string()),
        "cites only" => Some(cited.join(" ")),
        _ => None,
    };
    if lines.iter().all(|line| line.trim().is_empty()) {
        let keys = ["intent", "found", "confidence", "cites only"];
        return keys
            .iter()
            .filter(|key| **key != "cites only" || !cited.is_empty())
            .filter_map(|key| Some(format!("{key}: {}", value(key)?)))
            .collect();
    }
    lines
        .iter()
        .map(|line| {
            let Some((key, old)) = line.split_once(": ") else {
                return line.clone();
            };
            // A range that holds the answer is wider on purpose.
            if key == "confidence" && holds(old, outcome.confidence) {
                return line.clone();
            }
            value(key.trim()).map_or_else(|| line.clone(), |value| format!("{key}: {value}"))
        })
        .collect()
}

fn holds(range: &str, confidence: f64) -> bool {
    let (least, most) = range.split_once("..").unwrap_or((range, range));
    let number = |text: &str| text.trim().parse::<f64>();
    matches!((number(least), number(most)), (Ok(least), Ok(most)) if (least..=most).contains(&confidence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use codegraph_plugin_host::types::Outcome;

    fn answer() -> Answer {
        Answer {
            outcome: Ok(Outcome {
                confidence: 0.9,
                found: true,
                intent: "callers".into(),
                extra: Vec::new(),
            }),
            text: "It does.".into(),
            pictures: String::new(),
            oversized: Vec::new(),
            citations: Vec::new(),
            follow_ups: Vec::new(),
            corrected: 0,
        }
    }

    fn written(lines: &[&str]) -> Vec<String> {
        let lines: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        expectation(&lines, &answer())
    }

    #[test]
    fn what_has_one_form_is_written_and_words_stay() {
        assert_eq!(
            written(&[
                "intent: x",
                "says: It does not.",
                "found: no",
                "confidence: 0.1"
            ]),
            [
                "intent: callers",
                "says: It does not.",
                "found: yes",
                "confidence: 0.9"
            ]
        );
        assert_eq!(written(&["confidence: 0.5..1"]), ["confidence: 0.5..1"]);
        assert_eq!(
            written(&[""]),
            ["intent: callers", "found: yes", "confidence: 0.9"]
        );
    }

    #[test]
    fn an_answer_that_failed_changes_nothing() {
        let failed = Answer {
            outcome: Err("it trapped".into()),
            ..answer()
        };
        assert_eq!(expectation(&["found: no".into()], &failed), ["found: no"]);
    }
}
