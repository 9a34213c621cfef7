//! Breadth-first search and shortest simple paths.

use super::csr::{Arrays, Half};
use super::{Direction, ReachSpec};
use crate::store::{ColumnBatch, ColumnData, QueryError};

/// Most steps of a path where the search says nothing, and at all.
const DEPTH: u32 = 64;
/// Most nodes of an answer.
const NODES: u32 = 100_000;
/// Most paths of an answer.
const PATHS: u32 = 100;
/// Most edges that one search looks at: a budget of steps, so that a slow machine finds the same.
const STEPS: u64 = 5_000_000;
/// Not reached.
const FAR: u32 = u32::MAX;

/// Runs a search.
pub(in crate::store) fn search(
    arrays: &Arrays,
    spec: &ReachSpec,
) -> Result<ColumnBatch, QueryError> {
    if !(0.0..=1.0).contains(&spec.min_confidence) {
        return Err(QueryError::Invalid(
            "min-confidence is between 0 and 1".into(),
        ));
    }
    let (ahead, behind) = match spec.direction {
        Direction::Forward => (&arrays.forward, &arrays.backward),
        Direction::Backward => (&arrays.backward, &arrays.forward),
    };
    let bound = |asked: u32, most: u32| if asked == 0 { most } else { asked.min(most) };
    let depth = bound(spec.max_depth, DEPTH);
    if spec.to.is_empty() {
        return Ok(reached(
            arrays,
            ahead,
            spec,
            depth,
            bound(spec.max_results, NODES),
        ));
    }
    let paths = Paths::new(
        arrays,
        ahead,
        behind,
        spec,
        depth,
        bound(spec.max_results, PATHS),
    )
    .run()?;
    Ok(path_columns(arrays, &paths))
}

fn indexes(arrays: &Arrays, ids: &[u64]) -> Vec<u32> {
    let mut all: Vec<u32> = ids.iter().filter_map(|&id| arrays.index(id)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Distances from some nodes along one direction, up to a depth.
fn distances(half: &Half, nodes: usize, starts: &[u32], confidence: f32, depth: u32) -> Vec<u32> {
    let mut distance = vec![FAR; nodes];
    let mut front = starts.to_vec();
    for &start in starts {
        distance[start as usize] = 0;
    }
    for step in 1..=depth {
        let mut next = Vec::new();
        for &node in &front {
            for edge in half.steps(node) {
                if edge.confidence >= confidence && distance[edge.to as usize] == FAR {
                    distance[edge.to as usize] = step;
                    next.push(edge.to);
                }
            }
        }
        if next.is_empty() {
            break;
        }
        front = next;
    }
    distance
}

fn reached(arrays: &Arrays, ahead: &Half, spec: &ReachSpec, depth: u32, most: u32) -> ColumnBatch {
    let starts = indexes(arrays, &spec.from);
    let distance = distances(
        ahead,
        arrays.nodes.len(),
        &starts,
        spec.min_confidence as f32,
        depth,
    );
    let mut found: Vec<(u32, u64)> = distance
        .iter()
        .zip(&arrays.nodes)
        .filter(|&(&at, _)| at != FAR && at > 0)
        .map(|(&at, &node)| (at, node))
        .collect();
    found.sort_unstable();
    found.truncate(most as usize);
    ColumnBatch {
        rows: found.len() as u32,
        columns: vec![
            ColumnData::Ids(found.iter().map(|&(_, node)| node).collect()),
            ColumnData::Ints(found.iter().map(|&(at, _)| i64::from(at)).collect()),
        ],
        nulls: vec![Vec::new(); 2],
    }
}

/// A path: nodes with what made the step to each.
type Path = Vec<(u32, u64)>;

/// Enumerates simple paths by length. Distances to the goal, known beforehand, cut every branch that cannot arrive in time
/// (depth-first iterative deepening with an exact bound: Korf 1985).
struct Paths<'a> {
    ahead: &'a Half,
    starts: Vec<u32>,
    to_goal: Vec<u32>,
    confidence: f32,
    depth: u32,
    most: usize,
    steps: u64,
    found: Vec<Path>,
    on_path: Vec<bool>,
}

impl<'a> Paths<'a> {
    fn new(
        arrays: &Arrays,
        ahead: &'a Half,
        behind: &Half,
        spec: &ReachSpec,
        depth: u32,
        most: u32,
    ) -> Self {
        let confidence = spec.min_confidence as f32;
        let goals = indexes(arrays, &spec.to);
        Self {
            ahead,
            starts: indexes(arrays, &spec.from),
            to_goal: distances(behind, arrays.nodes.len(), &goals, confidence, depth),
            confidence,
            depth,
            most: most as usize,
            steps: STEPS,
            found: Vec::new(),
            on_path: vec![false; arrays.nodes.len()],
        }
    }

    fn run(mut self) -> Result<Vec<Path>, QueryError> {
        let near = self
            .starts
            .iter()
            .map(|&start| self.to_goal[start as usize])
            .min()
            .unwrap_or(FAR);
        if near == FAR {
            return Ok(Vec::new());
        }
        for length in near..=self.depth {
            let mut deeper = false;
            for at in 0..self.starts.len() {
                let start = self.starts[at];
                match self.to_goal[start as usize] {
                    FAR => {}
                    near if near > length => deeper = true,
                    _ => deeper |= self.extend(start, length),
                }
                if self.found.len() >= self.most || self.steps == 0 {
                    break;
                }
            }
            if self.found.len() >= self.most || self.steps == 0 || !deeper {
                break;
            }
        }
        if self.found.is_empty() && self.steps == 0 {
            return Err(QueryError::Budget(format!(
                "no path was found within {STEPS} steps"
            )));
        }
        Ok(self.found)
    }

    /// Finds the paths of just this length from a start; says whether a longer one is possible at all.
    fn extend(&mut self, start: u32, length: u32) -> bool {
        let mut deeper = false;
        let mut path: Path = vec![(start, 0)];
        let mut waiting: Vec<Vec<(u32, u64)>> = vec![self.neighbours(start)];
        if self.to_goal[start as usize] == 0 {
            // The start is a goal: the path without steps, once.
            if length == 0 {
                self.found.push(path);
            }
            return false;
        }
        self.on_path[start as usize] = true;
        while let Some(neighbours) = waiting.last_mut() {
            let Some((node, via)) = neighbours
                .pop()
                .filter(|_| self.steps > 0 && self.found.len() < self.most)
            else {
                waiting.pop();
                if let Some((left, _)) = path.pop() {
                    self.on_path[left as usize] = false;
                }
                continue;
            };
            self.steps -= 1;
            let left = length - path.len() as u32;
            let distance = self.to_goal[node as usize];
            if self.on_path[node as usize] || distance == FAR {
                continue;
            }
            if distance > left {
                deeper = true;
                continue;
            }
            if distance == 0 {
                if left == 0 {
                    let mut whole = path.clone();
                    whole.push((node, via));
                    self.found.push(whole);
                }
                continue;
            }
            // A goal that is nearer than the length left may still be met by a way round.
            path.push((node, via));
            self.on_path[node as usize] = true;
            let next = self.neighbours(node);
            waiting.push(next);
        }
        for (node, _) in path {
            self.on_path[node as usize] = false;
        }
        deeper
    }

    /// Neighbours, the smallest id last, so that it is popped first.
    fn neighbours(&self, node: u32) -> Vec<(u32, u64)> {
        let mut all: Vec<(u32, u64)> = self
            .ahead
            .steps(node)
            .filter(|step| step.confidence >= self.confidence)
            .map(|step| (step.to, step.via))
            .collect();
        all.reverse();
        all
    }
}

fn path_columns(arrays: &Arrays, paths: &[Path]) -> ColumnBatch {
    let (mut number, mut step, mut node, mut via) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (at, path) in paths.iter().enumerate() {
        for (position, &(index, by)) in path.iter().enumerate() {
            number.push(at as i64);
            step.push(position as i64);
            node.push(arrays.nodes[index as usize]);
            via.push(by);
        }
    }
    ColumnBatch {
        rows: node.len() as u32,
        columns: vec![
            ColumnData::Ints(number),
            ColumnData::Ints(step),
            ColumnData::Ids(node),
            ColumnData::Ids(via),
        ],
        nulls: vec![Vec::new(); 4],
    }
}
