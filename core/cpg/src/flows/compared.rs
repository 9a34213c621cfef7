//! Comparisons with constants: a value that is one of a fixed list is what the program itself chose.

use super::engine::Engine;
use super::program::{FileAt, Node};
use crate::passes::facts::{Expression, Key, Place};

/// Names between a list and its constants.
const DEPTH: u32 = 4;

impl Engine<'_, '_> {
    /// What a comparison with constants says of its other operand: the operand, and the outcome with which it is one of them.
    pub(super) fn compared(&mut self, node: Node) -> Vec<(Node, bool)> {
        let program = self.program;
        if program.is_variable(node) {
            return Vec::new();
        }
        let (file, &Expression::Operation(operation)) = program.expression(node) else {
            return Vec::new();
        };
        let facts = program.files[file as usize];
        let operation = &facts.operations[operation as usize];
        let &[left, right] = &operation.operands[..] else {
            return Vec::new();
        };
        let (left, right) = (program.node(file, left), program.node(file, right));
        let (is_list, holds) = match facts.name(operation.operator) {
            "<operator>.in" => (true, true),
            "<operator>.notIn" => (true, false),
            "<operator>.equals" => (false, true),
            "<operator>.notEquals" => (false, false),
            _ => return Vec::new(),
        };
        let judged = if is_list {
            self.is_constant_list(right, DEPTH).then_some(left)
        } else if self.is_literal(right, DEPTH) {
            Some(left)
        } else {
            self.is_literal(left, DEPTH).then_some(right)
        };
        let Some(judged) = judged.filter(|&judged| judged != program.node(file, 0)) else {
            return Vec::new();
        };
        let mut all = vec![(judged, holds)];
        all.extend(self.judged_by_member(judged).map(|node| (node, holds)));
        all
    }

    /// What was given to a call whose result has a member that judges it: the host of a parsed address.
    fn judged_by_member(&mut self, node: Node) -> Option<Node> {
        if self.spec.guards.iter().all(|guard| guard.member.is_none()) {
            return None;
        }
        let program = self.program;
        if program.is_variable(node) {
            return None;
        }
        let (file, &Expression::Member(base, name)) = program.expression(node) else {
            return None;
        };
        let name = program.files[file as usize].name(name);
        let (file, call) = self.call_behind(program.node(file, base))?;
        let row = program.call(call).1.row;
        let site = self.site(file, row);
        let spec = self.spec;
        site.guards.iter().find_map(|&guard| {
            let guard = &spec.guards[guard as usize];
            if guard.member.as_deref() != Some(name) {
                return None;
            }
            self.at_position(file, call, &guard.position)
        })
    }

    /// The only call that a value can come from.
    fn call_behind(&self, mut node: Node) -> Option<(FileAt, u32)> {
        let program = self.program;
        for _ in 0..DEPTH {
            if program.is_variable(node) {
                node = self.only_source(node)?;
                continue;
            }
            let (file, expression) = program.expression(node);
            return match *expression {
                Expression::Call(call) => Some((file, program.bases[file as usize].calls + call)),
                _ => None,
            };
        }
        None
    }

    /// What a variable holds that gets a value once.
    fn only_source(&self, node: Node) -> Option<Node> {
        let program = self.program;
        let mut sources = program.sources(node);
        let (Some(flow), None) = (sources.next(), sources.next()) else {
            return None;
        };
        let (file, flow) = program.flow(flow);
        Some(program.node(file, flow.from))
    }

    fn is_literal(&self, mut node: Node, depth: u32) -> bool {
        let program = self.program;
        for _ in 0..=depth {
            if !program.is_variable(node) {
                return matches!(program.expression(node).1, Expression::Literal(_));
            }
            match self.only_source(node) {
                Some(source) => node = source,
                None => return false,
            }
        }
        false
    }

    /// Whether all that a collection holds is constant: elements, or keys of pairs.
    fn is_constant_list(&self, mut node: Node, depth: u32) -> bool {
        let program = self.program;
        for _ in 0..=depth {
            if program.is_variable(node) {
                // What is put in later counts as well.
                if program.stores(node).next().is_some() {
                    return false;
                }
                match self.only_source(node) {
                    Some(source) => node = source,
                    None => return false,
                }
                continue;
            }
            let (_, expression) = program.expression(node);
            if !matches!(expression, Expression::Collection(..)) {
                return false;
            }
            let mut any = false;
            for flow in program.stores(node) {
                any = true;
                let (file, flow) = program.flow(flow);
                let constant_key = matches!(flow.to, Place::Element(_, Key::Text(_)));
                if !constant_key && !self.is_literal(program.node(file, flow.from), depth) {
                    return false;
                }
            }
            return any;
        }
        false
    }
}
