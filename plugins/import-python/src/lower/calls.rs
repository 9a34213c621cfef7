//! Calls and their arguments.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind};

use super::Lower;
use crate::grammar::{Field, Kind};

/// Builtins that run code or find names which only a run can tell.
const DYNAMIC: [&str; 3] = ["eval", "exec", "execfile"];
/// Builtins that look an attribute up by the name in their second argument.
const BY_NAME: [&str; 4] = ["getattr", "setattr", "delattr", "hasattr"];
/// Calls that import the module whose name is their first argument.
const IMPORTS: [&str; 2] = ["__import__", "import_module"];

impl<O: Output> Lower<'_, O> {
    /// Adds the row of a call, without its callee and arguments.
    pub(super) fn call(&mut self, node: NodeId, place: Place) -> RowId {
        let tree = self.tree;
        let callee = tree
            .child(node, Field::Function)
            .map(|callee| self.unwrapped(callee));
        let (name, mut flags) = match callee {
            Some(callee) if tree.kind(callee) == Kind::Identifier => {
                (tree.name(callee), NodeFlags::empty())
            }
            Some(callee) if tree.kind(callee) == Kind::Attribute => {
                let name = tree
                    .child(callee, Field::Attribute)
                    .map_or(Text::EMPTY, |name| tree.name(name));
                (name, NodeFlags::DYNAMIC_DISPATCH)
            }
            _ => (Text::EMPTY, NodeFlags::DYNAMIC_DISPATCH),
        };
        flags.set(
            NodeFlags::DYNAMIC_BOUNDARY,
            self.is_boundary(node, name, flags),
        );
        let mut row = self.w.at(NodeKind::Call, place, tree.span(node), name);
        row.flags |= flags;
        self.w.add(row, place)
    }

    /// The expression inside of parentheses.
    pub(super) fn unwrapped(&self, mut node: NodeId) -> NodeId {
        while self.tree.kind(node) == Kind::Parenthesized
            && let Some(inner) = self
                .tree
                .children(node)
                .find(|&child| !self.is_silent(child))
        {
            node = inner;
        }
        node
    }

    /// Whether a call does what only a run can tell: it runs text as code, or finds something by a name that is computed.
    fn is_boundary(&mut self, call: NodeId, name: Text, flags: NodeFlags) -> bool {
        let (checked, position) = match self.w.texts.get(name) {
            spelled if DYNAMIC.contains(&spelled) => (true, None),
            spelled if BY_NAME.contains(&spelled) => (true, Some(1)),
            // `importlib.import_module` is reached through an import, `__import__` without one.
            spelled if IMPORTS.contains(&spelled) => (spelled == "__import__", Some(0)),
            _ => return false,
        };
        let is_method = flags.contains(NodeFlags::DYNAMIC_DISPATCH);
        if checked && (is_method || self.declaration(name).is_some()) {
            return false;
        }
        let Some(position) = position else {
            return true;
        };
        let Some(arguments) = self.tree.child(call, Field::Arguments) else {
            return true;
        };
        let argument = self
            .tree
            .children(arguments)
            .filter(|&child| !self.is_silent(child))
            .nth(position);
        !argument.is_some_and(|argument| self.is_plain_text(argument))
    }

    /// Adds the arguments of a call.
    pub(super) fn call_arguments(&mut self, call: NodeId, row: RowId) {
        let Some(arguments) = self.tree.child(call, Field::Arguments) else {
            return;
        };
        if self.tree.kind(arguments) == Kind::Generator {
            self.expression(arguments, Place::argument(row, 1));
        } else {
            self.argument_list(arguments, row, 0);
        }
    }

    /// Adds the arguments of a list, counting on from a position.
    pub(super) fn argument_list(&mut self, list: NodeId, row: RowId, from: i32) {
        let tree = self.tree;
        let mut position = from;
        for child in tree.children(list) {
            if self.is_silent(child) {
                continue;
            }
            position += 1;
            let place = Place::argument(row, position);
            if tree.kind(child) == Kind::KeywordArgument {
                let name = tree
                    .child(child, Field::Name)
                    .map_or(Text::EMPTY, |name| tree.name(name));
                if let Some(value) = tree.child(child, Field::Value) {
                    self.expression(value, place.with_keyword(name));
                }
            } else {
                self.expression(child, place);
            }
        }
    }
}
