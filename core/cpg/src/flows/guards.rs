//! Tests whose value is the outcome of a guard, or of a function that returns one.

use super::Position;
use super::ends::Guarded;
use super::engine::Engine;
use super::program::{FileAt, Node};
use crate::passes::facts::{Expression, Slot, Test};

/// Functions around a guard.
const DEPTH: u32 = 3;

impl Engine<'_, '_> {
    /// A test whose value is the outcome of a guard, or of a comparison with constants.
    pub(super) fn guard(&mut self, file: FileAt, test: Test) {
        let node = self.program.node(file, test.value);
        let mut judged = self.compared(node);
        if !self.spec.guards.is_empty() {
            judged.extend(self.judged(node, DEPTH));
        }
        for (argument, holds) in judged {
            if test.is != holds {
                continue;
            }
            let (root, path) = self.program.root(argument);
            let guarded = Guarded {
                file,
                path,
                test,
                outcome: test.when,
            };
            self.guards.entry(root).or_default().push(guarded);
        }
    }

    /// What is harmless where a value comes out so: it is the outcome of a guard, or of a function of the project that returns one.
    fn judged(&mut self, mut node: Node, depth: u32) -> Vec<(Node, bool)> {
        let program = self.program;
        if program.is_variable(node) {
            let mut sources = program.sources(node);
            let (Some(flow), None) = (sources.next(), sources.next()) else {
                return Vec::new();
            };
            let (file, flow) = program.flow(flow);
            node = program.node(file, flow.from);
            if program.is_variable(node) {
                return Vec::new();
            }
        }
        let (file, &Expression::Call(call)) = program.expression(node) else {
            return Vec::new();
        };
        let call = program.bases[file as usize].calls + call;
        let row = program.call(call).1.row;
        let site = self.site(file, row);
        if site.guards.is_empty() {
            return match depth.checked_sub(1) {
                Some(depth) => self.judged_inside(file, row, depth),
                None => Vec::new(),
            };
        }
        let mut found = Vec::new();
        for &guard in &site.guards {
            let guard = &self.spec.guards[guard as usize];
            if guard.member.is_none() {
                let given = self.at_position(file, call, &guard.position);
                found.extend(given.map(|given| (given, guard.holds)));
            }
        }
        found
    }

    /// What stands at a position of a call.
    pub(super) fn at_position(&self, file: FileAt, call: u32, position: &Position) -> Option<Node> {
        let program = self.program;
        let site = program.call(call).1;
        if *position == Position::Receiver {
            let callee = program.node(file, site.callee);
            if site.callee == 0 || program.is_variable(callee) {
                return None;
            }
            return match *program.expression(callee).1 {
                Expression::Member(base, _) => Some(program.node(file, base)),
                _ => None,
            };
        }
        let facts = program.files[file as usize];
        let fits = |slot: &Slot| match (slot, position) {
            (Slot::Position(at), Position::Argument(wanted)) => at == wanted,
            (Slot::Keyword(name), Position::Named(wanted)) => facts.name(*name) == wanted,
            _ => false,
        };
        let given = site.arguments.iter().find(|given| fits(&given.slot))?;
        Some(program.node(file, given.value))
    }

    /// The only function that a call runs returns nothing but the outcome of a guard on one of its parameters.
    fn judged_inside(&mut self, file: FileAt, row: u32, depth: u32) -> Vec<(Node, bool)> {
        let program = self.program;
        let invocations = self.invocations_at(file, row);
        let [invocation] = invocations[..] else {
            return Vec::new();
        };
        let invocation = self.invocations[invocation as usize].clone();
        let (at, function) = program.function(invocation.function);
        let end = program.files[at as usize].order.ends
            [(invocation.function - program.bases[at as usize].functions) as usize];
        let mut returned = program.files[at as usize]
            .order
            .returns
            .iter()
            .filter(|returned| (function.row..end).contains(&returned.row))
            .filter(|returned| program.function_of(at, returned.row) == invocation.function);
        let (Some(only), None) = (returned.next(), returned.next()) else {
            return Vec::new();
        };
        // A way past it would return without the guard.
        let barrier = super::order::Barrier {
            rows: vec![only.row],
            edge: None,
        };
        if self
            .order
            .leaves(program, at, function.row, &barrier, &mut self.steps)
        {
            return Vec::new();
        }
        let judged = self.judged(program.node(at, only.value), depth);
        let mut found = Vec::new();
        for (parameter, holds) in judged {
            let own = program.same(parameter);
            found.extend(
                invocation
                    .bindings
                    .iter()
                    .filter(|binding| {
                        binding.parameter == own
                            && binding.outer.is_empty()
                            && binding.inner.is_empty()
                    })
                    .map(|binding| (binding.node, holds)),
            );
        }
        found
    }
}
