//! The reference page of the schema.

use super::tables::TABLES;
use super::views::VIEWS;
use super::{VERSION, create_tables, create_views};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The text of `docs/graph-schema.md`. Types of view columns are asked of DuckDB itself.
pub fn reference_page() -> Result<String, duckdb::Error> {
    let connection = duckdb::Connection::open_in_memory()?;
    connection.execute_batch(&create_tables())?;
    connection.execute_batch(&create_views())?;
    let mut types: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut statement = connection.prepare(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        types.insert((row.get(0)?, row.get(1)?), row.get(2)?);
    }
    let mut page = format!(
        "# The graph as relations\n\n\
         Written by `UPDATE_DOCS=1 cargo test -p codegraph-cpg`; do not edit. Schema version {VERSION}.\n\n\
         Node types and edge types of the code property graph specification are relations `nodes_*` and `edges_*`. Property names are in\n\
         lower case. Node ids are whole numbers below 2^53; ids of a file change only when that file changes. Lines and columns\n\
         count from 1, columns in characters; a span's end is its last character, while `offset_end` is the byte after it.\n\
         An empty value means that the source says nothing, `''` that it says nothing at length.\n\n\
         ## Views\n\nThese are the contract: SQL of people and plugins reads them.\n"
    );
    for view in VIEWS.iter() {
        let _ = write!(
            page,
            "\n### {}\n\n{}\n\n| column | type | meaning |\n|---|---|---|\n",
            view.name, view.doc
        );
        for (name, _, doc) in &view.columns {
            let kind = types
                .get(&(view.name.clone(), name.clone()))
                .map_or("", String::as_str);
            let _ = writeln!(page, "| {name} | {kind} | {} |", doc.trim());
        }
    }
    page.push_str("\n## Tables\n\nWhat lies below. It may change with the schema version.\n");
    for table in TABLES {
        let _ = write!(
            page,
            "\n### {}\n\n{}\n\n| column | type | meaning |\n|---|---|---|\n",
            table.name,
            table.doc.trim()
        );
        for column in table.columns {
            let _ = writeln!(
                page,
                "| {} | {} | {} |",
                column.name,
                column.sql,
                column.doc.trim()
            );
        }
    }
    Ok(page)
}
