//! Pictures as Mermaid flowcharts, at most [`MOST_NODES`] nodes; what is beyond is a count.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::markdown;

/// More than that nobody reads.
pub const MOST_NODES: usize = 25;

/// How a node is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Plain,
    /// What the question is about.
    Focus,
    /// Stands for nodes that are not drawn.
    Rest,
    /// Outside of the project, or a test.
    Outer,
}

/// How an edge is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    Solid,
    /// Found by name only.
    Dotted,
}

/// A flowchart under construction. Nodes with the same key are one.
#[derive(Debug)]
pub struct Flowchart {
    direction: &'static str,
    keys: BTreeMap<String, usize>,
    nodes: Vec<(String, Look)>,
    edges: Vec<(usize, usize, Line, String)>,
}

impl Flowchart {
    /// `LR` from left to right, `TD` from top down.
    pub fn new(direction: &'static str) -> Self {
        Self {
            direction,
            keys: BTreeMap::new(),
            nodes: Vec::new(),
            edges: Vec::new(),
        }
    }

    /// Adds a node, or finds it; none where the picture is full (the last place is kept for a [`Look::Rest`]).
    pub fn node(&mut self, key: &str, label: &str, look: Look) -> Option<usize> {
        if let Some(&at) = self.keys.get(key) {
            return Some(at);
        }
        let room = if look == Look::Rest {
            MOST_NODES
        } else {
            MOST_NODES - 2
        };
        if self.nodes.len() >= room {
            return None;
        }
        self.keys.insert(key.to_owned(), self.nodes.len());
        self.nodes.push((label.to_owned(), look));
        Some(self.nodes.len() - 1)
    }

    /// Adds an edge, once.
    pub fn edge(&mut self, from: usize, to: usize, line: Line, label: &str) {
        if !self.edges.iter().any(|(a, b, ..)| (*a, *b) == (from, to)) {
            self.edges.push((from, to, line, label.to_owned()));
        }
    }

    /// Whether there is nothing that a text would not say as well.
    pub fn is_trivial(&self) -> bool {
        self.edges.is_empty()
    }

    /// The source text.
    pub fn source(&self) -> String {
        let mut out = format!("flowchart {}\n", self.direction);
        for (i, (label, look)) in self.nodes.iter().enumerate() {
            let label = escape(label);
            let shape = match look {
                Look::Plain | Look::Focus => format!("[\"{label}\"]"),
                Look::Rest => format!("([\"{label}\"])"),
                Look::Outer => format!("[/\"{label}\"/]"),
            };
            let _ = writeln!(out, "    n{i}{shape}");
        }
        for (from, to, line, label) in &self.edges {
            let arrow = if *line == Line::Dotted { "-.->" } else { "-->" };
            let label = if label.is_empty() {
                String::new()
            } else {
                format!("|\"{}\"|", escape(label))
            };
            let _ = writeln!(out, "    n{from} {arrow}{label} n{to}");
        }
        for (i, (_, look)) in self.nodes.iter().enumerate() {
            if *look == Look::Focus {
                let _ = writeln!(out, "    style n{i} stroke-width:3px");
            }
        }
        out
    }
}

/// A label in quotes: whatever the grammar or a browser could read is written as a character code. Long names keep their end.
pub(super) fn escape(label: &str) -> String {
    let clean = markdown::line(label, 400);
    let count = clean.chars().count();
    let shown: String = if count > 60 {
        format!("…{}", clean.chars().skip(count - 59).collect::<String>())
    } else {
        clean
    };
    let mut out = String::new();
    for c in shown.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' | '{' | '}' | '|' | ';' | '*' | '[' | ']' => {
                let _ = write!(out, "#{};", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_cannot_break_out() {
        assert_eq!(escape("a\"]; click n0 \"x"), "a#34;#93;#59; click n0 #34;x");
        assert_eq!(escape("<module>"), "#60;module#62;");
        assert_eq!(escape("__init__"), "__init__");
        assert_eq!(escape("`md`\nend"), "#96;md#96; end");
        assert!(escape(&"x.".repeat(200)).chars().count() <= 60);
    }

    #[test]
    fn is_drawn() {
        let mut chart = Flowchart::new("LR");
        let a = chart.node("a", "a.f", Look::Focus).unwrap();
        let b = chart.node("b", "b.g", Look::Plain).unwrap();
        assert_eq!(chart.node("a", "again", Look::Plain), Some(a));
        assert!(chart.is_trivial());
        chart.edge(a, b, Line::Dotted, "12");
        chart.edge(a, b, Line::Solid, "");
        let drawn = "flowchart LR\n    n0[\"a.f\"]\n    n1[\"b.g\"]\n    n0 -.->|\"12\"| n1\n    style n0 stroke-width:3px\n";
        assert_eq!(chart.source(), drawn);
    }

    #[test]
    fn stops_at_its_bound() {
        let mut chart = Flowchart::new("TD");
        let drawn = (0..100)
            .filter(|i| chart.node(&i.to_string(), "x", Look::Plain).is_some())
            .count();
        assert_eq!(drawn, MOST_NODES - 2);
        assert!(chart.node("rest", "77 more", Look::Rest).is_some());
    }
}
