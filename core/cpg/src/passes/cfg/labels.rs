//! Taking out the points that no row stands for.

use super::build::{Builder, Point};
use super::{EXIT, Flow};
use crate::passes::dominators::Graph;

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
        let mut position = vec![u32::MAX; self.rows.len()];
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
        Some(Flow { rows, graph })
    }
}
