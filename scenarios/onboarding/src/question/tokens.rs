//! Words and names of a question, in order.

use super::entities::{Entity, Shape, is_identifier};
use super::phrases::Phrases;

/// A word or a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Small letters, `ё` as `е` is not changed: both are in the data.
    pub word: String,
    /// As it was written.
    pub original: String,
    /// The name that it is or may be.
    pub entity: Option<Entity>,
}

/// Opening and closing quotes. An apostrophe opens only where no letter stands before it.
const QUOTES: [(char, char); 7] = [
    ('`', '`'),
    ('"', '"'),
    ('\'', '\''),
    ('«', '»'),
    ('“', '”'),
    ('‘', '’'),
    ('„', '“'),
];

/// Cuts a question into words and names; words that change nothing are left out, nouns that say what a name is
/// (`function`, `класс`) become its hint.
pub fn tokens(question: &str, phrases: &Phrases) -> Vec<Token> {
    let mut found = split(question);
    found.retain(|token| token.entity.is_some() || !phrases.is_noise(&token.word));
    let cyrillic = found.iter().any(|token| {
        token.entity.is_none() && token.word.chars().any(|c| ('а'..='я').contains(&c))
    });
    for i in 0..found.len() {
        let (before, rest) = found.split_at_mut(i);
        let token = &mut rest[0];
        if token.entity.is_some()
            || phrases.is_common(&token.word)
            || !is_identifier(&token.original)
        {
            continue;
        }
        // A Latin word in a Russian question and a capital within a sentence: likely names, but they may be words too.
        let latin = cyrillic && token.word.is_ascii();
        let capital = !before.is_empty()
            && token
                .original
                .chars()
                .next()
                .is_some_and(char::is_uppercase);
        if latin || capital {
            token.entity = Some(Entity {
                text: token.original.clone(),
                shape: Shape::Name,
                hint: None,
                strong: false,
            });
        }
    }
    absorb_hints(&mut found, phrases);
    found
}

/// Gives the nouns beside a name to it: `class Foo`, `the Foo class`, `function main`.
fn absorb_hints(tokens: &mut Vec<Token>, phrases: &Phrases) {
    let mut i = 0;
    while i < tokens.len() {
        let Some(hint) = (tokens[i].entity.is_none())
            .then(|| phrases.hint(&tokens[i].word))
            .flatten()
        else {
            i += 1;
            continue;
        };
        let takes = |token: &Token| match &token.entity {
            Some(entity) => entity.hint.is_none_or(|had| had == hint),
            None => phrases.may_be_name(&token.word) && is_identifier(&token.original),
        };
        let owner = if tokens.get(i + 1).is_some_and(takes) {
            i + 1
        } else if i > 0 && takes(&tokens[i - 1]) {
            i - 1
        } else {
            i += 1;
            continue;
        };
        let token = &mut tokens[owner];
        match &mut token.entity {
            Some(entity) => entity.hint = Some(hint),
            None => token.entity = Some(Entity::word(&token.original, Some(hint))),
        }
        tokens.remove(i);
    }
}

/// Splits at spaces; quotes keep together what is in them.
fn split(question: &str) -> Vec<Token> {
    let chars: Vec<char> = question.chars().collect();
    let mut found = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        if chars[i].is_whitespace() {
            i += 1;
            continue;
        }
        if let Some((inside, end)) = quoted(&chars, i) {
            let text: String = chars[inside.0..inside.1].iter().collect();
            if let Some(entity) = Entity::quoted(&text) {
                found.push(Token {
                    word: String::new(),
                    original: text,
                    entity: Some(entity),
                });
                // `name`() and `name`'s: what hangs on belongs to it.
                i = end
                    + chars[end..]
                        .iter()
                        .take_while(|c| !c.is_whitespace() && !is_opening(**c))
                        .count();
                continue;
            }
            i = end;
            continue;
        }
        let end = run_end(&chars, i);
        let raw: String = chars[i..end].iter().collect();
        push_run(&raw, &mut found);
        i = end.max(i + 1);
    }
    found
}

fn is_opening(c: char) -> bool {
    QUOTES.iter().any(|(open, _)| *open == c)
}

/// The inside of a quoted text that opens at `at`, and where the text goes on behind it.
fn quoted(chars: &[char], at: usize) -> Option<((usize, usize), usize)> {
    let (open, close) = QUOTES.iter().find(|(open, _)| *open == chars[at])?;
    let run = if *open == '`' {
        chars[at..].iter().take_while(|c| **c == '`').count()
    } else {
        1
    };
    let start = at + run;
    let mut i = start;
    // A quote that never closes within a line of text is none.
    while i < chars.len() && i - start <= 400 && chars[i] != '\n' {
        if chars[i..].iter().take(run).filter(|c| *c == close).count() == run {
            return (i > start).then_some(((start, i), i + run));
        }
        i += 1;
    }
    None
}

/// End of a run without spaces; the argument list of a call belongs to it, spaces and all.
fn run_end(chars: &[char], start: usize) -> usize {
    let mut depth = 0usize;
    let mut i = start;
    while i < chars.len() {
        match chars[i] {
            '(' if i > start && chars[i - 1].is_alphanumeric() || depth > 0 && chars[i] == '(' => {
                depth += 1;
            }
            '(' if i > start && chars[i - 1] == '_' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if c.is_whitespace() && (depth == 0 || i - start > 200) => return i,
            _ => {}
        }
        i += 1;
    }
    if depth == 0 {
        i
    } else {
        start
            + chars[start..]
                .iter()
                .take_while(|c| !c.is_whitespace())
                .count()
    }
}

/// Adds the tokens of a run: one name, or its words.
fn push_run(raw: &str, found: &mut Vec<Token>) {
    let trimmed = raw.trim_matches(|c: char| !(c.is_alphanumeric() || "_$~/.<>()".contains(c)));
    let trimmed = trimmed
        .trim_end_matches(['.', '>', '<', '~'])
        .trim_start_matches(['(', '<', '>']);
    let trimmed = if trimmed.contains('(') {
        trimmed
    } else {
        trimmed.trim_end_matches(')')
    };
    let possessive = ["'s", "’s"]
        .iter()
        .find_map(|ending| trimmed.strip_suffix(ending))
        .unwrap_or(trimmed);
    let trimmed = if possessive.chars().next().is_some_and(char::is_uppercase) {
        possessive
    } else {
        trimmed
    };
    if let Some(entity) = Entity::shaped(possessive) {
        found.push(Token {
            word: possessive.to_lowercase(),
            original: possessive.to_owned(),
            entity: Some(entity),
        });
        return;
    }
    // Of a possessive only the owner can be a name; of other apostrophes both sides belong to one word (`what's`, `couldn't`).
    for word in trimmed
        .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$' || c == '\'' || c == '’'))
    {
        let original: String = word.chars().filter(|c| *c != '\'' && *c != '’').collect();
        if !original.is_empty() {
            found.push(Token {
                word: original.to_lowercase(),
                original,
                entity: None,
            });
        }
    }
}
