//! Lets this crate's tests find DuckDB's shared library, and names the code that makes graphs.

include!("link_duckdb.rs");
include!("fingerprint.rs");

fn main() {
    link_duckdb();
    fingerprint();
}
