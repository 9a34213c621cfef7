//! Annotations: what they say as text, and the expressions they are made of.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, Role, operators};

use super::Lower;
use crate::grammar::Kind;
use crate::text::one_line;

/// Longest text of a type, in bytes.
const TYPE: usize = 300;

impl<O: Output> Lower<'_, O> {
    /// The text of an annotation on one line, out of its quotes where it stands in some; empty for node 0.
    pub(super) fn type_text(&mut self, node: NodeId) -> Text {
        if node == 0 {
            return Text::EMPTY;
        }
        let inner = match self.tree.kind(node) {
            Kind::Type => self.tree.first_child(node).unwrap_or(node),
            _ => node,
        };
        if self.tree.kind(inner) == Kind::Identifier {
            return self.tree.name(inner);
        }
        let content = match self.tree.kind(inner) {
            Kind::String => self.tree.child_of(inner, Kind::StringContent),
            _ => Some(inner),
        };
        let mut line = std::mem::take(&mut self.scratch);
        line.clear();
        if let Some(content) = content {
            one_line(self.code(content), TYPE, &mut line);
        }
        let text = self.w.texts.intern(&line);
        self.scratch = line;
        text
    }

    /// Adds the expression of an annotation.
    pub(super) fn type_hint(&mut self, node: NodeId, parent: RowId) {
        self.expression(node, Place::new(parent, Role::TypeHint));
    }

    /// Types that the grammar does not read as expressions: `A[B]`, `A | B`, `T: B`, `a.B`, `*Ts`.
    pub(super) fn type_expression(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let span = tree.span(node);
        let mut parts = tree
            .children(node)
            .filter(|&child| !crate::grammar::is_token(tree.kind(child)));
        let (first, second) = (parts.next(), parts.next());
        match tree.kind(node) {
            Kind::SplatType => {
                if let Some(first) = first {
                    self.expression(first, place.with_flags(NodeFlags::UNPACKED));
                }
            }
            Kind::GenericType => {
                let row = self.operator(operators::INDEX_ACCESS, place, span);
                if let Some(first) = first {
                    self.expression(first, Place::argument(row, 1));
                }
                if let Some(second) = second {
                    self.type_arguments(second, row);
                }
            }
            kind => {
                let name = if kind == Kind::MemberType {
                    operators::FIELD_ACCESS
                } else {
                    operators::OR
                };
                let row = self.operator(name, place, span);
                if let Some(first) = first {
                    self.expression(first, Place::argument(row, 1));
                }
                match second {
                    Some(second) if kind == Kind::MemberType => {
                        let name = tree.name(second);
                        self.w.put(
                            NodeKind::FieldIdentifier,
                            Place::argument(row, 2),
                            tree.span(second),
                            name,
                        );
                    }
                    Some(second) => self.expression(second, Place::argument(row, 2)),
                    None => {}
                }
            }
        }
    }

    fn type_arguments(&mut self, list: NodeId, row: RowId) {
        let tree = self.tree;
        let mut arguments = tree.children(list);
        let (first, second) = (arguments.next(), arguments.next());
        match (first, second) {
            (Some(first), None) => self.expression(first, Place::argument(row, 2)),
            (Some(_), Some(_)) => {
                let span = (
                    tree.start(list) + 1,
                    tree.end(list).saturating_sub(1).max(tree.start(list) + 1),
                );
                let tuple = self.tuple(Place::argument(row, 2), span);
                self.arguments_of(list, tuple);
            }
            _ => {}
        }
    }
}
