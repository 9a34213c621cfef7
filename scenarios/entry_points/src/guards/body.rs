//! Which nodes of a method come only after another one.

use std::collections::BTreeMap;

use codegraph_sdk::{Fault, rows};

use crate::graph::id;

/// Nodes that a walk up the dominators looks at.
const MOST: usize = 100_000;

/// Dominators of a method.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// Node: its immediate dominator and its line.
    nodes: BTreeMap<u64, (u64, u32)>,
}

impl Body {
    pub(super) fn load(method: u64) -> Result<Self, Fault> {
        let mut nodes = BTreeMap::new();
        for row in rows::ask("dominators", &[id(method)], 0)?.iter() {
            nodes.insert(row.id("id")?, (row.id("dominator")?, row.small("line")?));
        }
        Ok(Self { nodes })
    }

    #[cfg(test)]
    pub(super) fn of(nodes: &[(u64, u64, u32)]) -> Self {
        Self {
            nodes: nodes
                .iter()
                .map(|&(node, dominator, line)| (node, (dominator, line)))
                .collect(),
        }
    }

    /// The node that decides whether another one is reached: the nearest dominator on an earlier line.
    pub(super) fn gate(&self, node: u64, line: u32) -> Option<u64> {
        let mut at = node;
        for _ in 0..self.nodes.len() {
            let (dominator, _) = *self.nodes.get(&at)?;
            let (_, own) = *self.nodes.get(&dominator)?;
            if own < line {
                return Some(dominator);
            }
            at = dominator;
        }
        None
    }

    /// Whether control gets to what stands below a line only through a node.
    pub(super) fn is_before_all(&self, gate: u64, line: u32) -> bool {
        let mut known: BTreeMap<u64, bool> = BTreeMap::from([(gate, true)]);
        let mut steps = 0;
        for (&node, &(_, own)) in &self.nodes {
            if own <= line {
                continue;
            }
            let mut way = Vec::new();
            let mut at = node;
            let behind = loop {
                steps += 1;
                if let Some(&known) = known.get(&at) {
                    break known;
                }
                way.push(at);
                match self.nodes.get(&at) {
                    Some(&(dominator, _)) if dominator != at && steps < MOST => at = dominator,
                    _ => break false,
                }
            };
            known.extend(way.into_iter().map(|node| (node, behind)));
            if !behind {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::Body;

    /// 1 (line 1) → test 2 (line 2) → refusal 3 (line 3); 2 → work 4 (line 4) → 5 (line 5).
    fn guarded() -> Body {
        Body::of(&[(2, 1, 2), (3, 2, 3), (4, 2, 4), (5, 4, 5)])
    }

    #[test]
    fn a_branch_that_refuses_stands_before_what_follows() {
        let body = guarded();
        assert_eq!(body.gate(3, 3), Some(2));
        assert!(body.is_before_all(2, 3));
    }

    #[test]
    fn a_branch_of_a_branch_does_not() {
        // 2 (line 2) decides on 3 (line 3), which decides on the refusal 4 (line 4); the work 5 comes after 2.
        let body = Body::of(&[(2, 1, 2), (3, 2, 3), (4, 3, 4), (5, 2, 5)]);
        assert_eq!(body.gate(4, 4), Some(3));
        assert!(!body.is_before_all(3, 4));
    }

    #[test]
    fn nothing_is_known_of_other_nodes() {
        assert_eq!(guarded().gate(9, 3), None);
        assert_eq!(Body::default().gate(1, 1), None);
    }
}
