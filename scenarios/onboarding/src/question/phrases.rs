//! The data of `phrases.toml`, read and indexed.

use std::collections::{BTreeMap, BTreeSet};

use super::entities::Hint;

/// What a pattern is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// One of these words; a word with a star is a beginning.
    Words { words: Vec<Word>, optional: bool },
    /// A name.
    Slot(Slot),
    /// Up to four words that do not matter.
    Skip,
}

/// A word of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    Whole(String),
    Beginning(String),
}

impl Word {
    fn parse(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(beginning) => Self::Beginning(beginning.to_owned()),
            None => Self::Whole(text.to_owned()),
        }
    }

    /// Whether a word of a question, in small letters, is meant.
    pub fn fits(&self, word: &str) -> bool {
        match self {
            Self::Whole(whole) => whole == word,
            Self::Beginning(beginning) => word.starts_with(beginning.as_str()),
        }
    }
}

/// What kind of name a slot takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    Symbol,
    Type,
    File,
    Folder,
    /// The second name.
    Second,
}

/// A pattern and its intent.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Index in [`Phrases::intents`].
    pub intent: usize,
    pub elements: Vec<Element>,
}

/// The data of `phrases.toml`.
#[derive(Debug)]
pub struct Phrases {
    pub intents: Vec<String>,
    pub patterns: Vec<Pattern>,
    noise: BTreeSet<String>,
    stop: BTreeSet<String>,
    hints: Vec<(Word, Hint)>,
    /// Weak words, and the words of all patterns: names only where the graph has them.
    whole: BTreeSet<String>,
    beginnings: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    noise: Vec<String>,
    stop: Vec<String>,
    weak: Vec<String>,
    hints: BTreeMap<String, Vec<String>>,
    words: BTreeMap<String, Vec<String>>,
    intent: Vec<Intent>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Intent {
    id: String,
    en: Vec<String>,
    ru: Vec<String>,
}

impl Phrases {
    /// The data that the scenario is built with.
    ///
    /// # Panics
    /// Where the file is malformed; a test reads it.
    pub fn built_in() -> Self {
        Self::parse(include_str!("../../phrases.toml"))
            .unwrap_or_else(|why| panic!("phrases.toml: {why}"))
    }

    /// Reads the data.
    ///
    /// # Errors
    /// A sentence that names the line or the pattern that cannot be read.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|why| why.to_string())?;
        let mut hints = Vec::new();
        for (name, words) in &file.hints {
            let hint = match name.as_str() {
                "method" => Hint::Method,
                "type" => Hint::Type,
                "file" => Hint::File,
                "module" => Hint::Module,
                "folder" => Hint::Folder,
                "value" => Hint::Value,
                other => return Err(format!("`hints.{other}` is no kind of name")),
            };
            hints.extend(words.iter().map(|word| (Word::parse(word), hint)));
        }
        let mut phrases = Self {
            intents: Vec::new(),
            patterns: Vec::new(),
            noise: file.noise.into_iter().collect(),
            stop: file.stop.into_iter().collect(),
            hints,
            whole: file.weak.into_iter().collect(),
            beginnings: Vec::new(),
        };
        for (index, intent) in file.intent.iter().enumerate() {
            phrases.intents.push(intent.id.clone());
            for text in intent.en.iter().chain(&intent.ru) {
                let elements = pattern(text, &file.words)?;
                phrases.patterns.push(Pattern {
                    intent: index,
                    elements,
                });
            }
        }
        phrases.collect_vocabulary();
        Ok(phrases)
    }

    fn collect_vocabulary(&mut self) {
        let mut beginnings = BTreeSet::new();
        for element in self.patterns.iter().flat_map(|pattern| &pattern.elements) {
            let Element::Words { words, .. } = element else {
                continue;
            };
            for word in words {
                match word {
                    Word::Whole(word) => self.whole.insert(word.clone()),
                    Word::Beginning(word) => beginnings.insert(word.clone()),
                };
            }
        }
        self.beginnings = beginnings.into_iter().collect();
    }

    /// Whether a word changes nothing.
    pub fn is_noise(&self, word: &str) -> bool {
        self.noise.contains(word)
    }

    /// Whether a word is too common to be a name, whatever stands around it.
    pub fn is_common(&self, word: &str) -> bool {
        self.noise.contains(word) || self.stop.contains(word) || self.hint(word).is_some()
    }

    /// What a noun says of the name beside it.
    pub fn hint(&self, word: &str) -> Option<Hint> {
        self.hints
            .iter()
            .find(|(noun, _)| noun.fits(word))
            .map(|(_, hint)| *hint)
    }

    /// Whether a plain word may be meant as a name: it is no word of the questions themselves.
    pub fn may_be_name(&self, word: &str) -> bool {
        !word.is_empty()
            && !word.chars().all(char::is_numeric)
            && !self.is_common(word)
            && !self.whole.contains(word)
            && !self
                .beginnings
                .iter()
                .any(|beginning| word.starts_with(beginning.as_str()))
    }
}

/// Reads a pattern.
fn pattern(text: &str, classes: &BTreeMap<String, Vec<String>>) -> Result<Vec<Element>, String> {
    let mut elements = Vec::new();
    for part in text.split_whitespace() {
        if part == ".." {
            elements.push(Element::Skip);
            continue;
        }
        if let Some(name) = part
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        {
            elements.push(Element::Slot(match name {
                "symbol" => Slot::Symbol,
                "type" => Slot::Type,
                "file" => Slot::File,
                "folder" => Slot::Folder,
                "y" => Slot::Second,
                other => return Err(format!("`{{{other}}}` in `{text}` is no slot")),
            }));
            continue;
        }
        let (part, optional) = match part.strip_suffix('?') {
            Some(part) => (part, true),
            None => (part, false),
        };
        let mut words = Vec::new();
        for word in part.split('|') {
            match word.strip_prefix('@') {
                Some(class) => {
                    let members = classes
                        .get(class)
                        .ok_or_else(|| format!("`@{class}` in `{text}` is no class of words"))?;
                    words.extend(members.iter().map(|word| Word::parse(word)));
                }
                None => words.push(Word::parse(word)),
            }
        }
        elements.push(Element::Words { words, optional });
    }
    if elements.iter().all(|element| {
        !matches!(
            element,
            Element::Words {
                optional: false,
                ..
            }
        )
    }) {
        return Err(format!("`{text}` has no word that must be there"));
    }
    Ok(elements)
}
