//! Lists of values in braces.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeKind, operators};

use super::Lower;
use crate::grammar::{Field, Kind};

/// A list of values in braces, in their order; those under a member's name have it as the argument's name.
pub(super) const INITIALIZER: &str = "<operator>.arrayInitializer";

impl<O: Output> Lower<'_, O> {
    /// `{a, .f = b, [3] = c}` of a type, or with elements of one.
    pub(super) fn initializer_list(
        &mut self,
        node: NodeId,
        place: Place,
        own: Text,
        element: Text,
    ) {
        if !self.depth.enter() {
            self.too_deep(node, place);
            return;
        }
        let tree = self.tree;
        let name = self.w.texts.intern(if own.is_empty() {
            operators::LIST_LITERAL
        } else {
            INITIALIZER
        });
        let mut row = self.w.at(NodeKind::Call, place, tree.span(node), name);
        row.type_text = own;
        let row = self.w.add(row, place);
        let mut position = 0;
        let members = self.shapes.get(&own).cloned().unwrap_or_default();
        let parts: Vec<NodeId> = self.parts(node).collect();
        for part in parts {
            if tree.kind(part) == Kind::Error {
                self.recover(part, row);
                continue;
            }
            position += 1;
            let place = Place::argument(row, position);
            if tree.kind(part) == Kind::InitializerPair {
                self.pair(part, place, element, &members);
            } else if let Some(&(_, of, is_array)) = members.get(position as usize - 1) {
                self.member_value(part, place, (of, is_array));
            } else {
                self.initial_value(part, place, element);
            }
        }
        self.depth.leave();
    }

    /// The value of a member, in braces that of its type.
    fn member_value(&mut self, node: NodeId, place: Place, (of, is_array): (Text, bool)) {
        if self.tree.kind(node) != Kind::InitializerList {
            self.expression(node, place);
        } else if is_array {
            self.initializer_list(node, place, Text::EMPTY, of);
        } else {
            // Only a type with members of its own is called with them.
            let own = if self.shapes.contains_key(&of) {
                of
            } else {
                Text::EMPTY
            };
            self.initializer_list(node, place, own, Text::EMPTY);
        }
    }

    fn initial_value(&mut self, node: NodeId, place: Place, own: Text) {
        if self.tree.kind(node) == Kind::InitializerList {
            self.initializer_list(node, place, own, Text::EMPTY);
        } else {
            self.expression(node, place);
        }
    }

    /// `.f = x`, `[i] = x`, `[a ... b] = x`, `f: x`
    fn pair(&mut self, node: NodeId, place: Place, element: Text, members: &[(Text, Text, bool)]) {
        let tree = self.tree;
        let designators: Vec<NodeId> = tree
            .children(node)
            .filter(|&child| tree.field_of(child) == Field::Designator)
            .collect();
        let Some(value) = tree.child(node, Field::Value) else {
            return;
        };
        let [first, rest @ ..] = &designators[..] else {
            self.initial_value(value, place, element);
            return;
        };
        let member = match tree.kind(*first) {
            Kind::FieldDesignator => self.parts(*first).next().map(|name| tree.name(name)),
            Kind::FieldIdentifier | Kind::Identifier => Some(tree.name(*first)),
            _ => None,
        };
        if let Some(member) = member {
            let place = place.with_keyword(member);
            let known = members.iter().find(|(name, ..)| *name == member);
            let known = known.map(|&(_, of, is_array)| (of, is_array));
            match rest
                .first()
                .filter(|&&inner| tree.kind(inner) == Kind::FieldDesignator)
            {
                // `.a.b = x` is `.a = {.b = x}`
                Some(&inner) => {
                    let of = known.map_or(Text::EMPTY, |(of, _)| of);
                    let name = if self.shapes.contains_key(&of) {
                        INITIALIZER
                    } else {
                        operators::LIST_LITERAL
                    };
                    let name = self.w.texts.intern(name);
                    let mut list = self.w.at(NodeKind::Call, place, tree.span(node), name);
                    if self.shapes.contains_key(&of) {
                        list.type_text = of;
                    }
                    let row = self.w.add(list, place);
                    let keyword = self
                        .parts(inner)
                        .next()
                        .map_or(Text::EMPTY, |name| tree.name(name));
                    self.initial_value(
                        value,
                        Place::argument(row, 1).with_keyword(keyword),
                        Text::EMPTY,
                    );
                }
                None => match known {
                    Some(known) => self.member_value(value, place, known),
                    None => self.initial_value(value, place, Text::EMPTY),
                },
            }
            return;
        }
        let row: RowId = self.operator(operators::KEY_VALUE, place, tree.span(node));
        if let Some(index) = self.parts(*first).next() {
            self.expression(index, Place::argument(row, 1));
        } else {
            self.w.put(
                NodeKind::Unknown,
                Place::argument(row, 1),
                tree.span(*first),
                Text::EMPTY,
            );
        }
        self.initial_value(value, Place::argument(row, 2), element);
    }
}
