//! Blocks, their statements and comments.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::scope::ScopeKind;
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeKind, Role};

use super::Lower;
use crate::grammar::{Kind, is_statement};

/// A definition in a class body: it becomes a child of the class, after the body's other statements.
#[derive(Clone, Copy)]
pub(super) struct Deferred {
    pub(super) node: NodeId,
    /// The first comment that may stand in it.
    pub(super) comment: usize,
    /// It stands under `if TYPE_CHECKING`.
    pub(super) type_only: bool,
}

impl<O: Output> Lower<'_, O> {
    /// Adds a block with its statements.
    pub(super) fn block(&mut self, node: NodeId, parent: RowId, role: Role) -> RowId {
        let block = self.w.put(
            NodeKind::Block,
            Place::new(parent, role),
            self.tree.span(node),
            Text::EMPTY,
        );
        self.statements(node, block, false);
        block
    }

    /// Lowers the statements of a node into a block. `documented`: the first one may be a docstring.
    pub(super) fn statements(&mut self, node: NodeId, block: RowId, documented: bool) {
        if !self.depth.enter() {
            self.too_deep(node, Place::statement(block));
            return;
        }
        let mut first = documented;
        for child in self.tree.children(node) {
            if self.w.is_over() {
                break;
            }
            self.comments(self.tree.start(child), block);
            if !(first && self.docstring(child, block)) {
                self.statement(child, block);
            }
            first = false;
            if node == 0 {
                self.w.boundary();
            }
        }
        self.comments(self.tree.end(node), block);
        self.depth.leave();
    }

    /// Adds the comments that start before an offset.
    pub(super) fn comments(&mut self, before: u32, block: RowId) {
        while let Some(&span) = self.tree.comments.get(self.comment)
            && span.0 < before
        {
            self.comment += 1;
            self.w.put(
                NodeKind::Comment,
                Place::statement(block),
                span,
                Text::EMPTY,
            );
        }
    }

    /// The place of the first comment from an offset on.
    pub(super) fn comment_from(&self, offset: u32) -> usize {
        self.tree
            .comments
            .partition_point(|&(start, _)| start < offset)
    }

    /// Adds the docstring, if a statement is one: a text alone, parentheses or not.
    fn docstring(&mut self, statement: NodeId, block: RowId) -> bool {
        let tree = self.tree;
        if tree.kind(statement) != Kind::ExpressionStatement {
            return false;
        }
        let Some(first) = tree.first_child(statement) else {
            return false;
        };
        let alone =
            tree.after(first) == tree.after(statement) && !self.comma_after(first, statement);
        let string = self.unwrapped(first);
        let is_docstring = alone && self.is_plain_text(string);
        if is_docstring {
            self.string(string, Place::new(block, Role::Docstring));
        }
        is_docstring
    }

    /// Lowers a statement, or what stands in its place.
    pub(super) fn statement(&mut self, node: NodeId, block: RowId) {
        let kind = self.tree.kind(node);
        if matches!(kind, Kind::Function | Kind::Class | Kind::Decorated) {
            self.definition_statement(node, block);
        } else if is_statement(kind) {
            self.simple_or_compound(node, block);
        } else if kind == Kind::Block {
            self.statements(node, block, false);
        } else if kind == Kind::Error {
            self.recover(node, block);
        } else if !self.is_silent(node) {
            self.expression(node, Place::statement(block));
        }
    }

    fn definition_statement(&mut self, node: NodeId, block: RowId) {
        if self.bound.scopes.kind(self.scope) == ScopeKind::Class {
            let comment = self.comment;
            self.deferred.push(Deferred {
                node,
                comment,
                type_only: self.type_only,
            });
            self.comment = self.comment_from(self.tree.end(node));
        } else {
            self.definition(node, block);
        }
    }

    fn simple_or_compound(&mut self, node: NodeId, block: RowId) {
        let place = Place::statement(block);
        match self.tree.kind(node) {
            Kind::If => self.if_statement(node, place),
            Kind::For => self.for_statement(node, place),
            Kind::While => self.while_statement(node, place),
            Kind::Try => self.try_statement(node, place),
            Kind::With => self.with_statement(node, place),
            Kind::Match => self.match_statement(node, place),
            Kind::ImportStatement | Kind::ImportFrom | Kind::FutureImport => {
                self.import(node, block);
            }
            _ => self.simple(node, place),
        }
    }

    /// Lowers what the parser could make out inside of an error, so that one error never loses the rest of a file:
    /// statements go to the block, loose expressions below a row that stands for the error.
    fn recover(&mut self, node: NodeId, block: RowId) {
        if !self.depth.enter() {
            self.too_deep(node, Place::statement(block));
            return;
        }
        let error = self.unknown("ERROR", Place::statement(block), self.tree.span(node));
        for child in self.tree.children(node) {
            self.comments(self.tree.start(child), block);
            let kind = self.tree.kind(child);
            if is_statement(kind) || matches!(kind, Kind::Block | Kind::Error) {
                self.statement(child, block);
            } else if !self.is_silent(child) {
                self.expression(child, Place::statement(error));
            }
        }
        self.depth.leave();
    }
}
