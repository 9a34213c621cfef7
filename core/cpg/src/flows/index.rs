//! Fills the tables of [`Program`] from the facts of its files.

use super::program::{Bases, FileAt, NONE, Node, Program, Use};
use crate::NodeId;
use crate::kind::property::STATIC;
use crate::passes::facts::{Expression, Owner, Place, Value};

impl Program<'_> {
    pub(super) fn number(&mut self) {
        let mut next = Bases::default();
        for at in 0..self.files.len() {
            let file = self.files[at];
            self.bases.push(next);
            next.variables += file.variables.len() as u32;
            next.expressions += file.expressions.len() as u32;
            next.functions += file.functions.len() as u32;
            next.classes += file.classes.len() as u32;
            next.calls += file.calls.len() as u32;
            next.operations += file.operations.len() as u32;
            next.flows += file.flows.len() as u32;
            let names = file.names.iter().map(|name| self.symbol(name)).collect();
            self.names.push(names);
        }
        self.bases.push(next);
        self.results = vec![NONE; next.calls as usize];
    }

    pub(super) fn declare(&mut self, at: FileAt) {
        let file = self.files[at as usize];
        let bases = self.bases[at as usize];
        let id = |row| NodeId::new(file.ordinal, row);
        if !file.module.is_empty() {
            self.modules.entry(file.module.as_str()).or_insert(at);
        }
        let mut around: Vec<u32> = Vec::new();
        for (number, function) in (bases.functions..).zip(&file.functions) {
            while around.last().is_some_and(|&outer| {
                let own = (outer - bases.functions) as usize;
                file.order
                    .ends
                    .get(own)
                    .is_none_or(|&end| end <= function.row)
            }) {
                around.pop();
            }
            self.parents.push(around.last().copied().unwrap_or(NONE));
            around.push(number);
            self.functions.insert(id(function.row), number);
            let name = self.name(at, function.name);
            self.methods.insert(name);
        }
        for (number, class) in (bases.classes..).zip(&file.classes) {
            self.classes.insert(id(class.row), number);
        }
        for (node, variable) in (bases.variables..).zip(&file.variables) {
            let name = self.name(at, variable.name);
            match variable.owner {
                Owner::Version(_) => continue,
                Owner::Module => {
                    self.module_variables.entry((at, name)).or_insert(node);
                }
                Owner::Class(class) => {
                    self.class_variables
                        .entry((bases.classes + class, name))
                        .or_insert(node);
                }
                Owner::Function(_) => {}
            }
            self.declared.insert(id(variable.row), node);
        }
    }

    pub(super) fn index(&mut self, at: FileAt) {
        let file = self.files[at as usize];
        let bases = self.bases[at as usize];
        for value in 1..file.expressions.len() as u32 {
            let own = self.node(at, value);
            let mut part = |base: Value| {
                let base = self.node(at, base);
                self.uses.push((base, Use::Part(own)));
            };
            match file.expressions[value as usize] {
                Expression::Member(base, name) => {
                    part(base);
                    let name = self.name(at, name);
                    self.members.entry(name).or_default().push(own);
                }
                Expression::Element(base, _)
                | Expression::Iterated(base)
                | Expression::Entered(base)
                | Expression::Returned(base) => part(base),
                Expression::Merged(one, other) => {
                    part(one);
                    part(other);
                }
                Expression::Choice(ref values) => values.iter().for_each(|&value| part(value)),
                Expression::Super(_, Some(variable)) => {
                    self.uses.push((bases.variables + variable, Use::Part(own)));
                }
                Expression::Call(call) => self.results[(bases.calls + call) as usize] = own,
                Expression::Function(function) => {
                    self.function_nodes.insert(bases.functions + function, own);
                }
                Expression::Global(name) => {
                    let name = self.name(at, name);
                    self.globals.entry(name).or_default().push(own);
                }
                Expression::Import(import) => {
                    let row = NodeId::new(file.ordinal, file.imports[import as usize].row);
                    for target in self.imported(row).collect::<Vec<_>>() {
                        if let Some(&variable) = self.declared.get(&target) {
                            self.importers.entry(variable).or_default().push(own);
                        }
                    }
                }
                _ => {}
            }
        }
        for (number, flow) in (bases.flows..).zip(&file.flows) {
            self.uses
                .push((self.node(at, flow.from), Use::Flow(number)));
            match flow.to {
                Place::Variable(variable) => {
                    self.sources.push((bases.variables + variable, number));
                }
                Place::Member(base, _) | Place::Element(base, _) => {
                    self.stores.push((self.node(at, base), number));
                }
            }
        }
        for (number, call) in (bases.calls..).zip(&file.calls) {
            self.call_rows
                .insert(NodeId::new(file.ordinal, call.row), number);
            if call.callee != 0 {
                self.uses
                    .push((self.node(at, call.callee), Use::Callee(number)));
            }
            for (position, argument) in (0..).zip(&call.arguments) {
                let node = self.node(at, argument.value);
                self.uses.push((node, Use::Argument(number, position)));
            }
        }
        for (number, operation) in (bases.operations..).zip(&file.operations) {
            for (position, &operand) in (0..).zip(&operation.operands) {
                if operand != 0 {
                    self.uses
                        .push((self.node(at, operand), Use::Operand(number, position)));
                }
            }
        }
        for (number, function) in (bases.functions..).zip(&file.functions) {
            for parameter in function
                .parameters
                .iter()
                .filter(|parameter| parameter.default != 0)
            {
                let own = bases.variables + parameter.variable;
                let default = self.node(at, parameter.default);
                self.uses.push((default, Use::Default(own)));
                self.defaults.insert(own, default);
            }
            for &value in &function.returns {
                self.uses.push((self.node(at, value), Use::Return(number)));
            }
            for &value in &function.yields {
                self.uses.push((self.node(at, value), Use::Yield(number)));
            }
        }
        for (number, raise) in (0..).zip(&file.order.raises) {
            self.uses
                .push((self.node(at, raise.value), Use::Raise(number)));
        }
    }

    /// Of the members that classes declare, those that classes have themselves: what methods set on their receivers is each object's own.
    pub(super) fn keep_class_members(&mut self) {
        let mut members = std::mem::take(&mut self.class_variables);
        members.retain(|_, &mut node| {
            let file = self.file(node);
            let facts = self.files[file as usize];
            let own = node - self.bases[file as usize].variables;
            facts.variables[own as usize].properties & STATIC != 0
                || self.sources(node).any(|flow| {
                    let from = self.flow(flow).1.from;
                    facts.defined(from).is_some()
                        || matches!(facts.expressions[from as usize], Expression::Class(_))
                })
        });
        self.class_variables = members;
    }

    /// Expressions of all imports.
    pub(super) fn imports_of_files(&self) -> impl Iterator<Item = Node> + '_ {
        (0..self.files.len() as u32).flat_map(move |at| {
            let expressions = (0..).zip(&self.files[at as usize].expressions);
            let imports = expressions
                .filter(|(_, expression)| matches!(expression, Expression::Import(_)))
                .map(move |(value, _)| self.node(at, value));
            imports.collect::<Vec<_>>()
        })
    }
}
