//! What the parser could make out inside of an error.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::tree::NodeId;

use super::Lower;
use crate::grammar::{Kind, is_statement, is_token};

impl<O: Output> Lower<'_, O> {
    /// Lowers what stands inside of an error, so that one never loses the rest of a file: declarations and statements go to the block,
    /// loose expressions below a row that stands for the error.
    pub(super) fn recover(&mut self, node: NodeId, block: RowId) {
        if !self.depth.enter() {
            self.too_deep(node, Place::statement(block));
            return;
        }
        let error = self.unknown("ERROR", Place::statement(block), self.tree.span(node));
        for child in self.tree.children(node) {
            self.comments(self.tree.start(child), block);
            let kind = self.tree.kind(child);
            let is_declaration = matches!(
                kind,
                Kind::Function
                    | Kind::Declaration
                    | Kind::TypeDefinition
                    | Kind::Linkage
                    | Kind::Namespace
                    | Kind::Using
                    | Kind::Alias
                    | Kind::Template
                    | Kind::Struct
                    | Kind::Union
                    | Kind::Enum
                    | Kind::Class
            );
            if is_declaration || is_statement(kind) || matches!(kind, Kind::Block | Kind::Error) {
                self.item(child, block);
            } else if matches!(
                kind,
                Kind::Call
                    | Kind::Assignment
                    | Kind::Binary
                    | Kind::Subscript
                    | Kind::FieldAccess
                    | Kind::Parenthesized
                    | Kind::Pointer
                    | Kind::Unary
                    | Kind::Update
                    | Kind::Conditional
                    | Kind::Cast
                    | Kind::Identifier
            ) {
                self.expression(child, Place::statement(error));
            } else if !is_token(kind) {
                self.loose(child, error);
            }
        }
        self.depth.leave();
    }

    /// Calls that stand inside of what is no expression.
    fn loose(&mut self, node: NodeId, error: RowId) {
        let tree = self.tree;
        let mut at = node;
        while at < tree.after(node) {
            if tree.kind(at) == Kind::Call {
                self.expression(at, Place::statement(error));
                at = tree.after(at);
            } else {
                at += 1;
            }
        }
    }
}
