//! Opening the file that is written: a new one, or a copy of the last revision's.

use crate::store::schema::tables::{
    BoundaryRows, CallEdgeRows, DataEdgeRows, DocumentRows, EdgeRows, FactRows, FileRows, GapRows,
    IncludeRows, LinkRows, MetadataRows, MethodRows, NodeRows, RuleRows, SourceRows, SymbolRows,
    TypeDeclRows,
};
use crate::store::schema::{Table, create_tables, quote, replace_tables};
use crate::store::{BuildOptions, NODES_OUT_OF_ORDER, StoreError};
use duckdb::{Config, Connection};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::batch::Stage;

/// Block sizes for sources up to so many bytes: a column has a block at least, and text compresses by block. Measured on
/// Flask (0.6 MB) and Django (5.7 MB): 64 KiB gives the smallest files, 16 KiB is worse by half from 0.5 MB up.
const BLOCKS: [(u64, &str); 3] = [
    (128 << 10, "16384"),
    (256 << 20, "65536"),
    (u64::MAX, "262144"),
];

/// Tables whose rows belong to one file each, which the first column tells.
const OF_FILES: [Table; 11] = [
    NodeRows::TABLE,
    MethodRows::TABLE,
    TypeDeclRows::TABLE,
    FileRows::TABLE,
    EdgeRows::TABLE,
    DataEdgeRows::TABLE,
    GapRows::TABLE,
    BoundaryRows::TABLE,
    SourceRows::TABLE,
    FactRows::TABLE,
    DocumentRows::TABLE,
];

/// Tables that are written anew when all files are there.
const OF_ALL: [Table; 6] = [
    SymbolRows::TABLE,
    CallEdgeRows::TABLE,
    LinkRows::TABLE,
    IncludeRows::TABLE,
    RuleRows::TABLE,
    MetadataRows::TABLE,
];

/// A file that is ready for rows, in a transaction.
pub(super) struct Opened {
    pub(super) connection: Connection,
    /// Paths of the files that are in it, by ordinal.
    pub(super) files: BTreeMap<u32, String>,
    /// Nodes that do not stand in the order of their ids; none where rows can still come in order.
    pub(super) out_of_order: Option<u64>,
}

/// Tables whose rows are ordered or completed at the end are filled under another name first.
pub(super) fn staging(table: &Table) -> String {
    format!("staged_{}", table.name)
}

/// Starts a file. It must not be there.
pub(super) fn create(path: &Path, options: &BuildOptions) -> Result<Opened, StoreError> {
    must_be_new(path)?;
    let connection = connect(path, options)?;
    connection.execute_batch("BEGIN TRANSACTION")?;
    connection.execute_batch(&create_tables())?;
    for staged in [&SymbolRows::TABLE, &CallEdgeRows::TABLE] {
        connection.execute_batch(&create_staging(staged))?;
    }
    Ok(Opened {
        connection,
        files: BTreeMap::new(),
        out_of_order: None,
    })
}

/// Copies a published file and takes out what is not to stay: the rows of `replaced` files, and all that the linker found.
pub(super) fn amend(
    published: &Path,
    path: &Path,
    options: &BuildOptions,
    replaced: &BTreeSet<u32>,
) -> Result<Opened, StoreError> {
    must_be_new(path)?;
    // Blocks are shared or copied inside of the file system where it can do that.
    std::fs::copy(published, path).map_err(|error| StoreError::Io {
        path: path.into(),
        error,
    })?;
    let connection = connect(path, options)?;
    connection.execute_batch("BEGIN TRANSACTION; CREATE TEMP TABLE replaced (ordinal BIGINT)")?;
    {
        let mut gone = connection.appender_to_catalog_and_db("replaced", "temp", "main")?;
        // Stubs are nodes of file 0; the linker finds them anew.
        gone.append_row([0_i64])?;
        for &ordinal in replaced {
            gone.append_row([i64::from(ordinal)])?;
        }
        gone.flush()?;
    }
    let copied = Instant::now();
    for table in &OF_FILES {
        connection.execute_batch(&format!(
            "DELETE FROM {} WHERE {}",
            quote(table.name),
            is_replaced(table)
        ))?;
    }
    connection.execute_batch(&format!(
        "DELETE FROM analysis_gaps WHERE stage = '{link}';
         CREATE TEMP TABLE {staged} AS SELECT * FROM symbol WHERE NOT ({replaced});
         {calls}",
        link = Stage::Link.text(),
        staged = quote(&staging(&SymbolRows::TABLE)),
        replaced = of_replaced("id"),
        calls = create_staging(&CallEdgeRows::TABLE),
    ))?;
    let files = files(&connection)?;
    let out_of_order = connection.query_row(
        "SELECT coalesce(max(TRY_CAST(value AS UBIGINT)), 0) FROM metadata WHERE key = $1",
        [NODES_OUT_OF_ORDER],
        |row| row.get(0),
    )?;
    connection.execute_batch(&replace_tables(&OF_ALL))?;
    let milliseconds = copied.elapsed().as_secs_f64() * 1e3;
    tracing::debug!(
        graph.files = files.len(),
        milliseconds,
        "rows that go are deleted"
    );
    Ok(Opened {
        connection,
        files,
        out_of_order: Some(out_of_order),
    })
}

fn must_be_new(path: &Path) -> Result<(), StoreError> {
    if path.exists() {
        let error = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(StoreError::Io {
            path: path.into(),
            error,
        });
    }
    Ok(())
}

/// Opens a file for writing. The size of blocks matters to new files only.
fn connect(path: &Path, options: &BuildOptions) -> Result<Connection, StoreError> {
    let (_, block) = BLOCKS
        .iter()
        .find(|(source, _)| options.source_bytes <= *source)
        .expect("the last one takes all");
    let config = Config::default()
        .with("default_block_size", *block)?
        .with("storage_compatibility_version", "latest")?
        .with("memory_limit", format!("{}B", options.memory_limit))?
        .with("temp_directory", spill_folder(path).to_string_lossy())?
        .enable_autoload_extension(false)?
        .threads(i64::from(options.threads.max(1)))?;
    Ok(Connection::open_with_flags(path, config)?)
}

/// Where DuckDB puts what does not fit into memory; it makes and removes the folder itself.
fn spill_folder(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".spill");
    name.into()
}

fn create_staging(table: &Table) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| format!("{} {}", quote(column.name), column.sql))
        .collect();
    format!(
        "CREATE TEMP TABLE {} ({})",
        quote(&staging(table)),
        columns.join(", ")
    )
}

/// The condition that a row of a table belongs to a file that goes.
fn is_replaced(table: &Table) -> String {
    of_replaced(table.columns[0].name)
}

fn of_replaced(id: &str) -> String {
    format!(
        "({} >> 32) IN (SELECT ordinal FROM temp.replaced)",
        quote(id)
    )
}

fn files(connection: &Connection) -> Result<BTreeMap<u32, String>, StoreError> {
    let mut statement = connection.prepare("SELECT id >> 32, name FROM file")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
