//! Functions, lambdas and their parameters.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::scope::ScopeId;
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, Role};

use super::Lower;
use super::signatures::SIGNATURE;
use crate::grammar::{Field, Kind};
use crate::text::one_line;

/// What lowering goes back to when a declaration is done.
#[derive(Clone, Copy)]
pub(super) struct Around {
    scope: ScopeId,
    owner: Text,
    lambdas: u32,
    type_only: bool,
}

impl<O: Output> Lower<'_, O> {
    /// Goes into a declaration.
    pub(super) fn enter(&mut self, scope: ScopeId, owner: Text) -> Around {
        let around = Around {
            scope: self.scope,
            owner: self.owner,
            lambdas: self.lambdas,
            type_only: self.type_only,
        };
        self.scope = scope;
        self.owner = owner;
        self.lambdas = 0;
        around
    }

    /// Goes back.
    pub(super) fn leave(&mut self, around: Around) {
        Around {
            scope: self.scope,
            owner: self.owner,
            lambdas: self.lambdas,
            type_only: self.type_only,
        } = around;
    }

    /// Lowers a function or class, with the decorators around it.
    pub(super) fn definition(&mut self, node: NodeId, parent: RowId) {
        if !self.depth.enter() {
            self.too_deep(node, Place::statement(parent));
            return;
        }
        let inner = match self.tree.kind(node) {
            Kind::Decorated => self.tree.child(node, Field::Definition),
            _ => Some(node),
        };
        match inner {
            Some(inner) if self.tree.kind(inner) == Kind::Class => self.class(inner, node, parent),
            Some(inner) if self.tree.kind(inner) == Kind::Function => {
                self.function(inner, node, parent);
            }
            // The grammar lost the definition: what it decorated may still be there.
            _ => {
                let row = self.unknown(
                    "decorated_definition",
                    Place::statement(parent),
                    self.tree.span(node),
                );
                self.decorators(node, row);
            }
        }
        self.depth.leave();
    }

    fn function(&mut self, node: NodeId, decorated: NodeId, parent: RowId) {
        let tree = self.tree;
        let name = tree.child(node, Field::Name);
        let text = name.map_or(Text::EMPTY, |name| tree.name(name));
        let spelled = self.w.texts.get(text).to_owned();
        let full = self
            .names
            .declare(&mut self.w.texts, self.owner, ".", &spelled);
        let outer = self.scope;
        let scope = self.bound.scope_of.get(&node).copied().unwrap_or(outer);
        let mut row = self.w.at(
            NodeKind::Method,
            Place::statement(parent),
            tree.span(node),
            text,
        );
        row.detail = full;
        row.type_text = self.signature(node);
        row.flags = self.function_flags(node, decorated, &spelled, scope);
        let method = self.w.push(row);
        self.binds(text, method);
        self.decorators(decorated, method);

        // Annotations see type parameters, default values do not.
        let annotations = self
            .bound
            .type_scope_of
            .get(&node)
            .copied()
            .unwrap_or(outer);
        self.scope = annotations;
        if let Some(list) = tree.child(node, Field::TypeParameters) {
            self.type_parameters(list, method);
        }
        self.scope = outer;
        if let Some(list) = tree.child(node, Field::Parameters) {
            self.parameters(list, method, scope, annotations);
        }
        self.scope = annotations;
        let result = tree.child(node, Field::ReturnType);
        let declared = self.type_text(result.unwrap_or(0));
        let span = result.map_or((tree.start(node), tree.start(node)), |result| {
            tree.span(result)
        });
        let returns = self.method_return(method, span, declared);
        if let Some(result) = result {
            self.type_hint(result, returns);
        }
        self.scope = outer;

        let around = self.enter(scope, full);
        self.type_only = false;
        let body = tree.child(node, Field::Body);
        let span = body.map_or((tree.end(node), tree.end(node)), |body| tree.span(body));
        let block = self.w.put(
            NodeKind::Block,
            Place::new(method, Role::Body),
            span,
            Text::EMPTY,
        );
        self.locals(scope, block, NodeFlags::empty());
        if let Some(body) = body {
            self.statements(body, block, true);
        }
        self.captures(scope, method);
        self.leave(around);
    }

    /// `lambda`: a reference to a method that stands below it.
    pub(super) fn lambda(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        self.lambdas += 1;
        let spelled = format!("<lambda>{}", self.lambdas);
        let name = self.w.texts.intern(&spelled);
        let full = self
            .names
            .declare(&mut self.w.texts, self.owner, ".", &spelled);
        let mut row = self.w.at(NodeKind::MethodRef, place, tree.span(node), name);
        row.detail = full;
        let reference = self.w.add(row, place);

        let outer = self.scope;
        let scope = self.bound.scope_of.get(&node).copied().unwrap_or(outer);
        let mut row = self.w.at(
            NodeKind::Method,
            Place::statement(reference),
            tree.span(node),
            name,
        );
        row.detail = full;
        row.type_text = self.signature(node);
        row.flags = NodeFlags::LAMBDA;
        row.flags
            .set(NodeFlags::GENERATOR, self.bound.generators.contains(&scope));
        let method = self.w.push(row);
        self.w.refer(reference, method);
        if let Some(list) = tree.child(node, Field::Parameters) {
            self.parameters(list, method, scope, outer);
        }
        self.method_return(method, (tree.start(node), tree.start(node)), Text::EMPTY);
        let around = self.enter(scope, full);
        let body = tree.child(node, Field::Body);
        let span = body.map_or((tree.end(node), tree.end(node)), |body| tree.span(body));
        let block = self.w.put(
            NodeKind::Block,
            Place::new(method, Role::Body),
            span,
            Text::EMPTY,
        );
        self.locals(scope, block, NodeFlags::empty());
        if let Some(body) = body {
            let place = Place::statement(block).with_flags(NodeFlags::IMPLICIT);
            let row = self.w.put(NodeKind::Return, place, span, Text::EMPTY);
            self.expression(body, Place::argument(row, 1));
        }
        self.captures(scope, method);
        self.leave(around);
    }

    /// Adds a row for each variable that a function takes from enclosing ones.
    fn captures(&mut self, scope: ScopeId, method: RowId) {
        for i in 0..self.bound.scopes.captures(scope).len() {
            let binding = *self
                .bound
                .scopes
                .binding(self.bound.scopes.captures(scope)[i]);
            let place = Place::statement(method).with_flags(NodeFlags::IMPLICIT);
            let row = self
                .w
                .put(NodeKind::ClosureBinding, place, binding.span, binding.name);
            if binding.row != 0 {
                self.w.refer(row, binding.row);
            }
        }
    }

    /// Adds the decorators of a definition; they belong to the scope around it.
    pub(super) fn decorators(&mut self, decorated: NodeId, parent: RowId) {
        let tree = self.tree;
        if tree.kind(decorated) != Kind::Decorated {
            return;
        }
        for decorator in tree
            .children(decorated)
            .filter(|&child| tree.kind(child) == Kind::Decorator)
        {
            let Some(expression) = tree
                .children(decorator)
                .find(|&child| !self.is_silent(child))
            else {
                continue;
            };
            let callee = match tree.kind(expression) {
                Kind::Call => tree
                    .child(expression, Field::Function)
                    .unwrap_or(expression),
                _ => expression,
            };
            let mut spelled = String::new();
            one_line(self.code(callee), SIGNATURE, &mut spelled);
            let name = self.w.texts.intern(&spelled);
            let row = self.w.put(
                NodeKind::Annotation,
                Place::new(parent, Role::Decorator),
                tree.span(decorator),
                name,
            );
            self.expression(expression, Place::new(row, Role::Value));
        }
    }
}
