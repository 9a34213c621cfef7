//! The one thread that writes.

use super::finish::Written;
use super::linked::LinkedRows;
use super::open::staging;
use crate::store::schema::Table;
use crate::store::schema::tables::{CallEdgeRows, NodeRows, SymbolRows, TABLES};
use crate::store::{BuildSummary, Metadata, StoreError};
use arrow::record_batch::RecordBatch;
use duckdb::{Appender, Connection};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Messages that may wait: enough that the loader never idles, few enough that memory stays flat.
const WAITING: usize = 16;

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
    /// All rows came.
    Finish(Box<Metadata>),
}

/// The sending end of the loader thread.
pub(super) struct Loader {
    sender: Option<SyncSender<Message>>,
    thread: Option<JoinHandle<Result<Option<BuildSummary>, StoreError>>>,
    /// Why the thread ended early, for those who still send.
    failure: Arc<Mutex<Option<String>>>,
}

impl Loader {
    /// Starts the thread. `connection` is in the transaction that the thread ends; rows of so many bytes (`reorder`) wait for
    /// those of smaller ordinals; `out_of_order` is told of nodes that stand behind others already.
    pub(super) fn start(
        connection: Connection,
        path: &Path,
        reorder: usize,
        out_of_order: Option<u64>,
    ) -> Result<Self, StoreError> {
        let (sender, receiver) = sync_channel(WAITING);
        let failure = Arc::new(Mutex::new(None));
        let (path, seen) = (path.to_owned(), Arc::clone(&failure));
        let thread = std::thread::Builder::new()
            .name("graph-loader".into())
            .spawn(move || {
                let result = load(connection, &path, &receiver, reorder, out_of_order);
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

    pub(super) fn finish(mut self, metadata: Metadata) -> Result<BuildSummary, StoreError> {
        let sent = self.send(Message::Finish(Box::new(metadata)));
        self.sender = None;
        let thread = self
            .thread
            .take()
            .expect("the loader is asked for its end once");
        let result = thread
            .join()
            .map_err(|_| StoreError::Loader("the loader thread panicked".into()))?;
        match result? {
            Some(summary) => sent.map(|()| summary),
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
    out_of_order: Option<u64>,
) -> Result<Option<BuildSummary>, StoreError> {
    let Some((metadata, nodes)) = append(&connection, receiver, reorder)? else {
        return Ok(None);
    };
    let written = Written {
        metadata,
        // What is added to a file that had rows comes behind all of them.
        out_of_order: out_of_order.map_or(0, |before| before + nodes),
    };
    super::finish::complete(connection, path, &written).map(Some)
}

/// Appends what comes; gives the metadata and the number of nodes at the end, none where there is no end.
fn append(
    connection: &Connection,
    receiver: &Receiver<Message>,
    reorder: usize,
) -> Result<Option<(Metadata, u64)>, StoreError> {
    let mut appenders = Appenders::new(connection)?;
    let mut early = Early::default();
    let mut next = 1;
    let mut nodes = 0;
    let metadata = loop {
        let Ok(message) = receiver.recv() else {
            return Ok(None);
        };
        if let Message::Rows { rows, .. } = &message {
            nodes += nodes_in(rows);
        }
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
            Message::Finish(metadata) => break metadata,
        }
    };
    // Ordinals that never came leave files behind them waiting.
    for (_, (rows, _)) in std::mem::take(&mut early.files) {
        appenders.append_all(rows)?;
    }
    appenders.flush()?;
    Ok(Some((*metadata, nodes)))
}

fn nodes_in(rows: &TableRows) -> u64 {
    rows.iter()
        .filter(|(table, _)| table.name == NodeRows::TABLE.name)
        .map(|(_, rows)| rows.num_rows() as u64)
        .sum()
}
