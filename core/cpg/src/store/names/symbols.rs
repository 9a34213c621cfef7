//! `symbol_lookup` over symbols in memory.

use super::{Cell, Names, Symbol};
use crate::store::build::without_number;
use std::cmp::Ordering;

/// What parts of a full name are separated by.
const SEPARATORS: [char; 5] = ['.', ':', '/', '#', '\\'];

impl Names {
    /// Rows of `symbol_lookup`; none for names that are not of ASCII: what is the lower case of others is the engine's to say.
    pub(super) fn symbol_lookup(&self, name: &str) -> Option<Vec<Vec<Cell<'_>>>> {
        if !name.is_ascii() || name.contains('\0') {
            return None;
        }
        let wanted = name.to_ascii_lowercase();
        let mut found: Vec<&Symbol> = self
            .of_key(key(&wanted))
            .iter()
            .filter(|symbol| !symbol.is_redundant && self.is_meant(symbol, &wanted))
            .collect();
        found.sort_by(|a, b| self.order(a, b, name));
        Some(found.into_iter().map(|symbol| self.row(symbol)).collect())
    }

    fn of_key(&self, key: &str) -> &[Symbol] {
        let compare = |symbol: &Symbol| self.texts.or_empty(symbol.key).cmp(key);
        let first = self
            .symbols
            .partition_point(|symbol| compare(symbol) == Ordering::Less);
        let count =
            self.symbols[first..].partition_point(|symbol| compare(symbol) == Ordering::Equal);
        &self.symbols[first..first + count]
    }

    fn is_meant(&self, symbol: &Symbol, wanted: &str) -> bool {
        let name = self.texts.or_empty(symbol.name);
        let full_name = self.texts.or_empty(symbol.full_name).to_lowercase();
        if full_name == wanted || name.to_lowercase() == wanted {
            return true;
        }
        wanted.len() > name.chars().count()
            && full_name
                .strip_suffix(wanted)
                .is_some_and(|before| before.ends_with(['.', ':', '/']))
    }

    fn order(&self, a: &Symbol, b: &Symbol, name: &str) -> Ordering {
        let rank = |symbol: &Symbol| {
            let full_name = self.texts.or_empty(symbol.full_name);
            (
                full_name != name,
                self.texts.or_empty(symbol.name) != name && !full_name.ends_with(name),
                symbol.is_external,
                self.of_tests(symbol),
                // Rows without a role come last.
                self.texts.get(symbol.role).map_or(2, |role| {
                    u8::from(role == "vendored" || role == "generated")
                }),
            )
        };
        let full_name = |symbol: &Symbol| self.texts.or_empty(symbol.full_name);
        rank(a)
            .cmp(&rank(b))
            .then_with(|| full_name(a).cmp(full_name(b)))
            .then(a.id.cmp(&b.id))
    }

    fn of_tests(&self, symbol: &Symbol) -> bool {
        self.texts.get(symbol.role) == Some("test")
    }

    fn row(&self, symbol: &Symbol) -> Vec<Cell<'_>> {
        let text = |id| Cell::Text(self.texts.get(id));
        vec![
            Cell::Id(Some(symbol.id)),
            text(symbol.kind),
            text(symbol.name),
            text(symbol.full_name),
            text(symbol.signature),
            text(symbol.path),
            Cell::Int(symbol.line),
            Cell::Int(symbol.line_end),
            Cell::Truth(symbol.is_external),
            Cell::Truth(self.of_tests(symbol)),
            text(symbol.role),
            text(symbol.language),
            text(symbol.code),
        ]
    }
}

/// The key of a name: its last part, without the number of a later definition (`f$2`).
fn key(name: &str) -> &str {
    let last = name
        .trim_end_matches(SEPARATORS)
        .rsplit(SEPARATORS)
        .next()
        .unwrap_or_default();
    without_number(last)
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn the_key_is_the_last_part_without_number() {
        for (name, wanted) in [
            ("a.b::c", "c"),
            ("a.b.", "b"),
            ("m.f$2", "f"),
            ("m.f$2$13", "f$2"),
            ("m.f$", "f$"),
            ("m.f2", "f2"),
            ("$1", ""),
            ("...", ""),
        ] {
            assert_eq!(key(name), wanted, "{name}");
        }
    }
}
