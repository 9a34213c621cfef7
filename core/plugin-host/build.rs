//! Lets this crate's example find DuckDB's shared library.

include!("../cpg/link_duckdb.rs");

fn main() {
    link_duckdb();
}
