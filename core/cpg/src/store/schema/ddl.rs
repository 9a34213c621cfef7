//! SQL that makes the tables and views.

use super::views::VIEWS;
use super::{Blob, Column, ColumnBuilder as _, Table, quote, tables::TABLES};
use std::fmt::Write as _;

/// `CREATE TABLE` of all tables, without keys and indexes.
pub(crate) fn create_tables() -> String {
    create("CREATE TABLE", TABLES)
}

/// `CREATE OR REPLACE TABLE` of some tables: they are empty afterwards.
pub(crate) fn replace_tables(tables: &[Table]) -> String {
    create("CREATE OR REPLACE TABLE", tables)
}

fn create(statement: &str, tables: &[Table]) -> String {
    let mut sql = String::new();
    for table in tables {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|column| {
                format!(
                    "{} {}{}",
                    quote(column.name),
                    column.sql,
                    compression(column)
                )
            })
            .collect();
        let _ = writeln!(
            sql,
            "{statement} {} ({});",
            quote(table.name),
            columns.join(", ")
        );
    }
    sql
}

/// What DuckDB is told about the compression of a column; the rest it finds out itself.
///
/// Blobs are compressed already, and what it takes for them leaves a seventh of each block empty: its Zstandard packs them without
/// gaps (texts of Django: 5.5 and 4.8 MB). Source code repeats itself in parts where its dictionaries of whole texts find nothing (6.9 and
/// 6.0 MB).
fn compression(column: &Column) -> &'static str {
    if column.sql == Blob::SQL || column.name == "code" {
        " USING COMPRESSION zstd"
    } else {
        ""
    }
}

/// `CREATE VIEW` of all views, also where they are there. Names are not qualified, so that the views work under any alias of the
/// file.
pub(crate) fn create_views() -> String {
    let mut sql = String::new();
    for view in VIEWS.iter() {
        let _ = writeln!(
            sql,
            "CREATE OR REPLACE VIEW {} AS {};",
            quote(&view.name),
            view.sql()
        );
    }
    sql
}
