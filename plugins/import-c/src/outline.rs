//! What a file tells those that include it.

use std::fmt::Write as _;

use crate::conditionals::decide;
use crate::lex::{Lexed, What, Word, lex, plain};
use crate::macros::{Effect, Macro, Macros, define};

/// Bytes of included outlines that a file is lowered with; what is beyond, nearest last, is left out.
const MOST: usize = 8 * 1024 * 1024;

/// An outline: what it includes, and what macros it defines.
#[derive(Default)]
pub(crate) struct Outline {
    pub(crate) includes: Vec<String>,
    pub(crate) facts: Vec<u8>,
}

/// Makes the outline of a file.
pub(crate) fn outline(path: &str, source: &[u8]) -> Outline {
    let lexed = lex(source);
    let decided = decide(source, &lexed, false);
    let includes = includes(source, &lexed, &decided.live)
        .map(|include| include.path)
        .collect();
    let mut own = Macros::default();
    let mut order = Vec::new();
    for found in definitions(source, &lexed, &decided.live) {
        own.add(found.clone());
        order.push(found);
    }
    let mut facts = String::new();
    for found in &order {
        // Macros that stand where names and calls do need no text at all; those that may need another one's to be told apart do.
        let effect = own.effect(&found.name);
        if effect != Some(Effect::Other) || may_depend(&found.body) {
            write(&mut facts, found);
        }
    }
    crate::fragments::write(path, source, &lexed, &decided.live, &mut facts);
    Outline {
        includes,
        facts: facts.into_bytes(),
    }
}

/// A short text of names only may be made of macros that others define.
fn may_depend(body: &str) -> bool {
    body.len() < 80
        && body.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b' ' | b'(' | b')' | b',')
        })
        && !body.starts_with(|c: char| c.is_ascii_digit() || c == '(')
}

fn write(facts: &mut String, found: &Macro) {
    let _ = write!(facts, "{}", found.name);
    if let Some(parameters) = &found.parameters {
        let _ = write!(facts, "({})", parameters.join(","));
    }
    let _ = writeln!(facts, " {}", found.body);
}

/// Macros of the outlines of what a file includes. What is not in this format is left out.
pub(crate) fn read(included: &[Vec<u8>], macros: &mut Macros) {
    let mut left = MOST;
    for facts in included.iter().rev() {
        let Some(rest) = left.checked_sub(facts.len()) else {
            return;
        };
        left = rest;
        let text = String::from_utf8_lossy(facts);
        for line in crate::fragments::split(&text).0.lines() {
            let whole = format!(" {line}");
            let directive = crate::lex::Directive {
                start: 0,
                end: whole.len() as u32,
                word: Word::Define,
                argument: 0,
            };
            if let Some(found) = define(whole.as_bytes(), directive) {
                macros.add(found);
            }
        }
    }
}

/// Definitions that are read, in order.
pub(crate) fn definitions<'a>(
    source: &'a [u8],
    lexed: &'a Lexed,
    live: &'a [bool],
) -> impl Iterator<Item = Macro> + 'a {
    directives(lexed, live, Word::Define).filter_map(|directive| define(source, directive))
}

fn directives<'a>(
    lexed: &'a Lexed,
    live: &'a [bool],
    word: Word,
) -> impl Iterator<Item = crate::lex::Directive> + 'a {
    lexed
        .tokens
        .iter()
        .zip(live)
        .filter(|&(_, &live)| live)
        .filter_map(|(token, _)| match token.what {
            What::Directive(number) => Some(lexed.directives[number as usize]),
            _ => None,
        })
        .filter(move |directive| directive.word == word)
}

/// An `#include`.
pub(crate) struct Include {
    pub(crate) span: (u32, u32),
    pub(crate) path: String,
}

/// Includes that are read, in order. One whose name a macro makes has no name to follow.
pub(crate) fn includes<'a>(
    source: &'a [u8],
    lexed: &'a Lexed,
    live: &'a [bool],
) -> impl Iterator<Item = Include> + 'a {
    directives(lexed, live, Word::Include).filter_map(|directive| include(source, directive))
}

/// An `#include` with its name; none where a macro makes it.
pub(crate) fn include(source: &[u8], directive: crate::lex::Directive) -> Option<Include> {
    let text = plain(&source[directive.argument as usize..directive.end as usize]);
    let (open, rest) = (text.chars().next()?, text.get(1..)?);
    let close = match open {
        '"' => '"',
        '<' => '>',
        _ => return None,
    };
    let path = rest.split_once(close)?.0.trim().replace('\\', "/");
    (!path.is_empty()).then_some(Include {
        span: (directive.start, directive.end),
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_is_read_back() {
        let header = outline(
            "a.h",
            b"#ifndef H\n#define H\n#include \"other.h\"\n#include <stdio.h>\n#include NAME\n#define API __attribute__((x))\n\
              #define each(x) \\\n  for (x = 0; x; x++)\n#define N 100\n#define STATEMENT OTHER\n#endif\n",
        );
        assert_eq!(header.includes, ["other.h", "stdio.h"]);
        let mut macros = Macros::default();
        read(&[header.facts, b"\xFF\n\n(\n9 x\n".to_vec()], &mut macros);
        assert_eq!(macros.effect("API"), Some(Effect::Nothing));
        assert_eq!(macros.effect("each"), Some(Effect::Loop));
        assert_eq!(macros.effect("STATEMENT"), Some(Effect::Other));
        assert_eq!(macros.effect("N"), None);
    }
}
