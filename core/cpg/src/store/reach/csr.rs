//! Adjacency as arrays (compressed sparse rows), in both directions.

use super::ReachSpec;
use crate::kind::EdgeKind;
use crate::store::QueryError;
use crate::store::schema::views::selects;
use arrow::array::{Array, AsArray, StructArray};
use arrow::datatypes::{Float32Type, Int64Type};
use duckdb::Connection;

/// Edge kinds that are searched together, sorted.
pub(in crate::store) type EdgeSet = Vec<&'static str>;

/// Calls, from the method that holds the call.
const CALL: &str = "call";
/// Imports and includes, from file to file.
const FILE_IMPORTS: &str = "file_imports";

/// The edge kinds that a search names.
pub(in crate::store) fn edge_set(spec: &ReachSpec) -> Result<EdgeSet, QueryError> {
    let mut all = vec![CALL, FILE_IMPORTS];
    all.extend(EdgeKind::ALL.iter().map(|kind| kind.text()));
    if spec.edges.is_empty() {
        return Err(QueryError::Invalid(format!(
            "a search needs edges to follow; there are: {}",
            all.join(", ")
        )));
    }
    let find = |name: &String| {
        let known = || QueryError::UnknownEdges {
            name: name.clone(),
            known: all.join(", "),
        };
        all.iter()
            .find(|known| *known == name)
            .copied()
            .ok_or_else(known)
    };
    let mut set = spec
        .edges
        .iter()
        .map(find)
        .collect::<Result<EdgeSet, _>>()?;
    set.sort_unstable();
    set.dedup();
    Ok(set)
}

/// SQL that gives src, dst, via, confidence of an edge kind.
fn select(name: &str) -> String {
    match name {
        CALL => "SELECT src - caller_distance, dst, src, confidence FROM call_edge".into(),
        FILE_IMPORTS => format!(
            "SELECT (src >> 32) << 32, (dst >> 32) << 32, 0::BIGINT, 1::FLOAT FROM link \
             WHERE src >> 32 <> dst >> 32 AND (kind = {} OR (kind = {} AND src & 4294967295 = 0 AND dst & 4294967295 = 0))",
            EdgeKind::Include as u8,
            EdgeKind::Imports as u8,
        ),
        stored => EdgeKind::ALL
            .iter()
            .filter(|kind| kind.text() == stored)
            .flat_map(|&kind| selects(kind))
            .map(|select| format!("SELECT src, dst, 0::BIGINT, 1::FLOAT FROM ({select}) AS edges"))
            .collect::<Vec<_>>()
            .join(" UNION ALL "),
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) src: u64,
    pub(super) dst: u64,
    pub(super) via: u64,
    pub(super) confidence: f32,
}

/// Neighbours in one direction: those of node `i` lie between `offsets[i]` and `offsets[i + 1]`, by id.
#[derive(Debug, Default)]
pub(super) struct Half {
    offsets: Vec<u32>,
    targets: Vec<u32>,
    via: Vec<u64>,
    confidence: Vec<f32>,
}

/// A step to a neighbour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) to: u32,
    pub(super) via: u64,
    pub(super) confidence: f32,
}

impl Half {
    fn new(nodes: &[u64], edges: &[Edge]) -> Self {
        let index = |id: u64| nodes.partition_point(|&node| node < id) as u32;
        let mut half = Self {
            offsets: Vec::with_capacity(nodes.len() + 1),
            ..Self::default()
        };
        half.offsets.push(0);
        for edge in edges {
            let src = index(edge.src) as usize;
            while half.offsets.len() <= src {
                half.offsets.push(half.targets.len() as u32);
            }
            half.targets.push(index(edge.dst));
            half.via.push(edge.via);
            half.confidence.push(edge.confidence);
        }
        half.offsets
            .resize(nodes.len() + 1, half.targets.len() as u32);
        half
    }

    pub(super) fn steps(&self, node: u32) -> impl Iterator<Item = Step> + '_ {
        let range = self.offsets[node as usize] as usize..self.offsets[node as usize + 1] as usize;
        range.map(|at| Step {
            to: self.targets[at],
            via: self.via[at],
            confidence: self.confidence[at],
        })
    }

    fn bytes(&self) -> usize {
        self.offsets.len() * 4 + self.targets.len() * (4 + 8 + 4)
    }
}

/// Edges of a set of kinds.
#[derive(Debug, Default)]
pub(in crate::store) struct Arrays {
    /// All nodes that an edge touches, ascending.
    pub(super) nodes: Vec<u64>,
    pub(super) forward: Half,
    pub(super) backward: Half,
}

impl Arrays {
    pub(super) fn new(mut edges: Vec<Edge>) -> Self {
        let mut nodes: Vec<u64> = edges.iter().flat_map(|edge| [edge.src, edge.dst]).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let forward = Half::new(&nodes, keep_best(&mut edges));
        for edge in &mut edges {
            std::mem::swap(&mut edge.src, &mut edge.dst);
        }
        let backward = Half::new(&nodes, keep_best(&mut edges));
        Self {
            nodes,
            forward,
            backward,
        }
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        self.nodes.len() * 8 + self.forward.bytes() + self.backward.bytes()
    }

    /// Number of a node; none where no edge touches it.
    pub(super) fn index(&self, id: u64) -> Option<u32> {
        self.nodes.binary_search(&id).ok().map(|at| at as u32)
    }
}

/// Sorts edges and keeps one between two nodes: the most confident, then the first in the source.
fn keep_best(edges: &mut Vec<Edge>) -> &[Edge] {
    edges.sort_unstable_by(|a, b| {
        (a.src, a.dst)
            .cmp(&(b.src, b.dst))
            .then(b.confidence.total_cmp(&a.confidence))
            .then(a.via.cmp(&b.via))
    });
    edges.dedup_by_key(|edge| (edge.src, edge.dst));
    edges
}

/// Reads the edges of a graph.
pub(in crate::store) fn load(connection: &Connection, set: &EdgeSet) -> Result<Arrays, QueryError> {
    let sql: Vec<String> = set.iter().map(|name| select(name)).collect();
    let mut statement = connection.prepare(&sql.join(" UNION ALL "))?;
    let _ = statement.query_arrow([])?;
    let mut edges = Vec::new();
    while let Some(chunk) = statement.step()? {
        read(&chunk, &mut edges)?;
    }
    if edges.len() >= u32::MAX as usize {
        return Err(QueryError::Budget(
            "there are more edges than can be searched".into(),
        ));
    }
    Ok(Arrays::new(edges))
}

fn read(chunk: &StructArray, edges: &mut Vec<Edge>) -> Result<(), QueryError> {
    let wrong = || QueryError::Engine("edges came in an unknown form".into());
    let ids = |at: usize| {
        chunk
            .column(at)
            .as_primitive_opt::<Int64Type>()
            .ok_or_else(wrong)
    };
    let (src, dst, via) = (ids(0)?, ids(1)?, ids(2)?);
    let confidence = chunk
        .column(3)
        .as_primitive_opt::<Float32Type>()
        .ok_or_else(wrong)?;
    for row in 0..chunk.len() {
        if src.is_null(row) || dst.is_null(row) {
            continue;
        }
        edges.push(Edge {
            src: src.value(row) as u64,
            dst: dst.value(row) as u64,
            via: via.value(row) as u64,
            confidence: confidence.value(row),
        });
    }
    Ok(())
}
