//! Members of types.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, Role, operators};

use super::{ClassAround, Lower};
use crate::grammar::{Field, Kind};

impl<O: Output> Lower<'_, O> {
    /// Adds a member and binds its name in the class.
    pub(super) fn member(
        &mut self,
        name: Text,
        span: (u32, u32),
        declared: Text,
        flags: NodeFlags,
        class: RowId,
    ) -> RowId {
        let mut row = self
            .w
            .at(NodeKind::Member, Place::statement(class), span, name);
        row.type_text = declared;
        row.flags = flags;
        let row = self.w.push(row);
        if !flags.contains(NodeFlags::STATIC)
            && let Some(of) = self.class.filter(|of| of.row == class)
        {
            let text = self.w.texts.get(declared);
            let (is_pointer, is_array) = (text.contains(['*', '&', '(']), text.contains('['));
            let plain = if is_pointer {
                Text::EMPTY
            } else {
                self.plain_type(declared)
            };
            let members = self.shapes.entry(of.name).or_default();
            members.push((name, plain, is_array));
        }
        if self.cpp {
            self.bind(name, span, row);
            // Types of the project are written without a scope of the library.
            let text = self.w.texts.get(declared);
            let by_value = !text.contains(['*', '&', '[', '(', '<', ':']);
            let plain = self.plain_type(declared);
            let is_class = by_value && self.known_classes.contains(&plain);
            if is_class {
                self.member_types.insert(row, declared);
            }
        }
        row
    }

    /// The member that holds a method; overloads share one.
    pub(super) fn member_of_method(
        &mut self,
        name: Text,
        span: (u32, u32),
        class: ClassAround,
    ) -> RowId {
        if let Some(binding) = self.scopes.own(self.scope, name) {
            let row = self.scopes.binding(binding).row;
            if row != 0 {
                return row;
            }
        }
        // It is the type's, not an instance's.
        self.member(
            name,
            span,
            Text::EMPTY,
            class.access | NodeFlags::STATIC,
            class.row,
        )
    }

    /// Widths of bit fields are constants: they belong to the declaration.
    pub(super) fn widths(&mut self, node: NodeId, class: RowId) {
        let tree = self.tree;
        for field in tree
            .children(node)
            .filter(|&child| tree.kind(child) == Kind::Bitfield)
        {
            if let Some(width) = self.parts(field).next() {
                self.expression(width, Place::new(class, Role::None));
            }
        }
    }

    /// Enumerators: members with their values.
    pub(super) fn enumerators(&mut self, list: NodeId, class: RowId) {
        let tree = self.tree;
        for child in tree.children(list) {
            match tree.kind(child) {
                Kind::Enumerator => {
                    let Some(name) = tree.child(child, Field::Name) else {
                        continue;
                    };
                    let text = tree.name(name);
                    let int = self.w.texts.intern("int");
                    let mut row = self.w.at(
                        NodeKind::Member,
                        Place::statement(class),
                        tree.span(child),
                        text,
                    );
                    row.type_text = int;
                    row.flags = NodeFlags::STATIC | NodeFlags::READONLY;
                    let row = self.w.push(row);
                    self.bind(text, tree.span(name), row);
                    if let Some(value) = tree.child(child, Field::Value) {
                        let assignment = self.operator(
                            operators::ASSIGNMENT,
                            Place::statement(class),
                            tree.span(child),
                        );
                        let target = self.w.put(
                            NodeKind::Identifier,
                            Place::argument(assignment, 1),
                            tree.span(name),
                            text,
                        );
                        self.w.refer(target, row);
                        self.expression(value, Place::argument(assignment, 2));
                    }
                }
                Kind::PreprocIf
                | Kind::PreprocIfdef
                | Kind::PreprocElse
                | Kind::PreprocElif
                | Kind::PreprocElifdef => {
                    self.enumerators(child, class);
                }
                Kind::Error => self.recover(child, class),
                _ => {}
            }
        }
    }
}
