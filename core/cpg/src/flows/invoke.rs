//! Calls of methods of the project: by calls, operators, reads of properties, and descriptions of libraries.

use std::rc::Rc;

use smallvec::SmallVec;

use super::StepKind;
use super::bind::{self, Binding, Into, Invocation, Passing};
use super::engine::Engine;
use super::meaning::Meaning;
use super::path::{Path, Step, behind};
use super::program::{FileAt, NONE, Node};
use super::state::Fact;
use crate::kind::property::{CLASS_METHOD, STATIC};
use crate::passes::facts::Expression;
use crate::passes::library;

impl Engine<'_, '_> {
    /// What runs methods of the project at a row.
    pub(super) fn invocations_at(&mut self, file: FileAt, row: u32) -> Rc<Vec<u32>> {
        if let Some(known) = self.at_site.get(&(file, row)) {
            return Rc::clone(known);
        }
        let program = self.program;
        let mut found = Vec::new();
        let call = program.call_at(file, row);
        let callbacks = call
            .map(|call| self.callbacks(file, call))
            .unwrap_or_default();
        for edge in program.targets(file, row) {
            let Some(&function) = program.functions.get(&edge.target) else {
                continue;
            };
            let mut made = Vec::new();
            made.extend(self.by_operation(file, row, function));
            if let Some(call) = call.filter(|_| made.is_empty()) {
                if callbacks.is_empty() {
                    made.push(self.direct(call, function));
                } else {
                    for (name, invoke) in &callbacks {
                        made.extend(self.callback(call, function, name, *invoke));
                    }
                }
            }
            if made.is_empty() {
                made.extend(self.by_read(file, row, function));
            }
            if made.is_empty() {
                made.extend(self.by_write(file, row, function));
            }
            for (bindings, into, callee) in made {
                found.push(self.invocations.len() as u32);
                self.invocations.push(Invocation {
                    file,
                    row,
                    function,
                    confidence: edge.confidence,
                    bindings,
                    into,
                    callee,
                });
            }
        }
        let found = Rc::new(found);
        self.at_site.insert((file, row), Rc::clone(&found));
        found
    }

    /// Whether a method gets a receiver, and from what.
    fn receiver(&mut self, call: u32, function: u32) -> Option<(Node, Path)> {
        let program = self.program;
        let (file, site) = program.call(call);
        let (at, facts) = program.function(function);
        let first = facts.parameters.first()?;
        let name = program.files[at as usize].name(facts.name);
        if !first.is_receiver || facts.properties & STATIC != 0 || site.callee == 0 {
            return None;
        }
        let callee = program.node(file, site.callee);
        let member = match program.files[file as usize].expressions[site.callee as usize] {
            Expression::Member(base, called) => {
                Some((base, program.files[file as usize].name(called)))
            }
            _ => None,
        };
        let by_name = member.is_some_and(|(_, called)| called == name);
        let language = self.language(at)?;
        if !by_name && language.is_constructor(name) {
            return Some((program.results[call as usize], Path::new()));
        }
        if !by_name && language.instance_call.as_deref() == Some(name) {
            return Some((callee, Path::new()));
        }
        if let Some((base, _)) = member.filter(|_| by_name) {
            // `Base.method(self)`
            let base = program.node(file, base);
            let meanings = self.meanings(base);
            let is_super = !program.is_variable(base)
                && matches!(
                    *program.expression(base).1,
                    Expression::Super(..) | Expression::Call(_)
                );
            let only_class = !meanings.is_empty()
                && meanings
                    .iter()
                    .all(|meaning| matches!(meaning, Meaning::Class(_)));
            if only_class && !is_super && facts.properties & CLASS_METHOD == 0 {
                return None;
            }
        } else if member.is_none() {
            // A function that was handed on with its receiver as an argument of its own.
            let needed = facts.parameters.iter().filter(|p| !p.optional).count();
            if usize::from(site.positional) >= needed && !site.unpacked {
                return None;
            }
        }
        Some((callee, Path::from_slice(&[Step::Receiver])))
    }

    fn direct(&mut self, call: u32, function: u32) -> Passing {
        let program = self.program;
        let (file, site) = program.call(call);
        let (at, facts) = program.function(function);
        let receiver = self.receiver(call, function);
        let formals = bind::formals(program, at, facts);
        let skip = usize::from(receiver.is_some());
        let mut bindings: SmallVec<[Binding; 2]> =
            bind::bind(program, file, site, &formals[skip.min(formals.len())..])
                .into_iter()
                .map(|bound| Binding {
                    node: program.node(file, site.arguments[bound.argument as usize].value),
                    outer: bound.outer.into_iter().collect(),
                    parameter: bound.number,
                    inner: bound.inner.into_iter().collect(),
                })
                .collect();
        if let (Some((node, outer)), Some(first)) = (receiver, formals.first())
            && node != NONE
        {
            bindings.push(Binding {
                node,
                outer,
                parameter: first.number,
                inner: Path::new(),
            });
        }
        let result = program.results[call as usize];
        let into = if result == NONE {
            Into::Nothing
        } else {
            Into::Node(result)
        };
        let callee = (site.callee != 0).then(|| (program.node(file, site.callee), Path::new()));
        (bindings, into, callee)
    }

    /// Enters methods with what a node brings to them.
    pub(super) fn enter_by(&mut self, id: u32, fact: Fact, invocation: u32, node: Node) -> bool {
        let found = self.invocations[invocation as usize].clone();
        let path = self.paths.get(fact.path).clone();
        let mut entered = false;
        for binding in found.bindings.iter().filter(|binding| binding.node == node) {
            let Some(rest) = behind(&binding.outer, &path) else {
                continue;
            };
            let whole = path.len() < binding.outer.len();
            let mut steps = if whole {
                Path::new()
            } else {
                binding.inner.clone()
            };
            steps.extend(rest.iter().copied());
            entered = true;
            if let Some(alias) = self.comes(fact, found.row) {
                self.enter(id, invocation, binding.parameter, &steps, alias);
            }
        }
        entered
    }

    /// Whether a fact gets into a call: as it is, or (true) only by its object.
    pub(super) fn comes(&mut self, fact: Fact, row: u32) -> Option<bool> {
        if self.holds(fact, row) {
            Some(false)
        } else {
            (fact.alias && fact.path != 0).then_some(true)
        }
    }

    pub(super) fn argument(&mut self, id: u32, fact: Fact, call: u32, position: u32) {
        let program = self.program;
        let (file, site) = program.call(call);
        let question = self.site(file, site.row);
        self.sink(id, fact, call, position, &question);
        let mut known = false;
        for &invocation in self.invocations_at(file, site.row).iter() {
            if matches!(
                self.invocations[invocation as usize].into,
                Into::Library(..)
            ) {
                continue;
            }
            known = true;
            self.enter_by(id, fact, invocation, fact.node);
        }
        if site.decorates {
            self.decorated(id, fact, call);
        }
        if !known && !question.sanitizes && self.record(id, fact, call, position) {
            return;
        }
        self.argument_outside(id, fact, call, position, (&question, known));
    }

    pub(super) fn callee(&mut self, id: u32, fact: Fact, call: u32) {
        let program = self.program;
        let (file, site) = program.call(call);
        let path = self.paths.get(fact.path).clone();
        let question = self.site(file, site.row);
        let is_super = !program.is_variable(fact.node)
            && matches!(*program.expression(fact.node).1, Expression::Super(..));
        if is_super && program.results[call as usize] != NONE {
            // Calling what means the ancestors gives the same object.
            let result = program.results[call as usize];
            let since = (fact.since, fact.alias);
            self.emit(
                id,
                result,
                &path,
                since,
                (StepKind::Alias, file, site.row, 1.0),
            );
            return;
        }
        if path.first() == Some(&Step::Call) {
            let result = program.results[call as usize];
            if result != NONE && !question.sanitizes && self.holds(fact, site.row) {
                let at = (StepKind::Return, file, site.row, 1.0);
                self.emit(id, result, &path[1..], (site.row, false), at);
            }
            return;
        }
        if path.first() == Some(&Step::Receiver) {
            self.sink_receiver(id, fact, call, &question);
        }
        let mut known = false;
        for &invocation in self.invocations_at(file, site.row).iter() {
            if matches!(
                self.invocations[invocation as usize].into,
                Into::Library(..)
            ) {
                continue;
            }
            known = true;
            if let Some(&Step::Capture(variable)) = path.first() {
                self.enter_closure(id, fact, invocation, variable, &path[1..]);
            } else if !path.is_empty() {
                self.enter_by(id, fact, invocation, fact.node);
            }
        }
        self.callee_outside(id, fact, call, (&question, known));
    }

    /// A closure's method is entered with a variable of the method around it.
    pub(super) fn enter_closure(
        &mut self,
        id: u32,
        fact: Fact,
        invocation: u32,
        variable: Node,
        path: &[Step],
    ) {
        let program = self.program;
        let row = self.invocations[invocation as usize].row;
        let mut function = self.invocations[invocation as usize].function;
        let home = program.home(variable);
        while function != NONE && function != home {
            function = program.parents[function as usize];
        }
        if function == NONE {
            return;
        }
        if let Some(alias) = self.comes(fact, row) {
            self.enter(id, invocation, variable, path, alias);
        }
    }

    /// A definition that is given to a decorator of which nothing is known stays what it is.
    fn decorated(&mut self, id: u32, fact: Fact, call: u32) {
        let program = self.program;
        let (file, site) = program.call(call);
        let result = program.results[call as usize];
        let path = self.paths.get(fact.path).clone();
        let targets = program.targets(file, site.row);
        if targets.iter().any(|edge| edge.target.file() != 0) || result == NONE {
            return;
        }
        if let Some((since, alias)) = self.pass(fact, site.row, path.is_empty()) {
            let at = (StepKind::Assignment, file, site.row, 1.0);
            self.emit(id, result, &path, (since, alias), at);
        }
    }
}

/// A place of a description as steps; none where it needs a constant that the call has not.
pub(super) fn steps_of(
    engine: &Engine<'_, '_>,
    place: &library::Place,
    key: &impl Fn(usize) -> Option<Step>,
) -> Path {
    place
        .steps
        .iter()
        .map(|step| match step {
            library::Step::Any => Step::Any,
            library::Step::Keys => Step::Keys,
            library::Step::Index(at) => Step::Index(*at),
            library::Step::Text(text) => engine.program.known(text).map_or(Step::Any, Step::Text),
            library::Step::Under(parameter) => key(*parameter).unwrap_or(Step::Any),
            library::Step::Field(name) => engine
                .program
                .known(name)
                .map_or(Step::Field(NONE), Step::Field),
            library::Step::Call => Step::Call,
        })
        .collect()
}
