//! Just enough of a scanner to see comments and a leading `EXPLAIN`.
//!
//! Nothing here decides whether a statement is safe: the engine's parser does, on the text that remains. A scanner that
//! disagrees with the engine can only refuse too much.

/// A piece of a statement that is not white space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Comment,
    /// An identifier or keyword without quotes.
    Word,
    /// A string or a quoted identifier.
    Quoted,
    /// Any other character.
    Sign,
}

pub(super) fn tokens(sql: &str) -> Tokens<'_> {
    Tokens { sql, at: 0 }
}

pub(super) struct Tokens<'s> {
    sql: &'s str,
    at: usize,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let rest = &self.sql[self.at..];
        let start = self.at + (rest.len() - rest.trim_start().len());
        let rest = &self.sql[start..];
        let first = rest.chars().next()?;
        let (kind, length) = if rest.starts_with("--") {
            (Kind::Comment, rest.find(['\n', '\r']).unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (Kind::Comment, block_comment(rest))
        } else if first == '\'' || first == '"' {
            (Kind::Quoted, quoted(rest, first, false))
        } else if rest.starts_with("e'") || rest.starts_with("E'") {
            (Kind::Quoted, 1 + quoted(&rest[1..], '\'', true))
        } else if first == '$' {
            dollar_quoted(rest).map_or((Kind::Sign, 1), |length| (Kind::Quoted, length))
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
            (Kind::Word, end.unwrap_or(rest.len()))
        } else {
            (Kind::Sign, first.len_utf8())
        };
        self.at = start + length;
        Some(Token {
            kind,
            start,
            end: self.at,
        })
    }
}

/// Block comments nest, as in PostgreSQL.
fn block_comment(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'/', Some(b'*')) => {
                depth += 1;
                at += 2;
            }
            (b'*', Some(b'/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    text.len()
}

/// Two quotes in a row are one in the text; `E''` strings have backslashes too.
fn quoted(text: &str, quote: char, backslash: bool) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if backslash && character == '\\' {
            characters.next();
        } else if character == quote {
            if characters.peek().is_some_and(|&(_, next)| next == quote) {
                characters.next();
            } else {
                return at + quote.len_utf8();
            }
        }
    }
    text.len()
}

/// `$tag$ … $tag$`; `None` when the dollar begins something else.
fn dollar_quoted(text: &str) -> Option<usize> {
    let tag_end = text[1..].find('$')? + 2;
    let tag = &text[..tag_end];
    let name = &tag[1..tag_end - 1];
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if !is_name {
        return None;
    }
    let end = text[tag_end..].find(tag).map(|at| tag_end + at + tag.len());
    Some(end.unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_seen_only_where_they_are() {
        let table = [
            ("select 1 -- c", true),
            ("select /* c */ 1", true),
            ("/* a /* b */ c */ select 1", true),
            ("select '-- c'", false),
            ("select 'it''s -- c'", false),
            ("select e'\\'-- c'", false),
            ("select \"a/*b\" from t", false),
            ("select $$ -- c $$", false),
            ("select $x$ -- $$ $x$", false),
            ("select $x$ a $x$ -- c", true),
            ("select 1 - - 1", false),
            ("select a->'$.b'", false),
            ("select '", false),
            ("select $1 -- c", true),
        ];
        for (sql, expected) in table {
            let found = tokens(sql).any(|token| token.kind == Kind::Comment);
            assert_eq!(found, expected, "{sql}");
        }
    }

    #[test]
    fn every_text_ends() {
        for sql in [
            "",
            " \u{a0}",
            "/*",
            "$",
            "$a",
            "'",
            "é",
            "\u{1f600}--",
            "e'\\",
        ] {
            assert!(tokens(sql).count() < 10, "{sql}");
        }
    }
}
