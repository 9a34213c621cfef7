//! Methods that run by operators, protocols and reads of properties, and classes that take their members as arguments.

use smallvec::SmallVec;

use super::StepKind;
use super::bind::{Binding, Into, Passing};
use super::engine::Engine;
use super::meaning::Meaning;
use super::path::{Path, Step};
use super::program::{FileAt, NONE, Node};
use super::state::{Fact, NEVER};
use crate::passes::facts::{Expression, Place, protocol};

/// The step of an iterator, in rules.
const STEP: &str = "<protocol>.step";

impl Engine<'_, '_> {
    pub(super) fn by_operation(
        &mut self,
        file: FileAt,
        row: u32,
        function: u32,
    ) -> Option<Passing> {
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

    pub(super) fn by_read(&mut self, file: FileAt, row: u32, function: u32) -> Option<Passing> {
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

    /// A property that is written runs its method with the value.
    pub(super) fn by_write(&self, file: FileAt, row: u32, function: u32) -> Option<Passing> {
        let program = self.program;
        let own = program.files[file as usize];
        let (at, facts) = program.function(function);
        let base = program.bases[at as usize].variables;
        let [receiver, value] = facts.parameters[..] else {
            return None;
        };
        let (holder, written) = own.flows.iter().find_map(|flow| match flow.to {
            Place::Member(holder, _) if flow.row == row => Some((holder, flow.from)),
            _ => None,
        })?;
        let binding = |from, to| Binding {
            node: program.node(file, from),
            outer: Path::new(),
            parameter: base + to,
            inner: Path::new(),
        };
        let bindings = [
            binding(holder, receiver.variable),
            binding(written, value.variable),
        ];
        Some((SmallVec::from_iter(bindings), Into::Nothing, None))
    }

    /// Enters the methods that writing a member runs; says whether there is anything.
    pub(super) fn written(&mut self, id: u32, fact: Fact, (file, row): (FileAt, u32)) -> bool {
        let invocations = self.invocations_at(file, row);
        for &invocation in invocations.iter() {
            self.enter_by(id, fact, invocation, fact.node);
        }
        !invocations.is_empty()
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

    /// Classes without a constructor of their own take their declared members in order.
    pub(super) fn record(&mut self, id: u32, fact: Fact, call: u32, position: u32) -> bool {
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
}
