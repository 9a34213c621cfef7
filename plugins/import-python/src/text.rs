//! Values of literals and texts of types.

use codegraph_kit::texts::LONGEST;

/// What the letters before a string's quotes say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prefix {
    pub(crate) raw: bool,
    pub(crate) bytes: bool,
    pub(crate) format: bool,
    pub(crate) template: bool,
}

/// Reads the start of a string: letters and quotes.
pub(crate) fn prefix(start: &[u8]) -> Prefix {
    let mut prefix = Prefix::default();
    for letter in start.iter().take_while(|byte| byte.is_ascii_alphabetic()) {
        match letter.to_ascii_lowercase() {
            b'r' => prefix.raw = true,
            b'b' => prefix.bytes = true,
            b'f' => prefix.format = true,
            b't' => prefix.template = true,
            _ => {}
        }
    }
    prefix
}

/// Appends the value of a string's content, with its escapes undone, until it has as many bytes as a text may have.
/// `\N{…}` stays as written: the names of characters are not carried along.
pub(crate) fn unescape(content: &str, prefix: Prefix, value: &mut String) {
    let mut rest = content;
    while !rest.is_empty() && value.len() < LONGEST {
        let plain = if prefix.raw {
            rest.len()
        } else {
            rest.find('\\').unwrap_or(rest.len())
        };
        push_unified(&rest[..plain], value);
        rest = &rest[plain..];
        if !rest.is_empty() {
            rest = escape(rest, prefix.bytes, value);
        }
    }
}

/// Undoes doubled braces, as in the text parts of formatted strings.
pub(crate) fn undouble(value: &mut String, from: usize) {
    if value[from..].contains(['{', '}']) {
        let text = value[from..].replace("{{", "{").replace("}}", "}");
        value.truncate(from);
        value.push_str(&text);
    }
}

/// Line ends inside a string are line feeds, whatever the file has.
fn push_unified(text: &str, value: &mut String) {
    let room = LONGEST.saturating_sub(value.len());
    let text = &text[..text.floor_char_boundary(room)];
    if text.contains('\r') {
        value.push_str(&text.replace("\r\n", "\n").replace('\r', "\n"));
    } else {
        value.push_str(text);
    }
}

/// Undoes the escape at the start of `rest` and gives what follows it.
fn escape<'a>(rest: &'a str, bytes: bool, value: &mut String) -> &'a str {
    let after = &rest[1..];
    let Some(letter) = after.chars().next() else {
        value.push('\\');
        return after;
    };
    let tail = &after[letter.len_utf8()..];
    let simple = match letter {
        '\n' => return tail,
        '\r' => return tail.strip_prefix('\n').unwrap_or(tail),
        '\\' | '\'' | '"' => letter,
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'x' => return coded(rest, tail, 2, 16, value),
        'u' if !bytes => return coded(rest, tail, 4, 16, value),
        'U' if !bytes => return coded(rest, tail, 8, 16, value),
        '0'..='7' => {
            let digits = after
                .bytes()
                .take(3)
                .take_while(|byte| (b'0'..=b'7').contains(byte))
                .count();
            return coded(rest, after, digits, 8, value);
        }
        _ => {
            value.push('\\');
            value.push(letter);
            return tail;
        }
    };
    value.push(simple);
    tail
}

/// Appends the character whose code stands in the first digits, or the escape as written where it is none.
fn coded<'a>(
    rest: &'a str,
    from: &'a str,
    digits: usize,
    radix: u32,
    value: &mut String,
) -> &'a str {
    let code = from
        .get(..digits)
        .and_then(|text| u32::from_str_radix(text, radix).ok());
    if let Some(character) = code.and_then(char::from_u32) {
        value.push(character);
        &from[digits..]
    } else {
        value.push('\\');
        &rest[1..]
    }
}

/// Appends code on one line: runs of white space become one space, comments and line continuations go. Stops at `limit`.
pub(crate) fn one_line(code: &str, limit: usize, line: &mut String) {
    let from = line.len();
    let mut quote = None;
    let mut space = false;
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        if line.len() - from >= limit {
            line.push('…');
            return;
        }
        match (quote, character) {
            (None, '#') => while characters.next_if(|&c| c != '\n').is_some() {},
            (None, '\\') if matches!(characters.peek(), Some('\n' | '\r')) => space = true,
            (None, c) if c.is_whitespace() => space = true,
            _ => {
                let last = line[from..].chars().next_back();
                let tight = matches!(last, None | Some('(' | '[' | '{'))
                    || matches!(character, ')' | ']' | '}' | ',');
                if space && !(tight && quote.is_none()) {
                    line.push(' ');
                }
                space = false;
                if character == ')' && characters.peek().is_none() && line[from..].ends_with(',') {
                    line.pop();
                }
                line.push(if character.is_control() {
                    ' '
                } else {
                    character
                });
                match quote {
                    None if matches!(character, '"' | '\'') => quote = Some(character),
                    Some(open) if open == character => quote = None,
                    _ => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(content: &str, start: &str) -> String {
        let mut value = String::new();
        unescape(content, prefix(start.as_bytes()), &mut value);
        value
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(
            value(
                r"a\n\t\\\'\x41\u044f\101\
b",
                "\""
            ),
            "a\n\t\\'AяAb"
        );
        assert_eq!(value(r"\d\N{DASH}\xZZ\u12", "'"), r"\d\N{DASH}\xZZ\u12");
        assert_eq!(value(r"\U0001F600\ud800", "'"), "\u{1F600}\\ud800");
        assert_eq!(value("a\\", "'"), "a\\");
    }

    #[test]
    fn raw_strings_and_bytes_keep_what_they_do_not_know() {
        assert_eq!(value(r"\n\d", "r'"), r"\n\d");
        assert_eq!(value(r"\u044f\x41", "b'"), r"\u044fA");
    }

    #[test]
    fn line_ends_are_unified_and_the_value_is_bounded() {
        assert_eq!(value("a\r\nb\rc", "'''"), "a\nb\nc");
        assert!(value(&"я".repeat(LONGEST), "'").len() <= LONGEST);
    }

    #[test]
    fn code_fits_on_one_line() {
        let line = |code: &str| {
            let mut line = String::new();
            one_line(code, 100, &mut line);
            line
        };
        assert_eq!(
            line("(\n    self,  # who\n    name: str = 'a  b',\n)"),
            "(self, name: str = 'a  b')"
        );
        assert_eq!(line("Dict[ str,\n int ]"), "Dict[str, int]");
        assert_eq!(line("(a='#', b=1)"), "(a='#', b=1)");
    }

    #[test]
    fn doubled_braces_become_one() {
        let mut text = "x{{}}".to_owned();
        undouble(&mut text, 1);
        assert_eq!(text, "x{}");
    }
}
