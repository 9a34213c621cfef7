//! Putting an answer together from the pieces that a scenario gives.

use codegraph_plugin_host::finding::Finding;
use codegraph_plugin_host::types::{Chunk, Diagram, Entry, Table};

use super::Evidence;

/// The pieces of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collected {
    /// Markdown, tables where they were given.
    pub text: String,
    /// Citations.
    pub evidence: Vec<Evidence>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Pictures.
    pub diagrams: Vec<Diagram>,
    /// Flaws.
    pub findings: Vec<Finding>,
    /// Questions that lead on.
    pub follow_ups: Vec<String>,
    /// The rest.
    pub extra: Vec<Entry>,
}

/// Takes one piece more.
pub fn collect(into: &mut Collected, chunk: Chunk) {
    match chunk {
        // Pieces of text are parts of one stream: nothing is put between two of them.
        Chunk::Text(text) => into.text.push_str(&text),
        Chunk::Table(table) => {
            paragraph(&mut into.text);
            into.text.push_str(&markdown_table(&table));
            into.tables.push(table);
        }
        Chunk::Citation(citation) => into.evidence.push(Evidence {
            source: format!("{}:{}", citation.path, citation.line),
            kind: citation.kind,
            content: citation.code,
            relevance: citation.relevance,
            path: citation.path,
            line: citation.line,
            line_end: citation.line_end,
            symbol: citation.symbol,
        }),
        Chunk::Diagram(diagram) => into.diagrams.push(diagram),
        Chunk::FollowUp(question) => into.follow_ups.push(question),
        Chunk::Finding(finding) => into.findings.push(*finding),
        Chunk::Progress(_) => {}
        Chunk::Other(entry) => into.extra.push(entry),
    }
}

/// Ends a paragraph.
fn paragraph(text: &mut String) {
    if !text.is_empty() {
        let end = text.trim_end().len();
        text.truncate(end);
        text.push_str("\n\n");
    }
}

fn markdown_table(table: &Table) -> String {
    let row = |cells: &[String]| {
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| cell.replace('|', "\\|").replace('\n', " "))
            .collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut text = if table.title.is_empty() {
        String::new()
    } else {
        format!("**{}**\n\n", table.title)
    };
    text.push_str(&row(&table.columns));
    text.push_str(&row(&vec!["---".to_owned(); table.columns.len()]));
    for cells in &table.rows {
        text.push_str(&row(cells));
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_tables_read_in_order() {
        let mut collected = Collected::default();
        for chunk in [
            Chunk::Text("One ".into()),
            Chunk::Text("two.".into()),
            Chunk::Progress("looking".into()),
            Chunk::Table(Table {
                title: "T".into(),
                columns: vec!["a".into(), "b".into()],
                rows: vec![vec!["x|y".into(), "2\n3".into()]],
            }),
            Chunk::Text("Three.".into()),
            Chunk::FollowUp("And?".into()),
        ] {
            collect(&mut collected, chunk);
        }
        assert_eq!(
            collected.text,
            "One two.\n\n**T**\n\n| a | b |\n| --- | --- |\n| x\\|y | 2 3 |\n\nThree."
        );
        assert_eq!(collected.follow_ups, ["And?"]);
    }
}
