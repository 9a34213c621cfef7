//! The one description of a graph file: its tables ([`tables`]), its public views ([`views`]), and what is made of them.
//!
//! A reader never migrates: a file of another [`VERSION`] is refused and the project imported again.

mod columns;
mod ddl;
mod docs;
pub mod tables;
pub mod views;

pub(super) use columns::{
    Blob, ColumnBuilder, Id, Int, Real, Small, Text, Texts, Truth, Unsigned, Wide,
};
pub(super) use ddl::{create_tables, create_views, replace_tables};
pub use docs::reference_page;

/// Version of the schema. It goes up with every change that a reader of old files would notice.
pub const VERSION: u32 = 4;

/// A physical table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What a row is.
    pub doc: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
}

/// A column of a physical table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type in DuckDB.
    pub sql: &'static str,
    /// What it holds.
    pub doc: &'static str,
}

/// Quotes an identifier for SQL.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
