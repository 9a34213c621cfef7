//! The texts of `messages.toml`, in the reader's language, with plural forms.

use std::collections::BTreeMap;
use std::fmt::Display;

/// The language of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    En,
    Ru,
}

/// A text, or its forms by number.
#[derive(Debug, serde::Deserialize)]
#[serde(untagged)]
enum Text {
    Plain(String),
    Plural {
        one: String,
        few: Option<String>,
        many: Option<String>,
        other: Option<String>,
    },
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    en: Text,
    ru: Text,
}

/// All texts in one language.
#[derive(Debug)]
pub struct Messages {
    texts: BTreeMap<String, Message>,
    language: Language,
}

/// What a text is filled with: name and value. The value named `count` picks the plural form.
pub type Fill<'a> = (&'a str, &'a dyn Display);

impl Messages {
    /// The texts that the scenario is built with.
    ///
    /// # Panics
    /// Where the file is malformed; a test reads it.
    pub fn built_in(language: Language) -> Self {
        let texts = toml::from_str(include_str!("../../messages.toml"))
            .unwrap_or_else(|why| panic!("messages.toml: {why}"));
        Self { texts, language }
    }

    /// A text with its values.
    ///
    /// # Panics
    /// Where there is no such text: a test finds every key that the source uses.
    pub fn get(&self, key: &str, fills: &[Fill<'_>]) -> String {
        let Some(message) = self.texts.get(key) else {
            panic!("messages.toml has no `{key}`")
        };
        let text = match self.language {
            Language::En => &message.en,
            Language::Ru => &message.ru,
        };
        let template = match text {
            Text::Plain(text) => text,
            Text::Plural {
                one,
                few,
                many,
                other,
            } => {
                let count = fills
                    .iter()
                    .find(|(name, _)| *name == "count")
                    .and_then(|(_, value)| value.to_string().parse().ok());
                let others = other.as_ref().or(many.as_ref()).unwrap_or(one);
                match (self.language, count.unwrap_or(0)) {
                    (Language::En, 1) => one,
                    (Language::En, _) => others,
                    (Language::Ru, n) => match russian(n) {
                        Form::One => one,
                        Form::Few => few.as_ref().unwrap_or(others),
                        Form::Many => many.as_ref().unwrap_or(others),
                    },
                }
            }
        };
        fill(template, fills)
    }

    /// The language of the texts.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Whether there is a text of that key.
    pub fn has(&self, key: &str) -> bool {
        self.texts.contains_key(key)
    }
}

#[derive(Debug, PartialEq)]
enum Form {
    One,
    Few,
    Many,
}

/// The Russian plural categories of whole numbers, as Unicode CLDR defines them.
fn russian(n: u64) -> Form {
    match (n % 10, n % 100) {
        (_, 11..=14) => Form::Many,
        (1, _) => Form::One,
        (2..=4, _) => Form::Few,
        _ => Form::Many,
    }
}

/// Puts values in the places `{name}`, in one pass: what a value holds is never read as a place.
fn fill(template: &str, fills: &[Fill<'_>]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}').map(|at| open + at) else {
            out.push_str(&rest[open..]);
            return out;
        };
        let name = &rest[open + 1..close];
        match fills.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => out.push_str(&value.to_string()),
            None => out.push_str(&rest[open..=close]),
        }
        rest = &rest[close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn russian_forms() {
        for n in [1, 21, 101, 1001] {
            assert_eq!(russian(n), Form::One, "{n}");
        }
        for n in [2, 3, 4, 22, 104] {
            assert_eq!(russian(n), Form::Few, "{n}");
        }
        for n in [0, 5, 11, 12, 14, 20, 111, 112, 25] {
            assert_eq!(russian(n), Form::Many, "{n}");
        }
    }

    #[test]
    fn values_are_not_templates() {
        assert_eq!(
            fill("{a} and {b}", &[("a", &"{b}"), ("b", &"x")]),
            "{b} and x"
        );
        assert_eq!(fill("open {", &[]), "open {");
    }

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}').map(|(name, _)| name))
            .collect()
    }

    fn forms(text: &Text) -> Vec<&str> {
        match text {
            Text::Plain(text) => vec![text],
            Text::Plural {
                one,
                few,
                many,
                other,
            } => [Some(one), few.as_ref(), many.as_ref(), other.as_ref()]
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect(),
        }
    }

    #[test]
    fn both_languages_say_the_same() {
        let messages = Messages::built_in(Language::En);
        for (key, message) in &messages.texts {
            let of = |text: &Text| {
                forms(text)
                    .into_iter()
                    .map(|form| {
                        places(form)
                            .into_iter()
                            .map(str::to_owned)
                            .collect::<BTreeSet<_>>()
                    })
                    .collect::<Vec<_>>()
            };
            let (en, ru) = (of(&message.en), of(&message.ru));
            for set in en.iter().chain(&ru) {
                let without = |set: &BTreeSet<String>| {
                    set.iter()
                        .filter(|name| *name != "count")
                        .cloned()
                        .collect::<Vec<_>>()
                };
                assert_eq!(without(set), without(&en[0]), "places of `{key}` differ");
            }
            if let Text::Plural { few, many, .. } = &message.ru {
                assert!(
                    few.is_some() && many.is_some(),
                    "`{key}` lacks a Russian form"
                );
            }
            if let Text::Plural { other, .. } = &message.en {
                assert!(other.is_some(), "`{key}` lacks an English form");
            }
        }
    }

    /// Every key that the source names is there, and every text is used.
    #[test]
    fn keys_and_source_agree() {
        let messages = Messages::built_in(Language::Ru);
        let mut source = String::new();
        let mut folders = vec![std::path::PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src"
        ))];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.ends_with("graph") {
                    continue; // columns are no texts
                }
                if path.is_dir() {
                    folders.push(path);
                } else {
                    source.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        let words: BTreeSet<&str> = source.split('"').collect();
        for key in messages.texts.keys() {
            let prefix = key
                .split_once('.')
                .map_or(key.as_str(), |(prefix, _)| prefix);
            let indirect =
                ["kind", "reason", "entry", "property", "resolution", "role"].contains(&prefix);
            assert!(
                indirect || words.contains(key.as_str()),
                "`{key}` is used nowhere"
            );
        }
        for call in [
            ".say(\"",
            ".item(\"",
            ".text(\"",
            ".follow(\"",
            ".heading(\"",
            ".note(\"",
        ] {
            for (_, rest) in source
                .match_indices(call)
                .map(|(at, found)| (at, &source[at + found.len()..]))
            {
                let key = rest.split('"').next().unwrap_or_default();
                assert!(
                    messages.has(key) || key == ", ",
                    "messages.toml has no `{key}`"
                );
            }
        }
    }

    /// What the import gives as reasons stands in its documentation.
    #[test]
    fn reasons_of_an_import_have_words() {
        let page =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.md"))
                .unwrap();
        let (_, list) = page
            .split_once("Reasons that the import itself gives:")
            .unwrap();
        let (list, _) = list.split_once(". Importers and passes").unwrap();
        let reasons: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
        assert!(
            reasons.len() > 10 && reasons.contains(&"unknown_kind"),
            "{reasons:?}"
        );
        for language in [Language::En, Language::Ru] {
            let messages = Messages::built_in(language);
            for reason in &reasons {
                assert!(
                    messages.has(&format!("reason.{reason}")),
                    "`{reason}` has no words"
                );
            }
        }
    }
}
