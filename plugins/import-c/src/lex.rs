//! Tokens and directives of a file, without a preprocessor: what the steps before parsing look at.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Name,
    Number,
    /// A string or a character.
    Text,
    /// One mark; longer operators are several.
    Mark(u8),
    /// A directive, by position in [`Lexed::directives`].
    Directive(u32),
}

/// A token with its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) what: What,
}

impl Token {
    pub(crate) fn is(self, mark: u8) -> bool {
        self.what == What::Mark(mark)
    }
}

/// The word of a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    If,
    Ifdef,
    Ifndef,
    Elif,
    Elifdef,
    Elifndef,
    Else,
    Endif,
    Define,
    Include,
    Other,
}

/// A line that begins with `#`, with the lines that continue it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Directive {
    pub(crate) start: u32,
    /// Without the line end.
    pub(crate) end: u32,
    pub(crate) word: Word,
    /// Where what follows the word starts.
    pub(crate) argument: u32,
}

/// A file as tokens. Comments are no tokens.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    pub(crate) directives: Vec<Directive>,
}

struct Lexer<'a> {
    source: &'a [u8],
    at: usize,
    /// Only white space and comments stood on this line so far.
    fresh_line: bool,
    lexed: Lexed,
}

/// Reads a file as tokens. What is no token of the languages (control characters, a quote that is not closed) ends somewhere; nothing
/// is refused.
pub(crate) fn lex(source: &[u8]) -> Lexed {
    let mut lexer = Lexer {
        source,
        at: 0,
        fresh_line: true,
        lexed: Lexed {
            tokens: Vec::with_capacity(source.len() / 5),
            directives: Vec::new(),
        },
    };
    while lexer.at < source.len() {
        lexer.step();
    }
    lexer.lexed
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.source.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn step(&mut self) {
        let byte = self.source[self.at];
        match byte {
            b'\n' => {
                self.fresh_line = true;
                self.at += 1;
            }
            b' ' | b'\t' | b'\r' | 0x0B | 0x0C => self.at += 1,
            b'\\' if matches!(self.peek(1), b'\n' | b'\r') => self.at += 2,
            b'/' if matches!(self.peek(1), b'/' | b'*') => {
                self.at = comment_end(self.source, self.at);
            }
            b'#' if self.fresh_line => self.directive(),
            _ => {
                self.fresh_line = false;
                self.token(byte);
            }
        }
    }

    fn token(&mut self, byte: u8) {
        let start = self.at;
        let what = match byte {
            b'"' | b'\'' => {
                self.at = text_end(self.source, start);
                What::Text
            }
            b'0'..=b'9' => {
                self.number();
                What::Number
            }
            _ if is_word(byte) => {
                while self.at < self.source.len() && is_word(self.source[self.at]) {
                    self.at += 1;
                }
                // A raw text: its prefix ends in R, and no escape ends it.
                if self.peek(0) == b'"' && self.source[self.at - 1] == b'R' && self.at - start <= 3
                {
                    self.at = raw_end(self.source, self.at);
                    What::Text
                } else {
                    What::Name
                }
            }
            _ => {
                self.at += 1;
                What::Mark(byte)
            }
        };
        self.lexed.tokens.push(Token {
            start: start as u32,
            end: self.at as u32,
            what,
        });
    }

    fn number(&mut self) {
        loop {
            let byte = self.peek(0);
            let sign = matches!(byte, b'+' | b'-')
                && matches!(self.source[self.at - 1], b'e' | b'E' | b'p' | b'P');
            // `1'000'000`
            let separator = byte == b'\'' && is_word(self.peek(1)) && self.peek(2) != b'\'';
            if is_word(byte) || byte == b'.' || sign || separator {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    fn directive(&mut self) {
        let start = self.at;
        let end = directive_end(self.source, start);
        let mut at = start + 1;
        let blank = |at: usize| matches!(self.source.get(at), Some(b' ' | b'\t')) && at < end;
        while blank(at) {
            at += 1;
        }
        let word_start = at;
        while at < end && is_word(self.source[at]) {
            at += 1;
        }
        let word = match &self.source[word_start..at] {
            b"if" => Word::If,
            b"ifdef" => Word::Ifdef,
            b"ifndef" => Word::Ifndef,
            b"elif" => Word::Elif,
            b"elifdef" => Word::Elifdef,
            b"elifndef" => Word::Elifndef,
            b"else" => Word::Else,
            b"endif" => Word::Endif,
            b"define" => Word::Define,
            b"include" | b"include_next" | b"import" => Word::Include,
            _ => Word::Other,
        };
        self.lexed.tokens.push(Token {
            start: start as u32,
            end: end as u32,
            what: What::Directive(self.lexed.directives.len() as u32),
        });
        self.lexed.directives.push(Directive {
            start: start as u32,
            end: end as u32,
            word,
            argument: at as u32,
        });
        self.at = end;
    }
}

/// Whether a byte can stand in a name; bytes beyond ASCII can.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

/// Where the comment that starts at a place ends; the line end behind a `//` is not part of it.
fn comment_end(source: &[u8], start: usize) -> usize {
    if source[start + 1] == b'*' {
        return memchr2(source, start + 2, *b"*/").map_or(source.len(), |at| at + 2);
    }
    let mut at = start + 2;
    while at < source.len() {
        match source[at] {
            b'\\' => at += 2,
            b'\n' => return at,
            _ => at += 1,
        }
    }
    source.len()
}

fn memchr2(source: &[u8], from: usize, wanted: [u8; 2]) -> Option<usize> {
    let rest = source.get(from..)?;
    rest.windows(2)
        .position(|pair| pair == wanted)
        .map(|at| from + at)
}

/// Where the string or character that starts at a place ends: behind its quote, or at the end of the line.
fn text_end(source: &[u8], start: usize) -> usize {
    let quote = source[start];
    let mut at = start + 1;
    while at < source.len() {
        match source[at] {
            b'\\' => {
                at += if source.get(at + 1) == Some(&b'\r') {
                    3
                } else {
                    2
                }
            }
            b'\n' => return at,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    source.len()
}

fn raw_end(source: &[u8], quote: usize) -> usize {
    let rest = &source[quote + 1..];
    let Some(open) = rest.iter().take(17).position(|&byte| byte == b'(') else {
        return text_end(source, quote);
    };
    let mut closing = vec![b')'];
    closing.extend(&rest[..open]);
    closing.push(b'"');
    rest.windows(closing.len())
        .position(|window| window == closing)
        .map_or(source.len(), |at| quote + 1 + at + closing.len())
}

/// Where a directive ends: at a line end that is neither continued nor in a comment.
fn directive_end(source: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < source.len() {
        match source[at] {
            b'\\' => {
                at += if source.get(at + 1) == Some(&b'\r') {
                    3
                } else {
                    2
                }
            }
            b'\n' => return at,
            b'/' if matches!(source.get(at + 1), Some(b'*' | b'/')) => at = comment_end(source, at),
            b'"' => at = text_end(source, at),
            _ => at += 1,
        }
    }
    source.len()
}

/// The text of a directive behind its word: comments and continuations are blanks.
pub(crate) fn plain(source: &[u8]) -> String {
    let mut text = Vec::with_capacity(source.len());
    let mut at = 0;
    while at < source.len() {
        match source[at] {
            b'/' if matches!(source.get(at + 1), Some(b'*' | b'/')) => {
                at = comment_end(source, at);
                text.push(b' ');
            }
            b'"' | b'\'' => {
                let end = text_end(source, at);
                text.extend(&source[at..end]);
                at = end;
            }
            b'\\' if matches!(source.get(at + 1), Some(b'\n' | b'\r')) => {
                at += 2;
                text.push(b' ');
            }
            b'\n' | b'\r' => {
                at += 1;
                text.push(b' ');
            }
            byte => {
                text.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(text.trim_ascii()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        let tokens = lex(source.as_bytes()).tokens;
        tokens
            .iter()
            .map(|token| &source[token.start as usize..token.end as usize])
            .collect()
    }

    #[test]
    fn comments_texts_and_continuations_hide_marks() {
        assert_eq!(texts("a /* { */ b // }\nc"), ["a", "b", "c"]);
        assert_eq!(
            texts(r#"f("{\"", '}')"#),
            ["f", "(", r#""{\"""#, ",", "'}'", ")"]
        );
        assert_eq!(
            texts("x = 1'000 + 0x1e+3;"),
            ["x", "=", "1'000", "+", "0x1e+3", ";"]
        );
        assert_eq!(texts("R\"x(a)\"b)x\" y"), ["R\"x(a)\"b)x\"", "y"]);
    }

    #[test]
    fn a_directive_has_its_continued_lines_and_comments() {
        let source = "#define A(x) \\\n  x /* two\n lines */ + 1\nb # c\n  # if 0\n";
        let lexed = lex(source.as_bytes());
        let words: Vec<Word> = lexed.directives.iter().map(|found| found.word).collect();
        assert_eq!(words, [Word::Define, Word::If]);
        let first = lexed.directives[0];
        let text = plain(&source.as_bytes()[first.argument as usize..first.end as usize]);
        assert_eq!(
            text.split_whitespace().collect::<Vec<_>>(),
            ["A(x)", "x", "+", "1"]
        );
    }

    #[test]
    fn what_is_not_closed_ends() {
        for source in [
            "\"abc",
            "'",
            "/* x",
            "R\"(x",
            "#define A \\",
            "#",
            "R\"aaaaaaaaaaaaaaaaaaaaa",
            "\\",
        ] {
            lex(source.as_bytes());
        }
    }
}
