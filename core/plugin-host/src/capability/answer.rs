//! `answer`: where a scenario's answer goes, checked piece by piece.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use wasmtime::component::Resource;

use super::convert;
use super::evidence::{self, Checked};
use super::finding;
use super::graph::{GraphReader, SqlRunner};
use crate::bindings::{answer, types};
use crate::call::{CallState, Job};
use crate::finding::KEY;
use crate::log::Level;
use crate::text;
use crate::types::{Chunk, Diagram, Fault, Table};

/// Longest text of a piece, bytes; it is cut after that.
const TEXT_BYTES: usize = 256 << 10;
/// Longest heading, progress line, follow-up question, cell.
const LINE_BYTES: usize = 4 << 10;
/// Largest table.
const COLUMNS: usize = 64;
const ROWS: usize = 10_000;
/// A reader that takes nothing for so long has gone.
const READER_PATIENCE: Duration = Duration::from_secs(30);

/// The answer of a question, as seen from inside the guest: the resource `sink`.
#[expect(
    unreachable_pub,
    reason = "generated code re-exports it within the crate"
)]
pub struct Sink;

/// What an answer is made from and where it goes.
pub(crate) struct AskJob {
    pub(crate) graph: Arc<dyn GraphReader>,
    pub(crate) sql: Option<Arc<dyn SqlRunner>>,
    pub(crate) out: mpsc::Sender<Chunk>,
    /// Bytes of query results that the guest holds.
    pub(crate) held_bytes: u64,
    /// How long it may take where that is more than the plugin is granted.
    pub(crate) time: Option<Duration>,
}

impl answer::Host for CallState {}

impl answer::HostSink for CallState {
    async fn emit(
        &mut self,
        _: Resource<Sink>,
        pieces: Vec<answer::Chunk>,
    ) -> wasmtime::Result<Result<types::Signal, types::Fault>> {
        self.enter()?;
        let bytes = pieces.iter().map(size).sum();
        self.give("pieces of an answer", pieces.len() as u64, bytes)?;
        let Job::Ask(job) = &self.job else {
            return Ok(Err(Fault::InvalidInput("nobody asked".into()).into()));
        };
        let (graph, out) = (job.graph.clone(), job.out.clone());
        let checked = match self.blocking(move || check(graph.as_ref(), pieces)).await {
            Ok(Ok(checked)) => checked,
            Ok(Err(fault)) | Err(fault) => return Ok(Err(fault.into())),
        };
        for remark in checked.remarks {
            self.log.write(Level::Warn, &remark);
        }
        for chunk in checked.chunks {
            let _reading = self.time.pause();
            let sent = tokio::time::timeout(READER_PATIENCE, out.send(chunk)).await;
            if !matches!(sent, Ok(Ok(()))) {
                return Ok(Ok(types::Signal::Closed));
            }
        }
        Ok(Ok(types::Signal::GoOn))
    }

    async fn drop(&mut self, sink: Resource<Sink>) -> wasmtime::Result<()> {
        self.table.delete(sink)?;
        Ok(())
    }
}

/// Pieces as people may see them, and what was wrong with them.
struct CheckedPieces {
    chunks: Vec<Chunk>,
    remarks: Vec<String>,
}

fn check(graph: &dyn GraphReader, pieces: Vec<answer::Chunk>) -> Result<CheckedPieces, Fault> {
    let mut chunks = Vec::with_capacity(pieces.len());
    let mut remarks = Vec::new();
    for piece in pieces {
        chunks.push(match piece {
            answer::Chunk::Text(markdown) => Chunk::Text(text::clean(&markdown, TEXT_BYTES)),
            answer::Chunk::Table(table) => Chunk::Table(check_table(&table)?),
            answer::Chunk::Diagram(diagram) => Chunk::Diagram(check_diagram(diagram)?),
            answer::Chunk::Progress(line) => Chunk::Progress(text::clean_line(&line, LINE_BYTES)),
            answer::Chunk::FollowUp(line) => Chunk::FollowUp(text::clean_line(&line, LINE_BYTES)),
            answer::Chunk::Other(entry) if entry.key == KEY => {
                match finding::check(graph, &entry.value)? {
                    Ok(finding) => Chunk::Finding(Box::new(finding)),
                    Err(why) => {
                        remarks.push(format!("dropped a finding: {why}"));
                        continue;
                    }
                }
            }
            answer::Chunk::Other(entry) => Chunk::Other(crate::types::Entry {
                key: text::clean_line(&entry.key, LINE_BYTES),
                value: text::clean(&entry.value, TEXT_BYTES),
            }),
            answer::Chunk::Citation(citation) => {
                match evidence::check(graph, convert::citation(citation)) {
                    Checked::True(citation) => Chunk::Citation(citation),
                    Checked::Corrected(citation) => {
                        remarks.push(format!(
                            "corrected a citation: {}:{} has other code",
                            citation.path, citation.line
                        ));
                        Chunk::Citation(citation)
                    }
                    Checked::Dropped(why) => {
                        remarks.push(format!("dropped a citation: {why}"));
                        continue;
                    }
                }
            }
        });
    }
    Ok(CheckedPieces { chunks, remarks })
}

fn check_table(table: &answer::Table) -> Result<Table, Fault> {
    let columns = table.columns.len();
    if columns == 0 || columns > COLUMNS || table.rows.len() > ROWS {
        return Err(Fault::InvalidInput(format!(
            "a table has 1 to {COLUMNS} columns and at most {ROWS} rows"
        )));
    }
    if let Some((at, row)) = table
        .rows
        .iter()
        .enumerate()
        .find(|(_, row)| row.len() != columns)
    {
        return Err(Fault::InvalidInput(format!(
            "row {at} of a table has {} cells for {columns} columns",
            row.len()
        )));
    }
    let line = |text: &String| text::clean_line(text, LINE_BYTES);
    Ok(Table {
        title: line(&table.title),
        columns: table.columns.iter().map(line).collect(),
        rows: table
            .rows
            .iter()
            .map(|row| row.iter().map(line).collect())
            .collect(),
    })
}

fn check_diagram(diagram: answer::Diagram) -> Result<Diagram, Fault> {
    if diagram.format != "mermaid" {
        let format = text::clean_line(&diagram.format, 64);
        return Err(Fault::InvalidInput(format!(
            "the format of a diagram is \"mermaid\", not {format:?}"
        )));
    }
    Ok(Diagram {
        title: text::clean_line(&diagram.title, LINE_BYTES),
        format: diagram.format,
        source: text::clean(&diagram.source, TEXT_BYTES),
    })
}

fn size(piece: &answer::Chunk) -> u64 {
    let bytes = match piece {
        answer::Chunk::Text(text)
        | answer::Chunk::Progress(text)
        | answer::Chunk::FollowUp(text) => text.len(),
        answer::Chunk::Other(entry) => entry.key.len() + entry.value.len(),
        answer::Chunk::Diagram(diagram) => {
            diagram.title.len() + diagram.format.len() + diagram.source.len()
        }
        answer::Chunk::Citation(c) => c.path.len() + c.code.len() + c.kind.len() + c.symbol.len(),
        answer::Chunk::Table(table) => {
            let cells = table.columns.iter().chain(table.rows.iter().flatten());
            table.title.len() + cells.map(|cell| cell.len() + 8).sum::<usize>()
        }
    };
    bytes as u64 + 8
}
