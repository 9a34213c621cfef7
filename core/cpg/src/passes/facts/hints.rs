//! Declared types as values.

use super::collect::Collector;
use super::{Expression, Flow, Place, Value};
use crate::ast::FileAst;
use crate::kind::{NodeKind, Role, property};
use crate::passes::op;

impl<'a> Collector<'a> {
    /// The declared type of a declaration: its child with the role, else the text of the row.
    pub(super) fn hint_of(&mut self, row: u32) -> Value {
        // What is declared of the rest of the arguments is declared of each of them.
        if self
            .ast
            .has(row, property::VARIADIC | property::KEYWORD_VARIADIC)
        {
            return 0;
        }
        if let Some(hint) = self.tree.child(self.ast, row, Role::TypeHint) {
            return self.hint(hint);
        }
        let mut types = Vec::new();
        if !self.words.type_words.is_empty() {
            return self.declared_type(self.ast.type_text(row));
        }
        self.hint_text(self.ast.type_text(row), &mut types);
        self.declared_as(types)
    }

    /// An instance of the type that a text names: of just that one where it is held by value.
    fn declared_type(&mut self, text: &'a str) -> Value {
        match self.type_name(text) {
            Some((class, true)) => self.value(Expression::Exact(class)),
            Some((class, false)) => self.value(Expression::Declared(class)),
            None => 0,
        }
    }

    /// A part of a variable's values has its type as well, where that is exact.
    pub(super) fn keep_exact(&mut self, row: u32, variable: u32) {
        if self.words.type_words.is_empty() {
            return;
        }
        let hint = self.hint_of(row);
        if matches!(self.facts.expressions[hint as usize], Expression::Exact(_)) {
            self.facts.flows.push(Flow {
                row: 0,
                to: Place::Variable(variable),
                from: hint,
                caller: None,
            });
        }
    }

    /// The type whose name stands in a text between words that are no part of it (`const struct S *`), and whether it is held by value.
    pub(super) fn type_name(&mut self, text: &'a str) -> Option<(Value, bool)> {
        let end = text.find(['*', '&', '[', '<', '(']).unwrap_or(text.len());
        if text[end..].starts_with('<') {
            let close = super::types::closing(&text[end..])?;
            let own = text[..end].rsplit("::").next().unwrap_or_default().trim();
            // What holds others as a pointer does is what it holds.
            if self.wrappers.contains(&own) {
                let inner = &text[end + 1..end + close];
                let last = super::types::last_argument(inner).trim();
                return self.type_name(last).map(|(class, _)| (class, false));
            }
            let by_value = !text[end + close..].contains(['*', '&']);
            return self
                .type_name(&text[..end])
                .map(|(class, _)| (class, by_value));
        }
        // A function or a pointer to one is no instance.
        if text[end..].contains('(') {
            return None;
        }
        let mut words = text[..end]
            .split_whitespace()
            .filter(|word| !self.words.type_words.contains(word));
        let name = words.next()?;
        if words.next().is_some() || self.any_types.contains(&name) {
            return None;
        }
        let name = self.name(name);
        let by_value = !text[end..].contains(['*', '&']);
        Some((self.value(Expression::Global(name)), by_value))
    }

    /// An instance of what the expression of a row declares.
    pub(super) fn hint(&mut self, row: u32) -> Value {
        let ast = self.ast;
        let mut types = Vec::new();
        let mut rows = vec![row];
        while let Some(row) = rows.pop() {
            match ast.kinds[row as usize] {
                NodeKind::Identifier | NodeKind::TypeRef
                    if !self.any_types.contains(&ast.name(row)) =>
                {
                    types.push(self.value_of(row));
                }
                // A type in quotes: it is written before it is defined.
                NodeKind::Literal if !is_null(ast, row) => {
                    self.hint_text(ast.name(row), &mut types);
                }
                NodeKind::Call if op::is_field_access(ast.name(row)) => {
                    let last = self.tree.argument(ast, row, 2);
                    if !last.is_some_and(|last| self.any_types.contains(&ast.name(last))) {
                        types.push(self.value_of(row));
                    }
                }
                NodeKind::Call if matches!(ast.name(row), op::BIT_OR | op::OR) => {
                    rows.extend(self.tree.children(row));
                }
                NodeKind::Call if ast.name(row) == op::INDEX_ACCESS => {
                    let base = self.tree.argument(ast, row, 1);
                    let inner = self.tree.argument(ast, row, 2);
                    if base.is_some_and(|base| self.is_wrapper(base)) {
                        rows.extend(inner);
                    } else {
                        rows.extend(base);
                    }
                }
                NodeKind::Call if ast.name(row) == op::TUPLE => {
                    rows.extend(self.tree.children(row));
                }
                NodeKind::Block | NodeKind::Unknown => rows.extend(self.tree.children(row)),
                _ => {}
            }
        }
        self.declared_as(types)
    }

    fn declared_as(&mut self, mut types: Vec<Value>) -> Value {
        types.retain(|&value| value != 0);
        types.sort_unstable();
        types.dedup();
        let declared: Vec<Value> = types
            .into_iter()
            .map(|value| self.value(Expression::Declared(value)))
            .collect();
        match declared[..] {
            [] => 0,
            [one] => one,
            _ => self.value(Expression::Choice(declared)),
        }
    }

    /// Whether the type before the brackets only wraps the types in them (`type-wrapper` of the rules).
    fn is_wrapper(&self, row: u32) -> bool {
        let name = if self.ast.kinds[row as usize] == NodeKind::Call {
            self.tree
                .argument(self.ast, row, 2)
                .map_or("", |field| self.ast.name(field))
        } else {
            self.ast.name(row)
        };
        self.wrappers.contains(&name)
    }

    /// Types of a text: `pkg.Type`, `A | B`, `Wrapper[A]`.
    fn hint_text(&mut self, text: &'a str, types: &mut Vec<Value>) {
        for part in split_top(text) {
            let part = part.trim();
            let (head, inner) = match part.split_once('[') {
                Some((head, rest)) => (head.trim(), rest.strip_suffix(']')),
                None => (part, None),
            };
            let last = head.rsplit('.').next().unwrap_or(head);
            if let Some(inner) = inner
                && self.wrappers.contains(&last)
            {
                // One level is enough: wrappers of wrappers are written as expressions.
                for item in inner.split([',', '|']) {
                    self.dotted(item.split('[').next().unwrap_or(item).trim(), types);
                }
            } else {
                self.dotted(head, types);
            }
        }
    }

    fn dotted(&mut self, text: &'a str, types: &mut Vec<Value>) {
        let is_name = |part: &str| {
            !part.is_empty()
                && part.chars().all(|c| c.is_alphanumeric() || c == '_')
                && !part.starts_with(|c: char| c.is_ascii_digit())
        };
        let last = text.rsplit('.').next().unwrap_or(text);
        let tells = !self.nulls.contains(text) && !self.any_types.contains(&last);
        if !tells || !text.split('.').all(is_name) {
            return;
        }
        let mut parts = text.split('.');
        let mut value = parts.next().map_or(0, |first| self.module_name(first));
        for part in parts {
            let name = self.name(part);
            value = self.value(Expression::Member(value, name));
        }
        types.push(value);
    }
}

/// A literal that is its type's only value (`null`): it tells nothing of a place.
pub(super) fn is_null(ast: &FileAst, row: u32) -> bool {
    ast.type_text(row) == ast.name(row)
}

/// Parts of `A | B[C | D]` that are not inside of brackets.
fn split_top(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, c) in text.char_indices() {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}
