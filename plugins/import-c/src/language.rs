//! Which of the two languages a file is in, where its name leaves it open.

use crate::lex::{Lexed, What};

/// Tokens that are looked at.
const LOOKED_AT: usize = 200_000;

/// Whether a header holds C++: it says so outside of what only C++ compilers see.
pub(crate) fn holds_cpp(source: &[u8], lexed: &Lexed, live: &[bool]) -> bool {
    let mut tokens = lexed
        .tokens
        .iter()
        .zip(live)
        .filter(|&(token, &live)| live && !matches!(token.what, What::Directive(_)))
        .map(|(token, _)| token)
        .take(LOOKED_AT)
        .peekable();
    while let Some(token) = tokens.next() {
        let Some(next) = tokens.peek() else {
            return false;
        };
        let text = |token: &crate::lex::Token| &source[token.start as usize..token.end as usize];
        let says = match text(token) {
            b"class" | b"namespace" | b"using" | b"typename" => {
                next.what == What::Name || next.is(b'{') && text(token) == b"namespace"
            }
            b"template" => next.is(b'<'),
            b"public" | b"private" | b"protected" => next.is(b':'),
            b":" => next.is(b':') && next.start == token.end,
            _ => false,
        };
        if says {
            return true;
        }
    }
    false
}
