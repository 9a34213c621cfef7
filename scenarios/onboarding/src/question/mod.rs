//! From free wording to an intent and the names that it is about. Deterministic: data in `phrases.toml`, no model.
//!
//! [`entities`] finds what is written like code, [`phrases`] holds the data, [`matching`] fits patterns to the rest.

pub mod entities;
pub mod matching;
pub mod phrases;
pub mod tokens;

pub use entities::{Entity, Hint, Shape};
pub use phrases::Phrases;

/// How a question was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// One of the intents of `phrases.toml`; none where nothing fits.
    pub intent: Option<String>,
    /// What the question is about, in the order of the slots: `{symbol}` (or `{file}` …), then `{y}`.
    pub subjects: Vec<Entity>,
    /// Whether a pattern fitted; else the intent is a guess from the names alone.
    pub by_pattern: bool,
    /// Plain words that may be names, for when nothing else is: tried in the graph before giving up.
    pub spare: Vec<String>,
}

/// Says whether the graph has a name, written as one word or as several.
pub type Known<'a> = &'a dyn Fn(&str) -> bool;

/// Reads a question. A question without words gives a reading without intent. `known` is asked about words that are names
/// only where the graph has them (`run`, `handle`).
pub fn read(question: &str, phrases: &Phrases, known: Known<'_>) -> Reading {
    let tokens = tokens::tokens(question, phrases);
    let spare = tokens
        .iter()
        .filter(|token| token.entity.is_none() && phrases.may_be_name(&token.word))
        .map(|token| token.original.clone())
        .take(3)
        .collect();
    let mut reading = Reading {
        intent: None,
        subjects: Vec::new(),
        by_pattern: false,
        spare,
    };
    if let Some(found) = matching::best(&tokens, phrases, known) {
        reading.intent = Some(found.intent.to_owned());
        reading.subjects = found.subjects;
        reading.by_pattern = true;
        return reading;
    }
    // No pattern: a question that is little more than a name asks what that is.
    reading.subjects = tokens
        .into_iter()
        .filter_map(|token| token.entity)
        .take(2)
        .collect();
    if let Some(first) = reading.subjects.first() {
        let intent = if matches!(first.shape, Shape::Path | Shape::Folder) {
            "file"
        } else {
            "explain"
        };
        reading.intent = Some(intent.to_owned());
        reading.subjects.truncate(1);
    }
    reading
}

#[cfg(test)]
mod tests;
