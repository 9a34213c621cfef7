//! Macros that are used like functions, as functions: what they call, those that use them call.

use crate::lex::{is_word, lex};
use crate::macros::{Effect, Macro, Macros};

/// Bytes of macros of one file that are read so.
const MOST: usize = 4 * 1024 * 1024;

/// Definitions put together as functions, with the places that their text is from.
#[derive(Debug, Default)]
pub(crate) struct Bodies {
    pub(crate) text: Vec<u8>,
    /// Ascending: from where on in the text, from where in the file, and whether the file's text goes on from there.
    pieces: Vec<(u32, u32, bool)>,
}

impl Bodies {
    /// Puts together those of a file's macros whose text stands alone.
    pub(crate) fn new(source: &[u8], macros: &Macros, own: &[Macro]) -> Self {
        let mut this = Self::default();
        for found in own {
            if this.text.len() > MOST {
                break;
            }
            let stands = matches!(
                macros.effect(&found.name),
                Some(Effect::Other | Effect::Statements | Effect::Loop)
            );
            if stands && found.parameters.is_some() && !found.body.is_empty() {
                this.add(source, found);
            }
        }
        this
    }

    fn add(&mut self, source: &[u8], found: &Macro) -> Option<()> {
        let (start, end) = (found.span.0 as usize, found.span.1 as usize);
        let line = &source[start..end];
        let name = line
            .windows(found.name.len())
            .position(|window| window == found.name.as_bytes())?;
        let close = name + line[name..].iter().position(|&byte| byte == b')')? + 1;
        let head = &line[name..close];
        // Comments and continued lines in a head are rare: it is left out.
        if head.contains(&b'\\') || head.contains(&b'/') {
            return None;
        }
        let body = body(&line[close..])?;
        self.made(b"static void ", start);
        let head: Vec<u8> = String::from_utf8_lossy(head)
            .replace("...", "   ")
            .into_bytes();
        let open = head.iter().rposition(|&byte| byte == b',');
        let mut head = head;
        // `(a, ...)`: what is left of the list must not end in a comma.
        if let Some(open) = open
            && head[open + 1..head.len() - 1]
                .iter()
                .all(u8::is_ascii_whitespace)
        {
            head[open] = b' ';
        }
        self.copied(&head, start + name);
        self.made(b"{", start + close);
        self.copied(&body, start + close);
        self.made(b"\n;}\n", end);
        Some(())
    }

    fn made(&mut self, text: &[u8], at: usize) {
        self.pieces.push((self.text.len() as u32, at as u32, false));
        self.text.extend(text);
    }

    fn copied(&mut self, text: &[u8], from: usize) {
        self.pieces
            .push((self.text.len() as u32, from as u32, true));
        self.text.extend(text);
    }

    /// Where in the file a place of the text is.
    pub(crate) fn place(&self, at: u32) -> u32 {
        let piece = self.pieces.partition_point(|&(from, ..)| from <= at);
        let Some(&(from, origin, goes_on)) = piece
            .checked_sub(1)
            .and_then(|piece| self.pieces.get(piece))
        else {
            return 0;
        };
        if goes_on {
            origin + (at - from)
        } else {
            origin
        }
    }
}

/// The text of a macro, of the same length: comments and continued lines blank, `#` and `##` as the grammar can take them. None where
/// its brackets are not balanced.
fn body(text: &[u8]) -> Option<Vec<u8>> {
    let mut body = vec![b' '; text.len()];
    let mut depth = [0_i32; 3];
    // The first byte is no line's first: what begins with `#` is no directive.
    let mut shifted = vec![b'0'];
    shifted.extend(text);
    for token in &lex(&shifted).tokens {
        if token.start == 0 {
            if token.end > 1 {
                return None;
            }
            continue;
        }
        let (start, end) = (token.start as usize - 1, token.end as usize - 1);
        body[start..end].copy_from_slice(&text[start..end]);
        let (kind, step) = match text[start] {
            b'(' => (0, 1),
            b')' => (0, -1),
            b'[' => (1, 1),
            b']' => (1, -1),
            b'{' => (2, 1),
            b'}' => (2, -1),
            _ => continue,
        };
        if end - start == 1 {
            depth[kind] += step;
            if depth[kind] < 0 {
                return None;
            }
        }
    }
    paste(&mut body);
    (depth == [0; 3]).then_some(body)
}

/// `a ## b` is one name, `#a` is `a`.
fn paste(body: &mut [u8]) {
    let mut at = 0;
    while at < body.len() {
        if body[at] != b'#' {
            at += 1;
            continue;
        }
        if body.get(at + 1) != Some(&b'#') {
            body[at] = b' ';
            at += 1;
            continue;
        }
        let before = body[..at]
            .iter()
            .rposition(|byte| !byte.is_ascii_whitespace())
            .map_or(0, |last| last + 1);
        let after = at
            + 2
            + body[at + 2..]
                .iter()
                .position(|byte| !byte.is_ascii_whitespace())
                .unwrap_or(0);
        let joins = before > 0
            && is_word(body[before - 1])
            && body.get(after).is_some_and(|&byte| is_word(byte));
        let glue = if joins { b'_' } else { b' ' };
        body[before..after].fill(glue);
        at = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::macros::define;

    fn bodies(source: &str) -> Bodies {
        let mut macros = Macros::default();
        let mut own = Vec::new();
        for &directive in &lex(source.as_bytes()).directives {
            let found = define(source.as_bytes(), directive).unwrap();
            macros.add(found.clone());
            own.push(found);
        }
        Bodies::new(source.as_bytes(), &macros, &own)
    }

    #[test]
    fn a_macro_becomes_a_function_whose_places_are_the_files() {
        let source = "int x;\n#define LOG(l, ...) /* c */ log_at(l, #l, a ## b)\n#define OPEN(x) if (x) {\n#define EMPTY(x)\n";
        let bodies = bodies(source);
        let text = std::str::from_utf8(&bodies.text).unwrap();
        let words: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(
            words.join(" "),
            "static void LOG(l ){ log_at(l, l, a____b) ;}"
        );
        let at = text.find("log_at").unwrap() as u32;
        assert_eq!(bodies.place(at) as usize, source.find("log_at").unwrap());
        assert_eq!(bodies.place(0) as usize, source.find("#define").unwrap());
    }
}
