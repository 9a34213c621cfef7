//! Classes: bases, members, the body that runs where the class statement stands, and methods.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::scope::ScopeId;
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, Role};

use super::Lower;
use super::signatures::visibility;
use crate::grammar::{Field, Kind};

impl<O: Output> Lower<'_, O> {
    pub(super) fn class(&mut self, node: NodeId, decorated: NodeId, parent: RowId) {
        let tree = self.tree;
        let text = tree
            .child(node, Field::Name)
            .map_or(Text::EMPTY, |name| tree.name(name));
        let spelled = self.w.texts.get(text).to_owned();
        let full = self
            .names
            .declare(&mut self.w.texts, self.owner, ".", &spelled);
        let outer = self.scope;
        let scope = self.bound.scope_of.get(&node).copied().unwrap_or(outer);
        let in_class = self.bound.scopes.kind(outer) == codegraph_kit::scope::ScopeKind::Class;
        let mut row = self.w.at(
            NodeKind::TypeDecl,
            Place::statement(parent),
            tree.span(node),
            text,
        );
        row.detail = full;
        row.flags = visibility(&spelled, in_class);
        row.flags.set(NodeFlags::DECLARATION, self.stub);
        let declared = self.w.push(row);
        self.binds(text, declared);
        self.decorators(decorated, declared);

        self.scope = self
            .bound
            .type_scope_of
            .get(&node)
            .copied()
            .unwrap_or(outer);
        if let Some(list) = tree.child(node, Field::TypeParameters) {
            self.type_parameters(list, declared);
        }
        if let Some(bases) = tree.child(node, Field::Superclasses) {
            self.bases(bases, declared);
        }
        self.scope = outer;
        self.members(scope, declared);

        let around = self.enter(scope, full);
        let body = tree.child(node, Field::Body);
        let waiting = self.deferred.len();
        let method = self.class_body(body, full, declared);
        let after = self.comment;
        for i in waiting..self.deferred.len() {
            let deferred = self.deferred[i];
            self.comment = deferred.comment;
            self.type_only = deferred.type_only;
            self.definition(deferred.node, declared);
        }
        self.deferred.truncate(waiting);
        self.comment = after;
        self.leave(around);

        // The body runs once, where the class statement stands.
        let name = self.w.texts.intern("<body>");
        let start = tree.start(node);
        let place = Place::statement(parent).with_flags(NodeFlags::IMPLICIT);
        let call = self.w.put(NodeKind::Call, place, (start, start), name);
        self.w.refer(call, method);
    }

    /// Adds the method that holds the statements of a class body; definitions in it are kept for later.
    fn class_body(&mut self, body: Option<NodeId>, full: Text, declared: RowId) -> RowId {
        let span = body.map_or_else(|| (0, 0), |body| self.tree.span(body));
        let name = self.w.texts.intern("<body>");
        let mut row = self
            .w
            .at(NodeKind::Method, Place::statement(declared), span, name);
        row.detail = self.join(full, "<body>");
        row.flags = NodeFlags::IMPLICIT | NodeFlags::STATIC;
        let method = self.w.push(row);
        self.method_return(method, (span.0, span.0), Text::EMPTY);
        let block = self.w.put(
            NodeKind::Block,
            Place::new(method, Role::Body),
            span,
            Text::EMPTY,
        );
        if let Some(body) = body {
            self.statements(body, block, true);
        }
        method
    }

    /// Adds base classes in their order. `metaclass=` and other keywords of the class statement stand among them, with their
    /// names.
    fn bases(&mut self, list: NodeId, declared: RowId) {
        let tree = self.tree;
        for child in tree.children(list) {
            match tree.kind(child) {
                Kind::KeywordArgument => {
                    let name = tree
                        .child(child, Field::Name)
                        .map_or(Text::EMPTY, |name| tree.name(name));
                    if let Some(value) = tree.child(child, Field::Value) {
                        self.expression(value, Place::new(declared, Role::Base).with_keyword(name));
                    }
                }
                Kind::DictionarySplat => {
                    self.expression(child, Place::new(declared, Role::Argument));
                }
                _ if self.is_silent(child) => {}
                _ => self.expression(child, Place::new(declared, Role::Base)),
            }
        }
    }

    /// Adds what the body binds, then what methods set on their first parameter.
    fn members(&mut self, class: ScopeId, declared: RowId) {
        for i in 0..self.bound.scopes.bindings(class).len() {
            let id = self.bound.scopes.bindings(class)[i];
            let binding = *self.bound.scopes.binding(id);
            let mut row = self.w.at(
                NodeKind::Member,
                Place::statement(declared),
                binding.span,
                binding.name,
            );
            row.flags = binding.flags
                | NodeFlags::STATIC
                | visibility(self.w.texts.get(binding.name), true);
            row.type_text = self.type_text(binding.type_node);
            self.bound.scopes.binding_mut(id).row = self.w.push(row);
        }
        let from = self
            .bound
            .members
            .partition_point(|member| member.class.0 < class.0);
        for i in from..self.bound.members.len() {
            let member = self.bound.members[i];
            if member.class != class {
                break;
            }
            if self.bound.scopes.own(class, member.name).is_some() {
                continue;
            }
            let mut row = self.w.at(
                NodeKind::Member,
                Place::statement(declared),
                member.span,
                member.name,
            );
            row.flags = visibility(self.w.texts.get(member.name), true);
            row.flags.set(NodeFlags::STATIC, member.of_class);
            row.type_text = self.type_text(member.type_node);
            self.w.push(row);
        }
    }
}
