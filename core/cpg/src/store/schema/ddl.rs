//! SQL that makes the tables and views.

use super::views::VIEWS;
use super::{quote, tables::TABLES};
use std::fmt::Write as _;

/// `CREATE TABLE` of all tables, without keys and indexes.
pub(crate) fn create_tables() -> String {
    let mut sql = String::new();
    for table in TABLES {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|column| format!("{} {}", quote(column.name), column.sql))
            .collect();
        let _ = writeln!(
            sql,
            "CREATE TABLE {} ({});",
            quote(table.name),
            columns.join(", ")
        );
    }
    sql
}

/// `CREATE VIEW` of all views. Names are not qualified, so that the views work under any alias of the file.
pub(crate) fn create_views() -> String {
    let mut sql = String::new();
    for view in VIEWS.iter() {
        let _ = writeln!(sql, "CREATE VIEW {} AS {};", quote(&view.name), view.sql());
    }
    sql
}
