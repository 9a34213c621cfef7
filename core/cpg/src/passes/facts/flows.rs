//! Flows of values into variables and members.

use super::collect::Collector;
use super::{Expression, Flow, Name, Place, Value};
use crate::kind::{NodeKind, Role, property};
use crate::passes::op;

impl Collector<'_> {
    /// Bases, decorators and what parameters hold without a call.
    pub(super) fn definitions(&mut self) {
        for at in 0..self.facts.classes.len() {
            let row = self.facts.classes[at].row;
            let mut bases = Vec::new();
            for child in self.tree.children(row) {
                let by_keyword = self
                    .ast
                    .keywords
                    .binary_search_by_key(&child, |&(row, _)| row)
                    .is_ok();
                if self.role(child) == Role::Base && !by_keyword {
                    bases.push(self.base(child));
                }
            }
            self.facts.classes[at].bases = bases;
            self.facts.classes[at].decorators = self.decorators(row);
        }
        for at in 0..self.facts.functions.len() {
            let row = self.facts.functions[at].row;
            self.facts.functions[at].decorators = self.decorators(row);
            if let Some(result) = self
                .tree
                .child_of_kind(self.ast, row, NodeKind::MethodReturn)
            {
                let hint = self.hint_of(result);
                if hint != 0 {
                    self.facts.functions[at].returns.push(hint);
                }
            }
        }
    }

    /// A base: of `Base[T]` the type before the brackets.
    pub(super) fn base(&self, mut row: u32) -> Value {
        while self.kind(row) == NodeKind::Call && self.ast.name(row) == op::INDEX_ACCESS {
            let Some(inner) = self.tree.argument(self.ast, row, 1) else {
                break;
            };
            row = inner;
        }
        self.values[row as usize]
    }

    pub(super) fn decorators(&self, row: u32) -> Vec<Value> {
        let annotations = self
            .tree
            .children(row)
            .filter(|&child| self.kind(child) == NodeKind::Annotation);
        annotations
            .filter_map(|child| self.tree.children(child).next())
            .map(|child| self.values[child as usize])
            .collect()
    }

    pub(super) fn flow(&mut self, to: Place, from: Value) {
        if from != 0 {
            self.facts.flows.push(Flow { to, from });
        }
    }

    pub(super) fn flows(&mut self) {
        let ast = self.ast;
        for row in 1..ast.len() as u32 {
            match self.kind(row) {
                NodeKind::Local | NodeKind::Member => self.declared_flows(row),
                NodeKind::MethodParameterIn => {
                    self.declared_flows(row);
                    if let Some(default) = self.tree.child(ast, row, Role::DefaultValue) {
                        self.flow(
                            Place::Variable(self.declared[row as usize]),
                            self.values[default as usize],
                        );
                    }
                }
                NodeKind::Import => {
                    let import = self.declared[row as usize];
                    if let Some(variable) = self.facts.imports[import as usize].variable {
                        let value = self.value(Expression::Import(import));
                        self.flow(Place::Variable(variable), value);
                    }
                }
                NodeKind::Call => match ast.name(row) {
                    op::ASSIGNMENT => self.assignment(row),
                    op::ASSIGNMENT_PLUS => self.export_list(row),
                    _ => {}
                },
                NodeKind::Return => self.returned(row),
                NodeKind::Method if ast.has(row, property::LAMBDA) => self.lambda(row),
                NodeKind::ControlStructure => self.bound_by_structure(row),
                _ => {}
            }
        }
    }

    /// What a declaration holds: the definitions that it names, and its declared type.
    pub(super) fn declared_flows(&mut self, row: u32) {
        let ast = self.ast;
        let place = Place::Variable(self.declared[row as usize]);
        let first = ast.refs.partition_point(|&(from, _)| from < row);
        for &(_, declaration) in ast.refs[first..]
            .iter()
            .take_while(|&&(from, _)| from == row)
        {
            if matches!(
                self.kind(declaration),
                NodeKind::Method | NodeKind::TypeDecl
            ) {
                let value = self.declaration(declaration);
                self.flow(place, value);
            }
        }
        let hint = self.hint_of(row);
        self.flow(place, hint);
    }

    pub(super) fn assignment(&mut self, row: u32) {
        let (Some(target), Some(value)) = (
            self.tree.argument(self.ast, row, 1),
            self.tree.argument(self.ast, row, 2),
        ) else {
            return;
        };
        self.export_list(row);
        if let Some(hint) = self.tree.child(self.ast, row, Role::TypeHint) {
            let hint = self.hint(hint);
            self.assign(target, hint);
        }
        self.bind(target, value);
    }

    /// Binds a target to the expression of a row, part by part where both are lists of the same length.
    pub(super) fn bind(&mut self, target: u32, value: u32) {
        let mut pairs = vec![(target, value)];
        while let Some((target, value)) = pairs.pop() {
            if self.is_list(target) {
                let targets: Vec<u32> = self.tree.children(target).collect();
                let values: Vec<u32> = if self.is_list(value) {
                    self.tree.children(value).collect()
                } else {
                    Vec::new()
                };
                let plain = |&row: &u32| !self.ast.has(row, property::UNPACKED);
                if targets.len() == values.len()
                    && targets.iter().all(plain)
                    && values.iter().all(plain)
                {
                    pairs.extend(targets.into_iter().zip(values).rev());
                }
            } else {
                self.assign(target, self.values[value as usize]);
            }
        }
    }

    pub(super) fn is_list(&self, row: u32) -> bool {
        self.kind(row) == NodeKind::Call && matches!(self.ast.name(row), op::TUPLE | op::LIST)
    }

    pub(super) fn assign(&mut self, target: u32, value: Value) {
        match self.kind(target) {
            NodeKind::Identifier => {
                if let Some(variable) = self
                    .ast
                    .reference(target)
                    .and_then(|row| self.variable_of(row))
                {
                    self.flow(Place::Variable(variable), value);
                }
            }
            NodeKind::Call if op::is_field_access(self.ast.name(target)) => {
                if let Expression::Member(base, name) =
                    self.facts.expressions[self.values[target as usize] as usize]
                {
                    self.flow(Place::Member(base, name), value);
                }
            }
            _ => {}
        }
    }

    pub(super) fn returned(&mut self, row: u32) {
        let Some(function) = self.caller(row) else {
            return;
        };
        let Some(value) = self
            .tree
            .children(row)
            .map(|child| self.values[child as usize])
            .find(|&value| value != 0)
        else {
            return;
        };
        if self.returned.insert((function, value)) {
            self.facts.functions[function as usize].returns.push(value);
        }
    }

    /// A lambda whose body is an expression returns it.
    pub(super) fn lambda(&mut self, row: u32) {
        let Some(body) = self.tree.child(self.ast, row, Role::Body) else {
            return;
        };
        let last = if self.kind(body) == NodeKind::Block {
            self.tree.children(body).last()
        } else {
            Some(body)
        };
        let value = last.map_or(0, |last| self.values[last as usize]);
        let function = self.declared[row as usize] as usize;
        if value != 0 {
            self.facts.functions[function].returns.push(value);
        }
    }

    /// Names that a handler or a `with` binds.
    pub(super) fn bound_by_structure(&mut self, row: u32) {
        match self.ast.name(row) {
            "CATCH" => {
                let Some(target) = self.tree.child(self.ast, row, Role::Target) else {
                    return;
                };
                let mut types = Vec::new();
                for child in self.tree.children(row) {
                    if matches!(self.role(child), Role::TypeHint | Role::Condition) {
                        if self.is_list(child) {
                            types.extend(
                                self.tree
                                    .children(child)
                                    .map(|item| self.values[item as usize]),
                            );
                        } else {
                            types.push(self.values[child as usize]);
                        }
                    }
                }
                for value in types {
                    if value != 0 {
                        let tested = self.value(Expression::Tested(value));
                        self.assign(target, tested);
                    }
                }
            }
            "TRY" => {
                // What a resource gives on entry is itself unless its type says otherwise; the solver knows its type.
                let mut resource = 0;
                for child in self.tree.children(row).collect::<Vec<_>>() {
                    match self.role(child) {
                        Role::Resource => resource = child,
                        Role::Target if resource != 0 => {
                            let value = self.values[resource as usize];
                            self.assign(child, value);
                            resource = 0;
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// `__all__ = ["a", "b"]` by the rule `export-list`.
    pub(super) fn export_list(&mut self, row: u32) {
        let (Some(target), Some(value)) = (
            self.tree.argument(self.ast, row, 1),
            self.tree.argument(self.ast, row, 2),
        ) else {
            return;
        };
        let is_module = self.method_of[row as usize] == 0
            || self.ast.has(self.method_of[row as usize], property::MODULE);
        let named = self.kind(target) == NodeKind::Identifier
            && self.rules.get("export-list") == Some(self.ast.name(target));
        if !is_module || !named || !self.is_list(value) {
            return;
        }
        let ast = self.ast;
        let literals: Vec<u32> = self
            .tree
            .children(value)
            .filter(|&child| self.kind(child) == NodeKind::Literal)
            .collect();
        let names: Vec<Name> = literals
            .into_iter()
            .map(|child| self.name(ast.name(child)))
            .collect();
        self.facts.exports.get_or_insert_default().extend(names);
    }
}
