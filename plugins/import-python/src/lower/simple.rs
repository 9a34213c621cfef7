//! Simple statements.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, Role, operators};

use super::Lower;
use crate::grammar::{Field, Kind};
use crate::shapes::type_alias_name;
use codegraph_kit::texts::Text;

impl<O: Output> Lower<'_, O> {
    /// Lowers a statement that has no block.
    pub(super) fn simple(&mut self, node: NodeId, place: Place) {
        let span = self.tree.span(node);
        match self.tree.kind(node) {
            Kind::ExpressionStatement => self.expression_statement(node, place),
            Kind::Return => {
                let row = self.w.put(NodeKind::Return, place, span, Text::EMPTY);
                self.arguments_of(node, row);
            }
            Kind::Delete => {
                let row = self.operator(operators::DELETE, place, span);
                let list = self
                    .tree
                    .first_child(node)
                    .filter(|&child| self.tree.kind(child) == Kind::ExpressionList);
                self.arguments_of(list.unwrap_or(node), row);
            }
            Kind::Assert => {
                let row = self.operator(operators::ASSERT, place, span);
                self.arguments_of(node, row);
            }
            Kind::Raise => self.raise(node, place),
            Kind::Pass => {
                self.operator(operators::PASS, place, span);
            }
            Kind::Break => {
                self.control("BREAK", "break_statement", place, span);
            }
            Kind::Continue => {
                self.control("CONTINUE", "continue_statement", place, span);
            }
            Kind::TypeAlias => self.type_alias(node, place),
            Kind::Print => self.print(node, place),
            Kind::Exec => self.exec(node, place),
            // `global` and `nonlocal` say where names are looked up: the references tell it.
            _ => {}
        }
    }

    /// Lowers the children of a node as the arguments of a call or return.
    pub(super) fn arguments_of(&mut self, node: NodeId, row: RowId) {
        let mut position = 0;
        for child in self.tree.children(node) {
            if !self.is_silent(child) {
                position += 1;
                self.expression(child, Place::argument(row, position));
            }
        }
    }

    fn expression_statement(&mut self, node: NodeId, place: Place) {
        let Some(first) = self.tree.first_child(node) else {
            return;
        };
        let alone = self.tree.after(first) == self.tree.after(node);
        if alone && !self.comma_after(first, node) {
            self.expression(first, place);
        } else {
            let row = self.tuple(place, self.tree.span(node));
            self.arguments_of(node, row);
        }
    }

    /// `raise E from c`; Python 2's `raise E, v, t` gives the first its arguments.
    fn raise(&mut self, node: NodeId, place: Place) {
        let row = self.control("THROW", "raise_statement", place, self.tree.span(node));
        for child in self.tree.children(node) {
            if self.is_silent(child) {
                continue;
            }
            let role = if self.tree.field_of(child) == Field::Cause {
                Role::Argument
            } else {
                Role::Value
            };
            self.expression(child, Place::new(row, role));
        }
    }

    fn type_alias(&mut self, node: NodeId, place: Place) {
        let Some((name, parameters)) = type_alias_name(self.tree, node) else {
            return;
        };
        let value = self.tree.child(node, Field::Right);
        let text = self.tree.name(name);
        let mut row = self
            .w
            .at(NodeKind::TypeDecl, place, self.tree.span(node), text);
        let spelled = self.w.texts.get(text).to_owned();
        row.detail = self
            .names
            .declare(&mut self.w.texts, self.owner, ".", &spelled);
        row.type_text = self.type_text(value.unwrap_or(0));
        let declared = self.w.push(row);
        self.binds(text, declared);
        let outer = self.scope;
        self.scope = self
            .bound
            .type_scope_of
            .get(&node)
            .copied()
            .unwrap_or(outer);
        if let Some(parameters) = parameters {
            self.type_parameters(parameters, declared);
        }
        if let Some(value) = value {
            self.type_hint(value, declared);
        }
        self.scope = outer;
    }

    /// Python 2's `print a, b` and `print >>f, a`: a call of the function that took its place.
    fn print(&mut self, node: NodeId, place: Place) {
        let row = self.implicit_call("print", node, place, NodeFlags::empty());
        let mut position = 0;
        for child in self.tree.children(node) {
            if self.is_silent(child) {
                continue;
            }
            let (value, keyword) = match self.tree.kind(child) {
                Kind::Chevron => (
                    self.tree.children(child).find(|&c| !self.is_silent(c)),
                    self.w.texts.intern("file"),
                ),
                _ => (Some(child), Text::EMPTY),
            };
            if let Some(value) = value {
                position += 1;
                self.expression(value, Place::argument(row, position).with_keyword(keyword));
            }
        }
    }

    /// Python 2's `exec code in globals, locals`.
    fn exec(&mut self, node: NodeId, place: Place) {
        let row = self.implicit_call("exec", node, place, NodeFlags::DYNAMIC_BOUNDARY);
        self.arguments_of(node, row);
    }

    /// Adds a call of a function whose name is a keyword of the statement.
    fn implicit_call(&mut self, name: &str, node: NodeId, place: Place, flags: NodeFlags) -> RowId {
        let (start, end) = self.tree.span(node);
        let name_end = (start + name.len() as u32).min(end);
        let name = self.w.texts.intern(name);
        let mut call = self.w.at(NodeKind::Call, place, (start, end), name);
        call.flags |= flags;
        let row = self.w.add(call, place);
        let callee = Place::receiver(row).with_flags(NodeFlags::IMPLICIT);
        self.w
            .put(NodeKind::Identifier, callee, (start, name_end), name);
        row
    }
}
