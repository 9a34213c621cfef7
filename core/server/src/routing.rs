//! Which scenario a question belongs to, by what the scenarios say of themselves. Core knows none of them by name.
//!
//! Phrases are looked for first, anywhere in the question, whatever the case; where one hits, single words do not count. Words
//! are matched whole. Words and phrases of both languages count in every question: people mix them.

use codegraph_model::Domain;
use codegraph_plugin_host::types::{Descriptor, Localized, ScenarioInfo};
use serde::Serialize;

/// The scenario that takes a question, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Route {
    /// Plugin that holds the scenario.
    #[serde(skip)]
    pub plugin: String,
    /// The scenario.
    pub scenario_id: String,
    /// From 0 to 1: how sure the choice is.
    pub confidence: f64,
    /// How it was chosen.
    pub method: Method,
}

/// How a scenario was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The caller named it.
    Explicit,
    /// One scenario's words are in the question.
    Keyword,
    /// Several scenarios' words are; the one of highest priority takes it.
    KeywordPriority,
    /// No scenario's words are, but a word of the project: the default takes it.
    Vocabulary,
    /// No scenario's words are; the default takes it.
    Fallback,
}

/// Why no scenario takes a question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRoute {
    /// The scenario that was named is not there.
    #[error("there is no scenario '{asked}'; there are: {known}")]
    Unknown {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: String,
    },
    /// There are none at all, or none that takes what no other claims.
    #[error("no scenario takes this question: {0}")]
    None(String),
}

/// Chooses the scenario for a question; `asked` is the one that the caller names, `domain` knows the words of the project.
pub fn route(
    question: &str,
    asked: Option<&str>,
    scenarios: &[ScenarioInfo],
    domain: Option<&Domain>,
) -> Result<Route, NoRoute> {
    let known = || {
        let mut ids: Vec<&str> = scenarios
            .iter()
            .map(|scenario| scenario.descriptor.id.as_str())
            .collect();
        ids.sort_unstable();
        ids.join(", ")
    };
    let to = |scenario: &ScenarioInfo, confidence, method| Route {
        plugin: scenario.plugin.clone(),
        scenario_id: scenario.descriptor.id.clone(),
        confidence,
        method,
    };
    if let Some(asked) = asked {
        let named = scenarios
            .iter()
            .find(|scenario| scenario.descriptor.id == asked);
        return named
            .map(|scenario| to(scenario, 1.0, Method::Explicit))
            .ok_or_else(|| NoRoute::Unknown {
                asked: asked.to_owned(),
                known: known(),
            });
    }
    let question = question.to_lowercase();
    let words: Vec<&str> = question
        .split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty())
        .collect();
    let claims = |claims: &dyn Fn(&Descriptor) -> bool| -> Vec<&ScenarioInfo> {
        scenarios
            .iter()
            .filter(|scenario| claims(&scenario.descriptor))
            .collect()
    };
    let mut hits = claims(&|scenario| any(&scenario.phrases, |phrase| question.contains(phrase)));
    if hits.is_empty() {
        hits = claims(&|scenario| any(&scenario.keywords, |keyword| holds(&words, keyword)));
    }
    // The same in every run: priority, then identifier.
    hits.sort_by(|a, b| {
        b.descriptor
            .priority
            .cmp(&a.descriptor.priority)
            .then_with(|| a.descriptor.id.cmp(&b.descriptor.id))
    });
    match hits.as_slice() {
        [one] => Ok(to(one, 0.95, Method::Keyword)),
        [first, ..] => Ok(to(first, 0.7, Method::KeywordPriority)),
        [] => {
            let default = scenarios
                .iter()
                .find(|scenario| scenario.descriptor.is_default);
            // A word of the project says that the question is about it, if not what it wants to know.
            let is_about =
                domain.is_some_and(|domain| words.iter().any(|word| domain.has_term(word)));
            let (confidence, method) = if is_about {
                (0.6, Method::Vocabulary)
            } else {
                (0.3, Method::Fallback)
            };
            default
                .map(|scenario| to(scenario, confidence, method))
                .ok_or_else(|| {
                    NoRoute::None(if scenarios.is_empty() {
                        "no scenario plugin is installed, see 'codegraph plugin list'".to_owned()
                    } else {
                        format!("name one with --scenario; there are: {}", known())
                    })
                })
        }
    }
}

fn any(texts: &[Localized], fits: impl Fn(&str) -> bool) -> bool {
    texts
        .iter()
        .flat_map(|text| [&text.en, &text.ru])
        .any(|text| !text.is_empty() && fits(&text.to_lowercase()))
}

/// Whether the words of a keyword stand in the question, one behind the other.
fn holds(words: &[&str], keyword: &str) -> bool {
    let wanted: Vec<&str> = keyword
        .split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty())
        .collect();
    !wanted.is_empty() && words.windows(wanted.len()).any(|window| window == wanted)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario(
        id: &str,
        priority: u32,
        keywords: &[(&str, &str)],
        phrases: &[&str],
    ) -> ScenarioInfo {
        let localized = |en: &str, ru: &str| Localized {
            en: en.into(),
            ru: ru.into(),
        };
        ScenarioInfo {
            plugin: format!("{id}-plugin"),
            descriptor: Descriptor {
                id: id.into(),
                priority,
                keywords: keywords.iter().map(|(en, ru)| localized(en, ru)).collect(),
                phrases: phrases.iter().map(|en| localized(en, "")).collect(),
                is_default: id == "tour",
                ..Descriptor::default()
            },
        }
    }

    fn scenarios() -> Vec<ScenarioInfo> {
        vec![
            scenario(
                "tour",
                5,
                &[("find", "найти"), ("where", "где")],
                &["called by"],
            ),
            scenario(
                "audit",
                10,
                &[("injection", "инъекция"), ("find", "")],
                &["trace from"],
            ),
            scenario("debt", 3, &[("todo", "")], &["dead code"]),
        ]
    }

    fn routed(question: &str) -> (String, f64, Method) {
        let route = route(question, None, &scenarios(), None).unwrap();
        (route.scenario_id, route.confidence, route.method)
    }

    #[test]
    fn one_several_none() {
        assert_eq!(
            routed("Where is main?"),
            ("tour".into(), 0.95, Method::Keyword)
        );
        assert_eq!(
            routed("ГДЕ определён класс?"),
            ("tour".into(), 0.95, Method::Keyword)
        );
        assert_eq!(
            routed("find injections, or one injection"),
            ("audit".into(), 0.7, Method::KeywordPriority)
        );
        assert_eq!(routed("hello"), ("tour".into(), 0.3, Method::Fallback));
    }

    #[test]
    fn a_word_of_the_project_makes_the_default_surer() {
        let domain = Domain {
            vocabulary: vec![codegraph_model::Term {
                term: "invoice".into(),
                count: 3,
                example: "Invoice".into(),
            }],
            ..Domain::default()
        };
        let routed = |question: &str| {
            let route = route(question, None, &scenarios(), Some(&domain)).unwrap();
            (route.scenario_id, route.confidence, route.method)
        };
        assert_eq!(
            routed("tell me of the Invoice"),
            ("tour".into(), 0.6, Method::Vocabulary)
        );
        assert_eq!(routed("hello"), ("tour".into(), 0.3, Method::Fallback));
        assert_eq!(routed("invoice todo").2, Method::Keyword);
    }

    #[test]
    fn phrases_go_before_words() {
        assert_eq!(
            routed("find dead CODE where injection is"),
            ("debt".into(), 0.95, Method::Keyword)
        );
    }

    #[test]
    fn words_are_whole() {
        assert_eq!(
            routed("findings, nowhere, todos"),
            ("tour".into(), 0.3, Method::Fallback)
        );
        assert_eq!(routed("todo_list"), ("tour".into(), 0.3, Method::Fallback));
        assert_eq!(routed("(todo)"), ("debt".into(), 0.95, Method::Keyword));
    }

    #[test]
    fn the_caller_may_name_one() {
        let named = route("find", Some("debt"), &scenarios(), None).unwrap();
        assert_eq!(
            (named.plugin.as_str(), named.confidence, named.method),
            ("debt-plugin", 1.0, Method::Explicit)
        );
        assert_eq!(
            route("find", Some("none"), &scenarios(), None)
                .unwrap_err()
                .to_string(),
            "there is no scenario 'none'; there are: audit, debt, tour"
        );
        assert!(matches!(
            route("find", None, &[], None),
            Err(NoRoute::None(_))
        ));
    }
}
