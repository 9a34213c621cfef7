//! Where rows stand, for answers that are found in memory.

use super::{ColumnBatch, ColumnData, Graph, QueryError};
use crate::NodeId;
use crate::flows::Found;
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

    /// Steps of flows as rows: `node`, `kind`, `path`, `line`, `code`, flow after flow.
    pub fn steps(&self, found: &Found) -> Result<ColumnBatch, QueryError> {
        let steps = || found.flows.iter().flat_map(|flow| &flow.steps);
        let places = self.places(steps().map(|step| step.node))?;
        let none = Place::default();
        let place = |node| places.get(&node).unwrap_or(&none);
        Ok(ColumnBatch {
            rows: steps().count() as u32,
            columns: vec![
                ColumnData::Ids(steps().map(|step| step.node.0).collect()),
                texts(steps().map(|step| step.kind.text())),
                texts(steps().map(|step| place(step.node).path.as_str())),
                ColumnData::Ints(
                    steps()
                        .map(|step| i64::from(place(step.node).line))
                        .collect(),
                ),
                texts(steps().map(|step| place(step.node).code.as_str())),
            ],
            nulls: vec![Vec::new(); 5],
        })
    }
}

fn texts<'t>(texts: impl Iterator<Item = &'t str>) -> ColumnData {
    let (mut offsets, mut bytes) = (vec![0], Vec::new());
    for text in texts {
        bytes.extend_from_slice(text.as_bytes());
        offsets.push(bytes.len() as u32);
    }
    ColumnData::Texts { offsets, bytes }
}
