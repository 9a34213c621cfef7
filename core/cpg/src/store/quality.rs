//! What a graph is measured by after an import.

use super::{Graph, QueryError};

/// Counts that say whether a graph can be worked with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// Methods that are defined in the tree.
    pub methods: u64,
    /// Those that name their file.
    pub methods_with_files: u64,
    /// Those that know their line.
    pub methods_with_lines: u64,
    /// Calls, operators among them.
    pub calls: u64,
    /// Identifiers.
    pub identifiers: u64,
    /// Edges of the syntax tree.
    pub edges_ast: u64,
    /// Edges of control flow.
    pub edges_cfg: u64,
    /// Edges from calls to methods.
    pub edges_call: u64,
}

const COUNTS: &str = "SELECT \
    (SELECT COUNT(*) FROM nodes_method WHERE NOT is_external), \
    (SELECT COUNT(*) FROM nodes_method WHERE NOT is_external AND filename <> ''), \
    (SELECT COUNT(*) FROM nodes_method WHERE NOT is_external AND line_number > 0), \
    (SELECT COUNT(*) FROM nodes_call), (SELECT COUNT(*) FROM nodes_identifier), \
    (SELECT COUNT(*) FROM edges_ast), (SELECT COUNT(*) FROM edges_cfg), (SELECT COUNT(*) FROM edges_call)";

impl Graph {
    /// Counts what says whether the graph can be worked with.
    pub fn quality(&self) -> Result<Quality, QueryError> {
        self.with_connection(|connection| {
            let engine = |error: duckdb::Error| QueryError::Engine(error.to_string());
            connection
                .query_row(COUNTS, [], |row| {
                    let count = |column: usize| {
                        let number: i64 = row.get(column)?;
                        Ok::<u64, duckdb::Error>(u64::try_from(number).unwrap_or(0))
                    };
                    Ok(Quality {
                        methods: count(0)?,
                        methods_with_files: count(1)?,
                        methods_with_lines: count(2)?,
                        calls: count(3)?,
                        identifiers: count(4)?,
                        edges_ast: count(5)?,
                        edges_cfg: count(6)?,
                        edges_call: count(7)?,
                    })
                })
                .map_err(engine)
        })
    }
}
