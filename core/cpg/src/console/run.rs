//! Runs a checked statement and hands its rows on as they come.

use arrow::array::Array;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Checked, Console, SqlError, engine_error, types, value};

/// How much of a result is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Rows of a statement that has a `LIMIT` of its own.
    pub max_rows: usize,
    /// Rows of a statement that has none.
    pub rows_without_limit: usize,
    /// Bytes of all cells together, written as JSON.
    pub max_bytes: usize,
}

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name; two may be the same.
    pub name: String,
    /// Its type as DuckDB writes it.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A part of a result, in the order in which it comes: the columns once, then rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The columns, before any row.
    Columns(Vec<Column>),
    /// Some rows, each with one cell a column.
    Rows(Vec<Vec<Value>>),
}

/// Says how a result ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Rows handed on.
    pub rows: usize,
    /// Whether there were more.
    pub truncated: bool,
}

impl Console {
    /// Runs the statement. Rows are taken from the engine only as they are asked for, so a result without end costs no
    /// more than its first rows; `sink` returns false to stop.
    pub fn run(
        &self,
        checked: &Checked,
        budget: Budget,
        mut sink: impl FnMut(Event) -> bool,
    ) -> Result<Ended, SqlError> {
        let failed = |error: duckdb::Error| engine_error::translate(&error);
        let mut statement = self.connection.prepare(&checked.sql).map_err(failed)?;
        let schema = statement.stream_arrow([]).map_err(failed)?.get_schema();
        let columns: Vec<Column> = (0..schema.fields().len())
            .map(|index| Column {
                name: schema.field(index).name().clone(),
                kind: types::name(&statement.column_logical_type(index)),
            })
            .collect();
        let limit = if checked.has_limit {
            budget.max_rows
        } else {
            budget.rows_without_limit
        };
        let mut taken = Taken {
            rows: 0,
            bytes: 0,
            limit,
            max_bytes: budget.max_bytes,
        };
        let mut go_on = sink(Event::Columns(columns.clone()));
        while go_on && let Some(chunk) = statement.step().map_err(failed)? {
            let (rows, full) = taken.take(&columns, &chunk)?;
            go_on = rows.is_empty() || sink(Event::Rows(rows));
            if full {
                return Ok(taken.ended(true));
            }
        }
        Ok(taken.ended(false))
    }
}

/// Counts what was taken against the budget.
struct Taken {
    rows: usize,
    bytes: usize,
    limit: usize,
    max_bytes: usize,
}

impl Taken {
    /// Renders rows of a chunk until the budget is used up; true when it is and there was more.
    fn take(
        &mut self,
        columns: &[Column],
        chunk: &arrow::array::StructArray,
    ) -> Result<(Vec<Vec<Value>>, bool), SqlError> {
        let mut rows = Vec::new();
        for index in 0..chunk.len() {
            if self.rows == self.limit {
                return Ok((rows, true));
            }
            let room = self.max_bytes - self.bytes;
            let mut writer = value::Writer::with_room(room);
            let row: Option<Vec<Value>> = chunk
                .columns()
                .iter()
                .zip(columns)
                .map(|(array, column)| writer.cell(array, index, column.kind == "BIT"))
                .collect();
            let Some(row) = row else {
                if self.rows == 0 {
                    return Err(SqlError::TooLarge {
                        what: "one row of the result".to_owned(),
                        limit_bytes: self.max_bytes,
                    });
                }
                return Ok((rows, true));
            };
            self.bytes += room - writer.room();
            self.rows += 1;
            rows.push(row);
        }
        Ok((rows, false))
    }

    fn ended(&self, truncated: bool) -> Ended {
        Ended {
            rows: self.rows,
            truncated,
        }
    }
}
