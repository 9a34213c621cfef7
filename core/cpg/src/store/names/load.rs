//! Reading names from the tables.

use super::texts::{Pool, TextId};
use super::{Call, Definition, File, Names, Symbol, bytes_of_names};
use crate::store::catalog::convert;
use crate::store::{ColumnBatch, ColumnData, ColumnInfo, ColumnType, QueryError};
use duckdb::Connection;

const FILES: &str = "SELECT id, name, role FROM file ORDER BY id";
const DEFINITIONS: &str = "SELECT * FROM (
    SELECT id, 'METHOD' AS kind, name, full_name, signature, filename, line_number, line_number_end FROM method
    UNION ALL
    SELECT id, 'TYPE_DECL', name, full_name, NULL, filename, line_number, line_number_end FROM type_decl
  ) ORDER BY id";
const SYMBOLS: &str = "SELECT id, name_key, name, full_name, kind, signature, filename, file_role, language, code, line_number, line_number_end,
    is_external, coalesce(is_redundant, false) FROM symbol";
const CALLS: &str = "SELECT src, dst, coalesce(src - caller_distance, 0), resolution, code, confidence, line_number FROM call_edge";

/// Reads them; what would take more than so many bytes is left, and the tables are asked.
pub(in crate::store) fn load(connection: &Connection, limit: usize) -> Result<Names, QueryError> {
    use ColumnType::{Bool, Id, Int, Real, Text};
    let rows: u64 = connection.query_row(
        "SELECT ((SELECT count(*) FROM symbol) + (SELECT count(*) FROM call_edge))::UBIGINT",
        [],
        |row| row.get(0),
    )?;
    let least = size_of::<Call>().min(size_of::<Symbol>()) as u64;
    let (mut names, mut pool) = (Names::default(), Pool::default());
    let mut is_full = rows.saturating_mul(least) > limit as u64;
    let mut read = |sql: &str,
                    kinds: &[ColumnType],
                    names: &mut Names,
                    add: fn(&mut Names, &mut Pool, Row<'_>)|
     -> Result<(), QueryError> {
        if is_full {
            return Ok(());
        }
        for_each(connection, sql, kinds, |row| {
            add(names, &mut pool, row);
            pool.bytes() <= limit
        })?;
        is_full = bytes_of_names(names) + pool.bytes() > limit;
        Ok(())
    };
    read(FILES, &[Id, Text, Text], &mut names, file)?;
    read(
        DEFINITIONS,
        &[Id, Text, Text, Text, Text, Text, Int, Int],
        &mut names,
        definition,
    )?;
    read(
        SYMBOLS,
        &[
            Id, Text, Text, Text, Text, Text, Text, Text, Text, Text, Int, Int, Bool, Bool,
        ],
        &mut names,
        symbol,
    )?;
    read(
        CALLS,
        &[Id, Id, Id, Text, Text, Real, Int],
        &mut names,
        call,
    )?;
    if is_full {
        tracing::debug!(
            graph.rows = rows,
            limit,
            "names are too large to be kept: tables are asked"
        );
        return Ok(Names {
            too_large: true,
            ..Names::default()
        });
    }
    names.texts = pool.finish();
    names.sort();
    Ok(names)
}

impl Names {
    fn sort(&mut self) {
        let texts = &self.texts;
        self.symbols.sort_by(|a, b| {
            let parts = |symbol: &Symbol| {
                (
                    texts.or_empty(symbol.key),
                    texts.or_empty(symbol.full_name),
                    symbol.id,
                )
            };
            parts(a).cmp(&parts(b))
        });
        self.definitions.sort_by_key(|definition| definition.id);
        self.files.sort_by_key(|file| file.id);
        let calls = &self.calls;
        let sorted = |key: fn(&Call) -> i64| {
            let mut index: Vec<u32> = (0..calls.len() as u32).collect();
            index.sort_by_key(|&at| (key(&calls[at as usize]), at));
            index
        };
        self.by_target = sorted(|call| call.dst);
        self.by_caller = sorted(|call| call.caller);
    }
}

/// A row of a batch.
#[derive(Clone, Copy)]
struct Row<'b>(&'b ColumnBatch, usize);

impl<'b> Row<'b> {
    fn id(self, column: usize) -> i64 {
        match &self.0.columns[column] {
            ColumnData::Ids(ids) => ids[self.1] as i64,
            _ => 0,
        }
    }

    fn int(self, column: usize) -> Option<i32> {
        match &self.0.columns[column] {
            ColumnData::Ints(ints) if !self.0.is_null(column, self.1 as u32) => {
                i32::try_from(ints[self.1]).ok()
            }
            _ => None,
        }
    }

    fn real(self, column: usize) -> f32 {
        match &self.0.columns[column] {
            ColumnData::Reals(reals) => reals[self.1] as f32,
            _ => 0.0,
        }
    }

    fn truth(self, column: usize) -> bool {
        matches!(&self.0.columns[column], ColumnData::Bools(truths) if truths[self.1] != 0)
    }

    fn text(self, column: usize, pool: &mut Pool) -> TextId {
        let text: Option<&'b str> = self.0.columns[column].text(self.1);
        pool.add(text.filter(|_| !self.0.is_null(column, self.1 as u32)))
    }
}

/// Calls with each row of a query, until that says no.
fn for_each(
    connection: &Connection,
    sql: &str,
    kinds: &[ColumnType],
    mut take: impl FnMut(Row<'_>) -> bool,
) -> Result<(), QueryError> {
    let columns: Vec<ColumnInfo> = kinds
        .iter()
        .map(|&kind| ColumnInfo {
            name: String::new(),
            kind,
        })
        .collect();
    let mut statement = connection.prepare(sql)?;
    let _ = statement.query_arrow([])?;
    while let Some(chunk) = statement.step()? {
        let batch = convert(&chunk, &columns)?;
        for row in 0..batch.rows as usize {
            if !take(Row(&batch, row)) {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn file(names: &mut Names, pool: &mut Pool, row: Row<'_>) {
    names.files.push(File {
        id: row.id(0),
        path: row.text(1, pool),
        role: row.text(2, pool),
    });
}

fn definition(names: &mut Names, pool: &mut Pool, row: Row<'_>) {
    names.definitions.push(Definition {
        id: row.id(0),
        kind: row.text(1, pool),
        name: row.text(2, pool),
        full_name: row.text(3, pool),
        signature: row.text(4, pool),
        path: row.text(5, pool),
        line: row.int(6),
        line_end: row.int(7),
    });
}

fn symbol(names: &mut Names, pool: &mut Pool, row: Row<'_>) {
    names.symbols.push(Symbol {
        id: row.id(0),
        key: row.text(1, pool),
        name: row.text(2, pool),
        full_name: row.text(3, pool),
        kind: row.text(4, pool),
        signature: row.text(5, pool),
        path: row.text(6, pool),
        role: row.text(7, pool),
        language: row.text(8, pool),
        code: row.text(9, pool),
        line: row.int(10),
        line_end: row.int(11),
        is_external: row.truth(12),
        is_redundant: row.truth(13),
    });
}

fn call(names: &mut Names, pool: &mut Pool, row: Row<'_>) {
    names.calls.push(Call {
        src: row.id(0),
        dst: row.id(1),
        caller: row.id(2),
        resolution: row.text(3, pool),
        code: row.text(4, pool),
        confidence: row.real(5),
        line: row.int(6),
    });
}
