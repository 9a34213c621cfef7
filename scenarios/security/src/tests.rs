//! What the data must be.

use std::collections::BTreeSet;

use crate::rules::{Search, rules, sources};
use crate::{describe, topic};

#[test]
fn rules_are_whole() {
    let rules = rules().unwrap();
    assert!(rules.len() > 20);
    let mut labels = BTreeSet::new();
    for rule in &rules {
        for text in [&rule.title, &rule.says, &rule.fix] {
            assert!(!text.en.is_empty() && !text.ru.is_empty(), "{}", rule.id);
            assert!(!text.en.ends_with(' '), "{}", rule.id);
        }
        assert!(!rule.words.is_empty(), "{}", rule.id);
        assert!(rule.from.starts_with("https://"), "{}", rule.id);
        for search in &rule.searches {
            if let Search::States(question) = search {
                for list in ["errors", "ends"] {
                    let ends = question[list].as_array().unwrap();
                    labels.extend(
                        ends.iter()
                            .map(|end| end["label"].as_str().unwrap().to_owned()),
                    );
                }
            }
        }
    }
    for label in &labels {
        assert!(rules.iter().any(|rule| rule.id == *label), "{label}");
    }
    for rule in rules.iter().filter(|rule| rule.searches.is_empty()) {
        assert!(labels.contains(&rule.id), "nothing looks for `{}`", rule.id);
    }
}

#[test]
fn sources_say_what_they_are() {
    for source in sources().unwrap() {
        assert!(["network", "public"].contains(&source.kind.as_str()));
        assert!(!source.places.is_empty() && !source.en.is_empty() && !source.ru.is_empty());
    }
}

#[test]
fn the_descriptor_lists_the_rules() {
    let descriptor = describe::descriptor();
    assert!(descriptor.extra[0].value.contains("sql-injection"));
}

#[test]
fn questions_name_rules_and_paths() {
    let rules = rules().unwrap();
    let named = |question: &str| {
        let topic = topic::read(question, &rules);
        let ids: Vec<&str> = topic
            .rules
            .iter()
            .map(|&at| rules[at].id.as_str())
            .collect();
        (topic.named, ids.join(" "), topic.path)
    };
    assert_eq!(
        named("Find SQL injections"),
        (true, "sql-injection".into(), None)
    );
    assert_eq!(
        named("Is CWE-502 in src/api.py?"),
        (
            true,
            "unsafe-deserialization".into(),
            Some("src/api.py".into())
        )
    );
    let (is_named, all, path) = named("Найди уязвимости");
    assert!(!is_named && all.contains("gets") && path.is_none());
    assert!(
        named("Есть ли переполнение буфера?")
            .1
            .contains("unbounded-copy")
    );
}
