//! Symbols and calls of a graph in memory, so that a look-up by name needs no query.
//!
//! A query costs its planning before it reads a row. The first look-ups in a graph pay that; a graph that is asked more often has
//! what `symbol_lookup`, `callers` and `callees` need read once, unless it is larger than the options allow. Both ways give the
//! same rows in the same order: tests compare them, and the text of the query is what counts.

mod calls;
mod load;
mod symbols;
mod texts;

use super::cache::Cache;
use super::catalog::{Query, Rows, within};
use super::{Budget, Value};
use crate::store::{ColumnBatch, ColumnData};
use texts::{TextId, Texts};

pub(super) use load::load;

/// Names by graph.
pub(super) type NameCache = Cache<(), Names>;

/// So many look-ups go to the tables before names are read: a program that asks little is not made to wait for all.
pub(super) const FIRST_LOOKUPS: u32 = 8;

/// What look-ups by name need of a graph.
#[derive(Default)]
pub(super) struct Names {
    texts: Texts,
    /// By key, full name, id.
    symbols: Vec<Symbol>,
    /// Methods and types, by id.
    definitions: Vec<Definition>,
    /// By call, then target.
    calls: Vec<Call>,
    /// Places in `calls`, by target.
    by_target: Vec<u32>,
    /// Places in `calls`, by the method that makes the call.
    by_caller: Vec<u32>,
    /// By id.
    files: Vec<File>,
    /// It is larger than may be kept: tables are asked instead.
    too_large: bool,
}

/// A row of `symbol`.
struct Symbol {
    id: i64,
    key: TextId,
    name: TextId,
    full_name: TextId,
    kind: TextId,
    signature: TextId,
    path: TextId,
    role: TextId,
    language: TextId,
    code: TextId,
    line: Option<i32>,
    line_end: Option<i32>,
    is_external: bool,
    is_redundant: bool,
}

/// A method or type.
struct Definition {
    id: i64,
    kind: TextId,
    name: TextId,
    full_name: TextId,
    signature: TextId,
    path: TextId,
    line: Option<i32>,
    line_end: Option<i32>,
}

/// A row of `call_edge`; what it says of methods and files is in their own lists.
struct Call {
    src: i64,
    dst: i64,
    /// 0 where no method is around the call.
    caller: i64,
    resolution: TextId,
    code: TextId,
    confidence: f32,
    line: Option<i32>,
}

struct File {
    id: i64,
    path: TextId,
    role: TextId,
}

/// Whether a query is one that names answer.
pub(super) fn answers(query: &str) -> bool {
    matches!(query, "symbol_lookup" | "callers" | "callees")
}

impl Names {
    /// Rows of a query; none where tables must be asked. The values must be those that the query takes.
    pub(super) fn answer(&self, query: &Query, values: &[Value], budget: Budget) -> Option<Rows> {
        if self.too_large {
            return None;
        }
        let rows = match (query.name.as_str(), values) {
            ("symbol_lookup", [Value::Text(name)]) => self.symbol_lookup(name)?,
            ("callers", [Value::Ints(ids)]) => self.callers(ids),
            ("callers", [Value::Int(id)]) => self.callers(&[*id]),
            ("callees", [Value::Int(method)]) => self.callees(*method),
            _ => return None,
        };
        let columns = query.columns.iter().map(|column| column.kind);
        let mut batch = ColumnBatch {
            rows: rows.len() as u32,
            columns: columns.map(ColumnData::new).collect(),
            nulls: vec![Vec::new(); query.columns.len()],
        };
        for (number, row) in rows.iter().enumerate() {
            debug_assert_eq!(row.len(), batch.columns.len(), "{}", query.name);
            for (at, cell) in row.iter().enumerate() {
                if !cell.put(&mut batch.columns[at]) {
                    batch.nulls[at].push(number as u32);
                }
            }
        }
        Some(within(batch, &query.columns, budget))
    }

    fn definition(&self, id: i64) -> Option<&Definition> {
        let at = self
            .definitions
            .binary_search_by_key(&id, |definition| definition.id);
        at.ok().map(|at| &self.definitions[at])
    }

    /// The file that a node stands in.
    fn file_of(&self, node: i64) -> Option<&File> {
        let id = (node >> 32) << 32;
        let at = self.files.binary_search_by_key(&id, |file| file.id);
        at.ok().map(|at| &self.files[at])
    }
}

/// What it takes in memory.
pub(super) fn bytes_of_names(names: &Names) -> usize {
    names.texts.bytes()
        + names.symbols.len() * size_of::<Symbol>()
        + names.definitions.len() * size_of::<Definition>()
        + names.calls.len() * (size_of::<Call>() + 2 * size_of::<u32>())
        + names.files.len() * size_of::<File>()
}

/// A value of an answer.
enum Cell<'t> {
    Id(Option<i64>),
    Int(Option<i32>),
    Real(f64),
    Truth(bool),
    Text(Option<&'t str>),
}

impl Cell<'_> {
    /// Puts it to the end of a column; says whether there is a value.
    fn put(&self, column: &mut ColumnData) -> bool {
        match (self, column) {
            (Self::Id(id), ColumnData::Ids(ids)) => {
                ids.push(id.unwrap_or_default() as u64);
                id.is_some()
            }
            (Self::Int(number), ColumnData::Ints(numbers)) => {
                numbers.push(number.unwrap_or_default().into());
                number.is_some()
            }
            (Self::Real(number), ColumnData::Reals(numbers)) => {
                numbers.push(*number);
                true
            }
            (Self::Truth(truth), ColumnData::Bools(truths)) => {
                truths.push((*truth).into());
                true
            }
            (Self::Text(text), ColumnData::Texts { offsets, bytes }) => {
                bytes.extend_from_slice(text.unwrap_or_default().as_bytes());
                offsets.push(bytes.len() as u32);
                text.is_some()
            }
            _ => unreachable!("the catalogue's columns have these types"),
        }
    }
}
