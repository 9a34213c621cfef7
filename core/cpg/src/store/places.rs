//! Where rows stand, for answers that are found in memory.

use super::{ColumnBatch, ColumnData, Graph, QueryError};
use crate::NodeId;
use rustc_hash::FxHashMap;

/// Rows that are asked for at once.
const ROWS: usize = 5_000;

/// Where a row stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Path of its file.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Source text, at most 200 bytes.
    pub code: String,
}

impl Graph {
    /// Where rows stand; rows that the graph has not are left out.
    pub fn places(
        &self,
        nodes: impl IntoIterator<Item = NodeId>,
    ) -> Result<FxHashMap<NodeId, Place>, QueryError> {
        let mut nodes: Vec<u64> = nodes.into_iter().map(|node| node.0).collect();
        nodes.sort_unstable();
        nodes.dedup();
        self.with_connection(|connection| {
            let mut places = FxHashMap::default();
            for some in nodes.chunks(ROWS) {
                let list: Vec<String> = some.iter().map(u64::to_string).collect();
                let mut statement = connection.prepare(&format!(
                    "SELECT n.id, f.name, coalesce(n.line_number, 1), coalesce(n.code, n.name, '') \
                     FROM node AS n JOIN file AS f ON f.id = (n.id >> 32) << 32 WHERE n.id IN ({})",
                    list.join(", ")
                ))?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    let place = Place {
                        path: row.get(1)?,
                        line: row.get(2)?,
                        code: row.get(3)?,
                    };
                    places.insert(NodeId(row.get(0)?), place);
                }
            }
            Ok(places)
        })
    }

    /// Rows with where they stand: `node`, `kind`, `path`, `line`, `code`.
    pub fn with_places(&self, rows: &[(NodeId, &str)]) -> Result<ColumnBatch, QueryError> {
        let places = self.places(rows.iter().map(|(node, _)| *node))?;
        let none = Place::default();
        let place = |node: &NodeId| places.get(node).unwrap_or(&none);
        let line = |node| i64::from(place(node).line);
        Ok(ColumnBatch {
            rows: rows.len() as u32,
            columns: vec![
                ColumnData::Ids(rows.iter().map(|(node, _)| node.0).collect()),
                ColumnData::texts(rows.iter().map(|(_, kind)| *kind)),
                ColumnData::texts(rows.iter().map(|(node, _)| place(node).path.as_str())),
                ColumnData::Ints(rows.iter().map(|(node, _)| line(node)).collect()),
                ColumnData::texts(rows.iter().map(|(node, _)| place(node).code.as_str())),
            ],
            nulls: vec![Vec::new(); 5],
        })
    }
}
