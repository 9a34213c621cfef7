//! Texts, each once.

use rustc_hash::FxHashMap;

/// A text, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TextId(u32);

impl TextId {
    /// No text.
    pub(super) const NONE: Self = Self(u32::MAX);
}

/// Texts one after the other.
#[derive(Default)]
pub(super) struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    /// The text of a number.
    pub(super) fn get(&self, id: TextId) -> Option<&str> {
        let at = id.0 as usize;
        let end = *self.ends.get(at)? as usize;
        let start = at
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        self.text.get(start..end)
    }

    /// The same, empty for none.
    pub(super) fn or_empty(&self, id: TextId) -> &str {
        self.get(id).unwrap_or_default()
    }

    /// What they take in memory.
    pub(super) fn bytes(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<u32>()
    }
}

/// Texts while they are collected.
#[derive(Default)]
pub(super) struct Pool {
    texts: Texts,
    known: FxHashMap<Box<str>, u32>,
}

impl Pool {
    /// The number of a text; a text beyond 4 GiB of them has none.
    pub(super) fn add(&mut self, text: Option<&str>) -> TextId {
        let Some(text) = text else {
            return TextId::NONE;
        };
        if let Some(&known) = self.known.get(text) {
            return TextId(known);
        }
        let Ok(end) = u32::try_from(self.texts.text.len() + text.len()) else {
            return TextId::NONE;
        };
        let number = self.texts.ends.len() as u32;
        self.texts.text.push_str(text);
        self.texts.ends.push(end);
        self.known.insert(text.into(), number);
        TextId(number)
    }

    /// What they take so far, without what finds them again.
    pub(super) fn bytes(&self) -> usize {
        self.texts.bytes()
    }

    /// The texts.
    pub(super) fn finish(mut self) -> Texts {
        self.texts.text.shrink_to_fit();
        self.texts.ends.shrink_to_fit();
        self.texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_one_number() {
        let mut pool = Pool::default();
        let ids: Vec<TextId> = [Some("a"), None, Some(""), Some("bc"), Some("a")]
            .into_iter()
            .map(|text| pool.add(text))
            .collect();
        let texts = pool.finish();
        assert_eq!(ids[0], ids[4]);
        assert_eq!(
            ids.iter().map(|&id| texts.get(id)).collect::<Vec<_>>(),
            [Some("a"), None, Some(""), Some("bc"), Some("a")]
        );
        assert_eq!(texts.bytes(), 3 + 3 * 4);
    }
}
