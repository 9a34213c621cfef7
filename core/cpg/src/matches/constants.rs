//! Constants behind values: through variables, parameters, fields of classes and variables of modules.

use rustc_hash::FxHashSet;

use crate::NodeId;
use crate::flows::bind;
use crate::flows::meaning::Meaning;
use crate::flows::program::{FileAt, Node};
use crate::passes::facts::{Constant, Expression, Owner, Slot, Value};
use crate::passes::op;
use crate::sites::Sites;

/// Values that one search looks at.
const MOST: usize = 64;
/// Callers whose arguments are looked at for one parameter.
const MOST_CALLERS: usize = 16;

/// Where a value stands: its row, and what the facts know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Subject {
    pub(super) file: FileAt,
    pub(super) row: u32,
    /// 0 where nothing is known.
    pub(super) value: Value,
}

/// Constants that a value can have, and whether it can have others.
#[derive(Clone, Debug, Default)]
pub(super) struct Constants {
    /// With the file that has their texts.
    pub(super) found: Vec<(FileAt, Constant)>,
    pub(super) others: bool,
    /// Values that are no constants, where the search ended.
    pub(super) ends: Vec<Subject>,
}

struct Search<'s, 'p, 'a> {
    sites: &'s mut Sites<'p, 'a>,
    seen: FxHashSet<(FileAt, u32, Value)>,
    stack: Vec<Subject>,
    found: Constants,
}

/// Constants that stand behind a value.
pub(super) fn constants(sites: &mut Sites<'_, '_>, subject: Subject) -> Constants {
    let mut search = Search {
        sites,
        seen: FxHashSet::default(),
        stack: vec![subject],
        found: Constants::default(),
    };
    while let Some(subject) = search.stack.pop() {
        if search.seen.len() >= MOST {
            search.found.others = true;
            break;
        }
        if search
            .seen
            .insert((subject.file, subject.row, subject.value))
        {
            search.one(subject);
        }
    }
    search.found
}

impl Search<'_, '_, '_> {
    fn one(&mut self, Subject { file, row, value }: Subject) {
        let program = self.sites.program;
        let facts = program.files[file as usize];
        if row != 0
            && let Some(known) = facts.written.constant(row)
        {
            let constant = (file, known.constant);
            if !self.found.found.contains(&constant) {
                self.found.found.push(constant);
            }
            return;
        }
        if row != 0 && self.choice(file, row) {
            // Operands that are no constants are among what the value can be.
            if let Expression::Choice(values) = &facts.expressions[value as usize] {
                let row = 0;
                let values = values.iter().map(|&value| Subject { file, row, value });
                self.stack.extend(values);
            }
            return;
        }
        match &facts.expressions[value as usize] {
            Expression::Variable(variable) => {
                let node = program.bases[file as usize].variables + variable;
                self.variable(file, node);
            }
            Expression::Choice(values) => {
                let values = values.iter().map(|&value| Subject {
                    file,
                    row: 0,
                    value,
                });
                self.stack.extend(values);
            }
            Expression::Import(import) => self.import(file, *import),
            Expression::Member(base, name) => {
                let base = program.node(file, *base);
                self.member(base, facts.name(*name));
            }
            _ => {
                self.found.others = true;
                self.found.ends.push(Subject { file, row, value });
            }
        }
    }

    /// Constants among the operands of an operator that picks one of them.
    fn choice(&mut self, file: FileAt, row: u32) -> bool {
        let facts = self.sites.program.files[file as usize];
        let Some(operator) = facts.written.operator(row) else {
            return false;
        };
        let first = match facts.name(operator) {
            op::CONDITIONAL => 1,
            op::AND | op::OR | op::ELVIS => 0,
            _ => return false,
        };
        for given in facts.written.arguments(row).iter().skip(first) {
            if facts.written.constant(given.row).is_some() {
                self.stack.push(Subject {
                    file,
                    row: given.row,
                    value: 0,
                });
            } else {
                self.found.others = true;
            }
        }
        true
    }

    fn variable(&mut self, file: FileAt, node: Node) {
        let program = self.sites.program;
        let facts = program.files[file as usize];
        let before = self.stack.len();
        for flow in program.sources(node) {
            let flow = program.flow(flow).1;
            let declared = matches!(
                facts.expressions[flow.from as usize],
                Expression::Declared(_) | Expression::Exact(_)
            );
            if !declared {
                self.stack.push(Subject {
                    file,
                    row: flow.row,
                    value: flow.from,
                });
            }
        }
        // Values of which the facts know nothing but that they are written.
        let own = node - program.bases[file as usize].variables;
        for &(row, place) in &facts.order.unknown {
            if place == crate::passes::facts::Place::Variable(own) {
                self.stack.push(Subject {
                    file,
                    row,
                    value: 0,
                });
            }
        }
        let is_parameter = self.parameter(file, node);
        if !is_parameter && before == self.stack.len() {
            self.found.others = true;
        }
    }

    /// What callers give to a parameter.
    fn parameter(&mut self, file: FileAt, node: Node) -> bool {
        let program = self.sites.program;
        let facts = program.files[file as usize];
        let Owner::Function(function) = program.owner(node) else {
            return false;
        };
        let own = node - program.bases[file as usize].variables;
        let at = function;
        let function = &facts.functions[function as usize];
        let Some(parameter) = function
            .parameters
            .iter()
            .find(|parameter| parameter.variable == own)
        else {
            return false;
        };
        let number = program.bases[file as usize].functions + at;
        let callers: Vec<(FileAt, u32)> = program.callers(number).take(MOST_CALLERS + 1).collect();
        if callers.is_empty() || callers.len() > MOST_CALLERS {
            self.found.others = true;
        }
        let formals = bind::formals(program, file, function);
        let mut left_out = parameter.optional;
        for (caller, row) in callers.into_iter().take(MOST_CALLERS) {
            let Some(call) = program.call_at(caller, row) else {
                self.found.others = true;
                continue;
            };
            let site = program.call(call).1;
            let skip = usize::from(formals.len() > 1 && function.parameters[0].is_receiver);
            let given = given_to(self.sites, caller, row, &formals[skip..], node);
            match given {
                Some(slot_row) => {
                    let value = value_of(self.sites, caller, row, slot_row);
                    self.stack.push(Subject {
                        file: caller,
                        row: slot_row,
                        value,
                    });
                }
                None if site.unpacked => self.found.others = true,
                None => left_out = true,
            }
        }
        if left_out && parameter.optional {
            let default = facts
                .written
                .bindings
                .iter()
                .find(|binding| binding.row == facts.variables[own as usize].row);
            if let Some(default) = default {
                self.stack.push(Subject {
                    file,
                    row: default.value,
                    value: parameter.default,
                });
            }
        }
        true
    }

    fn import(&mut self, file: FileAt, import: u32) {
        let program = self.sites.program;
        let facts = program.files[file as usize];
        let row = NodeId::new(facts.ordinal, facts.imports[import as usize].row);
        let mut known = false;
        for target in program.imported(row) {
            if let Some(&node) = program.declared.get(&target) {
                known = true;
                self.variable(program.file(node), node);
            }
        }
        self.found.others |= !known;
    }

    /// A variable of a module, or of a class and those above it.
    fn member(&mut self, base: Node, name: &str) {
        let program = self.sites.program;
        let Some(symbol) = program.known(name) else {
            self.found.others = true;
            return;
        };
        let mut known = false;
        for meaning in self.sites.meanings(base).iter() {
            match *meaning {
                Meaning::Module(at) => {
                    if let Some(&node) = program.module_variables.get(&(at, symbol)) {
                        known = true;
                        self.variable(at, node);
                    }
                }
                Meaning::Class(class) | Meaning::Instance(class) => {
                    known |= self.class_variable(class, name);
                }
                _ => {}
            }
        }
        self.found.others |= !known;
    }

    fn class_variable(&mut self, class: u32, name: &str) -> bool {
        let program = self.sites.program;
        for above in self.sites.ancestors(class) {
            let at = program
                .bases
                .partition_point(|bases| bases.classes <= above)
                - 1;
            let facts = program.files[at];
            let own = above - program.bases[at].classes;
            let variable = facts.variables.iter().position(|variable| {
                variable.owner == Owner::Class(own) && facts.name(variable.name) == name
            });
            if let Some(variable) = variable {
                let node = program.bases[at].variables + variable as u32;
                self.variable(at as FileAt, node);
                // Objects can have their own.
                self.found.others |= facts.flows.iter().any(|flow| {
                    matches!(flow.to, crate::passes::facts::Place::Member(_, other)
                        if facts.name(other) == name)
                });
                return true;
            }
        }
        false
    }
}

/// The row of the argument that a call gives to a parameter.
fn given_to(
    sites: &Sites<'_, '_>,
    file: FileAt,
    call: u32,
    formals: &[bind::Formal],
    parameter: Node,
) -> Option<u32> {
    let program = sites.program;
    let at = formals
        .iter()
        .position(|formal| formal.number == parameter)?;
    let formal = formals[at];
    let facts = program.files[file as usize];
    facts
        .written
        .arguments(call)
        .iter()
        .find(|given| match given.slot {
            Slot::Position(position) => formal.positional && usize::from(position) == at,
            Slot::Keyword(name) => formal.keyword && program.name(file, name) == formal.name,
            _ => false,
        })
        .map(|given| given.row)
}

/// The value of an argument that stands at a row.
pub(super) fn value_of(sites: &Sites<'_, '_>, file: FileAt, call: u32, row: u32) -> Value {
    let program = sites.program;
    let facts = program.files[file as usize];
    let Some(site) = program.call_at(file, call) else {
        return 0;
    };
    let slot = facts
        .written
        .arguments(call)
        .iter()
        .find(|given| given.row == row)
        .map(|given| given.slot);
    program
        .call(site)
        .1
        .arguments
        .iter()
        .find(|argument| Some(argument.slot) == slot)
        .map_or(0, |argument| argument.value)
}
