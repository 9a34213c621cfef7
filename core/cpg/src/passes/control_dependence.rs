//! Which rows run because of how a condition came out.
//!
//! J. Ferrante, K. Ottenstein, J. Warren, "The Program Dependence Graph and Its Use in Optimization", TOPLAS 1987. The flow has no ways
//! of exceptions here: a statement would else depend on each call before it that can fail, and on no condition.

use super::cfg::{self, Flow};
use super::dominators::{self, NONE};

/// (row that decides, row that depends on it); none where the work exceeds `steps`.
pub(crate) fn dependences(flow: &Flow, mut steps: u64) -> Option<Vec<(u32, u32)>> {
    let backward = flow.graph.reversed();
    let ipdom = dominators::immediate(&backward, &flow.graph, cfg::EXIT, steps)?;
    let mut found = Vec::new();
    for point in 0..flow.graph.len() as u32 {
        let next = flow.graph.of(point);
        let decides = flow.rows[point as usize];
        if next.len() < 2 || decides == 0 {
            continue;
        }
        let first = found.len();
        for &branch in next {
            let mut runner = branch;
            while runner != NONE && runner != ipdom[point as usize] {
                steps = steps.checked_sub(1)?;
                let row = flow.rows[runner as usize];
                if row != 0 {
                    found.push((decides, row));
                }
                if runner == cfg::EXIT {
                    break;
                }
                runner = ipdom[runner as usize];
            }
        }
        found[first..].sort_unstable();
        let mut kept = first;
        for at in first..found.len() {
            if at == first || found[at] != found[kept - 1] {
                found[kept] = found[at];
                kept += 1;
            }
        }
        found.truncate(kept);
    }
    Some(found)
}
