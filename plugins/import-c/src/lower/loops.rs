//! Loops, also those that macros make.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::scope::ScopeKind;
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, Role};

use super::Lower;
use crate::grammar::{Field, Kind};
use crate::prepare::Head;

impl<O: Output> Lower<'_, O> {
    pub(super) fn while_statement(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let around = self.open(ScopeKind::Block);
        let row = if self.is_head(node) {
            let row = self.control("WHILE", "macro_loop", place, tree.span(node));
            self.head_call(node, Place::new(row, Role::Condition));
            row
        } else {
            let row = self.control("WHILE", "while_statement", place, tree.span(node));
            self.condition(node, row);
            row
        };
        if let Some(body) = tree.child(node, Field::Body) {
            self.body(body, row, Role::Body);
        }
        self.stray(node, row);
        self.scope = around;
    }

    pub(super) fn do_statement(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let place = place.with_flags(NodeFlags::TEST_LAST);
        let row = self.control("DO", "do_statement", place, tree.span(node));
        if let Some(body) = tree.child(node, Field::Body) {
            self.body(body, row, Role::Body);
        }
        self.condition(node, row);
        self.stray(node, row);
    }

    pub(super) fn for_statement(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let around = self.open(ScopeKind::Block);
        let row = self.control("FOR", "for_statement", place, tree.span(node));
        if let Some(first) = tree.child(node, Field::Initializer) {
            self.initializer(first, row);
        }
        if let Some(condition) = tree.child(node, Field::Condition) {
            self.expression(condition, Place::new(row, Role::Condition));
        }
        if let Some(update) = tree.child(node, Field::Update) {
            self.expression(update, Place::new(row, Role::Update));
        }
        if let Some(body) = tree.child(node, Field::Body) {
            self.body(body, row, Role::Body);
        }
        self.stray(node, row);
        self.scope = around;
    }

    /// `for (T x : range)`
    pub(super) fn range_for(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let around = self.open(ScopeKind::Block);
        let row = self.control("FOR", "for_range_loop", place, tree.span(node));
        if let Some(first) = tree.child(node, Field::Initializer) {
            self.initializer(first, row);
        }
        if let Some(range) = tree.child(node, Field::Right) {
            self.initial_or_expression(range, Place::new(row, Role::Iterable));
        }
        if let Some(child) = tree.child(node, Field::Declarator) {
            let declarator = self.declarator(child);
            let declared = self.declared_type(node, declarator);
            let names: Vec<NodeId> = match declarator.name {
                Some(name) if tree.kind(name) == Kind::StructuredBinding => {
                    self.parts(name).collect()
                }
                name => name.into_iter().collect(),
            };
            for name in names {
                let text = tree.name(name);
                let span = tree.span(name);
                let local = self.local(text, span, declared, NodeFlags::empty(), row);
                let target = self.w.put(
                    NodeKind::Identifier,
                    Place::new(row, Role::Target),
                    span,
                    text,
                );
                self.w.refer(target, local);
            }
        }
        if let Some(body) = tree.child(node, Field::Body) {
            self.body(body, row, Role::Body);
        }
        self.stray(node, row);
        self.scope = around;
    }

    /// Whether a statement is the use of a macro that stands for its head.
    pub(super) fn is_head(&self, node: NodeId) -> bool {
        self.heads.contains_key(&self.tree.start(node))
    }

    pub(super) fn is_loop_head(&self, node: NodeId) -> bool {
        self.heads.get(&self.tree.start(node)) == Some(&Head::Loop)
    }

    /// The use of a macro that stands for the head of a statement, as the call that it looks like.
    pub(super) fn head_call(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let start = tree.start(node);
        let rest = &self.source[start as usize..];
        let length = rest
            .iter()
            .position(|&byte| !crate::lex::is_word(byte))
            .unwrap_or(rest.len());
        let name = String::from_utf8_lossy(&rest[..length]).into_owned();
        let name = self.w.texts.intern(&name);
        let condition = tree.child(node, Field::Condition);
        let end = condition.map_or(start + length as u32, |condition| tree.end(condition));
        let row = self.w.put(NodeKind::Call, place, (start, end), name);
        self.waiting.push((row, name));
        let Some(condition) = condition else {
            return;
        };
        let mut arguments: Vec<NodeId> = self.parts(condition).collect();
        let mut position = 0;
        // `a, b, c` is a tree of pairs.
        while !arguments.is_empty() {
            let argument = arguments.remove(0);
            if tree.kind(argument) == Kind::Comma {
                let pair: Vec<NodeId> = self.parts(argument).collect();
                arguments.splice(0..0, pair);
                continue;
            }
            position += 1;
            self.expression(argument, Place::argument(row, position));
        }
    }

    /// Adds what the parser could not place in a statement.
    pub(super) fn stray(&mut self, node: NodeId, row: RowId) {
        let tree = self.tree;
        let errors: Vec<NodeId> = tree
            .children(node)
            .filter(|&child| tree.kind(child) == Kind::Error)
            .collect();
        for error in errors {
            let block = self.w.put(
                NodeKind::Block,
                Place::statement(row),
                tree.span(error),
                Text::EMPTY,
            );
            self.recover(error, block);
        }
    }
}
