//! Texts of guests before people see them: no control characters, no overlong ones.

/// Whether a character moves the cursor, colours the terminal or turns the direction of writing.
fn is_hostile(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Cuts at a character boundary, at most `bytes` long.
fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// One line: control characters become spaces.
pub(crate) fn clean_line(text: &str, bytes: usize) -> String {
    let cleaned: String = cut(text.trim_end(), bytes)
        .chars()
        .map(|c| if is_hostile(c) { ' ' } else { c })
        .collect();
    // U+0085 and the like are two bytes and became one: never longer than before.
    debug_assert!(cleaned.len() <= bytes, "cleaning must not lengthen");
    cleaned
}

/// Text of several lines: line feeds and tabs stay, other control characters go.
pub(crate) fn clean(text: &str, bytes: usize) -> String {
    cut(text, bytes)
        .chars()
        .filter(|&c| matches!(c, '\n' | '\t') || !is_hostile(c))
        .collect()
}

/// Whether a text is an identifier of a plugin, language, intent …: lower-case letters, digits, `-` and `_`.
pub(crate) fn is_identifier(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(allowed)
        && text.as_bytes()[0].is_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_go() {
        assert_eq!(clean("a\u{1b}[31m\r\nb\tc\u{202e}", 100), "a[31m\nb\tc");
        assert_eq!(clean_line("a\u{1b}[31m\nb\n", 100), "a [31m b");
    }

    #[test]
    fn cuts_whole_characters() {
        assert_eq!(clean("ёж", 3), "ё");
        assert_eq!(clean_line("ёж", 1), "");
    }

    #[test]
    fn identifiers() {
        assert!(is_identifier("import-python_3"));
        for bad in ["", "3a", "A", "a b", "a/b", "../a", "ё", &"a".repeat(65)] {
            assert!(!is_identifier(bad), "{bad:?}");
        }
    }
}
