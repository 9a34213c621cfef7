//! What a caller gives to a parameter, where that is all that it can be: classes of instances, functions.

use super::engine::Engine;
use super::meaning::Meaning;
use super::path::Step;
use super::program::{Node, Symbol};
use crate::passes::facts::Expression;

/// Values that are looked at to tell what a caller gives.
const MOST_VALUES: usize = 40;

impl Engine<'_, '_> {
    /// What an invocation gives to a parameter as it is: of a method's receiver what the method was taken from.
    pub(super) fn given_to(&self, invocation: u32, parameter: Node) -> Vec<Node> {
        let program = self.program;
        let bindings = &self.invocations[invocation as usize].bindings;
        let mut given = Vec::new();
        for binding in bindings.iter().filter(|one| one.parameter == parameter) {
            if !binding.inner.is_empty() {
                return Vec::new();
            }
            match binding.outer[..] {
                [] => given.push(binding.node),
                [Step::Receiver] if !program.is_variable(binding.node) => {
                    match program.expression(binding.node) {
                        (file, &Expression::Member(base, _)) => {
                            given.push(program.node(file, base));
                        }
                        _ => return Vec::new(),
                    }
                }
                _ => return Vec::new(),
            }
        }
        given
    }

    /// Classes whose instances a node holds, where that is all that it can hold.
    pub(super) fn exact_classes(&mut self, node: Node) -> Option<Vec<u32>> {
        let program = self.program;
        self.exact(node, |this, node| {
            let (file, &Expression::Call(call)) = program.expression(node) else {
                return None;
            };
            let site = &program.files[file as usize].calls[call as usize];
            if site.decorates || site.callee == 0 {
                return None;
            }
            let callee = program.node(file, site.callee);
            match this.meanings(callee)[..] {
                [Meaning::Class(class)] => Some(class),
                _ => None,
            }
        })
    }

    /// Functions that a node holds, where that is all that it can hold.
    pub(super) fn exact_functions(&mut self, node: Node) -> Option<Vec<u32>> {
        let program = self.program;
        self.exact(node, |this, node| match *program.expression(node).1 {
            Expression::Function(function) => {
                let file = program.file(node);
                Some(program.bases[file as usize].functions + function)
            }
            Expression::Import(_) => match this.meanings(node)[..] {
                [Meaning::Function(function)] => Some(function),
                _ => None,
            },
            _ => None,
        })
    }

    fn exact<T>(
        &mut self,
        node: Node,
        mut one: impl FnMut(&mut Self, Node) -> Option<T>,
    ) -> Option<Vec<T>> {
        let program = self.program;
        let mut stack = vec![node];
        let mut seen = vec![node];
        let mut found = Vec::new();
        while let Some(node) = stack.pop() {
            let file = program.file(node);
            let mut next = Vec::new();
            if program.is_variable(node) {
                let sources = program.sources(node);
                next.extend(sources.map(|flow| program.node(file, program.flow(flow).1.from)));
                if next.is_empty() {
                    return None;
                }
            } else if let Expression::Choice(values) = program.expression(node).1 {
                next.extend(values.iter().map(|&value| program.node(file, value)));
            } else {
                found.push(one(self, node)?);
            }
            for node in next {
                if !seen.contains(&node) {
                    seen.push(node);
                    stack.push(node);
                }
            }
            if seen.len() > MOST_VALUES {
                return None;
            }
        }
        Some(found)
    }

    /// The method that instances of a class have under a name.
    pub(super) fn method_of(&mut self, class: u32, name: Symbol) -> Option<u32> {
        let program = self.program;
        self.ancestors(class).into_iter().find_map(|class| {
            let at = program
                .bases
                .partition_point(|bases| bases.classes <= class)
                - 1;
            let own = class - program.bases[at].classes;
            let functions = &program.files[at].functions;
            (program.bases[at].functions..)
                .zip(functions)
                .find(|(_, function)| {
                    function.class == Some(own) && program.name(at as u32, function.name) == name
                })
                .map(|(number, _)| number)
        })
    }
}
