//! Elements that are overwritten before anything can read them.
//!
//! A store into a collection adds to what it holds, whatever the order is. Where the next store under the same constant key follows in
//! the same run of statements, with no call and no other use of the collection between, the earlier value is never seen.

use super::collect::Collector;
use super::{Expression, Flow, Key, Place, Value};
use crate::kind::NodeKind;
use crate::passes::op;

/// Rows between two stores that are looked at.
const DISTANCE: u32 = 2000;
/// Earlier flows that are looked at.
const FLOWS: usize = 256;

impl Collector<'_> {
    /// Takes out what an earlier statement stored under the key that the target of a store, or a deleted element, has now.
    pub(super) fn overwrite(&mut self, target: u32, base: u32, key: Key) {
        if !matches!(key, Key::Index(_) | Key::Text(_)) || self.kind(base) != NodeKind::Identifier {
            return;
        }
        let Some(variable) = self.ast.reference(base) else {
            return;
        };
        let held = self.value_of(base);
        let made = self.made(held);
        let first = self.facts.flows.len().saturating_sub(FLOWS);
        let earlier = (first..self.facts.flows.len()).rev().find(|&at| {
            let flow: &Flow = &self.facts.flows[at];
            matches!(flow.to, Place::Element(base, own) if own == key && (base == held || Some(base) == made))
        });
        if let Some(at) = earlier
            && self.follows(self.facts.flows[at].row, target, (variable, base))
        {
            // What has no value is left out at the end.
            self.facts.flows[at].from = 0;
        }
    }

    /// The collection that a variable's only value is.
    fn made(&self, held: Value) -> Option<Value> {
        let Expression::Variable(variable) = self.facts.expressions[held as usize] else {
            return None;
        };
        let mut sources = self
            .facts
            .flows
            .iter()
            .rev()
            .take(FLOWS)
            .filter(|flow| flow.to == Place::Variable(variable));
        let only = sources.next()?.from;
        let is_made = matches!(
            self.facts.expressions[only as usize],
            Expression::Collection(..)
        );
        (is_made && sources.next().is_none()).then_some(only)
    }

    /// Whether a row stands in a statement behind that of another one, in the same block, with nothing between that could see the variable.
    fn follows(&self, before: u32, row: u32, (variable, base): (u32, u32)) -> bool {
        let (from, to) = (self.statement(before), self.statement(row));
        if from >= to
            || to - from > DISTANCE
            || self.ast.parents[from as usize] != self.ast.parents[to as usize]
        {
            return false;
        }
        // The target and what is stored; both run before the store.
        let mut end = to + 1;
        while (end as usize) < self.ast.len() && self.ast.parents[end as usize] >= to {
            end += 1;
        }
        (from + 1..end).all(|at| match self.kind(at) {
            NodeKind::Call => op::is_operator(self.ast.name(at)),
            NodeKind::Identifier => {
                at == base || self.ast.reference(at) != Some(variable) || self.defines(at)
            }
            NodeKind::ControlStructure | NodeKind::Return | NodeKind::Method => false,
            _ => true,
        })
    }

    /// Whether an identifier is what an assignment writes.
    fn defines(&self, row: u32) -> bool {
        let parent = self.ast.parents[row as usize];
        self.kind(parent) == NodeKind::Call
            && (self.ast.name(parent) == op::ASSIGNMENT && self.ast.arguments[row as usize] == 1)
            || self.kind(parent) == NodeKind::Call
                && self.ast.name(parent) == op::INDEX_ACCESS
                && self.ast.arguments[row as usize] == 1
                && self.is_target(parent)
    }

    /// The statement that a row is in.
    fn statement(&self, mut row: u32) -> u32 {
        while self.kind(self.ast.parents[row as usize]) != NodeKind::Block && row != 0 {
            row = self.ast.parents[row as usize];
        }
        row
    }
}
