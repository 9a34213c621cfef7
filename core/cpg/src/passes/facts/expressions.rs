//! Values of expressions, and the calls among them.

use super::collect::Collector;
use super::{Argument, CallSite, Expression, Given, Key, MemberRead, Slot, Value};
use crate::kind::{NodeKind, Role, property};
use crate::passes::op;
use crate::passes::ssa::Constant;
use crate::rules::Rules;

impl Collector<'_> {
    /// Values of all expressions; operands come before what they are in, as they have the greater rows.
    pub(super) fn expressions(&mut self) {
        let ast = self.ast;
        for row in (1..ast.len() as u32).rev() {
            // What cannot run has no values.
            if self.ssa.dead[row as usize] {
                continue;
            }
            self.at = row;
            let value = match self.kind(row) {
                NodeKind::Identifier => self.identifier(row),
                NodeKind::MethodRef | NodeKind::TypeRef => {
                    let declaration = ast.reference(row);
                    declaration.map_or(0, |row| self.declaration(row))
                }
                // A function or type written in an expression.
                NodeKind::Method | NodeKind::TypeDecl
                    if !matches!(
                        self.kind(ast.parents[row as usize]),
                        NodeKind::Block | NodeKind::TypeDecl
                    ) =>
                {
                    self.declaration(row)
                }
                // A literal that is its type's only value (`null`) has no members: it tells nothing of a place.
                NodeKind::Literal
                    if ast.type_text(row) != ast.name(row) && !ast.type_text(row).is_empty() =>
                {
                    let name = self.name(ast.type_text(row));
                    self.value(Expression::Literal(name))
                }
                NodeKind::Call => self.call(row),
                NodeKind::Block if !ast.name(row).is_empty() => self.comprehension(row),
                // A block in an expression has the value of its last statement.
                NodeKind::Block if self.role(row) == Role::Argument => {
                    let last = self.tree.children(row).last();
                    last.map_or(0, |last| self.values[last as usize])
                }
                _ => continue,
            };
            self.values[row as usize] = value;
        }
        self.decorate();
        // Calls were met from the last to the first.
        self.facts.calls.reverse();
        self.facts.reads.reverse();
        let last = self.facts.calls.len() as u32;
        for expression in &mut self.facts.expressions {
            if let Expression::Call(call) = expression {
                *call = last - 1 - *call;
            }
        }
        self.interned
            .retain(|expression, _| !matches!(expression, Expression::Call(_)));
    }

    pub(super) fn identifier(&mut self, row: u32) -> Value {
        if let Some(value) = self.read_version(row) {
            return value;
        }
        if let Some(declaration) = self.ast.reference(row) {
            return self.declaration(declaration);
        }
        let text = self.ast.name(row);
        if self.rules.get("super") == Some(text)
            && let Some((class, receiver)) = self.class_around(row)
        {
            let class = self.named_class(row).unwrap_or(class);
            return self.value(Expression::Super(class, receiver));
        }
        let name = self.name(text);
        self.value(Expression::Global(name))
    }

    /// The class that the first argument of a call names.
    fn named_class(&self, callee: u32) -> Option<u32> {
        let call = self.ast.parents[callee as usize];
        let argument = self.tree.argument(self.ast, call, 1)?;
        let variable = self.ast.reference(argument)?;
        let first = self.ast.refs.partition_point(|&(from, _)| from < variable);
        self.ast.refs[first..]
            .iter()
            .take_while(|&&(from, _)| from == variable)
            .find(|&&(_, definition)| self.kind(definition) == NodeKind::TypeDecl)
            .map(|&(_, definition)| self.declared[definition as usize])
    }

    /// The class in one of whose methods a row stands, and the receiver of that method.
    pub(super) fn class_around(&self, row: u32) -> Option<(u32, Option<u32>)> {
        let mut method = self.method_of[row as usize];
        while method != 0 {
            let function = &self.facts.functions[self.declared[method as usize] as usize];
            if let Some(class) = function.class {
                let first = function.parameters.first();
                let receiver = first.filter(|parameter| parameter.is_receiver);
                return Some((class, receiver.map(|parameter| parameter.variable)));
            }
            method = self.method_of[method as usize];
        }
        None
    }

    pub(super) fn call(&mut self, row: u32) -> Value {
        let ast = self.ast;
        let operator = ast.name(row);
        if !op::is_operator(operator) {
            return self.call_site(row);
        }
        let argument = |this: &Self, position| {
            this.tree
                .argument(ast, row, position)
                .map_or(0, |child| this.values[child as usize])
        };
        if op::is_field_access(operator) {
            let mut base = argument(self, 1);
            let Some(field) = self.tree.argument(ast, row, 2) else {
                return 0;
            };
            // What stands before an arrow may say itself what it points to.
            if self.words.runs(operator) && base != 0 && !self.is_pointer(row) {
                let pointed = self.operation(row, operator, vec![base], None);
                base = self.choice(vec![base, pointed]);
            }
            let name = self.name(ast.name(field));
            if base == 0 {
                return 0;
            }
            let value = self.fresh(Expression::Member(base, name));
            if !self.is_target(row) {
                let caller = self.caller(row);
                self.facts.reads.push(MemberRead { row, caller, value });
            }
            return value;
        }
        match operator {
            op::AND | op::OR | op::ELVIS => {
                let values = self
                    .tree
                    .children(row)
                    .map(|child| self.values[child as usize])
                    .collect();
                self.decision(values)
            }
            op::CONDITIONAL => {
                let values = vec![argument(self, 2), argument(self, 3)];
                self.decision(values)
            }
            op::ASSIGNMENT if self.words.runs(operator) && !self.is_first_value(row) => {
                let operands = vec![argument(self, 1), argument(self, 2)];
                self.operation(row, operator, operands, Some(0));
                argument(self, 2)
            }
            op::DELETE if self.words.destructor.is_some() => {
                let operands = vec![argument(self, 1)];
                self.operation(row, operator, operands, Some(0))
            }
            op::ASSIGNMENT | op::CAST => argument(self, 2),
            op::AWAIT | op::ADDRESS_OF | op::NEW => argument(self, 1),
            op::INDIRECTION => {
                let pointed = self.pointed_to(argument(self, 1));
                if self.words.runs(operator) && pointed != 0 && !self.is_pointer(row) {
                    let result = self.operation(row, operator, vec![argument(self, 1)], None);
                    return self.choice(vec![pointed, result]);
                }
                pointed
            }
            op::INITIALIZER => self.aggregate(row),
            op::GENERIC => {
                let values = self.tree.children(row).skip(1);
                let values = values.map(|child| self.values[child as usize]).collect();
                self.choice(values)
            }
            op::LISTED => self
                .tree
                .children(row)
                .last()
                .map_or(0, |last| self.values[last as usize]),
            op::LIST | op::TUPLE | op::DICT | op::SET | op::INDEX_ACCESS if self.is_target(row) => {
                0
            }
            op::LIST | op::TUPLE | op::DICT | op::SET => self.display(row, operator),
            op::INDEX_ACCESS => self.element(row),
            op::APPEND => {
                let is_pair = |child: u32| ast.name(child) == op::KEY_VALUE;
                if self.tree.children(row).any(is_pair) {
                    self.dictionaries.extend(self.comprehension_around(row));
                }
                0
            }
            op::KEY_VALUE | op::SLICE | op::DECLARATION => 0,
            op::YIELD | op::YIELD_FROM => {
                let value = argument(self, 1);
                if operator == op::YIELD || value == 0 {
                    return 0;
                }
                let step = self.iterated(row, value);
                self.delegated.insert(row, step);
                self.fresh(Expression::Returned(value))
            }
            _ => {
                let operands: Vec<Value> = self
                    .tree
                    .children(row)
                    .filter(|&child| ast.arguments[child as usize] >= 1)
                    .map(|child| self.values[child as usize])
                    .collect();
                self.operation(row, operator, operands, None)
            }
        }
    }

    /// Whether a row is assigned to, alone or in a list of targets.
    pub(super) fn is_target(&self, row: u32) -> bool {
        let mut at = row;
        if self.role(row) == Role::Target {
            return true;
        }
        loop {
            let parent = self.ast.parents[at as usize];
            if self.kind(parent) != NodeKind::Call {
                return false;
            }
            match self.ast.name(parent) {
                op::ASSIGNMENT => return self.ast.arguments[at as usize] == 1,
                op::DELETE => return true,
                op::TUPLE | op::LIST => {
                    if self.role(parent) == Role::Target {
                        return true;
                    }
                    at = parent;
                }
                _ => return false,
            }
        }
    }

    /// The method that runs the statements of the class in which a definition stands.
    fn body_around(&self, row: u32) -> Option<u32> {
        let parent = self.ast.parents[row as usize];
        if self.kind(parent) != NodeKind::TypeDecl {
            return None;
        }
        let body = self.tree.children(parent).find(|&child| {
            self.kind(child) == NodeKind::Method && self.ast.has(child, property::IMPLICIT)
        });
        body.map(|body| self.declared[body as usize])
    }

    /// Hands definitions to their decorators, the innermost first.
    fn decorate(&mut self) {
        let ast = self.ast;
        for row in (1..ast.len() as u32).rev() {
            if !matches!(self.kind(row), NodeKind::Method | NodeKind::TypeDecl)
                || self.ssa.dead[row as usize]
            {
                continue;
            }
            let annotations: Vec<u32> = self
                .tree
                .children(row)
                .filter(|&child| self.kind(child) == NodeKind::Annotation)
                .collect();
            // What reads like a field, the importer has said; its decorators are no calls of their own.
            if annotations.is_empty() || ast.has(row, property::PROPERTY) {
                continue;
            }
            let body = self.body_around(row);
            let mut value = self.declaration(row);
            for &annotation in annotations.iter().rev() {
                let Some(child) = self.tree.children(annotation).next() else {
                    continue;
                };
                let callee = self.values[child as usize];
                if callee == 0 {
                    continue;
                }
                self.at = annotation;
                let call = self.facts.calls.len() as u32;
                self.facts.calls.push(CallSite {
                    row: annotation,
                    caller: body.or_else(|| self.caller(child)),
                    callee,
                    positional: 1,
                    keywords: 0,
                    unpacked: false,
                    decorates: true,
                    arguments: vec![Argument {
                        slot: Slot::Position(0),
                        value,
                        key: Key::Any,
                    }],
                    types: Vec::new(),
                    keeps: true,
                    on: None,
                });
                value = self.value(Expression::Call(call));
            }
            self.decorated.insert(row, value);
        }
    }

    pub(super) fn call_site(&mut self, row: u32) -> Value {
        let ast = self.ast;
        let mut site = CallSite {
            row,
            caller: self.caller(row),
            callee: 0,
            positional: 0,
            keywords: 0,
            unpacked: false,
            decorates: false,
            arguments: Vec::new(),
            types: self.argument_types(row),
            keeps: self.keeps(row),
            on: self.receiver_type(row),
        };
        for child in self.tree.children(row) {
            let value = self.values[child as usize];
            if self.role(child) == Role::Receiver {
                site.callee = value;
                continue;
            }
            if ast.arguments[child as usize] < 1 {
                continue;
            }
            let keyword = ast
                .keywords
                .binary_search_by_key(&child, |&(row, _)| row)
                .ok();
            let slot = if ast.has(child, property::UNPACKED) {
                site.unpacked = true;
                if ast.has(child, property::KEYWORD_VARIADIC) {
                    Slot::UnpackedKeywords
                } else {
                    Slot::Unpacked(site.positional)
                }
            } else if let Some(at) = keyword {
                site.keywords = site.keywords.saturating_add(1);
                Slot::Keyword(self.name(ast.texts.get(ast.keywords[at].1)))
            } else {
                let position = site.positional;
                site.positional = position.saturating_add(1);
                // Positions behind an unpacked argument are not known.
                if site.unpacked {
                    continue;
                }
                Slot::Position(position)
            };
            let form = self.form(child);
            self.facts.written.arguments.push(Given {
                call: row,
                slot,
                row: child,
                form,
            });
            if value != 0 {
                let key = self.key(child);
                site.arguments.push(Argument { slot, value, key });
            }
        }
        if site.callee == 0 && self.tree.child(ast, row, Role::Receiver).is_none() {
            site.callee = match ast.reference(row) {
                Some(declaration) => self.declaration(declaration),
                None if ast.name(row).is_empty() => 0,
                None => {
                    let name = self.name(ast.name(row));
                    self.value(Expression::Global(name))
                }
            };
        }
        let by_name = self.member_by_name(row, &site);
        let call = self.facts.calls.len() as u32;
        self.facts.calls.push(site);
        let result = self.value(Expression::Call(call));
        match by_name {
            Some(member) => self.choice(vec![result, member]),
            None => result,
        }
    }

    /// `getattr(a, "b")` is `a.b`, `setattr(a, "b", c)` writes it.
    fn member_by_name(&mut self, row: u32, site: &CallSite) -> Option<Value> {
        let ast = self.ast;
        let Expression::Global(name) = self.facts.expressions[site.callee as usize] else {
            return None;
        };
        let text = self.facts.name(name);
        let reads = self.words.read_member.contains(&text);
        if !reads && !self.words.write_member.contains(&text) {
            return None;
        }
        let argument = |this: &Self, position| this.tree.argument(ast, row, position);
        let base = self.values[argument(self, 1)? as usize];
        let Some(Constant::Text(member)) = self.constant(argument(self, 2)?) else {
            return None;
        };
        let third = argument(self, 3).map_or(0, |third| self.values[third as usize]);
        let member = self.owned_name(&member);
        if base == 0 {
            return None;
        }
        if !reads {
            if third != 0 {
                self.facts.flows.push(super::Flow {
                    row,
                    to: super::Place::Member(base, member),
                    from: third,
                    caller: self.caller(row),
                });
            }
            return None;
        }
        let value = self.fresh(Expression::Member(base, member));
        let caller = self.caller(row);
        self.facts.reads.push(MemberRead { row, caller, value });
        Some(self.choice(vec![value, third]))
    }
}

/// Type of a collection's literal by the rules `list-type`, `tuple-type`, `dict-type`, `set-type`; empty where they say nothing.
pub(super) fn collection_type<'a>(rules: &'a Rules, operator: &str) -> &'a str {
    let key = match operator {
        op::LIST => "list-type",
        op::TUPLE => "tuple-type",
        op::DICT => "dict-type",
        _ => "set-type",
    };
    rules.get(key).unwrap_or_default()
}
