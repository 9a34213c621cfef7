//! Taking out the points that no row stands for.

use rustc_hash::FxHashSet;

use super::build::{Builder, Point};
use super::{EXIT, Flow, Way};
use crate::passes::dominators::{Graph, NONE};

impl Builder<'_> {
    /// Replaces ways over labels by edges between rows.
    pub(super) fn take_out_labels(&mut self, mut left: u64) -> Option<Flow> {
        let raw = Graph::new(self.rows.len(), &self.edges);
        let is_label = |point: Point| point > EXIT && self.rows[point as usize] == 0;
        // Labels with one way on are skipped by path compression; a ring of such labels (an empty endless loop) leads nowhere.
        let mut skip: Vec<Point> = (0..self.rows.len() as u32).collect();
        let mut state = vec![0_u8; self.rows.len()];
        let mut path = Vec::new();
        for start in 0..self.rows.len() as u32 {
            let mut at = start;
            path.clear();
            while is_label(at) && raw.of(at).len() == 1 && state[at as usize] == 0 {
                state[at as usize] = 1;
                path.push(at);
                at = raw.of(at)[0];
            }
            let end = if state[at as usize] == 2 {
                skip[at as usize]
            } else {
                at
            };
            for &point in &path {
                skip[point as usize] = end;
                state[point as usize] = 2;
            }
        }
        let mut position = vec![NONE; self.rows.len()];
        let mut rows = Vec::new();
        for point in 0..self.rows.len() as u32 {
            if !is_label(point) {
                position[point as usize] = rows.len() as u32;
                rows.push(self.rows[point as usize]);
            }
        }
        let mut edges = Vec::with_capacity(self.edges.len());
        let mut seen = vec![0_u32; self.rows.len()];
        let mut stack: Vec<Point> = Vec::new();
        for point in (0..self.rows.len() as u32).filter(|&point| !is_label(point)) {
            stack.extend(raw.of(point).iter().rev());
            while let Some(next) = stack.pop() {
                left = left.checked_sub(1)?;
                let next = skip[next as usize];
                if std::mem::replace(&mut seen[next as usize], point + 1) == point + 1 {
                    continue;
                }
                if is_label(next) {
                    stack.extend(raw.of(next).iter().rev());
                } else {
                    edges.push((position[point as usize], position[next as usize]));
                }
            }
        }
        let graph = Graph::new(rows.len(), &edges);
        // Where ways are too entangled all edges count as steps.
        let ways = self.ways(&raw, &position, left / 10).unwrap_or_default();
        Some(Flow { rows, graph, ways })
    }

    /// The ways in which rows are left, of edges that are not only ordinary steps: the first mark on the way through labels counts.
    fn ways(&self, raw: &Graph, position: &[u32], mut left: u64) -> Option<Vec<(u32, u32, Way)>> {
        let mut found = Vec::new();
        if self.marks.is_empty() {
            return Some(found);
        }
        let mut marks = self.marks.clone();
        marks.sort_unstable();
        marks.dedup();
        let marked = |from: Point, to: Point| {
            let first = marks.partition_point(|&(a, b, _)| (a, b) < (from, to));
            marks[first..]
                .iter()
                .take_while(move |&&(a, b, _)| (a, b) == (from, to))
                .map(|&(_, _, way)| way)
        };
        // An edge of a row can be there twice: once as a step and once marked.
        let plain = |from: Point, to: Point| {
            let all = raw.of(from).iter().filter(|&&other| other == to).count();
            all > marked(from, to).count()
        };
        let mut seen = FxHashSet::default();
        let mut stack = Vec::new();
        for point in (0..self.rows.len() as u32).filter(|&point| position[point as usize] != NONE) {
            let own = found.len();
            seen.clear();
            stack.push((point, Way::Step));
            while let Some((at, way)) = stack.pop() {
                for &next in raw.of(at) {
                    left = left.checked_sub(1)?;
                    let step = plain(at, next).then_some(Way::Step);
                    for mark in marked(at, next).chain(step) {
                        let Some(way) = then(way, mark) else { continue };
                        if !seen.insert((next, way)) {
                            continue;
                        }
                        if position[next as usize] == NONE {
                            stack.push((next, way));
                        } else {
                            found.push((position[point as usize], position[next as usize], way));
                        }
                    }
                }
            }
            let other: Vec<u32> = found[own..]
                .iter()
                .filter(|&&(.., way)| way != Way::Step)
                .map(|&(_, to, _)| to)
                .collect();
            let mut at = own;
            while at < found.len() {
                if other.contains(&found[at].1) {
                    at += 1;
                } else {
                    found.swap_remove(at);
                }
            }
            found[own..].sort_unstable();
        }
        Some(found)
    }
}

/// A way that goes on as another one; none where the two exclude each other: what is thrown does not resume, what goes on as usual
/// does not unwind.
fn then(first: Way, next: Way) -> Option<Way> {
    match (first, next) {
        (Way::Throw | Way::Unwind, Way::Resume) | (Way::Resume, Way::Unwind) => None,
        (Way::Step, other) => Some(other),
        (first, _) => Some(first),
    }
}
