//! What is written when all rows are there.

use super::open::staging;
use crate::kind::{EdgeKind, NodeKind};
use crate::store::schema::tables::{CallEdgeRows, SymbolRows};
use crate::store::schema::{VERSION, create_views};
use crate::store::summary::summary;
use crate::store::{BuildSummary, Metadata, NODES_OUT_OF_ORDER, StoreError};
use duckdb::Connection;
use std::path::Path;
use std::time::Instant;

/// What the loader has written when all rows have come.
pub(super) struct Written {
    pub(super) metadata: Metadata,
    /// Nodes that do not stand in the order of their ids.
    pub(super) out_of_order: u64,
}

/// Entries of `metadata` as (key, value).
fn entries(written: &Written, summary: &BuildSummary) -> Vec<(String, String)> {
    let metadata = &written.metadata;
    let gaps: u64 = summary.gaps_by_reason.values().sum();
    let mut entries = vec![
        ("schema_version".to_owned(), VERSION.to_string()),
        ("project".to_owned(), metadata.project.clone()),
        ("revision".to_owned(), metadata.revision.clone()),
        ("indexed_commit".to_owned(), metadata.indexed_commit.clone()),
        ("indexed_at".to_owned(), metadata.indexed_at.clone()),
        (
            "languages".to_owned(),
            serde_json::json!(metadata.languages).to_string(),
        ),
        (
            "importers".to_owned(),
            serde_json::json!(metadata.importers).to_string(),
        ),
        ("root".to_owned(), metadata.root.clone()),
        ("files".to_owned(), summary.files.to_string()),
        ("lines".to_owned(), summary.lines.to_string()),
        ("nodes".to_owned(), summary.nodes.to_string()),
        ("edges".to_owned(), summary.edges.to_string()),
        ("methods".to_owned(), summary.methods.to_string()),
        ("gaps".to_owned(), gaps.to_string()),
        (
            NODES_OUT_OF_ORDER.to_owned(),
            written.out_of_order.to_string(),
        ),
    ];
    entries.extend(
        metadata
            .extra
            .iter()
            .map(|(key, value)| (format!("extra.{key}"), value.clone())),
    );
    entries
}

/// Ends the transaction, orders and completes, and makes the file durable.
pub(super) fn complete(
    connection: Connection,
    path: &Path,
    written: &Written,
) -> Result<BuildSummary, StoreError> {
    let mut steps = Steps::default();
    complete_tables(&connection, &mut steps)?;
    connection.execute_batch(&create_views())?;
    steps.end("views");
    let mut summary = summary(&connection)?;
    steps.end("summary");
    {
        let mut insert = connection.prepare("INSERT INTO metadata VALUES ($1, $2)")?;
        for (key, value) in entries(written, &summary) {
            insert.execute([key, value])?;
        }
    }
    // One transaction from the first table to the last view: each commit of its own would wait for the disk.
    connection.execute_batch("COMMIT")?;
    steps.end("commit");
    connection.execute_batch("CHECKPOINT")?;
    connection
        .close()
        .map_err(|(_, error)| StoreError::from(error))?;
    steps.end("checkpoint");
    let failed = |error| StoreError::Io {
        path: path.into(),
        error,
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    steps.end("sync");
    summary.bytes = file.metadata().map_err(failed)?.len();
    Ok(summary)
}

/// Tells in the log how long each step of the end takes.
struct Steps(Instant);

impl Default for Steps {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Steps {
    fn end(&mut self, step: &str) {
        let milliseconds = self.0.elapsed().as_secs_f64() * 1e3;
        tracing::debug!(graph.step = step, milliseconds, "graph completed so far");
        self.0 = Instant::now();
    }
}

/// Fills the tables that need all rows of others.
fn complete_tables(connection: &Connection, steps: &mut Steps) -> Result<(), StoreError> {
    let symbol = staging(&SymbolRows::TABLE);
    let call_edge = staging(&CallEdgeRows::TABLE);
    connection.execute_batch(&format!(
        "INSERT INTO symbol
           SELECT * REPLACE (is_declaration AND NOT bool_and(is_declaration) OVER (PARTITION BY full_name, kind) AS is_redundant)
           FROM temp.{symbol} ORDER BY name_key, full_name, id;
         DROP TABLE temp.{symbol};"
    ))?;
    steps.end("symbol");
    connection.execute_batch(&format!(
        "INSERT INTO call_edge
           WITH declared AS (
             SELECT id, 'METHOD' AS kind, name, full_name, signature, filename, line_number, line_number_end FROM method
             UNION ALL
             SELECT id, 'TYPE_DECL', name, full_name, NULL, filename, line_number, line_number_end FROM type_decl
           )
           SELECT e.src, e.dst, e.caller_distance, e.resolution, e.confidence, n.filename, f.role, n.line_number, coalesce(n.code, n.name),
                  d.kind, d.name, d.full_name, d.signature, d.filename, g.role, d.line_number, d.line_number_end,
                  c.name, c.full_name, c.signature, c.line_number, c.line_number_end
           FROM temp.{call_edge} AS e
           LEFT JOIN node AS n ON n.id = e.src
           LEFT JOIN file AS f ON f.id = (e.src >> 32) << 32
           LEFT JOIN declared AS d ON d.id = e.dst
           LEFT JOIN method AS c ON c.id = e.src - e.caller_distance
           LEFT JOIN file AS g ON g.id = (e.dst >> 32) << 32
           ORDER BY e.src, e.dst;
         DROP TABLE temp.{call_edge};"
    ))?;
    steps.end("call_edge");
    connection.execute_batch(&format!(
        "INSERT INTO include
           WITH ends AS (SELECT src, dst, kind, (src >> 32) << 32 AS src_file, (dst >> 32) << 32 AS dst_file FROM link WHERE kind IN ({imports}, {include})),
                pairs AS (SELECT DISTINCT src_file, dst_file FROM ends WHERE src_file <> dst_file AND (kind = {include} OR (src = src_file AND dst = dst_file))),
                places AS (SELECT e.src_file, e.dst_file, n.full_name, n.line_number FROM ends AS e JOIN node AS n ON n.id = e.src AND n.kind = {import})
           SELECT DISTINCT s.name, d.name, a.full_name, a.line_number
           FROM pairs AS p
           JOIN file AS s ON s.id = p.src_file
           JOIN file AS d ON d.id = p.dst_file
           LEFT JOIN places AS a ON a.src_file = p.src_file AND a.dst_file = p.dst_file
           ORDER BY ALL;",
        import = NodeKind::Import as u8,
        imports = EdgeKind::Imports as u8,
        include = EdgeKind::Include as u8,
    ))?;
    steps.end("include");
    Ok(())
}
