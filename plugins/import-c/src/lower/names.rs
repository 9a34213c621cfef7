//! What names mean.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::scope::{ScopeId, ScopeKind};
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind};

use super::Lower;

impl<O: Output> Lower<'_, O> {
    /// Opens a scope in the one around; gives that one, to go back to.
    pub(super) fn open(&mut self, kind: ScopeKind) -> ScopeId {
        let around = self.scope;
        self.scope = self.scopes.open(kind, around);
        around
    }

    /// Binds a name to a row in the scope around.
    pub(super) fn bind(&mut self, name: Text, span: (u32, u32), row: RowId) {
        if name.is_empty() {
            return;
        }
        if let Some(binding) = self.scopes.bind(self.scope, name, span, NodeFlags::empty()) {
            let own = self.scopes.binding_mut(binding);
            if own.row == 0 {
                own.row = row;
                own.span = span;
            }
        }
    }

    /// The row of the declaration that a name means here.
    pub(super) fn declaration_of(&mut self, name: Text) -> Option<RowId> {
        let binding = self.scopes.resolve(self.scope, name)?;
        Some(self.scopes.binding(binding).row).filter(|&row| row != 0)
    }

    /// Links a row with what its name means, now or when the file is read.
    pub(super) fn mean(&mut self, row: RowId, name: Text) {
        if name.is_empty() {
            return;
        }
        match self.declaration_of(name) {
            Some(declaration) => self.w.refer(row, declaration),
            None => self.waiting.push((row, name)),
        }
    }

    /// Adds an identifier and links it with its declaration.
    pub(super) fn identifier(&mut self, node: NodeId, place: Place) -> RowId {
        let name = self.tree.name(node);
        // A member that its class declares further down.
        if self.is_later_member(name) && self.declaration_of(name).is_none() {
            let this = self.w.texts.intern("this");
            if self.declaration_of(this).is_some() {
                return self.member_of_this(node, place);
            }
        }
        let row = self
            .w
            .put(NodeKind::Identifier, place, self.tree.span(node), name);
        self.mean(row, name);
        row
    }

    /// Adds a row for each variable that a function takes from enclosing ones.
    pub(super) fn captures(&mut self, scope: ScopeId, method: RowId) {
        for i in 0..self.scopes.captures(scope).len() {
            let binding = *self.scopes.binding(self.scopes.captures(scope)[i]);
            let place = Place::statement(method).with_flags(NodeFlags::IMPLICIT);
            let row = self
                .w
                .put(NodeKind::ClosureBinding, place, binding.span, binding.name);
            if binding.row != 0 {
                self.w.refer(row, binding.row);
            }
        }
    }
}
