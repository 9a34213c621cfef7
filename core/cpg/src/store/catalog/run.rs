//! Running a query within a budget.

use super::Query;
use crate::store::watch::{Interrupt, Watcher};
use crate::store::{ColumnBatch, ColumnData, ColumnInfo, ColumnType, QueryError};
use arrow::array::{Array, ArrayRef, AsArray, StructArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use duckdb::Connection;
use std::time::{Duration, Instant};

/// What a query may cost; 0 is the host's own bound, which always holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Rows of the result.
    pub rows: u32,
    /// Bytes of the result.
    pub bytes: u32,
    /// Wall time.
    pub milliseconds: u32,
}

impl Budget {
    /// The smaller of each; 0 takes the bound's.
    #[must_use]
    pub fn within(self, bounds: Self) -> Self {
        let least = |asked: u32, bound: u32| if asked == 0 { bound } else { asked.min(bound) };
        Self {
            rows: least(self.rows, bounds.rows),
            bytes: least(self.bytes, bounds.bytes),
            milliseconds: least(self.milliseconds, bounds.milliseconds),
        }
    }

    /// This, and the other's where this says 0.
    pub(crate) fn or(self, other: Self) -> Self {
        let filled = |own: u32, other: u32| if own == 0 { other } else { own };
        Self {
            rows: filled(self.rows, other.rows),
            bytes: filled(self.bytes, other.bytes),
            milliseconds: filled(self.milliseconds, other.milliseconds),
        }
    }
}

/// The result of a query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// Its columns.
    pub columns: Vec<ColumnInfo>,
    /// Its rows.
    pub batches: Vec<ColumnBatch>,
    /// There were more rows than the budget.
    pub truncated: bool,
}

impl Rows {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.batches.iter().map(|batch| batch.rows as usize).sum()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds as much of a batch as may still come; says whether there may be more.
    fn add(&mut self, mut batch: ColumnBatch, left: &mut u32, bytes: &mut usize) -> bool {
        if batch.rows > *left {
            batch = batch.slice(0, *left);
            self.truncated = true;
        }
        if batch.bytes() > *bytes {
            batch = fitting(&batch, *bytes);
            self.truncated = true;
        }
        *left -= batch.rows;
        *bytes = bytes.saturating_sub(batch.bytes());
        if batch.rows > 0 {
            self.batches.push(batch);
        }
        !self.truncated
    }
}

/// Runs a bound query on a connection.
pub(crate) fn run(
    connection: &Connection,
    query: &Query,
    values: &[duckdb::types::Value],
    budget: Budget,
    watcher: &Watcher,
    interrupt: &Interrupt,
) -> Result<Rows, QueryError> {
    let deadline = Instant::now() + Duration::from_millis(budget.milliseconds.into());
    let guard = watcher.guard(connection.interrupt_handle(), deadline, interrupt);
    let result = collect(connection, query, values, budget);
    drop(guard);
    match result {
        _ if interrupt.is_stopped() => Err(QueryError::Cancelled),
        Err(_) if Instant::now() >= deadline => Err(QueryError::Budget(format!(
            "it ran longer than {} ms",
            budget.milliseconds
        ))),
        other => other,
    }
}

fn collect(
    connection: &Connection,
    query: &Query,
    values: &[duckdb::types::Value],
    budget: Budget,
) -> Result<Rows, QueryError> {
    let mut statement = connection.prepare_cached(&query.sql)?;
    let limit = duckdb::types::Value::BigInt(i64::from(budget.rows) + 1);
    // The result is whole when this returns: steps below only read it, and an interrupt cannot hit them.
    let _ = statement.query_arrow(duckdb::params_from_iter(
        values.iter().chain(std::iter::once(&limit)),
    ))?;
    let mut rows = Rows {
        columns: query.columns.clone(),
        ..Rows::default()
    };
    let (mut left, mut bytes) = (budget.rows, budget.bytes as usize);
    while let Some(chunk) = statement.step()? {
        let batch = convert(&chunk, &query.columns)?;
        if !rows.add(batch, &mut left, &mut bytes) {
            break;
        }
    }
    Ok(rows)
}

/// Rows that are in memory already, cut to what may be given.
pub(crate) fn within(batch: ColumnBatch, columns: &[ColumnInfo], budget: Budget) -> Rows {
    let mut rows = Rows {
        columns: columns.to_vec(),
        ..Rows::default()
    };
    let (mut left, mut bytes) = (budget.rows, budget.bytes as usize);
    rows.add(batch, &mut left, &mut bytes);
    rows
}

/// As many rows from the start as fit into so many bytes.
fn fitting(batch: &ColumnBatch, bytes: usize) -> ColumnBatch {
    let (mut fits, mut over) = (0, batch.rows);
    while fits + 1 < over {
        let middle = u32::midpoint(fits, over);
        if batch.slice(0, middle).bytes() <= bytes {
            fits = middle;
        } else {
            over = middle;
        }
    }
    batch.slice(0, fits)
}

pub(crate) fn convert(
    chunk: &StructArray,
    columns: &[ColumnInfo],
) -> Result<ColumnBatch, QueryError> {
    if chunk.num_columns() != columns.len() {
        return Err(QueryError::Engine(format!(
            "a query of {} columns gave {}",
            columns.len(),
            chunk.num_columns()
        )));
    }
    let mut batch = ColumnBatch {
        rows: chunk.len() as u32,
        ..ColumnBatch::default()
    };
    for (array, column) in chunk.columns().iter().zip(columns) {
        batch.columns.push(column_data(array, column)?);
        let nulls = array.nulls().map(|nulls| {
            (0..array.len())
                .filter(|&row| nulls.is_null(row))
                .map(|row| row as u32)
                .collect()
        });
        batch.nulls.push(nulls.unwrap_or_default());
    }
    Ok(batch)
}

fn column_data(array: &ArrayRef, column: &ColumnInfo) -> Result<ColumnData, QueryError> {
    let wrong = || {
        QueryError::Engine(format!(
            "column {} came as {}, not as {}",
            column.name,
            array.data_type(),
            column.kind.text()
        ))
    };
    let to = |kind: DataType| {
        if *array.data_type() == kind {
            Ok(array.clone())
        } else {
            cast(array, &kind).map_err(|_| wrong())
        }
    };
    let is_number = array.data_type().is_integer();
    Ok(match column.kind {
        ColumnType::Id if is_number => {
            let array = to(DataType::Int64)?;
            let numbers = array.as_primitive::<Int64Type>();
            ColumnData::Ids(
                numbers
                    .iter()
                    .map(|number| number.unwrap_or(0) as u64)
                    .collect(),
            )
        }
        ColumnType::Int if is_number => {
            let array = to(DataType::Int64)?;
            ColumnData::Ints(
                array
                    .as_primitive::<Int64Type>()
                    .iter()
                    .map(Option::unwrap_or_default)
                    .collect(),
            )
        }
        ColumnType::Real if array.data_type().is_floating() || is_number => {
            let array = to(DataType::Float64)?;
            ColumnData::Reals(
                array
                    .as_primitive::<Float64Type>()
                    .iter()
                    .map(Option::unwrap_or_default)
                    .collect(),
            )
        }
        ColumnType::Bool => {
            let truths = array.as_boolean_opt().ok_or_else(wrong)?;
            ColumnData::Bools(
                truths
                    .iter()
                    .map(|truth| u8::from(truth.unwrap_or(false)))
                    .collect(),
            )
        }
        ColumnType::Text => {
            let texts = array.as_string_opt::<i32>().ok_or_else(wrong)?;
            let (mut offsets, mut bytes) = (vec![0_u32], Vec::new());
            for text in texts {
                bytes.extend_from_slice(text.unwrap_or_default().as_bytes());
                offsets.push(bytes.len() as u32);
            }
            ColumnData::Texts { offsets, bytes }
        }
        _ => return Err(wrong()),
    })
}
