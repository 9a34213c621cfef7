//! Rows on their way from the threads that convert to the one that loads.

use super::lines::Lines;
use crate::ast::Gap;
use crate::passes::facts::FileFacts;
use crate::store::schema::tables::{
    BoundaryRows, DataEdgeRows, DocumentRows, EdgeRows, FactRows, FileRows, GapRows, MethodRows,
    NodeRows, Rows, SourceRows, SymbolRows, TypeDeclRows,
};
use crate::store::schema::{ColumnBuilder as _, Table};
use crate::store::{InputKey, StoreError, frame};
use arrow::record_batch::RecordBatch;

/// Level of the Zstandard frames: twice the speed of the next levels for a few percent of size.
const COMPRESSION_LEVEL: i32 = 3;

/// Rows of one file by table.
#[derive(Default)]
pub(super) struct Batches {
    pub(super) node: NodeRows,
    pub(super) method: MethodRows,
    pub(super) type_decl: TypeDeclRows,
    pub(super) file: FileRows,
    pub(super) symbol: SymbolRows,
    pub(super) edge: EdgeRows,
    pub(super) data_edge: DataEdgeRows,
    pub(super) gap: GapRows,
    pub(super) boundary: BoundaryRows,
    pub(super) source: SourceRows,
    pub(super) facts: FactRows,
    pub(super) document: DocumentRows,
}

/// What found a gap: `analysis_gaps.stage`.
#[derive(Clone, Copy)]
pub(super) enum Stage {
    /// It saw the file alone: the gap stays as long as the file does.
    File,
    /// It saw all files: the gap goes with each new linking.
    Link,
}

impl Stage {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Link => "link",
        }
    }
}

/// Takes finished rows.
pub(super) trait Sink {
    fn take(&mut self, batches: &mut Batches) -> Result<(), StoreError>;
}

impl Batches {
    /// Gives what was filled, empty tables left out.
    pub(super) fn finish(&mut self) -> Vec<(&'static Table, RecordBatch)> {
        let tables: [&mut dyn Rows; 12] = [
            &mut self.node,
            &mut self.method,
            &mut self.type_decl,
            &mut self.file,
            &mut self.symbol,
            &mut self.edge,
            &mut self.data_edge,
            &mut self.gap,
            &mut self.boundary,
            &mut self.source,
            &mut self.facts,
            &mut self.document,
        ];
        tables
            .into_iter()
            .filter(|rows| rows.rows() > 0)
            .map(|rows| (rows.table(), rows.finish()))
            .collect()
    }
}

/// The folder of a path; empty for the root.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Adds a row of `analysis_gaps`. Without the lines of the file only the offsets are told.
pub(super) fn push_gap(
    batches: &mut Batches,
    (file, path): (i64, &str),
    gap: &Gap,
    lines: Option<&Lines<'_>>,
    stage: Stage,
) {
    let whole = gap.start == 0 && gap.end == 0;
    let lines = lines.filter(|_| !whole);
    let rows = &mut batches.gap;
    rows.file_id.push(file);
    rows.filename.push(path);
    rows.line_number
        .option(lines.map(|lines| lines.position(gap.start).0));
    rows.line_number_end
        .option(lines.map(|lines| lines.last(gap.start, gap.end).0));
    rows.offset.push(gap.start);
    rows.offset_end.push(gap.end);
    rows.reason.push(&gap.reason);
    rows.detail.push(&gap.detail);
    rows.stage.push(stage.text());
}

/// Adds the text of a file, compressed.
pub(super) fn push_source(
    batches: &mut Batches,
    file: i64,
    path: &str,
    text: &[u8],
) -> Result<(), StoreError> {
    let frame = zstd::bulk::compress(text, COMPRESSION_LEVEL)
        .map_err(|error| StoreError::Input(format!("{path}: {error}")))?;
    let rows = &mut batches.source;
    rows.file_id.push(file);
    rows.filename.push(path);
    rows.size.push(text.len() as u64);
    rows.content.push(&frame);
    Ok(())
}

/// Adds what the next import needs of a file.
pub(super) fn push_facts(
    batches: &mut Batches,
    (file, path): (i64, &str),
    key: Option<InputKey>,
    facts: Option<&FileFacts>,
) -> Result<(), StoreError> {
    let frame = facts
        .map(frame::pack)
        .transpose()
        .map_err(|error| StoreError::Input(format!("{path}: {error}")))?;
    let rows = &mut batches.facts;
    rows.file_id.push(file);
    rows.input_key
        .option(key.as_ref().map(|key| key.0.as_slice()));
    rows.facts.option(frame.as_deref());
    Ok(())
}
