//! Lets this crate's tests find DuckDB's shared library.

include!("link_duckdb.rs");

fn main() {
    link_duckdb();
}
