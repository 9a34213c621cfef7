//! Displays, indices and slices.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, Role, operators};

use super::Lower;
use crate::grammar::Field;

impl<O: Output> Lower<'_, O> {
    pub(super) fn collection(&mut self, name: &str, node: NodeId, place: Place) {
        let row = self.made(name, place, self.tree.span(node));
        self.arguments_of(node, row);
    }

    /// Adds the call that makes a tuple.
    pub(super) fn tuple(&mut self, place: Place, span: (u32, u32)) -> RowId {
        self.made(operators::TUPLE_LITERAL, place, span)
    }

    /// Adds the call that makes a collection, with the type of what it makes.
    fn made(&mut self, name: &str, place: Place, span: (u32, u32)) -> RowId {
        let text = self.w.texts.intern(name);
        let mut row = self.w.at(NodeKind::Call, place, span, text);
        row.type_text = self.w.texts.intern(match name {
            operators::LIST_LITERAL => "list",
            operators::SET_LITERAL => "set",
            operators::DICT_LITERAL => "dict",
            _ => "tuple",
        });
        self.w.add(row, place)
    }

    pub(super) fn pair(&mut self, node: NodeId, place: Place) {
        let row = self.operator(operators::KEY_VALUE, place, self.tree.span(node));
        for (field, role, position) in [(Field::Key, Role::Key, 1), (Field::Value, Role::Value, 2)]
        {
            if let Some(child) = self.tree.child(node, field) {
                self.expression(child, Place::argument(row, position).with_role(role));
            }
        }
    }

    /// `first:last:step`, with `None` for what is left out.
    pub(super) fn slice(&mut self, node: NodeId, place: Place) {
        let row = self.operator(operators::SLICE, place, self.tree.span(node));
        let code = &self.source[self.tree.range(node)];
        let start = self.tree.start(node);
        let mut bounds = [None; 3];
        let mut part = 0;
        let mut at = start;
        for child in self.tree.children(node) {
            part += colons(&code[(at - start) as usize..(self.tree.start(child) - start) as usize]);
            at = self.tree.end(child);
            if let Some(bound) = bounds.get_mut(part)
                && !self.is_silent(child)
            {
                *bound = Some(child);
            }
        }
        let written = if part == 2 || colons(&code[(at - start) as usize..]) + part == 2 {
            3
        } else {
            2
        };
        for (i, bound) in bounds.iter().take(written).enumerate() {
            let place = Place::argument(row, i as i32 + 1);
            if let Some(bound) = *bound {
                self.expression(bound, place);
            } else {
                let place = place.with_flags(NodeFlags::IMPLICIT);
                self.literal("None", "None", place, (start, start));
            }
        }
    }

    /// The index of `a[i]`; several, or one with a comma, are a tuple.
    pub(super) fn index(&mut self, node: NodeId, row: RowId) {
        let tree = self.tree;
        let mut indices = tree
            .children(node)
            .filter(|&child| tree.field_of(child) == Field::Subscript);
        let (first, second) = (indices.next(), indices.next());
        let Some(first) = first else { return };
        if second.is_none() && !self.comma_after(first, node) {
            self.expression(first, Place::argument(row, 2));
            return;
        }
        let span = (
            tree.start(first),
            tree.end(node).saturating_sub(1).max(tree.start(first)),
        );
        let tuple = self.tuple(Place::argument(row, 2), span);
        let mut position = 0;
        for index in tree
            .children(node)
            .filter(|&child| tree.field_of(child) == Field::Subscript)
        {
            position += 1;
            self.expression(index, Place::argument(tuple, position));
        }
    }
}

/// Colons outside of comments.
fn colons(code: &[u8]) -> usize {
    let mut comment = false;
    let mut count = 0;
    for &byte in code {
        match byte {
            b'#' => comment = true,
            b'\n' => comment = false,
            b':' if !comment => count += 1,
            _ => {}
        }
    }
    count
}
