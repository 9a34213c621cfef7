//! Pictures of who asks whom in which order, as Mermaid sequence diagrams.

use std::fmt::Write as _;

use super::mermaid::escape;

/// Participants that fit beside each other.
pub const MOST_PARTICIPANTS: usize = 10;

/// A sequence diagram under construction.
#[derive(Debug, Default)]
pub struct Sequence {
    participants: Vec<String>,
    messages: Vec<(usize, usize, String, bool)>,
}

impl Sequence {
    /// The participant of a name; none where there is no room for another one.
    pub fn participant(&mut self, name: &str) -> Option<usize> {
        if let Some(at) = self.participants.iter().position(|known| known == name) {
            return Some(at);
        }
        if self.participants.len() >= MOST_PARTICIPANTS {
            return None;
        }
        self.participants.push(name.to_owned());
        Some(self.participants.len() - 1)
    }

    /// Adds a message; `guessed` ones were found by a name only.
    pub fn message(&mut self, from: usize, to: usize, text: &str, guessed: bool) {
        self.messages.push((from, to, text.to_owned(), guessed));
    }

    /// Whether nothing happens in it.
    pub fn is_trivial(&self) -> bool {
        self.messages.is_empty()
    }

    /// The source text.
    pub fn source(&self) -> String {
        let mut out = "sequenceDiagram\n".to_owned();
        for (at, name) in self.participants.iter().enumerate() {
            let _ = writeln!(out, "    participant p{at} as {}", escape(name));
        }
        for (from, to, text, guessed) in &self.messages {
            let arrow = if *guessed { "-->>" } else { "->>" };
            let _ = writeln!(out, "    p{from}{arrow}p{to}: {}", escape(text));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_drawn() {
        let mut picture = Sequence::default();
        let a = picture.participant("shop.cli").unwrap();
        let b = picture.participant("shop.store.Store").unwrap();
        assert_eq!(picture.participant("shop.cli"), Some(a));
        assert!(picture.is_trivial());
        picture.message(a, b, "save", false);
        picture.message(b, b, "a;b: <c>", true);
        let drawn = "sequenceDiagram\n    participant p0 as shop.cli\n    participant p1 as shop.store.Store\n    p0->>p1: save\n    p1-->>p1: a#59;b: #60;c#62;\n";
        assert_eq!(picture.source(), drawn);
    }

    #[test]
    fn stops_at_its_bound() {
        let mut picture = Sequence::default();
        let fit = (0..100).filter(|at| picture.participant(&at.to_string()).is_some());
        assert_eq!(fit.count(), MOST_PARTICIPANTS);
    }
}
