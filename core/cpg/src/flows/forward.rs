//! Where a fact goes from its node.

use super::StepKind;
use super::engine::Engine;
use super::meaning::Meaning;
use super::path::{Path, Step};
use super::program::{NONE, Node, Use};
use super::state::{ENTRY, Exit, Fact};
use crate::passes::facts::{Expression, Owner, Place};
use crate::passes::op;

impl Engine<'_, '_> {
    pub(super) fn forward(&mut self, id: u32) {
        let program = self.program;
        let fact = self.state.facts[id as usize];
        let variable = program.is_variable(fact.node);
        let around = self.around(fact);
        let free = self.state.contexts[fact.context as usize].function == NONE
            && variable
            && !matches!(program.owner(fact.node), Owner::Function(_));
        // What methods read of a variable of a module goes on in a context that remembers when it was stored.
        let elsewhere = if free { self.reading(id) } else { fact.context };
        let apart = elsewhere != fact.context;
        let remembers = self.remembers(fact);
        for at in program.uses(fact.node) {
            self.steps += 1;
            let used = program.use_at(at);
            let (file, row) = self.place_of(fact.node, used);
            let mut held = fact;
            if variable && row != 0 {
                let function = program.function_of(file, row);
                if function == around && remembers {
                    continue;
                }
                if function != around {
                    if free && apart {
                        continue;
                    }
                    if free {
                        held.since = ENTRY;
                    } else {
                        self.capture(id, function, around);
                        continue;
                    }
                }
            }
            // What a row gives, parts of it and operations on it at that same row see.
            if matches!(used, Use::Part(_) | Use::Operand(..)) && held.since == row {
                held.since = ENTRY;
            }
            if let Use::Part(part) = used
                && row == 0
                && self.closed(held, part)
            {
                continue;
            }
            self.use_fact(id, held, used, row);
        }
        if apart {
            let copy = Fact {
                context: elsewhere,
                since: ENTRY,
                alias: false,
                ..fact
            };
            let origin = self.state.origins[id as usize];
            self.state.add(copy, origin);
        }
        if variable && free && !remembers {
            self.elsewhere(id, elsewhere);
        }
    }

    /// Whether a fact is the copy of one of a variable of a module that methods read.
    fn remembers(&self, fact: Fact) -> bool {
        let requirement = self.state.contexts[fact.context as usize].requirement;
        matches!(requirement, Some((_, super::state::Requirement::Read { fact: of, .. }))
            if self.state.facts[of as usize].node == fact.node)
    }

    /// Whether tests keep a fact from all operands of a choice that are its node.
    fn closed(&mut self, fact: Fact, part: Node) -> bool {
        let program = self.program;
        let file = program.file(part);
        let order = &program.files[file as usize].order;
        let own = |value| program.node(file, value);
        let rows: Vec<u32> = order
            .arms
            .iter()
            .filter(|&&(choice, operand, _)| own(choice) == part && own(operand) == fact.node)
            .map(|&(.., row)| row)
            .collect();
        !rows.is_empty() && rows.iter().all(|&row| self.is_guarded(fact, file, row))
    }

    /// A parameter holds its default where a call gives it nothing.
    fn left_out(&mut self, id: u32, fact: Fact, parameter: Node) {
        let program = self.program;
        let function = program.home(parameter);
        if function == NONE || fact.since == super::state::NEVER {
            return;
        }
        let path = self.paths.get(fact.path).clone();
        for (file, row) in program.callers(function).collect::<Vec<_>>() {
            for &invocation in self.invocations_at(file, row).iter() {
                let found = &self.invocations[invocation as usize];
                let given = found
                    .bindings
                    .iter()
                    .any(|binding| binding.parameter == parameter);
                if found.function == function && !given {
                    self.enter(id, invocation, parameter, &path, false);
                }
            }
        }
    }

    /// File and row of a use; row 0 where ways meet.
    fn place_of(&self, node: Node, used: Use) -> (u32, u32) {
        let program = self.program;
        match used {
            Use::Flow(flow) => {
                let (file, flow) = program.flow(flow);
                (file, flow.row)
            }
            Use::Part(part) => {
                // A choice has no row of its own: it reads where its operands stand.
                match *program.expression(part).1 {
                    Expression::Choice(_) => (program.file(part), 0),
                    _ => (program.file(part), program.row(part)),
                }
            }
            Use::Argument(call, _) | Use::Callee(call) => {
                let (file, call) = program.call(call);
                (file, call.row)
            }
            Use::Operand(operation, _) => {
                let (file, operation) = program.operation(operation);
                (file, operation.row)
            }
            Use::Default(parameter) => (program.file(parameter), 0),
            Use::Return(function) | Use::Yield(function) => {
                let (file, facts) = program.function(function);
                if program.is_variable(node) {
                    (file, facts.row)
                } else {
                    (file, program.row(node))
                }
            }
            Use::Raise(raise) => {
                let file = program.file(node);
                (
                    file,
                    program.files[file as usize].order.raises[raise as usize].row,
                )
            }
        }
    }

    /// A variable that a method inside of its own reads is a part of the value of that method.
    fn capture(&mut self, id: u32, mut function: u32, around: u32) {
        let program = self.program;
        let fact = self.state.facts[id as usize];
        while function != NONE && program.parents[function as usize] != around {
            function = program.parents[function as usize];
        }
        if function == NONE {
            return;
        }
        let Some(&node) = program.function_nodes.get(&function) else {
            return;
        };
        let (file, facts) = program.function(function);
        let mut steps = Path::from_slice(&[Step::Capture(program.base_variable(fact.node))]);
        steps.extend(self.paths.get(fact.path).iter().copied());
        let at = (StepKind::Load, file, facts.row, 1.0);
        self.emit(id, node, &steps, (ENTRY, fact.alias), at);
    }

    fn use_fact(&mut self, id: u32, fact: Fact, used: Use, row: u32) {
        match used {
            Use::Flow(flow) => self.flow(id, fact, flow),
            Use::Part(part) => self.part(id, fact, part, row),
            Use::Default(parameter) => self.left_out(id, fact, parameter),
            Use::Argument(call, position) => self.argument(id, fact, call, position),
            Use::Callee(call) => self.callee(id, fact, call),
            Use::Operand(operation, position) => self.operand(id, fact, operation, position),
            Use::Return(function)
                if fact.since != super::state::NEVER && self.kept_in(fact, function) => {}
            Use::Return(function) | Use::Yield(function) => {
                let exit = if matches!(used, Use::Return(_)) {
                    Exit::Return
                } else {
                    Exit::Yield
                };
                let path = self.paths.get(fact.path).clone();
                let holds = self.leaves(fact) || fact.alias && fact.path != 0;
                if holds {
                    self.exit_of(id, exit, &path, Some(function));
                }
            }
            Use::Raise(_) => {
                if self.holds(fact, row) {
                    let path = self.paths.get(fact.path).clone();
                    let program = self.program;
                    let file = program.file(fact.node);
                    let origin = super::state::Origin {
                        before: id,
                        via: NONE,
                        kind: StepKind::Exception,
                        file,
                        row,
                        confidence: self.state.origins[id as usize].confidence,
                    };
                    self.raised(fact.context, (file, row), &path, origin);
                }
            }
        }
    }

    fn flow(&mut self, id: u32, fact: Fact, number: u32) {
        let program = self.program;
        let (file, flow) = program.flow(number);
        let path = self.paths.get(fact.path).clone();
        let Some((since, alias)) = self.pass(fact, flow.row, path.is_empty()) else {
            return;
        };
        match flow.to {
            Place::Variable(variable) => {
                let node = program.bases[file as usize].variables + variable;
                let at = (StepKind::Assignment, file, flow.row, 1.0);
                let runs = if flow.row == 0 {
                    NONE
                } else {
                    program.function_of(file, flow.row)
                };
                let exit = match program.owner(node) {
                    Owner::Function(_) if runs != NONE && runs != program.home(node) => {
                        Exit::Capture(program.base_variable(node))
                    }
                    Owner::Module if runs != NONE && runs != program.home(node) => {
                        Exit::Global(node)
                    }
                    Owner::Class(_) => Exit::Global(node),
                    _ => {
                        // What others see of a module's variable is there since its version was written.
                        let since = match program.written_version(node, number) {
                            Some(row) if since == ENTRY && program.is_module_place(node) => row,
                            _ => since,
                        };
                        self.emit(id, node, &path, (since, alias), at);
                        return;
                    }
                };
                self.exit(id, exit, &path);
            }
            Place::Member(base, name) => {
                if self.written(id, fact, (file, flow.row)) {
                    return;
                }
                let step = Step::Field(program.name(file, name));
                let base = program.node(file, base);
                self.store(id, base, step, &path, (since, alias, file, flow.row));
            }
            Place::Element(base, key) => {
                let base = program.node(file, base);
                let step = program.step(file, key);
                self.store(id, base, step, &path, (since, alias, file, flow.row));
            }
        }
    }

    fn store(
        &mut self,
        id: u32,
        base: Node,
        step: Step,
        path: &[Step],
        (since, _, file, row): (u32, bool, u32, u32),
    ) {
        let mut steps = Path::from_slice(&[step]);
        steps.extend(path.iter().copied());
        self.emit(
            id,
            base,
            &steps,
            (since, true),
            (StepKind::Store, file, row, 1.0),
        );
        if let Step::Field(name) = step {
            for meaning in self.meanings(base).iter() {
                let variable = match *meaning {
                    Meaning::Class(class) => self.program.class_variables.get(&(class, name)),
                    Meaning::Module(at) => self.program.module_variables.get(&(at, name)),
                    _ => None,
                };
                if let Some(&variable) = variable {
                    self.exit(id, Exit::Global(variable), path);
                }
            }
        }
    }

    fn operand(&mut self, id: u32, fact: Fact, number: u32, position: u32) {
        let program = self.program;
        let (file, operation) = program.operation(number);
        let row = operation.row;
        if self.enter_operation(id, fact, number, position) {
            return;
        }
        let facts = program.files[file as usize];
        let operator = facts.name(operation.operator);
        let special = operator.starts_with("<protocol>")
            || matches!(
                operator,
                op::INDEX_ACCESS | "<operator>.sizeOf" | "<operator>.await"
            );
        if special || operation.result == 0 || op::gives_truth(operator) || !self.holds(fact, row) {
            return;
        }
        let result = program.node(file, operation.result);
        let path = self.paths.get(fact.path).clone();
        let at = (StepKind::Operation, file, row, 1.0);
        if path.is_empty() {
            self.emit(id, result, &[], (ENTRY, false), at);
            return;
        }
        // Elements go over to a part of a sequence one by one.
        if !path[0].is_element() || operator == op::SLICE {
            return;
        }
        let merges = matches!(
            operator.strip_prefix("<operator>."),
            Some(
                "addition"
                    | "assignmentPlus"
                    | "multiplication"
                    | "assignmentMultiplication"
                    | "or"
                    | "assignmentOr"
                    | "and"
                    | "assignmentAnd"
                    | "subtraction"
                    | "assignmentMinus"
                    | "xor"
                    | "assignmentXor"
            )
        );
        if merges {
            let mut steps = path.clone();
            if matches!(steps[0], Step::Index(_)) && position > 0 {
                steps[0] = Step::Any;
            }
            self.emit(id, result, &steps, (row, true), at);
        } else if path.iter().all(|step| step.is_element()) {
            self.emit(id, result, &[], (ENTRY, false), at);
        }
    }
}
