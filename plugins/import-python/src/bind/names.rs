//! What binds names: targets of every kind, imports, patterns; and what disclaims them.

use codegraph_kit::NodeFlags;
use codegraph_kit::scope::{Elsewhere, ScopeKind};
use codegraph_kit::tree::NodeId;

use super::{Binder, Member, Receiver};
use crate::grammar::{Field, Kind};
use crate::shapes::capture;

impl Binder<'_> {
    pub(super) fn assignment(&mut self, node: NodeId) {
        let declared = self.tree.child(node, Field::Type).unwrap_or(0);
        if let Some(left) = self.tree.child(node, Field::Left) {
            self.targets(left, declared);
        }
    }

    pub(super) fn field_targets(&mut self, node: NodeId, field: Field) {
        if let Some(target) = self.tree.child(node, field) {
            self.targets(target, 0);
        }
    }

    pub(super) fn targets_of_children(&mut self, node: NodeId) {
        for child in self.tree.children(node) {
            self.targets(child, 0);
        }
    }

    /// Binds the names among the targets of an assignment.
    pub(super) fn targets(&mut self, target: NodeId, declared: NodeId) {
        let scope = self.scope();
        let end = self.tree.after(target);
        let mut at = target;
        while at < end {
            match self.tree.kind(at) {
                Kind::Identifier => {
                    let name = self.tree.name(at);
                    let bound =
                        self.bound
                            .scopes
                            .bind(scope, name, self.tree.span(at), NodeFlags::empty());
                    if let Some(bound) = bound {
                        let binding = self.bound.scopes.binding_mut(bound);
                        if binding.type_node == 0 {
                            binding.type_node = declared;
                        }
                    }
                    at += 1;
                }
                Kind::PatternList
                | Kind::TuplePattern
                | Kind::ListPattern
                | Kind::ListSplatPattern
                | Kind::ListSplat
                | Kind::ExpressionList
                | Kind::Tuple
                | Kind::List
                | Kind::Parenthesized
                | Kind::ParenthesizedListSplat
                | Kind::AsPatternTarget
                | Kind::Error => at += 1,
                Kind::Attribute => {
                    self.member(at, declared);
                    at = self.tree.after(at);
                }
                _ => at = self.tree.after(at),
            }
        }
    }

    /// Notes an attribute that a method sets on its first parameter.
    fn member(&mut self, attribute: NodeId, declared: NodeId) {
        let function = self
            .bound
            .scopes
            .nearest(self.scope(), |kind| kind == ScopeKind::Function);
        let Some(&(class, receiver, what)) = self.receivers.get(&function) else {
            return;
        };
        let object = self.tree.child(attribute, Field::Object);
        let on_receiver = object.is_some_and(|object| {
            self.tree.kind(object) == Kind::Identifier && self.tree.name(object) == receiver
        });
        let Some(name) = self
            .tree
            .child(attribute, Field::Attribute)
            .filter(|_| on_receiver)
        else {
            return;
        };
        let (name, span) = (self.tree.name(name), self.tree.span(name));
        if what == Receiver::None {
            return;
        }
        if self.known_members.insert((class, name)) {
            let of_class = what == Receiver::Class;
            self.bound.members.push(Member {
                class,
                name,
                span,
                type_node: declared,
                of_class,
            });
        } else if declared != 0
            && let Some(member) = self
                .bound
                .members
                .iter_mut()
                .rev()
                .find(|member| member.class == class && member.name == name)
            && member.type_node == 0
        {
            member.type_node = declared;
        }
    }

    pub(super) fn except(&mut self, node: NodeId) {
        // `except E, e` is Python 2's way to name the error. In Python 3.14 it catches two, so that only binds the second
        // where the grammar says so: with `as`.
        self.field_targets(node, Field::Alias);
    }

    pub(super) fn named(&mut self, node: NodeId) {
        let Some(name) = self.tree.child(node, Field::Name) else {
            return;
        };
        let scope = self.bound.scopes.nearest(self.scope(), |kind| {
            !matches!(kind, ScopeKind::Comprehension | ScopeKind::Annotation)
        });
        self.bound.scopes.bind(
            scope,
            self.tree.name(name),
            self.tree.span(name),
            NodeFlags::empty(),
        );
    }

    pub(super) fn import(&mut self, node: NodeId) {
        let tree = self.tree;
        for item in tree
            .children(node)
            .filter(|&child| tree.field_of(child) == Field::Name)
        {
            let name = match tree.kind(item) {
                Kind::AliasedImport => tree.child(item, Field::Alias),
                _ => tree.first_child(item),
            };
            if let Some(name) = name {
                self.bind_name(name, NodeFlags::IMPORTED);
            }
        }
    }

    pub(super) fn disclaim(&mut self, node: NodeId, elsewhere: Elsewhere) {
        let scope = self.scope();
        if self.bound.scopes.kind(scope) == ScopeKind::Module {
            return;
        }
        for name in self
            .tree
            .children(node)
            .filter(|&child| self.tree.kind(child) == Kind::Identifier)
        {
            self.bound
                .scopes
                .disclaim(scope, self.tree.name(name), elsewhere);
        }
    }

    /// Binds what patterns of `case` capture.
    pub(super) fn pattern(&mut self, node: NodeId) {
        let tree = self.tree;
        if tree.kind(node) == Kind::CasePattern {
            self.pattern_end = self.pattern_end.max(tree.after(node));
        }
        if node >= self.pattern_end {
            return;
        }
        match tree.kind(node) {
            Kind::ClassPattern => self.no_capture = tree.first_child(node).unwrap_or(0),
            Kind::SplatPattern | Kind::AsPattern => {
                if let Some(name) = tree.child_of(node, Kind::Identifier) {
                    self.bind_name(name, NodeFlags::empty());
                }
            }
            Kind::DottedName if node != self.no_capture => {
                if let Some(name) = capture(tree, node, self.texts) {
                    self.bind_name(name, NodeFlags::empty());
                }
            }
            _ => {}
        }
    }
}
