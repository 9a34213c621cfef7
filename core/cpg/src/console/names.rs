//! Names that the gate knows: an allow-list where the engine can reach out, a deny-list where it only computes.

use super::SqlError;

/// Table functions that make rows from their arguments, or describe the tables of the graph. All others are refused:
/// they read files, run SQL text, show settings or paths, or are for the engine's own tests.
pub(super) const TABLE_FUNCTIONS: &[&str] = &[
    "duckdb_columns",
    "duckdb_functions",
    "duckdb_keywords",
    "duckdb_tables",
    "duckdb_types",
    "duckdb_views",
    "generate_series",
    "generate_subscripts",
    "json_each",
    "json_tree",
    "pragma_table_info",
    "pragma_version",
    "range",
    "regexp_split_to_table",
    "repeat",
    "repeat_row",
    "unnest",
];

/// Catalogue views of the engine that name no path, setting or secret. `information_schema` is open as a whole.
pub(super) const CATALOGUE_VIEWS: &[&str] = &[
    "duckdb_columns",
    "duckdb_schemas",
    "duckdb_tables",
    "duckdb_types",
    "duckdb_views",
    "pg_attribute",
    "pg_class",
    "pg_namespace",
    "pg_tables",
    "pg_type",
    "pg_views",
    "sqlite_master",
    "sqlite_schema",
];

/// Beginnings of the names of the engine's own relations. The tables of a graph have none of them.
const CATALOGUE_PREFIXES: &[&str] = &["duckdb_", "pg_", "pragma_", "sqlite_"];

/// Scalar functions that tell of the machine, run SQL text, or take bytes for the engine's own structures.
const SCALAR_FUNCTIONS_REFUSED: &[&str] = &[
    "current_setting",
    "getenv",
    "getvariable",
    "json_serialize_plan",
    "nextval",
    "parse_duckdb_log_message",
    "pg_conf_load_time",
    "pg_postmaster_start_time",
    "pg_sleep",
    "query",
    "query_table",
    "sleep_ms",
    "variant_bytes_to_variant",
    "write_log",
];

/// The engine's own helpers, which take their arguments on trust.
const INTERNAL_PREFIX: &str = "__internal_";

pub(super) fn table_function(name: &str) -> Result<(), SqlError> {
    let name = name.to_ascii_lowercase();
    if TABLE_FUNCTIONS.contains(&name.as_str()) {
        return Ok(());
    }
    Err(SqlError::not_allowed(
        format!("the table function `{name}` is not allowed"),
        format!("allowed are {}", TABLE_FUNCTIONS.join(", ")),
    ))
}

pub(super) fn scalar_function(name: &str) -> Result<(), SqlError> {
    let name = name.to_ascii_lowercase();
    if SCALAR_FUNCTIONS_REFUSED.contains(&name.as_str()) || name.starts_with(INTERNAL_PREFIX) {
        return Err(SqlError::not_allowed(
            format!("the function `{name}` is not allowed"),
            "a query may compute from the tables of the graph only",
        ));
    }
    Ok(())
}

/// Looks at what stands in `FROM`: a name of a table, view or common table expression.
pub(super) fn relation(schema: &str, name: &str) -> Result<(), SqlError> {
    if schema.eq_ignore_ascii_case("information_schema") {
        return Ok(());
    }
    let lower = name.to_ascii_lowercase();
    let is_catalogue = schema.eq_ignore_ascii_case("pg_catalog")
        || CATALOGUE_PREFIXES
            .iter()
            .any(|prefix| lower.starts_with(prefix));
    if is_catalogue && !CATALOGUE_VIEWS.contains(&lower.as_str()) {
        return Err(SqlError::not_allowed(
            format!("the catalogue view `{name}` is not allowed"),
            "`SHOW TABLES`, `DESCRIBE table` and `information_schema` tell what there is",
        ));
    }
    // The engine takes such a name for a file that it would scan.
    if name.contains(['/', '\\', '.', '*', '?', ':', '~']) {
        return Err(SqlError::not_allowed(
            format!("`{}` reads like a file", shown(name)),
            "only the tables of the graph can be read, `SHOW TABLES` lists them",
        ));
    }
    Ok(())
}

/// The last part of a path: what a person wrote, but not a directory of the machine back to them.
fn shown(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}
