//! Calls of methods of the project: by calls, operators, reads of properties, and descriptions of libraries.

use std::rc::Rc;

use smallvec::SmallVec;

use super::StepKind;
use super::bind::{self, Binding, Into, Invocation};
use super::engine::Engine;
use super::meaning::Meaning;
use super::path::{Path, Step, behind};
use super::program::{FileAt, NONE, Node};
use super::state::{Fact, NEVER, Origin};
use crate::kind::property::{CLASS_METHOD, STATIC};
use crate::passes::facts::{Expression, protocol};
use crate::passes::library;

/// The step of an iterator, in rules.
const STEP: &str = "<protocol>.step";

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

    fn direct(
        &mut self,
        call: u32,
        function: u32,
    ) -> (SmallVec<[Binding; 2]>, Into, Option<(Node, Path)>) {
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

    fn by_operation(
        &mut self,
        file: FileAt,
        row: u32,
        function: u32,
    ) -> Option<(SmallVec<[Binding; 2]>, Into, Option<(Node, Path)>)> {
        let program = self.program;
        let (at, facts) = program.function(function);
        let name = program.files[at as usize].name(facts.name);
        let language = self.language(file)?;
        let own = program.files[file as usize];
        for operation in own
            .operations
            .iter()
            .filter(|operation| operation.row == row)
        {
            let operator = own.name(operation.operator);
            let steps =
                operator.starts_with(protocol::ITERATE) && language.receiver(STEP, name).is_some();
            let Some(receiver) = language
                .receiver(operator, name)
                .or_else(|| steps.then_some(0))
                .filter(|&receiver| receiver < operation.operands.len())
            else {
                continue;
            };
            let mut others = facts.parameters.iter();
            let base = program.bases[at as usize].variables;
            let mut bindings = SmallVec::new();
            let order = std::iter::once(receiver)
                .chain((0..operation.operands.len()).filter(|&other| other != receiver));
            for operand in order {
                let Some(parameter) = others.next() else {
                    break;
                };
                if operation.operands[operand] != 0 {
                    bindings.push(Binding {
                        node: program.node(file, operation.operands[operand]),
                        outer: Path::new(),
                        parameter: base + parameter.variable,
                        inner: Path::new(),
                    });
                }
            }
            let into = match operation.result {
                0 => Into::Nothing,
                result if operator.starts_with(protocol::ITERATE) && !steps => {
                    Into::Elements(program.node(file, result))
                }
                result => Into::Node(program.node(file, result)),
            };
            return Some((bindings, into, None));
        }
        None
    }

    fn by_read(
        &mut self,
        file: FileAt,
        row: u32,
        function: u32,
    ) -> Option<(SmallVec<[Binding; 2]>, Into, Option<(Node, Path)>)> {
        let program = self.program;
        let own = program.files[file as usize];
        let (at, facts) = program.function(function);
        let first = facts.parameters.first()?;
        let parameter = program.bases[at as usize].variables + first.variable;
        let read = own.reads.iter().find(|read| read.row == row)?;
        let node = program.node(file, read.value);
        let Expression::Member(base, _) = own.expressions[read.value as usize] else {
            return None;
        };
        let binding = Binding {
            node: program.node(file, base),
            outer: Path::new(),
            parameter,
            inner: Path::new(),
        };
        Some((SmallVec::from_iter([binding]), Into::Node(node), None))
    }

    /// Enters methods with what a node brings to them.
    fn enter_by(&mut self, id: u32, fact: Fact, invocation: u32, node: Node) -> bool {
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

    /// Classes without a constructor of their own take their declared members in order.
    fn record(&mut self, id: u32, fact: Fact, call: u32, position: u32) -> bool {
        use crate::passes::facts::{Owner, Slot};
        let program = self.program;
        let (file, site) = program.call(call);
        let result = program.results[call as usize];
        let outside = program
            .targets(file, site.row)
            .iter()
            .any(|edge| edge.target.file() == 0);
        if site.callee == 0 || result == NONE || site.decorates || outside {
            return false;
        }
        let callee = program.node(file, site.callee);
        let meanings = self.meanings(callee);
        let Some(&Meaning::Class(class)) = meanings
            .iter()
            .find(|meaning| matches!(meaning, Meaning::Class(_)))
        else {
            return false;
        };
        let mut fields = Vec::new();
        for above in self.ancestors(class).into_iter().rev() {
            let at = program
                .bases
                .partition_point(|bases| bases.classes <= above)
                - 1;
            let own = above - program.bases[at].classes;
            for variable in &program.files[at].variables {
                if variable.owner == Owner::Class(own) {
                    let name = program.name(at as u32, variable.name);
                    if !fields.contains(&name) && !program.methods.contains(&name) {
                        fields.push(name);
                    }
                }
            }
        }
        let field = match site.arguments[position as usize].slot {
            Slot::Position(at) => fields.get(usize::from(at)).copied(),
            Slot::Keyword(name) => Some(program.name(file, name)),
            _ => None,
        };
        let path = self.paths.get(fact.path).clone();
        if let Some(field) = field
            && let Some((since, _)) = self.pass(fact, site.row, path.is_empty())
        {
            let mut steps = Path::from_slice(&[Step::Field(field)]);
            steps.extend(path);
            let at = (StepKind::Store, file, site.row, 1.0);
            self.emit(id, result, &steps, (since, true), at);
        }
        true
    }

    pub(super) fn property(&mut self, id: u32, fact: Fact, part: Node, row: u32) {
        let file = self.program.file(part);
        for &invocation in self.invocations_at(file, row).iter() {
            let found = &self.invocations[invocation as usize];
            if matches!(found.into, Into::Node(node) if node == part) {
                self.enter_by(id, fact, invocation, fact.node);
            }
        }
    }

    /// Enters what an operation runs; says whether there is anything.
    pub(super) fn enter_operation(
        &mut self,
        id: u32,
        fact: Fact,
        number: u32,
        position: u32,
    ) -> bool {
        let program = self.program;
        let (file, operation) = program.operation(number);
        let node = program.node(file, operation.operands[position as usize]);
        let mut entered = false;
        for &invocation in self.invocations_at(file, operation.row).iter() {
            entered |= self.enter_by(id, fact, invocation, node);
        }
        entered && fact.since != NEVER
    }

    /// An exception goes to the nearest handler around a row that may take it, else out of the method.
    pub(super) fn raised(
        &mut self,
        context: u32,
        (file, row): (FileAt, u32),
        path: &[Step],
        origin: Origin,
    ) {
        let program = self.program;
        let facts = program.files[file as usize];
        let function = program.function_of(file, row);
        let raised: Vec<Meaning> = facts
            .order
            .raises
            .iter()
            .find(|raise| raise.row == row)
            .map(|raise| {
                self.meanings(program.node(file, raise.value))
                    .as_ref()
                    .clone()
            })
            .unwrap_or_default();
        let mut around: Vec<_> = facts
            .order
            .handlers
            .iter()
            .filter(|handler| handler.body.0 <= row && row < handler.body.1)
            .filter(|handler| program.function_of(file, handler.row) == function)
            .collect();
        around.sort_by_key(|handler| (std::cmp::Reverse(handler.body.0), handler.row));
        for handler in around {
            if !self.takes(file, &handler.types, &raised) {
                continue;
            }
            if let Some(variable) = handler.variable {
                let node = program.bases[file as usize].variables + variable;
                let origin = Origin {
                    kind: StepKind::Exception,
                    file,
                    row: handler.row,
                    ..origin
                };
                self.put(context, node, path, (handler.row, !path.is_empty()), origin);
            }
            if handler.again {
                continue;
            }
            return;
        }
        let id = self.paths.id(path);
        let carrier = self.state.facts.len() as u32;
        let node = function_node(program.functions_of(function));
        let fact = Fact {
            context,
            node,
            path: id,
            since: NEVER,
            alias: false,
        };
        self.state.add(
            fact,
            Origin {
                kind: StepKind::Exception,
                file,
                row,
                ..origin
            },
        );
        if self.state.facts.len() as u32 != carrier {
            self.state.work.pop_back();
            let path = Path::from_slice(path);
            self.exit(carrier, super::state::Exit::Raise, &path);
        }
    }

    /// Whether a handler takes what is raised.
    fn takes(&mut self, file: FileAt, types: &[u32], raised: &[Meaning]) -> bool {
        if types.is_empty() || raised.is_empty() {
            return true;
        }
        let program = self.program;
        for &value in types {
            for wanted in self.meanings(program.node(file, value)).iter() {
                for one in raised {
                    let fits = match (wanted, one) {
                        (Meaning::Class(wanted), Meaning::Instance(one) | Meaning::Class(one)) => {
                            self.ancestors(*one).contains(wanted)
                        }
                        (
                            Meaning::Outside(wanted),
                            Meaning::Collection(one) | Meaning::Outside(one),
                        ) => {
                            let last =
                                |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
                            last(wanted) == last(one) || self.is_general(file, wanted, one)
                        }
                        (Meaning::Outside(_), Meaning::Instance(_) | Meaning::Class(_)) => true,
                        _ => false,
                    };
                    if fits {
                        return true;
                    }
                }
            }
        }
        false
    }
}

/// The node that stands for a method where a fact has none.
fn function_node(node: Option<Node>) -> Node {
    node.unwrap_or(0)
}

impl super::program::Program<'_> {
    /// The expression that means a function.
    pub(super) fn functions_of(&self, function: u32) -> Option<Node> {
        self.function_nodes.get(&function).copied()
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
