//! Flows of values into variables and members.

use super::collect::Collector;
use super::{Expression, Flow, Key, Name, Named, Owner, Place, Raise, Value, protocol};
use crate::kind::{NodeKind, Role, property};
use crate::passes::op;

impl Collector<'_> {
    /// Bases, decorators and what parameters hold without a call.
    pub(super) fn definitions(&mut self) {
        for at in 0..self.facts.classes.len() {
            let row = self.facts.classes[at].row;
            let mut bases = Vec::new();
            for child in self.tree.children(row) {
                let keyword = self
                    .ast
                    .keywords
                    .binary_search_by_key(&child, |&(row, _)| row)
                    .ok();
                let name = keyword.map(|at| self.ast.texts.get(self.ast.keywords[at].1));
                if name.is_some() && name == self.rules.get("metaclass") {
                    self.facts.classes[at].metaclass = self.values[child as usize];
                }
                if self.role(child) == Role::Base && keyword.is_none() {
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
        let row = self.at;
        if from == 0 {
            let declares = matches!(
                self.kind(row),
                NodeKind::Local | NodeKind::Member | NodeKind::MethodParameterIn
            );
            if !declares && !matches!(to, Place::Element(..)) {
                self.facts.order.unknown.push((row, to));
            }
        } else {
            let caller = match to {
                Place::Member(..) => self.caller(row),
                _ => None,
            };
            self.facts.flows.push(Flow {
                row,
                to,
                from,
                caller,
            });
        }
    }

    pub(super) fn flows(&mut self) {
        let ast = self.ast;
        for row in 1..ast.len() as u32 {
            if self.ssa.dead[row as usize] {
                continue;
            }
            self.at = row;
            match self.kind(row) {
                NodeKind::Local | NodeKind::Member => self.declared_flows(row),
                NodeKind::MethodParameterIn => {
                    self.declared_flows(row);
                    if let Some(default) = self.tree.child(ast, row, Role::DefaultValue) {
                        self.default(row, self.values[default as usize]);
                        let name = self.name(ast.name(row));
                        self.binding(row, name, default, Named::Parameter);
                    }
                    self.rest(row);
                }
                NodeKind::Import => {
                    let import = self.declared[row as usize];
                    if let Some(variable) = self.facts.imports[import as usize].variable {
                        let value = self.value(Expression::Import(import));
                        if let Some(place) = self.written_place(row, variable) {
                            self.flow(place, value);
                        }
                    }
                }
                NodeKind::Call => match ast.name(row) {
                    op::ASSIGNMENT => self.assignment(row),
                    op::ASSIGNMENT_PLUS => {
                        self.export_list(row);
                        self.updated(row);
                    }
                    op::APPEND => self.appended(row),
                    op::YIELD | op::YIELD_FROM => self.yielded(row),
                    op::DELETE => self.deleted(row),
                    name if op::updates(name) => self.updated(row),
                    name if self.words.stores.contains(&name) => self.stored(row),
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
                if self.ssa.dead[declaration as usize] {
                    continue;
                }
                let decorated = self.decorated.get(&declaration).copied();
                let value = decorated.unwrap_or_else(|| self.declaration(declaration));
                let Place::Variable(variable) = place else {
                    continue;
                };
                if let Some(place) = self.written_place(declaration, variable) {
                    self.flow(place, value);
                }
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
                } else if !values.is_empty() && values.iter().all(plain) {
                    pairs.extend(self.bind_rest(&targets, &values));
                } else {
                    self.bind_value(target, self.values[value as usize]);
                }
            } else {
                self.binding_of(target, value);
                self.assign(target, self.values[value as usize]);
            }
        }
    }

    /// Binds targets of which one takes the rest to as many values as are written out: a list of its own for the rest, pairs for the others.
    fn bind_rest(&mut self, targets: &[u32], values: &[u32]) -> Vec<(u32, u32)> {
        let rest = targets
            .iter()
            .position(|&target| self.ast.has(target, property::UNPACKED));
        let (Some(rest), true) = (rest, values.len() + 1 >= targets.len()) else {
            return Vec::new();
        };
        let behind = values.len() - (targets.len() - 1 - rest);
        let name = self.name(self.words.list);
        let made = self.fresh(Expression::Collection(targets[rest], name));
        for (at, &value) in (0..).zip(&values[rest..behind]) {
            let value = self.values[value as usize];
            self.store(self.at, made, Key::Index(at), value);
        }
        self.assign(targets[rest], made);
        let first = targets[..rest].iter().zip(values);
        let last = targets[rest + 1..].iter().zip(&values[behind..]);
        first
            .chain(last)
            .map(|(&target, &value)| (target, value))
            .collect()
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
                    && let Some(place) = self.written_place(target, variable)
                {
                    self.flow(place, value);
                }
            }
            NodeKind::Call if self.ast.name(target) == op::INDEX_ACCESS => {
                self.assign_element(target, value);
                self.assign_through(target, value);
            }
            NodeKind::Call if matches!(self.ast.name(target), op::INDIRECTION | op::CAST) => {
                self.assign_through(target, value);
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

    /// `*p = value`: what a pointer points to is what it holds, where the language's rules say so.
    fn assign_through(&mut self, target: u32, value: Value) {
        let position = if self.ast.name(target) == op::CAST {
            2
        } else {
            1
        };
        if self.words.transparent
            && let Some(inner) = self.tree.argument(self.ast, target, position)
        {
            if self.ast.name(target) != op::CAST {
                let (row, value) = (self.at, self.values[inner as usize]);
                self.facts.order.through.push(Raise { row, value });
            }
            self.assign(inner, value);
        }
    }

    /// `a[k] = value`
    fn assign_element(&mut self, target: u32, value: Value) {
        let (Some(base), Some(index)) = (
            self.tree.argument(self.ast, target, 1),
            self.tree.argument(self.ast, target, 2),
        ) else {
            return;
        };
        let (collection, held) = (self.values[base as usize], self.values[index as usize]);
        if collection == 0 {
            return;
        }
        let is_slice = self.kind(index) == NodeKind::Call && self.ast.name(index) == op::SLICE;
        let key = self.key(index);
        let row = self.at;
        if is_slice {
            if value != 0 {
                let elements = self.fresh(Expression::Iterated(value));
                self.store(row, collection, Key::Any, elements);
            }
        } else {
            self.overwrite(target, base, key);
            self.store(row, collection, key, value);
            self.store(row, collection, Key::Keys, held);
        }
        self.operation(
            target,
            protocol::STORE_ELEMENT,
            vec![collection, held, value],
            Some(0),
        );
    }

    /// `del a[k]`
    fn deleted(&mut self, row: u32) {
        for child in self.tree.children(row).collect::<Vec<_>>() {
            if self.kind(child) == NodeKind::Call
                && self.ast.name(child) == op::INDEX_ACCESS
                && let Some(base) = self.tree.argument(self.ast, child, 1)
            {
                let index = self.tree.argument(self.ast, child, 2);
                let held = index.map_or(0, |index| self.values[index as usize]);
                if let Some(index) = index {
                    let key = self.key(index);
                    self.overwrite(child, base, key);
                    let collection = self.values[base as usize];
                    if collection != 0 && matches!(key, Key::Index(_) | Key::Text(_)) {
                        self.facts.order.deleted.push((collection, key, child));
                    }
                }
                let operands = vec![self.values[base as usize], held];
                self.operation(child, protocol::DELETE_ELEMENT, operands, Some(0));
            }
        }
    }

    /// `a += b`: what the operator gives is assigned.
    fn updated(&mut self, row: u32) {
        if let Some(target) = self.tree.argument(self.ast, row, 1) {
            let value = self.values[row as usize];
            self.assign(target, value);
            // Of what is changed in place the same object stays.
            let before = self.values[target as usize];
            if before != value {
                self.assign(target, before);
            }
        }
    }

    /// `a.push_back(b)`: as `a` stands for what it holds, it is as if that was assigned.
    fn stored(&mut self, row: u32) {
        let ast = self.ast;
        let Some(access) = self.tree.child(ast, row, Role::Receiver) else {
            return;
        };
        let last = self
            .tree
            .children(row)
            .filter(|&child| ast.arguments[child as usize] >= 1)
            .last();
        let value = last.map_or(0, |last| self.values[last as usize]);
        let mut object = self.tree.argument(ast, access, 1);
        while let Some(at) = object
            && self.kind(at) == NodeKind::Call
            && matches!(ast.name(at), op::INDEX_ACCESS | op::INDIRECTION)
        {
            object = self.tree.argument(ast, at, 1);
        }
        let Some(object) = object.filter(|_| value != 0) else {
            return;
        };
        match self.facts.expressions[self.values[object as usize] as usize] {
            Expression::Variable(variable) => self.flow(Place::Variable(variable), value),
            Expression::Member(base, name) => self.flow(Place::Member(base, name), value),
            _ => {}
        }
    }

    /// `yield a`, `yield from a`
    fn yielded(&mut self, row: u32) {
        let Some(function) = self.caller(row) else {
            return;
        };
        let value = if self.ast.name(row) == op::YIELD {
            let argument = self.tree.argument(self.ast, row, 1);
            argument.map_or(0, |argument| self.values[argument as usize])
        } else {
            self.delegated.get(&row).copied().unwrap_or(0)
        };
        if value != 0 {
            self.facts.functions[function as usize].yields.push(value);
        }
    }

    /// What a parameter holds where a call leaves it out.
    fn default(&mut self, row: u32, value: Value) {
        let variable = self.declared[row as usize];
        let Owner::Function(function) = self.facts.variables[variable as usize].owner else {
            return;
        };
        let parameters = &mut self.facts.functions[function as usize].parameters;
        let own = parameters
            .iter_mut()
            .find(|parameter| parameter.variable == variable);
        if let Some(parameter) = own {
            parameter.default = value;
        }
    }

    /// The rest of the arguments comes as a collection.
    fn rest(&mut self, row: u32) {
        let name = if self.ast.has(row, property::VARIADIC) {
            self.words.tuple
        } else if self.ast.has(row, property::KEYWORD_VARIADIC) {
            self.words.dictionary
        } else {
            return;
        };
        let name = self.name(name);
        let made = self.fresh(Expression::Collection(row, name));
        self.flow(Place::Variable(self.declared[row as usize]), made);
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
            "THROW" => {
                if let Some(raised) = self.tree.children(row).next() {
                    let value = self.values[raised as usize];
                    self.operation(row, protocol::RAISE, vec![value], Some(0));
                }
            }
            "TRY" => self.contexts(row),
            "FOR" => self.each(row),
            "SWITCH" => self.matched(row),
            _ => {}
        }
    }

    /// Names that the patterns of a switch bind: the subject itself, or a part of it.
    fn matched(&mut self, row: u32) {
        let Some(subject) = self.tree.child(self.ast, row, Role::Condition) else {
            return;
        };
        let subject = self.values[subject as usize];
        if subject == 0 {
            return;
        }
        let mut stack: Vec<(u32, Value)> = Vec::new();
        for child in self.tree.children(row) {
            let cases = self
                .tree
                .children(child)
                .chain(std::iter::once(child))
                .filter(|&case| self.role(case) == Role::SwitchCase);
            stack.extend(cases.map(|case| (case, subject)));
        }
        while let Some((at, value)) = stack.pop() {
            for child in self.tree.children(at).collect::<Vec<_>>() {
                self.pattern(child, value, &mut stack);
            }
        }
    }

    fn pattern(&mut self, row: u32, value: Value, stack: &mut Vec<(u32, Value)>) {
        let ast = self.ast;
        if self.role(row) == Role::Target && self.kind(row) == NodeKind::Identifier {
            self.at = row;
            self.assign(row, value);
            return;
        }
        if self.kind(row) != NodeKind::Call || matches!(self.role(row), Role::Body | Role::Guard) {
            return;
        }
        // Parts are read from the outside in, before anything in the pattern runs.
        let first = self.first_leaf(row);
        let part = |this: &mut Self, key| {
            this.at = first;
            this.fresh(Expression::Element(value, key))
        };
        match ast.name(row) {
            "<operator>.sequencePattern" => {
                let mut position = Some(0);
                for child in self.tree.children(row).collect::<Vec<_>>() {
                    if ast.has(child, property::UNPACKED) {
                        let from = position.take().map_or(Key::Any, Key::From);
                        let rest = part(self, from);
                        let name = self.name(self.words.list);
                        let made = self.fresh(Expression::Collection(child, name));
                        self.store(child, made, Key::Any, rest);
                        self.pattern(child, made, stack);
                        continue;
                    }
                    let element = part(self, position.map_or(Key::Any, Key::Index));
                    position = position.map(|at| at + 1);
                    self.pattern(child, element, stack);
                }
            }
            "<operator>.mappingPattern" => {
                for child in self.tree.children(row).collect::<Vec<_>>() {
                    if ast.name(child) != op::KEY_VALUE {
                        self.pattern(child, value, stack);
                        continue;
                    }
                    let (Some(key), Some(target)) = (
                        self.tree.argument(ast, child, 1),
                        self.tree.argument(ast, child, 2),
                    ) else {
                        continue;
                    };
                    let key = self.key(key);
                    let element = part(self, key);
                    self.pattern(target, element, stack);
                }
            }
            "<operator>.classPattern" => self.class_pattern(row, value, stack),
            // Alternatives and names for the whole.
            _ => stack.push((row, value)),
        }
    }

    /// The row of an expression that runs first.
    fn first_leaf(&self, mut row: u32) -> u32 {
        while let Some(child) = self.tree.children(row).next() {
            row = child;
        }
        row
    }

    /// `Point(x=a)`: members by their names; those by position are told by the type only.
    fn class_pattern(&mut self, row: u32, value: Value, stack: &mut Vec<(u32, Value)>) {
        let ast = self.ast;
        for child in self.tree.children(row).collect::<Vec<_>>() {
            let keyword = ast
                .keywords
                .binary_search_by_key(&child, |&(row, _)| row)
                .ok();
            if let Some(at) = keyword {
                let name = self.name(ast.texts.get(ast.keywords[at].1));
                self.at = self.first_leaf(child);
                let member = self.fresh(Expression::Member(value, name));
                self.pattern(child, member, stack);
            } else if self.role(child) != Role::Receiver {
                self.at = self.first_leaf(child);
                let part = self.fresh(Expression::Element(value, Key::Any));
                self.pattern(child, part, stack);
            }
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
