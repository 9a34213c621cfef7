//! What the import of the next revision takes over from this one.

use super::frame::unpack;
use super::summary::summary;
use super::{BuildSummary, Graph, InputKey, QueryError};
use crate::passes::facts::FileFacts;
use duckdb::Connection;

/// A file as a graph knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownFile {
    /// Its number, from 1.
    pub ordinal: u32,
    /// Its path.
    pub path: String,
    /// What its rows come from; none where the same could give other rows.
    pub key: Option<InputKey>,
}

impl Graph {
    /// All files, by ordinal.
    pub fn known_files(&self) -> Result<Vec<KnownFile>, QueryError> {
        self.with_connection(|connection| {
            let mut statement = connection.prepare(
                "SELECT f.id >> 32, f.name, k.input_key \
                 FROM file AS f LEFT JOIN file_facts AS k ON k.file_id = f.id ORDER BY f.id",
            )?;
            let rows = statement.query_map([], |row| {
                let key: Option<Vec<u8>> = row.get(2)?;
                Ok(KnownFile {
                    ordinal: row.get(0)?,
                    path: row.get(1)?,
                    key: key.and_then(|key| key.try_into().ok()).map(InputKey),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// What the linker needs of those files that are wanted, by ordinal.
    pub fn file_facts(
        &self,
        is_wanted: impl Fn(u32) -> bool,
    ) -> Result<Vec<FileFacts>, QueryError> {
        self.with_connection(|connection| {
            let mut statement = connection.prepare(
                "SELECT file_id >> 32, facts FROM file_facts WHERE facts IS NOT NULL ORDER BY file_id",
            )?;
            let mut rows = statement.query([])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                let ordinal: u32 = row.get(0)?;
                if is_wanted(ordinal) {
                    let frame: Vec<u8> = row.get(1)?;
                    let facts = unpack(&frame).map_err(|error| {
                        QueryError::Engine(format!("the facts of file {ordinal}: {error}"))
                    })?;
                    all.push(facts);
                }
            }
            Ok(all)
        })
    }

    /// Counts what the graph holds.
    pub fn summary(&self) -> Result<BuildSummary, QueryError> {
        let mut summary = self.with_connection(|connection| Ok(summary(connection)?))?;
        summary.bytes = std::fs::metadata(self.path())
            .map_err(|error| QueryError::Engine(error.to_string()))?
            .len();
        Ok(summary)
    }

    pub(super) fn with_connection<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        let connection = self.connection()?;
        let result = work(&connection);
        self.give_back(connection);
        result
    }
}
