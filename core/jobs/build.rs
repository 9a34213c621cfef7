//! Lets this crate's tests find DuckDB's shared library.

include!("../cpg/link_duckdb.rs");

fn main() {
    link_duckdb();
}
