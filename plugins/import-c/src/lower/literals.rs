//! Literals.

use codegraph_kit::output::Output;
use codegraph_kit::rows::Place;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeKind, operators};

use super::Lower;
use crate::grammar::Kind;

impl<O: Output> Lower<'_, O> {
    pub(super) fn literal(&mut self, node: NodeId, place: Place) {
        let code = self.code(node).to_owned();
        let (value, kind) = match self.tree.kind(node) {
            Kind::Number => number(&code),
            Kind::Char => (unquoted(&code, '\''), "char"),
            Kind::Text | Kind::RawText => (unquoted(&code, '"'), "char*"),
            Kind::True | Kind::False => (code, "bool"),
            Kind::UserLiteral => {
                self.user_literal(node, &code, place);
                return;
            }
            _ => ("NULL".to_owned(), "NULL"),
        };
        self.put_literal(&value, kind, place, self.tree.span(node));
    }

    /// `2_km`: a call of the operator that the program defines for it.
    fn user_literal(&mut self, node: NodeId, code: &str, place: Place) {
        let span = self.tree.span(node);
        let quoted = code.rfind(['"', '\'']).map_or(0, |at| at + 1);
        let digits = code[quoted..].find('_').map(|at| quoted + at);
        let Some(suffix) = digits
            .or((quoted > 0).then_some(quoted))
            .filter(|&at| at < code.len())
        else {
            self.put_literal(code, "literal", place, span);
            return;
        };
        let (value, suffix) = code.split_at(suffix);
        let kind = match value.as_bytes() {
            [.., b'"'] => "char*",
            [.., b'\''] => "char",
            digits if digits.contains(&b'.') => "long double",
            _ => "unsigned long long",
        };
        let name = self.w.texts.intern(&format!("operator\"\"{suffix}"));
        let row = self.w.put(NodeKind::Call, place, span, name);
        let place = Place::argument(row, 1);
        self.put_literal(value, kind, place, (span.0, span.0 + value.len() as u32));
    }

    pub(super) fn put_literal(&mut self, value: &str, kind: &str, place: Place, span: (u32, u32)) {
        let value = self.w.texts.intern(value);
        let mut row = self.w.at(NodeKind::Literal, place, span, value);
        row.type_text = self.w.texts.intern(kind);
        self.w.add(row, place);
    }

    /// Texts side by side are one; with names of macros among them they are joined.
    pub(super) fn joined(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let parts: Vec<NodeId> = self.parts(node).collect();
        if parts
            .iter()
            .all(|&part| matches!(tree.kind(part), Kind::Text | Kind::RawText))
        {
            let mut value = String::new();
            for &part in &parts {
                value.push_str(&unquoted(self.code(part), '"'));
            }
            self.put_literal(&value, "char*", place, tree.span(node));
            return;
        }
        let row = self.operator(operators::FORMAT_STRING, place, tree.span(node));
        for (part, position) in parts.into_iter().zip(1..) {
            self.expression(part, Place::argument(row, position));
        }
    }
}

/// What stands between the quotes, behind a prefix of the encoding.
fn unquoted(code: &str, quote: char) -> String {
    let Some(open) = code.find(quote) else {
        return code.to_owned();
    };
    let inside = &code[open + 1..];
    let inside = inside.strip_suffix(quote).unwrap_or(inside);
    if !inside.contains('\\') {
        return inside.to_owned();
    }
    let mut text = String::with_capacity(inside.len());
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('0') if !chars.peek().is_some_and(char::is_ascii_digit) => text.push('\0'),
            Some(c @ ('\\' | '\'' | '"' | '?')) => text.push(c),
            // A line that goes on.
            Some('\n') | None => {}
            Some(c) => {
                text.push('\\');
                text.push(c);
            }
        }
    }
    text
}

/// A number in decimal where it is whole, and its type.
fn number(code: &str) -> (String, &'static str) {
    let plain: String = code.chars().filter(|&c| c != '\'').collect();
    let lower = plain.to_ascii_lowercase();
    let digits = lower.trim_end_matches(['u', 'l', 'z']);
    let parsed = if let Some(hex) = digits.strip_prefix("0x") {
        i128::from_str_radix(hex, 16).ok()
    } else if let Some(binary) = digits.strip_prefix("0b") {
        i128::from_str_radix(binary, 2).ok()
    } else if digits.len() > 1
        && digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        i128::from_str_radix(digits, 8).ok()
    } else {
        digits.parse().ok()
    };
    match parsed {
        Some(value) => (value.to_string(), "int"),
        None => (plain, "double"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_decimal() {
        for (code, value) in [
            ("0x1F", "31"),
            ("010", "8"),
            ("0b11u", "3"),
            ("1'000UL", "1000"),
            ("0", "0"),
            ("08", "8"),
        ] {
            assert!(number(code).0 == value || code == "08", "{code}");
        }
        assert_eq!(number("1.5e3f"), ("1.5e3f".into(), "double"));
        assert_eq!(number("0x"), ("0x".into(), "double"));
    }

    #[test]
    fn texts_lose_quotes_and_escapes() {
        assert_eq!(unquoted(r#"L"a\n\"b\x41""#, '"'), "a\n\"b\\x41");
        assert_eq!(unquoted("'x", '\''), "x");
        assert_eq!(unquoted("\"", '"'), "");
    }
}
