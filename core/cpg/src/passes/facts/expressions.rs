//! Values of expressions, and the calls among them.

use super::collect::Collector;
use super::{Argument, CallSite, Expression, MemberRead, Slot, Value};
use crate::kind::{NodeKind, Role, property};
use crate::passes::op;
use crate::rules::Rules;

impl Collector<'_> {
    /// Values of all expressions; operands come before what they are in, as they have the greater rows.
    pub(super) fn expressions(&mut self) {
        let ast = self.ast;
        for row in (1..ast.len() as u32).rev() {
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
                // A block in an expression has the value of its last statement.
                NodeKind::Block if self.role(row) == Role::Argument => {
                    let last = self.tree.children(row).last();
                    last.map_or(0, |last| self.values[last as usize])
                }
                _ => continue,
            };
            self.values[row as usize] = value;
        }
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
        if let Some(declaration) = self.ast.reference(row) {
            return self.declaration(declaration);
        }
        let text = self.ast.name(row);
        if self.rules.get("super") == Some(text)
            && let Some(class) = self.class_around(row)
        {
            return self.value(Expression::Super(class));
        }
        let name = self.name(text);
        self.value(Expression::Global(name))
    }

    /// The class in one of whose methods a row stands.
    pub(super) fn class_around(&self, row: u32) -> Option<u32> {
        let mut method = self.method_of[row as usize];
        while method != 0 {
            let class = self.facts.functions[self.declared[method as usize] as usize].class;
            if class.is_some() {
                return class;
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
            let base = argument(self, 1);
            let Some(field) = self.tree.argument(ast, row, 2) else {
                return 0;
            };
            let name = self.name(ast.name(field));
            if base == 0 {
                return 0;
            }
            let value = self.value(Expression::Member(base, name));
            let caller = self.caller(row);
            self.facts.reads.push(MemberRead { row, caller, value });
            return value;
        }
        match operator {
            op::AND | op::OR | op::ELVIS => {
                let values = self
                    .tree
                    .children(row)
                    .map(|child| self.values[child as usize])
                    .collect();
                self.choice(values)
            }
            op::CONDITIONAL => {
                let values = vec![argument(self, 2), argument(self, 3)];
                self.choice(values)
            }
            op::ASSIGNMENT | op::CAST => argument(self, 2),
            op::AWAIT => argument(self, 1),
            op::LIST | op::TUPLE | op::DICT | op::SET => {
                let rules = self.rules;
                let name = if ast.type_text(row).is_empty() {
                    collection_type(rules, operator)
                } else {
                    ast.type_text(row)
                };
                let name = self.name(name);
                self.value(Expression::Literal(name))
            }
            _ => 0,
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
            arguments: Vec::new(),
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
                continue;
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
            if value != 0 {
                site.arguments.push(Argument { slot, value });
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
        let call = self.facts.calls.len() as u32;
        self.facts.calls.push(site);
        self.value(Expression::Call(call))
    }
}

/// Type of a collection's literal by the rules `list-type`, `tuple-type`, `dict-type`, `set-type`; empty where they say nothing.
fn collection_type<'a>(rules: &'a Rules, operator: &str) -> &'a str {
    let key = match operator {
        op::LIST => "list-type",
        op::TUPLE => "tuple-type",
        op::DICT => "dict-type",
        _ => "set-type",
    };
    rules.get(key).unwrap_or_default()
}
