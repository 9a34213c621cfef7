//! Lets the program find DuckDB's shared library beside itself.

include!("../cpg/link_duckdb.rs");

fn main() {
    link_duckdb();
}
