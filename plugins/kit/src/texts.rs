//! Texts of a file, each once.

use std::hash::Hasher as _;

use codegraph_sdk::TextColumn;
use rustc_hash::FxHasher;

/// Longest text that is kept, in bytes: the contract's bound for literals, taken for all.
pub const LONGEST: usize = 4096;

/// A text by its number in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(pub u32);

impl Text {
    /// The empty text, number 0 in every file.
    pub const EMPTY: Self = Self(0);

    /// Whether this is the empty text.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The interner: open addressing over one blob of bytes, so that a text costs its bytes and eight more.
pub struct Texts {
    blob: String,
    /// Text `i` is `blob[ends[i - 1]..ends[i]]`; `ends[0]` is the empty text's.
    ends: Vec<u32>,
    /// Text numbers by hash, 0 for a free slot; the length is a power of two.
    slots: Vec<u32>,
    /// Texts below this number were handed over.
    handed: u32,
}

impl Default for Texts {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl Texts {
    /// Makes room for about `count` texts.
    pub fn with_capacity(count: usize) -> Self {
        let slots = (count * 2).next_power_of_two().max(1024);
        let mut ends = Vec::with_capacity(count + 1);
        ends.push(0);
        Self {
            blob: String::with_capacity(count * 12),
            ends,
            slots: vec![0; slots],
            handed: 1,
        }
    }

    /// Gives the number of a text, adding it where it is new. What is longer than [`LONGEST`] is cut at a character.
    pub fn intern(&mut self, text: &str) -> Text {
        let text = &text[..text.floor_char_boundary(LONGEST)];
        if text.is_empty() {
            return Text::EMPTY;
        }
        let mask = self.slots.len() - 1;
        let mut at = hash(text.as_bytes()) as usize & mask;
        loop {
            match self.slots[at] {
                0 => break,
                number if self.get(Text(number)) == text => return Text(number),
                _ => at = (at + 1) & mask,
            }
        }
        let number = self.ends.len() as u32;
        self.slots[at] = number;
        self.blob.push_str(text);
        self.ends.push(self.blob.len() as u32);
        if self.ends.len() * 2 > self.slots.len() {
            self.grow();
        }
        Text(number)
    }

    /// The text of a number.
    pub fn get(&self, text: Text) -> &str {
        let i = text.0 as usize;
        if i == 0 {
            ""
        } else {
            &self.blob[self.ends[i - 1] as usize..self.ends[i] as usize]
        }
    }

    /// How many bytes of text were not handed over yet.
    pub fn waiting(&self) -> usize {
        self.blob.len() - self.ends[self.handed as usize - 1] as usize
    }

    /// Hands over texts in the order of their numbers: at most `limit` bytes, but at least one text where there is one.
    pub fn hand_over(&mut self, limit: usize) -> TextColumn {
        let from = self.handed as usize;
        let base = self.ends[from - 1];
        let fitting = self.ends[from..].partition_point(|&end| (end - base) as usize <= limit);
        let to = (from + fitting.max(1)).min(self.ends.len());
        self.handed = to as u32;
        let offsets = self.ends[from - 1..to]
            .iter()
            .map(|&end| end - base)
            .collect();
        let bytes = self.blob.as_bytes()[base as usize..self.ends[to - 1] as usize].to_vec();
        TextColumn { offsets, bytes }
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        let mut slots = vec![0; mask + 1];
        for number in 1..self.ends.len() as u32 {
            let mut at = hash(self.get(Text(number)).as_bytes()) as usize & mask;
            while slots[at] != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = number;
        }
        self.slots = slots;
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number() {
        let mut texts = Texts::default();
        let numbers: Vec<Text> = (0..5000)
            .map(|i| texts.intern(&format!("name{i}")))
            .collect();
        for (i, &number) in numbers.iter().enumerate() {
            assert_eq!(texts.intern(&format!("name{i}")), number);
            assert_eq!(texts.get(number), format!("name{i}"));
        }
        assert_eq!(texts.intern(""), Text::EMPTY);
    }

    #[test]
    fn handing_over_goes_in_pieces_and_ends() {
        let mut texts = Texts::default();
        for text in ["ab", "cde", "f"] {
            texts.intern(text);
        }
        assert_eq!(texts.waiting(), 6);
        let first = texts.hand_over(4);
        assert_eq!((first.offsets, first.bytes), (vec![0, 2], b"ab".to_vec()));
        let second = texts.hand_over(1);
        assert_eq!(
            (second.offsets, second.bytes),
            (vec![0, 3], b"cde".to_vec())
        );
        let third = texts.hand_over(100);
        assert_eq!((third.offsets, third.bytes), (vec![0, 1], b"f".to_vec()));
        let none = texts.hand_over(100);
        assert_eq!((none.offsets, none.bytes), (vec![0], Vec::new()));
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        let mut texts = Texts::default();
        let number = texts.intern(&"я".repeat(LONGEST));
        assert_eq!(texts.get(number).len(), LONGEST);
        let odd = texts.intern(&format!("x{}", "я".repeat(LONGEST)));
        assert_eq!(texts.get(odd).len(), LONGEST - 1);
    }
}
