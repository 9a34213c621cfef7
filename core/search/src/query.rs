//! From what somebody types to what is looked for. No syntax but quotes: nothing that is typed is an error.

use codegraph_model::TextKind;
use tantivy::Term;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, Occur, PhraseQuery, Query,
    TermQuery,
};
use tantivy::schema::IndexRecordOption;
use tantivy::tokenizer::TextAnalyzer;

use crate::fields::{Fields, short};
use crate::words::words;

/// Of a question so many words count.
const MOST_WORDS: usize = 32;

/// Words that say nothing, where others are there: as they are typed.
const SILENT: &[&str] = &[
    "a",
    "an",
    "and",
    "are",
    "as",
    "at",
    "be",
    "by",
    "do",
    "does",
    "for",
    "from",
    "how",
    "in",
    "is",
    "it",
    "of",
    "on",
    "or",
    "the",
    "this",
    "to",
    "what",
    "where",
    "which",
    "who",
    "why",
    "with",
    "а",
    "в",
    "во",
    "где",
    "для",
    "до",
    "и",
    "из",
    "или",
    "как",
    "какой",
    "на",
    "не",
    "о",
    "об",
    "от",
    "по",
    "под",
    "при",
    "с",
    "со",
    "у",
    "что",
    "это",
];

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Words, as typed; those in quotes stand one behind the other.
    pub text: String,
    /// Only these kinds; none is all.
    pub kinds: Vec<TextKind>,
    /// Only this file, or what lies in this folder; empty is everything.
    pub within: String,
    /// So many results.
    pub limit: usize,
    /// Behind so many.
    pub offset: usize,
}

/// What the results hold of the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched {
    /// All words.
    All,
    /// Some: none holds all.
    Some,
}

impl Matched {
    /// Its name.
    pub fn text(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Some => "some",
        }
    }
}

/// A part of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// As typed.
    typed: String,
    /// Words as the index has them.
    pub(crate) words: Vec<String>,
    is_phrase: bool,
}

/// Reads a question.
pub(crate) fn parts(analyzer: &mut TextAnalyzer, text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut left = MOST_WORDS;
    for (number, piece) in text.split('"').enumerate() {
        let is_phrase = number % 2 == 1;
        let pieces: Vec<&str> = if is_phrase {
            vec![piece]
        } else {
            piece.split_whitespace().collect()
        };
        for typed in pieces {
            let mut words = words(analyzer, typed);
            words.truncate(left);
            left -= words.len();
            if !words.is_empty() {
                parts.push(Part {
                    typed: typed.to_owned(),
                    words,
                    is_phrase,
                });
            }
        }
    }
    let says = |part: &Part| {
        let bare = part.typed.trim_matches(|c: char| !c.is_alphanumeric());
        part.is_phrase || !SILENT.contains(&bare.to_lowercase().as_str())
    };
    if parts.iter().any(says) {
        parts.retain(says);
    }
    parts
}

/// What is looked for: texts that hold all parts, or some of them.
pub(crate) fn query(fields: Fields, ask: &Ask, parts: &[Part], matched: Matched) -> BooleanQuery {
    let occur = match matched {
        Matched::All => Occur::Must,
        Matched::Some => Occur::Should,
    };
    let wanted = parts
        .iter()
        .map(|part| (occur, one(fields, part)))
        .collect();
    let mut all: Vec<(Occur, Box<dyn Query>)> =
        vec![(Occur::Must, Box::new(BooleanQuery::new(wanted)))];
    if !ask.kinds.is_empty() {
        let kinds = ask
            .kinds
            .iter()
            .map(|kind| Term::from_field_text(fields.kind, kind.text()));
        all.push((
            Occur::Must,
            filter(Box::new(BooleanQuery::new_multiterms_query(
                kinds.collect(),
            ))),
        ));
    }
    let within = ask.within.trim_matches('/');
    if !within.is_empty() {
        let term = Term::from_field_text(fields.within, within);
        let query = TermQuery::new(term, IndexRecordOption::Basic);
        all.push((Occur::Must, filter(Box::new(query))));
    }
    BooleanQuery::new(all)
}

/// Says yes or no, and nothing of how well.
fn filter(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

/// One part: its words in the name, the text or the path; a symbol of this very name first.
fn one(fields: Fields, part: &Part) -> Box<dyn Query> {
    let places = [
        (fields.name, 3.0),
        (fields.text, 1.0),
        (fields.path_words, 0.5),
    ];
    let by_word = |word: &String| -> Box<dyn Query> {
        let each = places.map(|(field, boost)| {
            let term = Term::from_field_text(field, word);
            let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
            Box::new(BoostQuery::new(Box::new(query), boost)) as Box<dyn Query>
        });
        Box::new(DisjunctionMaxQuery::with_tie_breaker(each.into(), 0.1))
    };
    if part.is_phrase && part.words.len() > 1 {
        let each = places.map(|(field, boost)| {
            let terms = part.words.iter();
            let terms = terms
                .map(|word| Term::from_field_text(field, word))
                .collect();
            Box::new(BoostQuery::new(Box::new(PhraseQuery::new(terms)), boost)) as Box<dyn Query>
        });
        return Box::new(DisjunctionMaxQuery::new(each.into()));
    }
    let words: Vec<(Occur, Box<dyn Query>)> = part
        .words
        .iter()
        .map(|word| (Occur::Must, by_word(word)))
        .collect();
    let whole = short(
        part.typed
            .trim_matches(|c: char| !(c.is_alphanumeric() || c == '_')),
    );
    let name = TermQuery::new(
        Term::from_field_text(fields.short_name, &whole),
        IndexRecordOption::Basic,
    );
    Box::new(BooleanQuery::new(vec![
        (Occur::Must, Box::new(BooleanQuery::new(words))),
        (
            Occur::Should,
            Box::new(BoostQuery::new(Box::new(name), 5.0)),
        ),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::analyzer;

    fn read(text: &str) -> Vec<(String, bool)> {
        parts(&mut analyzer(), text)
            .into_iter()
            .map(|part| (part.words.join(" "), part.is_phrase))
            .collect()
    }

    #[test]
    fn quotes_are_the_only_syntax() {
        assert_eq!(
            read("find \"open file\" getUser"),
            [
                ("find".into(), false),
                ("open file".into(), true),
                ("get user".into(), false)
            ]
        );
        assert_eq!(read("a AND (b OR"), read("( (b"));
        assert!(read("").is_empty());
        assert!(read("\"\"\" +-&&").is_empty());
        let many = "word ".repeat(10_000);
        assert_eq!(read(&many).len(), MOST_WORDS);
    }

    #[test]
    fn words_that_say_nothing_count_where_they_are_alone() {
        assert_eq!(read("where is the cart"), [("cart".into(), false)]);
        assert_eq!(read("что такое и где"), read("такое"));
        assert_eq!(read("the").len(), 1);
    }
}
