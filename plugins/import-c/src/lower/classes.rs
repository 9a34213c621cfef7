//! What constructors and handlers of exceptions run.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::scope::ScopeKind;
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, Role, operators};

use super::Lower;
use crate::grammar::{Field, Kind};

impl<O: Output> Lower<'_, O> {
    /// `C() : a(1), Base(x) {}`: assignments to members, and calls of constructors.
    pub(super) fn field_initializers(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        let Some(list) = tree.child_of(node, Kind::FieldInitializers) else {
            return;
        };
        for part in self.parts(list).collect::<Vec<_>>() {
            let mut inner = self.parts(part);
            let (Some(name), value) = (inner.next(), inner.next()) else {
                continue;
            };
            let span = tree.span(part);
            let text = match tree.kind(name) {
                Kind::FieldIdentifier | Kind::Identifier => tree.name(name),
                _ => {
                    let spelled = self.name_text(name);
                    self.w.texts.intern(&spelled)
                }
            };
            // Only a member can be assigned to: another name is a base's or the class's own.
            let class = self.scopes.parent(self.scope);
            let member = self
                .scopes
                .own(class, text)
                .filter(|_| self.scopes.kind(class) == ScopeKind::Type);
            let member = member
                .map(|binding| self.scopes.binding(binding).row)
                .filter(|&row| row != 0);
            let parts: Vec<NodeId> = value
                .map(|value| self.parts(value).collect())
                .unwrap_or_default();
            // The class's own name is its constructor.
            let owner = self.constructed_class();
            let member = member.filter(|_| owner != Some(text));
            let of_class = member.and_then(|member| self.member_types.get(&member).copied());
            if let (Some(member), Some(declared), Some(value)) = (member, of_class, value) {
                let row = self.operator(operators::ASSIGNMENT, Place::statement(block), span);
                let place = Place::argument(row, 1);
                let target = self
                    .w
                    .put(NodeKind::Identifier, place, tree.span(name), text);
                self.w.refer(target, member);
                self.construct(value, declared, Place::argument(row, 2));
                continue;
            }
            if let (Some(member), [only]) = (member, &parts[..]) {
                let row = self.operator(operators::ASSIGNMENT, Place::statement(block), span);
                let target = self.w.put(
                    NodeKind::Identifier,
                    Place::argument(row, 1),
                    tree.span(name),
                    text,
                );
                self.w.refer(target, member);
                self.initial_or_expression(*only, Place::argument(row, 2));
                continue;
            }
            let row = self
                .w
                .put(NodeKind::Call, Place::statement(block), span, text);
            let receiver = self.w.put(
                NodeKind::Identifier,
                Place::receiver(row),
                tree.span(name),
                text,
            );
            if let Some(member) = member {
                self.w.refer(receiver, member);
            }
            if let Some(value) = value {
                self.arguments(value, row);
            }
        }
    }

    /// The name of the class whose constructor is being lowered.
    fn constructed_class(&mut self) -> Option<Text> {
        let owner = self.w.texts.get(self.owner).to_owned();
        let (class, _) = owner.rsplit_once("::")?;
        let short = class.rsplit("::").next().unwrap_or(class).to_owned();
        Some(self.w.texts.intern(&short))
    }

    pub(super) fn try_statement(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let row = self.control("TRY", "try_statement", place, tree.span(node));
        if let Some(body) = tree.child(node, Field::Body) {
            self.block(body, row, Role::Body);
        }
        for clause in tree
            .children(node)
            .filter(|&child| tree.kind(child) == Kind::Catch)
        {
            self.catch(clause, row);
        }
    }

    fn catch(&mut self, node: NodeId, parent: RowId) {
        let tree = self.tree;
        let row = self.control(
            "CATCH",
            "catch_clause",
            Place::new(parent, Role::Catch),
            tree.span(node),
        );
        let around = self.open(ScopeKind::Block);
        let parameter = tree
            .child(node, Field::Parameters)
            .and_then(|list| tree.child_of(list, Kind::Parameter));
        if let Some(parameter) = parameter {
            let declarator = tree
                .child(parameter, Field::Declarator)
                .map(|child| self.declarator(child))
                .unwrap_or_default();
            let declared = self.declared_type(parameter, declarator);
            if let Some(caught) = tree.child(parameter, Field::Type) {
                let plain = self.plain_type(declared);
                self.w.put(
                    NodeKind::Identifier,
                    Place::new(row, Role::TypeHint),
                    tree.span(caught),
                    plain,
                );
            }
            if let Some(name) = declarator.name {
                let (text, span) = (tree.name(name), tree.span(name));
                let local = self.local(text, span, declared, NodeFlags::empty(), row);
                let target = self.w.put(
                    NodeKind::Identifier,
                    Place::new(row, Role::Target),
                    span,
                    text,
                );
                self.w.refer(target, local);
            }
        }
        if let Some(body) = tree.child(node, Field::Body) {
            self.block(body, row, Role::Body);
        }
        self.scope = around;
    }

    /// `__try { … } __except (filter) { … } __finally { … }`
    pub(super) fn seh_try(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let row = self.control("TRY", "seh_try_statement", place, tree.span(node));
        for child in self.parts(node).collect::<Vec<_>>() {
            match tree.kind(child) {
                Kind::Block => {
                    self.block(child, row, Role::Body);
                }
                Kind::SehExcept => {
                    let handler = self.control(
                        "CATCH",
                        "seh_except_clause",
                        Place::new(row, Role::Catch),
                        tree.span(child),
                    );
                    for part in self.parts(child).collect::<Vec<_>>() {
                        if tree.kind(part) == Kind::Block {
                            self.block(part, handler, Role::Body);
                        } else {
                            self.expression(part, Place::new(handler, Role::Condition));
                        }
                    }
                }
                Kind::SehFinally => {
                    if let Some(body) = tree.child(child, Field::Body) {
                        self.block(body, row, Role::Finally);
                    }
                }
                _ => {}
            }
        }
    }
}
