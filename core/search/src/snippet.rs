//! The lines of a text that show why it was found.

use std::collections::BTreeSet;

use tantivy::tokenizer::TextAnalyzer;

use crate::words::words;

/// A snippet has at most so many lines and bytes.
const LINES: usize = 3;
const BYTES: usize = 400;

/// Lines of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snippet {
    /// The first of them, from 0.
    pub(crate) first: usize,
    /// How many.
    pub(crate) count: usize,
    pub(crate) text: String,
}

/// The lines that hold most of the words; the first ones where none holds any.
pub(crate) fn snippet(analyzer: &mut TextAnalyzer, text: &str, wanted: &BTreeSet<&str>) -> Snippet {
    let lines: Vec<&str> = text.lines().collect();
    let mut best = (0, 0);
    for (number, line) in lines.iter().enumerate() {
        let words = words(analyzer, line);
        let held: BTreeSet<&str> = words
            .iter()
            .map(String::as_str)
            .filter(|word| wanted.contains(word))
            .collect();
        if held.len() > best.0 {
            best = (held.len(), number);
        }
    }
    let first = best.1;
    let mut taken = String::new();
    let mut count = 0;
    for line in lines.iter().skip(first).take(LINES) {
        if count > 0 && taken.len() + line.len() > BYTES {
            break;
        }
        if count > 0 {
            taken.push('\n');
        }
        taken.push_str(line.trim_end());
        count += 1;
    }
    taken.truncate(taken.floor_char_boundary(BYTES));
    Snippet {
        first,
        count: count.max(1),
        text: taken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::analyzer;

    #[test]
    fn the_line_with_most_words() {
        let wanted = BTreeSet::from(["open", "file"]);
        let text = "first\nopen it\nopens the file\nlast\nx\ny";
        let found = snippet(&mut analyzer(), text, &wanted);
        assert_eq!(found.first, 2);
        assert_eq!(found.text, "opens the file\nlast\nx");
        let none = snippet(&mut analyzer(), "", &wanted);
        assert_eq!((none.first, none.count), (0, 1));
        let long = "ы".repeat(1000);
        assert!(snippet(&mut analyzer(), &long, &wanted).text.len() <= BYTES);
    }
}
