//! An answer as it is written: pieces in reading order, handed on in groups.

use codegraph_sdk::scenario::{Chunk, Citation, Diagram, Table};
use codegraph_sdk::{Fault, Signal};

use super::markdown;
use super::mermaid::Flowchart;
use super::messages::{Fill, Messages};
use super::sequence::Sequence;
use crate::graph::{Graph, Kind, Symbol};

/// Where pieces go.
pub trait Out {
    /// Hands over pieces, waiting while the reader is slow.
    ///
    /// # Errors
    /// The host's fault.
    fn emit(&mut self, pieces: &[Chunk]) -> Result<Signal, Fault>;
}

/// Most citations of one answer.
const MOST_CITATIONS: usize = 60;

/// An answer being written.
pub struct Reply<'a> {
    out: &'a mut dyn Out,
    graph: &'a dyn Graph,
    messages: &'a Messages,
    waiting: Vec<Chunk>,
    in_list: bool,
    cited: Vec<(String, u32)>,
    follow_ups: Vec<String>,
}

impl<'a> Reply<'a> {
    /// Starts an answer.
    pub fn new(out: &'a mut dyn Out, graph: &'a dyn Graph, messages: &'a Messages) -> Self {
        Self {
            out,
            graph,
            messages,
            waiting: Vec::new(),
            in_list: false,
            cited: Vec::new(),
            follow_ups: Vec::new(),
        }
    }

    /// A text in the reader's language, not yet said.
    pub fn text(&self, key: &str, fills: &[Fill<'_>]) -> String {
        self.messages.get(key, fills)
    }

    /// A text of a family (`kind.method`), or the raw word where the data has none.
    pub fn word(&self, family: &str, word: &str) -> String {
        let key = format!("{family}.{word}");
        if self.messages.has(&key) {
            self.messages.get(&key, &[])
        } else {
            // A reason of a third party has no words of ours: its own, without the underscores.
            markdown::line(&word.replace('_', " "), 60)
        }
    }

    /// Says a paragraph.
    pub fn say(&mut self, key: &str, fills: &[Fill<'_>]) {
        let text = self.messages.get(key, fills);
        self.paragraph(&text);
    }

    /// Says a paragraph that is already worded.
    pub fn paragraph(&mut self, text: &str) {
        let gap = if std::mem::take(&mut self.in_list) {
            "\n"
        } else {
            ""
        };
        self.waiting.push(Chunk::Text(format!("{gap}{text}\n\n")));
    }

    /// Says a point of a list.
    pub fn item(&mut self, key: &str, fills: &[Fill<'_>]) {
        let text = self.messages.get(key, fills);
        self.point(&text);
    }

    /// Says a point that is already worded.
    pub fn point(&mut self, text: &str) {
        self.in_list = true;
        self.waiting.push(Chunk::Text(format!("- {text}\n")));
    }

    /// Shows a table.
    pub fn table(&mut self, title: &str, columns: &[String], rows: Vec<Vec<String>>) {
        self.end_list();
        self.waiting.push(Chunk::Table(Table {
            title: title.to_owned(),
            columns: columns.to_vec(),
            rows,
        }));
    }

    /// Shows a picture, unless there is nothing in it.
    pub fn picture(&mut self, title: &str, chart: &Flowchart) {
        if !chart.is_trivial() {
            self.diagram(title, chart.source());
        }
    }

    /// Shows who asks whom in which order, unless nobody asks.
    pub fn sequence(&mut self, title: &str, picture: &Sequence) {
        if !picture.is_trivial() {
            self.diagram(title, picture.source());
        }
    }

    fn diagram(&mut self, title: &str, source: String) {
        self.end_list();
        let diagram = Diagram {
            title: title.to_owned(),
            format: "mermaid".to_owned(),
            source,
        };
        self.waiting.push(Chunk::Diagram(diagram));
    }

    fn end_list(&mut self) {
        if std::mem::take(&mut self.in_list) {
            self.waiting.push(Chunk::Text("\n".to_owned()));
        }
    }

    /// Proves what was said by the definition of a symbol: the line that has its name (decorators may stand above it).
    ///
    /// # Errors
    /// The host's fault; a source that is not there is none.
    pub fn cite_definition(&mut self, symbol: &Symbol, relevance: f64) -> Result<(), Fault> {
        if symbol.path.is_empty() || symbol.line == 0 {
            return Ok(());
        }
        if symbol.kind == Kind::Module {
            return self.cite_line(&symbol.path, 1, "definition", &symbol.full_name, relevance);
        }
        let last = symbol.line_end.clamp(symbol.line, symbol.line + 20);
        let lines = self.source(&symbol.path, symbol.line, last)?;
        let named = lines
            .lines()
            .position(|row| has_word(row, &symbol.name))
            .unwrap_or(0) as u32;
        let code = lines
            .lines()
            .nth(named as usize)
            .unwrap_or_default()
            .to_owned();
        self.push_citation(
            &symbol.path,
            symbol.line + named,
            &code,
            "definition",
            &symbol.full_name,
            relevance,
        );
        Ok(())
    }

    /// Proves what was said by one line.
    ///
    /// # Errors
    /// The host's fault; a source that is not there is none.
    pub fn cite_line(
        &mut self,
        path: &str,
        line: u32,
        kind: &str,
        symbol: &str,
        relevance: f64,
    ) -> Result<(), Fault> {
        if path.is_empty() || line == 0 {
            return Ok(());
        }
        let code = self.source(path, line, line)?;
        self.push_citation(path, line, &code, kind, symbol, relevance);
        Ok(())
    }

    /// Lines of a file; empty where the graph has no text of it.
    fn source(&self, path: &str, first: u32, last: u32) -> Result<String, Fault> {
        match self.graph.source(path, first, last) {
            Ok(text) => Ok(text),
            Err(Fault::InvalidInput(_) | Fault::Unavailable(_)) => Ok(String::new()),
            Err(fault) => Err(fault),
        }
    }

    fn push_citation(
        &mut self,
        path: &str,
        line: u32,
        code: &str,
        kind: &str,
        symbol: &str,
        relevance: f64,
    ) {
        let place = (path.to_owned(), line);
        let code = code.trim_end_matches(['\n', '\r']).to_owned();
        if code.is_empty() || self.cited.len() >= MOST_CITATIONS || self.cited.contains(&place) {
            return;
        }
        self.cited.push(place);
        self.waiting.push(Chunk::Citation(Citation {
            path: path.to_owned(),
            line,
            line_end: line,
            code,
            kind: kind.to_owned(),
            symbol: symbol.to_owned(),
            relevance,
        }));
    }

    /// Offers a question that leads on; it comes at the end, once, at most four of them.
    pub fn follow(&mut self, key: &str, fills: &[Fill<'_>]) {
        let text = self.messages.get(key, fills);
        if self.follow_ups.len() < 4 && !self.follow_ups.contains(&text) {
            self.follow_ups.push(text);
        }
    }

    /// Hands on what is written so far.
    ///
    /// # Errors
    /// The host's fault; [`Fault::Other`] where the reader has gone, which ends the work.
    pub fn flush(&mut self) -> Result<(), Fault> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let pieces = std::mem::take(&mut self.waiting);
        match self.out.emit(&pieces)? {
            Signal::GoOn => Ok(()),
            Signal::Closed => Err(Fault::Other("the reader has gone".to_owned())),
        }
    }

    /// Hands on everything, the questions that lead on last.
    ///
    /// # Errors
    /// As [`Reply::flush`].
    pub fn finish(&mut self) -> Result<(), Fault> {
        self.end_list();
        let follow_ups = std::mem::take(&mut self.follow_ups);
        self.waiting
            .extend(follow_ups.into_iter().map(Chunk::FollowUp));
        self.flush()
    }
}

/// Whether a line has a name as a whole word.
fn has_word(row: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    !name.is_empty()
        && row.match_indices(name).any(|(at, _)| {
            !row[..at].chars().next_back().is_some_and(is_part)
                && !row[at + name.len()..].chars().next().is_some_and(is_part)
        })
}

#[cfg(test)]
mod tests {
    use super::has_word;

    #[test]
    fn whole_words() {
        assert!(has_word("def run(self):", "run"));
        assert!(!has_word("@runner", "run"));
        assert!(!has_word("x", ""));
        assert!(has_word("rerun = run", "run"));
    }
}
