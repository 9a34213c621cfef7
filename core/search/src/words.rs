//! Words of texts and identifiers.
//!
//! `HTTPServer2`, `http_server` and `http-server` have the words `http`, `server` (and `2`). Words are lower case and stemmed by
//! their script: Latin letters as English, Cyrillic ones as Russian.

use tantivy::tokenizer::{
    Language, LowerCaser, Stemmer, TextAnalyzer, Token, TokenStream, Tokenizer,
};

/// Its name in the schema.
pub(crate) const NAME: &str = "words";
/// Longer words are cut: nobody types them.
const LONGEST: usize = 64;

/// Splits texts into words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words;

/// The words of one text.
pub(crate) struct Stream {
    tokens: std::vec::IntoIter<Token>,
    token: Token,
}

/// Splits, lowers, stems.
pub(crate) fn analyzer() -> TextAnalyzer {
    // A stemmer leaves words of another script alone.
    TextAnalyzer::builder(Words)
        .filter(LowerCaser)
        .filter(Stemmer::new(Language::English))
        .filter(Stemmer::new(Language::Russian))
        .build()
}

impl Tokenizer for Words {
    type TokenStream<'a> = Stream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream {
        let tokens: Vec<Token> = parts(text)
            .enumerate()
            .map(|(position, (from, word))| Token {
                offset_from: from,
                offset_to: from + word.len(),
                position,
                text: cut(word).to_owned(),
                position_length: 1,
            })
            .collect();
        Stream {
            tokens: tokens.into_iter(),
            token: Token::default(),
        }
    }
}

impl TokenStream for Stream {
    fn advance(&mut self) -> bool {
        match self.tokens.next() {
            Some(token) => {
                self.token = token;
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

fn cut(word: &str) -> &str {
    &word[..word.floor_char_boundary(LONGEST)]
}

/// What a character is to the words of an identifier.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Upper,
    Lower,
    Digit,
    Other,
}

fn class(c: char) -> Class {
    if c.is_uppercase() {
        Class::Upper
    } else if c.is_alphabetic() {
        Class::Lower
    } else if c.is_numeric() {
        Class::Digit
    } else {
        Class::Other
    }
}

/// The words of a text, with where they begin.
pub(crate) fn parts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut found = Vec::new();
    let mut begin: Option<usize> = None;
    let mut before = Class::Other;
    let mut last = 0;
    for (at, c) in text.char_indices() {
        let now = class(c);
        let is_new = match (before, now) {
            (_, Class::Other) => true,
            (Class::Upper, Class::Lower) => {
                // `HTTPServer`: the last capital belongs to what follows.
                if let Some(from) = begin
                    && from < last
                {
                    found.push((from, &text[from..last]));
                    begin = Some(last);
                }
                false
            }
            (before, now) => before != now,
        };
        if is_new {
            if let Some(from) = begin.take() {
                found.push((from, &text[from..at]));
            }
            if now != Class::Other {
                begin = Some(at);
            }
        }
        before = now;
        last = at;
    }
    if let Some(from) = begin {
        found.push((from, &text[from..]));
    }
    found.into_iter()
}

/// The words of a text as the index has them.
pub(crate) fn words(analyzer: &mut TextAnalyzer, text: &str) -> Vec<String> {
    let mut words = Vec::new();
    analyzer
        .token_stream(text)
        .process(&mut |token| words.push(token.text.clone()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        parts(text).map(|(_, word)| word).collect()
    }

    #[test]
    fn identifiers_have_words() {
        assert_eq!(split("parseHTTPRequest"), ["parse", "HTTP", "Request"]);
        assert_eq!(split("XMLHttpRequest2"), ["XML", "Http", "Request", "2"]);
        assert_eq!(split("__init__"), ["init"]);
        assert_eq!(
            split("snake_case-and.dots"),
            ["snake", "case", "and", "dots"]
        );
        assert_eq!(split("СчётКлиента_2"), ["Счёт", "Клиента", "2"]);
        assert_eq!(split("A"), ["A"]);
        assert_eq!(split("ABc"), ["A", "Bc"]);
        assert_eq!(split(""), Vec::<&str>::new());
        assert_eq!(split("  ,;"), Vec::<&str>::new());
        assert_eq!(parts("aB").collect::<Vec<_>>(), [(0, "a"), (1, "B")]);
    }

    #[test]
    fn english_and_russian_are_stemmed() {
        let mut analyzer = analyzer();
        let mut one = |text: &str| words(&mut analyzer, text).join(" ");
        assert_eq!(one("connections"), one("Connection"));
        assert_eq!(one("транзакции"), one("Транзакция"));
        assert_eq!(one("обработкой запросов"), one("обработка запроса"));
        assert_ne!(one("user"), one("use"));
    }

    #[test]
    fn long_words_are_cut_at_a_character() {
        let mut analyzer = analyzer();
        let long = "щ".repeat(1000);
        assert!(words(&mut analyzer, &long)[0].len() <= LONGEST);
    }
}
