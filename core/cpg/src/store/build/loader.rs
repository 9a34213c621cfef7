//! The one thread that writes.

use super::linked::LinkedRows;
use crate::store::schema::tables::{CallEdgeRows, SymbolRows, TABLES};
use crate::store::schema::{Table, create_tables, quote};
use crate::store::{BuildOptions, StoreError};
use arrow::record_batch::RecordBatch;
use duckdb::{Appender, Config, Connection};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Messages that may wait: enough that the loader never idles, few enough that memory stays flat.
const WAITING: usize = 16;

/// Block sizes for sources up to so many bytes: a column has a block at least, and text compresses by block. Measured on
/// Flask (0.6 MB) and Django (5.7 MB): 64 KiB gives the smallest files, 16 KiB is worse by half from 0.5 MB up.
const BLOCKS: [(u64, &str); 3] = [
    (128 << 10, "16384"),
    (256 << 20, "65536"),
    (u64::MAX, "262144"),
];

pub(super) type TableRows = Vec<(&'static Table, RecordBatch)>;

pub(super) enum Message {
    /// Rows of a file; `last` ends it.
    Rows {
        ordinal: u32,
        rows: TableRows,
        last: bool,
    },
    /// What the linker found.
    Linked(LinkedRows),
    /// All rows came; entries of `metadata`.
    Finish(Vec<(String, String)>),
}

/// What the loader says at the end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Done {
    pub(super) bytes: u64,
    pub(super) source_bytes_stored: u64,
}

/// The sending end of the loader thread.
pub(super) struct Loader {
    sender: Option<SyncSender<Message>>,
    thread: Option<JoinHandle<Result<Option<Done>, StoreError>>>,
    /// Why the thread ended early, for those who still send.
    failure: Arc<Mutex<Option<String>>>,
}

impl Loader {
    pub(super) fn start(path: &Path, options: &BuildOptions) -> Result<Self, StoreError> {
        let connection = open(path, options)?;
        let (sender, receiver) = sync_channel(WAITING);
        let failure = Arc::new(Mutex::new(None));
        let (path, reorder, seen) = (path.to_owned(), options.reorder_bytes, Arc::clone(&failure));
        let thread = std::thread::Builder::new()
            .name("graph-loader".into())
            .spawn(move || {
                let result = load(connection, &path, &receiver, reorder);
                if let Err(error) = &result {
                    *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
                }
                // Senders that wait are freed only now, when they can read why.
                drop(receiver);
                result
            })
            .map_err(|error| StoreError::Loader(error.to_string()))?;
        Ok(Self {
            sender: Some(sender),
            thread: Some(thread),
            failure,
        })
    }

    pub(super) fn send(&self, message: Message) -> Result<(), StoreError> {
        let sender = self
            .sender
            .as_ref()
            .expect("the loader is asked for its end once");
        sender.send(message).map_err(|_| {
            let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            StoreError::Loader(
                failure
                    .clone()
                    .unwrap_or_else(|| "the loader thread ended".into()),
            )
        })
    }

    pub(super) fn finish(mut self, entries: Vec<(String, String)>) -> Result<Done, StoreError> {
        let sent = self.send(Message::Finish(entries));
        self.sender = None;
        let thread = self
            .thread
            .take()
            .expect("the loader is asked for its end once");
        let result = thread
            .join()
            .map_err(|_| StoreError::Loader("the loader thread panicked".into()))?;
        match result? {
            Some(done) => sent.map(|()| done),
            None => Err(StoreError::Loader(
                "the loader ended before its work was done".into(),
            )),
        }
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            // Nobody asks for its result any more; it only must not outlive the builder.
            let _ = thread.join();
        }
    }
}

fn open(path: &Path, options: &BuildOptions) -> Result<Connection, StoreError> {
    if path.exists() {
        let error = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(StoreError::Io {
            path: path.into(),
            error,
        });
    }
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
    let connection = Connection::open_with_flags(path, config)?;
    connection.execute_batch("BEGIN TRANSACTION")?;
    connection.execute_batch(&create_tables())?;
    for staged in [&SymbolRows::TABLE, &CallEdgeRows::TABLE] {
        let columns: Vec<String> = staged
            .columns
            .iter()
            .map(|column| format!("{} {}", quote(column.name), column.sql))
            .collect();
        connection.execute_batch(&format!(
            "CREATE TEMP TABLE {} ({})",
            quote(&staging(staged)),
            columns.join(", ")
        ))?;
    }
    Ok(connection)
}

/// Where DuckDB puts what does not fit into memory; it makes and removes the folder itself.
fn spill_folder(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".spill");
    name.into()
}

/// Tables whose rows are ordered or completed at the end are filled under another name first.
pub(super) fn staging(table: &Table) -> String {
    format!("staged_{}", table.name)
}

/// Appenders by table name.
struct Appenders<'a>(BTreeMap<&'static str, Appender<'a>>);

impl<'a> Appenders<'a> {
    fn new(connection: &'a Connection) -> Result<Self, StoreError> {
        let mut all = BTreeMap::new();
        for table in TABLES {
            let appender =
                if [SymbolRows::TABLE.name, CallEdgeRows::TABLE.name].contains(&table.name) {
                    connection.appender_to_catalog_and_db(&staging(table), "temp", "main")?
                } else {
                    connection.appender(table.name)?
                };
            all.insert(table.name, appender);
        }
        Ok(Self(all))
    }

    fn append(&mut self, table: &Table, rows: RecordBatch) -> Result<(), StoreError> {
        let appender = self
            .0
            .get_mut(table.name)
            .expect("each table has its appender");
        Ok(appender.append_record_batch(rows)?)
    }

    fn append_all(&mut self, rows: TableRows) -> Result<(), StoreError> {
        rows.into_iter()
            .try_for_each(|(table, rows)| self.append(table, rows))
    }

    fn flush(self) -> Result<(), StoreError> {
        for (_, mut appender) in self.0 {
            appender.flush()?;
        }
        Ok(())
    }
}

/// Rows of files that came before the files of smaller ordinals.
#[derive(Default)]
struct Early {
    files: BTreeMap<u32, (TableRows, bool)>,
    bytes: usize,
}

impl Early {
    fn keep(&mut self, ordinal: u32, rows: TableRows, last: bool) {
        self.bytes += memory(&rows);
        let file = self.files.entry(ordinal).or_default();
        file.0.extend(rows);
        file.1 |= last;
    }

    /// Rows of the first file that has any; that it ended is still known.
    fn first_rows(&mut self) -> Option<TableRows> {
        let (rows, _) = self.files.values_mut().find(|(rows, _)| !rows.is_empty())?;
        let rows = std::mem::take(rows);
        self.bytes -= memory(&rows);
        Some(rows)
    }

    fn take(&mut self, ordinal: u32) -> Option<(TableRows, bool)> {
        let file = self.files.remove(&ordinal)?;
        self.bytes -= memory(&file.0);
        Some(file)
    }
}

fn memory(rows: &TableRows) -> usize {
    rows.iter()
        .map(|(_, rows)| rows.get_array_memory_size())
        .sum()
}

/// Runs the thread: none where the sender was dropped before the end.
fn load(
    connection: Connection,
    path: &Path,
    receiver: &Receiver<Message>,
    reorder: usize,
) -> Result<Option<Done>, StoreError> {
    let Some(entries) = append(&connection, receiver, reorder)? else {
        return Ok(None);
    };
    super::finish::complete(connection, path, &entries).map(Some)
}

fn append(
    connection: &Connection,
    receiver: &Receiver<Message>,
    reorder: usize,
) -> Result<Option<Vec<(String, String)>>, StoreError> {
    let mut appenders = Appenders::new(connection)?;
    let mut early = Early::default();
    let mut next = 1;
    let entries = loop {
        let Ok(message) = receiver.recv() else {
            return Ok(None);
        };
        match message {
            Message::Rows {
                ordinal,
                rows,
                last,
            } if ordinal <= next => {
                appenders.append_all(rows)?;
                if last && ordinal == next {
                    next += 1;
                    // What was waiting for this file, up to the first one that has not ended.
                    while let Some((rows, ended)) = early.take(next) {
                        appenders.append_all(rows)?;
                        if !ended {
                            break;
                        }
                        next += 1;
                    }
                }
            }
            Message::Rows {
                ordinal,
                rows,
                last,
            } => {
                early.keep(ordinal, rows, last);
                while early.bytes > reorder {
                    // The file that all wait for is large: rows of others go before it. Only the physical order suffers.
                    let Some(rows) = early.first_rows() else {
                        break;
                    };
                    appenders.append_all(rows)?;
                }
            }
            Message::Linked(linked) => {
                appenders.append_all(linked.rows)?;
                appenders.append(&CallEdgeRows::TABLE, linked.calls)?;
            }
            Message::Finish(entries) => break entries,
        }
    };
    // Ordinals that never came leave files behind them waiting.
    for (_, (rows, _)) in std::mem::take(&mut early.files) {
        appenders.append_all(rows)?;
    }
    appenders.flush()?;
    Ok(Some(entries))
}
