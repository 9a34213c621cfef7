//! Comprehensions and generator expressions: a block of their own scope, a loop for each `for`, and at the heart a call
//! that adds an element to the result.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, Role, operators};

use super::Lower;
use crate::grammar::{Field, Kind};

impl<O: Output> Lower<'_, O> {
    pub(super) fn comprehension(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let name = match tree.kind(node) {
            Kind::ListComprehension => "<listcomp>",
            Kind::SetComprehension => "<setcomp>",
            Kind::DictionaryComprehension => "<dictcomp>",
            _ => "<genexpr>",
        };
        let name = self.w.texts.intern(name);
        let mut row = self.w.at(NodeKind::Block, place, tree.span(node), name);
        row.flags
            .set(NodeFlags::GENERATOR, tree.kind(node) == Kind::Generator);
        let block = self.w.add(row, place);
        let outer = self.scope;
        if let Some(&scope) = self.bound.scope_of.get(&node) {
            self.scope = scope;
            self.locals(scope, block, NodeFlags::empty());
        }
        let inner = self.scope;
        let mut parent = (block, Role::None);
        for clause in tree.children(node) {
            match tree.kind(clause) {
                Kind::ForIn => {
                    // The leftmost iterable is evaluated outside of the comprehension's scope.
                    self.scope = if parent.0 == block { outer } else { inner };
                    parent = (self.for_in(clause, parent.0, parent.1, inner), Role::Body);
                }
                Kind::IfClause => {
                    if let Some(condition) =
                        tree.children(clause).find(|&child| !self.is_silent(child))
                    {
                        self.expression(condition, Place::new(parent.0, Role::Guard));
                    }
                }
                _ => {}
            }
        }
        if let Some(body) = tree.child(node, Field::Body) {
            let row = self.operator(
                operators::APPEND,
                Place::new(parent.0, parent.1),
                tree.span(body),
            );
            self.expression(body, Place::argument(row, 1));
        }
        self.scope = outer;
    }

    /// Adds one `for … in …` and leaves its body open.
    fn for_in(
        &mut self,
        clause: NodeId,
        parent: RowId,
        role: Role,
        inner: codegraph_kit::scope::ScopeId,
    ) -> RowId {
        let tree = self.tree;
        let place = Place::new(parent, role).with_flags(self.async_flag(clause));
        let row = self.control("FOR", "for_in_clause", place, tree.span(clause));
        let mut iterables = tree
            .children(clause)
            .filter(|&child| tree.field_of(child) == Field::Right);
        let (first, second) = (iterables.next(), iterables.next());
        let iterable = Place::new(row, Role::Iterable);
        if let (Some(first), Some(_)) = (first, second) {
            // Python 2's `for x in 1, 2` in a list comprehension.
            let span = (tree.start(first), tree.end(clause));
            let tuple = self.tuple(iterable, span);
            let mut position = 0;
            for child in tree
                .children(clause)
                .filter(|&child| tree.field_of(child) == Field::Right)
            {
                position += 1;
                self.expression(child, Place::argument(tuple, position));
            }
        } else if let Some(first) = first {
            self.expression(first, iterable);
        }
        self.scope = inner;
        if let Some(target) = tree.child(clause, Field::Left) {
            self.expression(target, Place::new(row, Role::Target));
        }
        row
    }

    /// The property of a construct with `async` before it.
    pub(super) fn async_flag(&self, node: NodeId) -> NodeFlags {
        if self.tree.has(node, Kind::AsyncToken) {
            NodeFlags::ASYNC
        } else {
            NodeFlags::empty()
        }
    }
}
