//! Parameters of functions, and type parameters.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::scope::ScopeId;
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, Role};

use super::Lower;
use crate::grammar::{Field, Kind};
use crate::shapes::{TypeParameter, type_parameters};

impl<O: Output> Lower<'_, O> {
    /// Adds the type parameters of a definition.
    pub(super) fn type_parameters(&mut self, list: NodeId, parent: RowId) {
        let tree = self.tree;
        for TypeParameter { node, name, bound } in type_parameters(tree, list) {
            let stars = self
                .code(node)
                .bytes()
                .take_while(|&byte| byte == b'*')
                .count();
            let mut row = self.w.at(
                NodeKind::TypeParameter,
                Place::statement(parent),
                tree.span(node),
                tree.name(name),
            );
            row.type_text = self.type_text(bound.unwrap_or(0));
            row.flags.set(NodeFlags::VARIADIC, stars == 1);
            row.flags.set(NodeFlags::KEYWORD_VARIADIC, stars == 2);
            let declared = self.w.push(row);
            if let Some(binding) = self.bound.scopes.own(self.scope, tree.name(name)) {
                self.bound.scopes.binding_mut(binding).row = declared;
            }
            if let Some(bound) = bound {
                self.type_hint(bound, declared);
            }
            let next = tree.after(node);
            let end = if next < tree.after(list) {
                tree.start(next)
            } else {
                tree.end(list)
            };
            self.type_default(tree.end(node), end, declared);
        }
    }

    /// Adds the default of a type parameter, which stands between two offsets if there is one.
    fn type_default(&mut self, from: u32, to: u32, declared: RowId) {
        let Some(defaults) = self.defaults else {
            return;
        };
        let of_it = |&statement: &NodeId| (from..to).contains(&defaults.start(statement));
        let Some(statement) = defaults.children(0).find(of_it) else {
            return;
        };
        // Its nodes are another tree's: what is known of scopes by node does not hold for them.
        let tree = std::mem::replace(&mut self.tree, defaults);
        let scopes = std::mem::take(&mut self.bound.scope_of);
        if let Some(default) = self.tree.first_child(statement) {
            self.expression(default, Place::new(declared, Role::DefaultValue));
        }
        self.bound.scope_of = scopes;
        self.tree = tree;
    }

    /// Adds the parameters of a function: positions count from 1, the receiver's among them.
    pub(super) fn parameters(
        &mut self,
        list: NodeId,
        method: RowId,
        scope: ScopeId,
        annotations: ScopeId,
    ) {
        let tree = self.tree;
        let separator = tree
            .children(list)
            .position(|child| tree.kind(child) == Kind::PositionalSeparator);
        let mut position = 0;
        let mut keyword_only = NodeFlags::empty();
        for (i, child) in tree.children(list).enumerate() {
            let mut flags = keyword_only;
            flags.set(
                NodeFlags::POSITIONAL_ONLY,
                separator.is_some_and(|at| i < at),
            );
            match tree.kind(child) {
                Kind::KeywordSeparator => keyword_only = NodeFlags::KEYWORD_ONLY,
                Kind::PositionalSeparator | Kind::Comment => {}
                Kind::Error => {
                    let row = self.unknown("ERROR", Place::statement(method), tree.span(child));
                    for inner in tree.children(child) {
                        self.expression(inner, Place::statement(row));
                    }
                }
                kind if crate::grammar::is_token(kind) => {}
                _ => {
                    position += 1;
                    let star = self.star(child);
                    if star.contains(NodeFlags::KEYWORD_VARIADIC) {
                        flags.remove(NodeFlags::KEYWORD_ONLY);
                    }
                    flags |= star;
                    self.parameter(
                        child,
                        Place::argument(method, position).with_flags(flags),
                        scope,
                        annotations,
                    );
                    if star.contains(NodeFlags::VARIADIC) {
                        keyword_only = NodeFlags::KEYWORD_ONLY;
                    }
                }
            }
        }
    }

    /// What the stars before a parameter say.
    fn star(&self, parameter: NodeId) -> NodeFlags {
        let is_splat = |node: NodeId| match self.tree.kind(node) {
            Kind::ListSplatPattern => Some(NodeFlags::VARIADIC),
            Kind::DictionarySplatPattern => Some(NodeFlags::KEYWORD_VARIADIC),
            _ => None,
        };
        let inner = self.tree.first_child(parameter).and_then(is_splat);
        is_splat(parameter).or(inner).unwrap_or(NodeFlags::empty())
    }

    fn parameter(&mut self, node: NodeId, place: Place, scope: ScopeId, annotations: ScopeId) {
        let tree = self.tree;
        let declared = tree
            .child(node, Field::Type)
            .filter(|_| tree.kind(node) != Kind::Identifier);
        let default = tree
            .child(node, Field::Value)
            .filter(|_| tree.kind(node) != Kind::Identifier);
        let target = match tree.kind(node) {
            Kind::DefaultParameter | Kind::TypedDefaultParameter => tree.child(node, Field::Name),
            Kind::TypedParameter => tree.first_child(node),
            _ => Some(node),
        };
        let name = target.and_then(|target| match tree.kind(target) {
            Kind::Identifier => Some(target),
            Kind::ListSplatPattern | Kind::DictionarySplatPattern => {
                tree.child_of(target, Kind::Identifier)
            }
            _ => None,
        });
        let text = name.map_or(Text::EMPTY, |name| tree.name(name));
        let mut row = self
            .w
            .at(NodeKind::MethodParameterIn, place, tree.span(node), text);
        row.type_text = self.type_text(declared.unwrap_or(0));
        let parameter = self.w.push(row);
        if let Some(binding) = self
            .bound
            .scopes
            .own(scope, text)
            .filter(|_| name.is_some())
        {
            self.bound.scopes.binding_mut(binding).row = parameter;
        }
        let around = self.scope;
        if let Some(declared) = declared {
            self.scope = annotations;
            self.type_hint(declared, parameter);
            self.scope = around;
        }
        if let Some(default) = default {
            self.expression(default, Place::new(parameter, Role::DefaultValue));
        }
        // Python 2's `def f(a, (b, c))`: the names inside are locals that the parameter's value is unpacked to.
        if let (None, Some(target)) = (name, target) {
            let end = tree.after(target);
            for at in target..end {
                if tree.kind(at) == Kind::Identifier
                    && let Some(binding) = self.bound.scopes.own(scope, tree.name(at))
                {
                    self.bound.scopes.binding_mut(binding).row = parameter;
                }
            }
        }
    }
}
