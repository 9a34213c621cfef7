//! Compound statements, definitions apart.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, Role};

use super::Lower;
use crate::grammar::{Field, Kind};

impl<O: Output> Lower<'_, O> {
    /// `if`, with each `elif` as an `if` in the `else` of the one before.
    pub(super) fn if_statement(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let around = self.type_only;
        let mut row = self.control("IF", "if_statement", place, tree.span(node));
        // What follows `if not TYPE_CHECKING` runs only for type checkers.
        let mut others = around | (self.branch(node, row) == Some(false));
        for clause in tree
            .children(node)
            .filter(|&child| tree.field_of(child) == Field::Alternative)
        {
            self.type_only = others;
            if tree.kind(clause) == Kind::Elif {
                let span = (tree.start(clause), tree.end(node));
                row = self.control("IF", "elif_clause", Place::new(row, Role::Else), span);
                others |= self.branch(clause, row) == Some(false);
            } else {
                self.else_clause(clause, row);
            }
        }
        self.type_only = around;
    }

    /// Adds a condition and what runs under it. Gives whether that is only for type checkers, or just not for them.
    fn branch(&mut self, node: NodeId, row: RowId) -> Option<bool> {
        let around = self.type_only;
        let mut for_types = None;
        if let Some(condition) = self.tree.child(node, Field::Condition) {
            for_types = self.type_checking(condition);
            self.expression(condition, Place::new(row, Role::Condition));
        }
        self.type_only |= for_types == Some(true);
        if let Some(body) = self.tree.child(node, Field::Consequence) {
            self.block(body, row, Role::Then);
        }
        self.type_only = around;
        for_types
    }

    /// Whether a condition is `TYPE_CHECKING` (true) or `not TYPE_CHECKING` (false).
    fn type_checking(&self, condition: NodeId) -> Option<bool> {
        let tree = self.tree;
        match tree.kind(condition) {
            Kind::Identifier => {
                (self.w.texts.get(tree.name(condition)) == "TYPE_CHECKING").then_some(true)
            }
            Kind::Attribute => {
                let name = tree.child(condition, Field::Attribute)?;
                (self.w.texts.get(tree.name(name)) == "TYPE_CHECKING").then_some(true)
            }
            Kind::Parenthesized => self.type_checking(tree.first_child(condition)?),
            Kind::Not => self
                .type_checking(tree.child(condition, Field::Argument)?)
                .map(|positive| !positive),
            _ => None,
        }
    }

    fn else_clause(&mut self, clause: NodeId, row: RowId) {
        if let Some(body) = self.tree.child_of(clause, Kind::Block) {
            self.block(body, row, Role::Else);
        }
    }

    pub(super) fn while_statement(&mut self, node: NodeId, place: Place) {
        let row = self.control("WHILE", "while_statement", place, self.tree.span(node));
        if let Some(condition) = self.tree.child(node, Field::Condition) {
            self.expression(condition, Place::new(row, Role::Condition));
        }
        self.body(node, row);
    }

    pub(super) fn for_statement(&mut self, node: NodeId, place: Place) {
        let place = place.with_flags(self.async_flag(node));
        let row = self.control("FOR", "for_statement", place, self.tree.span(node));
        if let Some(iterable) = self.tree.child(node, Field::Right) {
            self.expression(iterable, Place::new(row, Role::Iterable));
        }
        if let Some(target) = self.tree.child(node, Field::Left) {
            self.expression(target, Place::new(row, Role::Target));
        }
        self.body(node, row);
    }

    /// Adds the body and the `else` of a loop.
    fn body(&mut self, node: NodeId, row: RowId) {
        if let Some(body) = self.tree.child(node, Field::Body) {
            self.block(body, row, Role::Body);
        }
        if let Some(clause) = self.tree.child_of(node, Kind::Else) {
            self.else_clause(clause, row);
        }
        self.stray(node, row);
    }

    /// Adds what the parser could not place in a compound statement.
    fn stray(&mut self, node: NodeId, row: RowId) {
        let tree = self.tree;
        for error in tree
            .children(node)
            .filter(|&child| tree.kind(child) == Kind::Error)
        {
            self.expression(error, Place::statement(row));
        }
    }

    pub(super) fn try_statement(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let row = self.control("TRY", "try_statement", place, tree.span(node));
        for child in tree.children(node) {
            match tree.kind(child) {
                Kind::Block => {
                    self.block(child, row, Role::Body);
                }
                Kind::Except => self.except(child, row),
                Kind::Else => self.else_clause(child, row),
                Kind::Finally => {
                    if let Some(body) = tree.child_of(child, Kind::Block) {
                        self.block(body, row, Role::Finally);
                    }
                }
                _ => {}
            }
        }
        self.stray(node, row);
    }

    /// `except E as e`, `except (E, F)`, `except E, F`, `except* E`, bare `except`.
    fn except(&mut self, node: NodeId, parent: RowId) {
        let tree = self.tree;
        let is_group = tree
            .children(node)
            .any(|child| tree.kind(child) == Kind::Star);
        let construct = if is_group {
            "except_group_clause"
        } else {
            "except_clause"
        };
        let row = self.control(
            "CATCH",
            construct,
            Place::new(parent, Role::Catch),
            tree.span(node),
        );
        let mut alias = tree.child(node, Field::Alias);
        for value in tree
            .children(node)
            .filter(|&child| tree.field_of(child) == Field::Value)
        {
            let mut kind = value;
            if tree.kind(value) == Kind::AsPattern {
                alias = tree.child(value, Field::Alias);
                let Some(first) = tree.first_child(value) else {
                    continue;
                };
                kind = first;
            }
            self.expression(kind, Place::new(row, Role::TypeHint));
        }
        if let Some(alias) = alias {
            self.expression(alias, Place::new(row, Role::Target));
        }
        if let Some(body) = tree.child_of(node, Kind::Block) {
            self.block(body, row, Role::Body);
        }
        self.stray(node, row);
    }

    /// `with`: the specification has no such type, it is a `TRY` whose resources are closed whatever happens.
    pub(super) fn with_statement(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let place = place.with_flags(self.async_flag(node));
        let row = self.control("TRY", "with_statement", place, tree.span(node));
        if let Some(clause) = tree.child_of(node, Kind::WithClause) {
            for item in tree
                .children(clause)
                .filter(|&child| tree.kind(child) == Kind::WithItem)
            {
                self.with_item(item, row);
            }
        }
        self.body(node, row);
    }

    fn with_item(&mut self, item: NodeId, row: RowId) {
        let tree = self.tree;
        let Some(value) = tree
            .child(item, Field::Value)
            .or_else(|| tree.first_child(item))
        else {
            return;
        };
        if tree.kind(value) != Kind::AsPattern {
            self.expression(value, Place::new(row, Role::Resource));
            return;
        }
        if let Some(resource) = tree.first_child(value) {
            self.expression(resource, Place::new(row, Role::Resource));
        }
        if let Some(alias) = tree.child(value, Field::Alias) {
            self.expression(alias, Place::new(row, Role::Target));
        }
    }

    /// `a as b` outside of `with`, `except` and patterns: broken code.
    pub(super) fn as_pattern(&mut self, node: NodeId, place: Place) {
        let row = self.operator(
            codegraph_kit::operators::AS_PATTERN,
            place,
            self.tree.span(node),
        );
        if let Some(value) = self.tree.first_child(node) {
            self.expression(value, Place::argument(row, 1));
        }
        if let Some(alias) = self.tree.child(node, Field::Alias) {
            self.expression(
                alias,
                Place::argument(row, 2)
                    .with_role(Role::Target)
                    .with_flags(NodeFlags::empty()),
            );
        }
    }
}
