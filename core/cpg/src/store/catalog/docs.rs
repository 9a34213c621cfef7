//! The reference page of the catalogue.

use super::queries;
use std::fmt::Write as _;

/// The text of `docs/queries.md`.
pub fn reference_page() -> String {
    let mut page = String::from(
        "# Named queries\n\n\
         Written by `UPDATE_DOCS=1 cargo test -p codegraph-cpg`; do not edit.\n\n\
         Scenarios ask a graph by these names (`graph.query` of the plugin contract). Parameters are given in this order; one with `?`\n\
         may be null, and left out at the end. Rows come in a fixed order and are cut at the budget.\n",
    );
    for query in queries() {
        let _ = write!(page, "\n## {}\n\n{}\n", query.name, query.doc);
        if !query.parameters.is_empty() {
            page.push_str("\n| parameter | type | meaning |\n|---|---|---|\n");
            for parameter in &query.parameters {
                let optional = if parameter.optional { "?" } else { "" };
                let _ = writeln!(
                    page,
                    "| {} | {}{optional} | {} |",
                    parameter.name,
                    parameter.kind.text(),
                    parameter.doc
                );
            }
        }
        page.push_str("\n| column | type | meaning |\n|---|---|---|\n");
        for (column, doc) in query.columns.iter().zip(&query.column_docs) {
            let _ = writeln!(page, "| {} | {} | {doc} |", column.name, column.kind.text());
        }
    }
    page
}
