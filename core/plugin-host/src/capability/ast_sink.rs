//! `ast-sink`: where an importer puts the rows of a file.

use codegraph_cpg::ast::{FileAst, Gap, RowBatch};

use crate::bindings::{ast_sink, types};
use crate::call::{CallState, Job};
use crate::error::{PluginError, abort};
use crate::text;

/// Largest batch, bytes: `ast-sink.ast-batch` of the contract.
const BATCH_BYTES: u64 = 8 << 20;

/// Gaps of a file; what comes after is one gap.
const GAPS: usize = 10_000;

/// The rows of a file so far.
pub(crate) struct LowerJob {
    pub(crate) ast: FileAst,
    source_length: u32,
}

impl LowerJob {
    pub(crate) fn new(source_length: u32) -> Self {
        Self {
            ast: FileAst::new(source_length),
            source_length,
        }
    }
}

impl ast_sink::Host for CallState {
    async fn push(
        &mut self,
        rows: ast_sink::AstBatch,
    ) -> wasmtime::Result<Result<types::Signal, types::Fault>> {
        self.enter()?;
        let bytes = size(&rows);
        if bytes > BATCH_BYTES {
            return abort(PluginError::OutputLimit {
                what: "bytes in a batch",
                limit: BATCH_BYTES,
            });
        }
        self.give("rows", rows.kinds.len() as u64, bytes)?;
        let Job::Lower(job) = &mut self.job else {
            return Ok(Err(outside()));
        };
        if let Err(error) = job.ast.append(batch(rows)) {
            return abort(error);
        }
        Ok(Ok(types::Signal::GoOn))
    }

    async fn gap(
        &mut self,
        span: types::Span,
        reason: String,
        detail: String,
    ) -> wasmtime::Result<()> {
        self.enter()?;
        let Job::Lower(job) = &mut self.job else {
            return Ok(());
        };
        if span.start > span.end || span.end > job.source_length {
            return abort(PluginError::BadAnswer(
                "a gap lies outside of the source".into(),
            ));
        }
        if !text::is_identifier(&reason) {
            return abort(PluginError::BadAnswer(format!(
                "{:?} is no reason of a gap",
                text::clean_line(&reason, 64)
            )));
        }
        let gap = match job.ast.gaps.len() {
            0..GAPS => Gap {
                start: span.start,
                end: span.end,
                reason,
                detail: text::clean_line(&detail, 512),
            },
            GAPS => {
                let detail = format!("more than {GAPS} stretches of this file were not analysed");
                Gap {
                    start: span.start,
                    end: job.source_length,
                    reason: "too_many_gaps".into(),
                    detail,
                }
            }
            _ => return Ok(()),
        };
        job.ast.gaps.push(gap);
        Ok(())
    }
}

fn outside() -> types::Fault {
    types::Fault::InvalidInput("rows are pushed while a file is lowered only".into())
}

fn size(rows: &ast_sink::AstBatch) -> u64 {
    let bytes = rows.kinds.len() + rows.roles.len() + rows.strings.bytes.len();
    let words = rows.parents.len()
        + rows.arguments.len()
        + rows.starts.len()
        + rows.ends.len()
        + rows.names.len()
        + rows.details.len()
        + rows.types.len()
        + rows.properties.len()
        + rows.keywords.len()
        + rows.refs.len()
        + rows.strings.offsets.len();
    (bytes + words * 4) as u64
}

fn batch(rows: ast_sink::AstBatch) -> RowBatch {
    RowBatch {
        first: rows.first,
        kinds: rows.kinds,
        roles: rows.roles,
        parents: rows.parents,
        arguments: rows.arguments,
        starts: rows.starts,
        ends: rows.ends,
        names: rows.names,
        details: rows.details,
        types: rows.types,
        properties: rows.properties,
        keywords: rows.keywords,
        refs: rows.refs,
        text_offsets: rows.strings.offsets,
        text_bytes: rows.strings.bytes,
    }
}
