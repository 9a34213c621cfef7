//! Variables that surely hold the same object: copies of one another in the same method.

use super::program::{Node, Program};
use crate::passes::facts::Expression;

/// Copies that are followed.
const MOST_COPIES: usize = 20;

impl Program<'_> {
    /// The first variable of a chain of plain copies: what is done to the object through any of them is done to that of all.
    ///
    /// Variables are in SSA form: a variable with one source holds what that held when it was copied, for as long as it is read.
    pub(super) fn same(&self, node: Node) -> Node {
        let mut node = node;
        for _ in 0..MOST_COPIES {
            match self.copied(node) {
                Some(before) if self.is_stable(before) => node = before,
                _ => break,
            }
        }
        node
    }

    /// The variable that a variable is a plain copy of.
    fn copied(&self, node: Node) -> Option<Node> {
        if !self.is_variable(node) {
            return None;
        }
        let mut sources = self.sources(node);
        let (only, None) = (sources.next()?, sources.next()) else {
            return None;
        };
        let (file, flow) = self.flow(only);
        let from = match self.files[file as usize].expressions[flow.from as usize] {
            Expression::Variable(_) => self.node(file, flow.from),
            _ => return None,
        };
        (from != node && self.home(from) == self.home(node)).then_some(from)
    }

    /// Rows that write a variable; of one of a module also those that write the versions of it which others see.
    pub(super) fn written_at(&self, node: Node) -> impl Iterator<Item = u32> + '_ {
        let of_module = self.is_module_place(node);
        let own = self.sources(node).map(|flow| self.flow(flow).1.row);
        let versions = self
            .sources(node)
            .filter(move |_| of_module)
            .filter_map(move |flow| self.written_version(node, flow));
        own.chain(versions).filter(|&row| row != 0)
    }

    /// The row that writes the version of a variable which a flow makes visible to others.
    pub(super) fn written_version(&self, node: Node, flow: u32) -> Option<u32> {
        let (file, flow) = self.flow(flow);
        let from = self.node(file, flow.from);
        let is_version = flow.row == 0
            && self.is_variable(from)
            && from != node
            && self.base_variable(from) == node;
        let mut sources = self.sources(from).filter(|_| is_version);
        let (only, None) = (sources.next()?, sources.next()) else {
            return None;
        };
        Some(self.flow(only).1.row).filter(|&row| row != 0)
    }

    /// Whether a node is a variable of a module as other methods see it.
    pub(super) fn is_module_place(&self, node: Node) -> bool {
        self.is_variable(node)
            && self.base_variable(node) == node
            && matches!(self.owner(node), crate::passes::facts::Owner::Module)
    }

    /// Whether a variable holds one value wherever it is read: it is in SSA form.
    fn is_stable(&self, node: Node) -> bool {
        self.base_variable(node) != node || self.sources(node).nth(1).is_none()
    }

    /// All variables that hold the same object, as far as plain copies go forward from one.
    pub(super) fn copies(&self, first: Node) -> Vec<Node> {
        use super::program::Use;
        use crate::passes::facts::Place;
        let mut found = vec![first];
        let mut at = 0;
        while at < found.len() && found.len() < MOST_COPIES {
            for number in self.uses(found[at]) {
                let Use::Flow(flow) = self.use_at(number) else {
                    continue;
                };
                let (file, flow) = self.flow(flow);
                if let Place::Variable(variable) = flow.to {
                    let to = self.bases[file as usize].variables + variable;
                    if self.same(to) == first && !found.contains(&to) {
                        found.push(to);
                    }
                }
            }
            at += 1;
        }
        found
    }
}
