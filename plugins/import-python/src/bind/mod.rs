//! What is bound where: one pass over the flat tree before anything is lowered.
//!
//! The rules are those of the language reference, "Naming and binding": a name bound anywhere in a function is local to
//! it; a comprehension has a scope of its own, but for its leftmost iterable; an assignment expression binds outside of
//! comprehensions; decorators, default values and annotations belong to the scope around the definition.

mod names;

use codegraph_kit::NodeFlags;
use codegraph_kit::scope::{Elsewhere, ScopeId, ScopeKind, Scopes};
use codegraph_kit::texts::{Text, Texts};
use codegraph_kit::tree::NodeId;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::grammar::{Field, Kind, Tree, is_token};
use crate::shapes::{TypeParameter, type_alias_name, type_parameters};

/// An attribute that methods give to their instance or class (`self.x = …`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) class: ScopeId,
    pub(crate) name: Text,
    pub(crate) span: (u32, u32),
    pub(crate) type_node: NodeId,
    pub(crate) of_class: bool,
}

/// What the pass found.
#[derive(Default)]
pub(crate) struct Bound {
    pub(crate) scopes: Scopes,
    /// Scopes of functions, lambdas, classes and comprehensions, by node.
    pub(crate) scope_of: FxHashMap<NodeId, ScopeId>,
    /// Scopes of type parameters, by the node of the definition.
    pub(crate) type_scope_of: FxHashMap<NodeId, ScopeId>,
    pub(crate) generators: FxHashSet<ScopeId>,
    /// Attributes in the order of their first assignment.
    pub(crate) members: Vec<Member>,
}

/// What the first parameter of a method is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Receiver {
    Instance,
    Class,
    None,
}

struct Binder<'a> {
    tree: &'a Tree,
    texts: &'a Texts,
    bound: Bound,
    /// Where subtrees end in which a scope holds, innermost last.
    regions: Vec<(NodeId, ScopeId)>,
    /// Nodes to come that start a region, the next one last.
    pending: Vec<(NodeId, ScopeId)>,
    scratch: Vec<(NodeId, ScopeId)>,
    /// Functions of classes: class, name of the first parameter, what that is.
    receivers: FxHashMap<ScopeId, (ScopeId, Text, Receiver)>,
    known_members: FxHashSet<(ScopeId, Text)>,
    /// What decorators say of the next function.
    next_receiver: Receiver,
    /// Captures of patterns are looked for up to this node.
    pattern_end: NodeId,
    /// A name in a pattern that is no capture.
    no_capture: NodeId,
}

/// Finds what each scope of a file binds.
pub(crate) fn bind(tree: &Tree, texts: &Texts) -> Bound {
    let mut binder = Binder {
        tree,
        texts,
        bound: Bound::default(),
        regions: Vec::with_capacity(64),
        pending: Vec::with_capacity(64),
        scratch: Vec::new(),
        receivers: FxHashMap::default(),
        known_members: FxHashSet::default(),
        next_receiver: Receiver::Instance,
        pattern_end: 0,
        no_capture: 0,
    };
    for node in 0..tree.len() {
        binder.visit(node);
    }
    binder.bound
}

impl Binder<'_> {
    fn visit(&mut self, node: NodeId) {
        while self.regions.last().is_some_and(|&(end, _)| end <= node) {
            self.regions.pop();
        }
        while let Some(&(at, scope)) = self.pending.last()
            && at <= node
        {
            self.pending.pop();
            if at == node {
                self.regions.push((self.tree.after(node), scope));
            }
        }
        match self.tree.kind(node) {
            Kind::Decorated => self.decorated(node),
            Kind::Function => self.function(node),
            Kind::Lambda => self.lambda(node),
            Kind::Class => self.class(node),
            Kind::TypeAlias => self.type_alias(node),
            Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::DictionaryComprehension
            | Kind::Generator => {
                self.comprehension(node);
            }
            Kind::Assignment => self.assignment(node),
            Kind::Augmented | Kind::For | Kind::ForIn => self.field_targets(node, Field::Left),
            Kind::AsPatternTarget => self.targets(node, 0),
            Kind::Except => self.except(node),
            Kind::Named => self.named(node),
            Kind::Delete => self.targets_of_children(node),
            Kind::ImportStatement | Kind::ImportFrom | Kind::FutureImport => self.import(node),
            Kind::Global => self.disclaim(node, Elsewhere::Global),
            Kind::Nonlocal => self.disclaim(node, Elsewhere::Enclosing),
            Kind::Yield => {
                let function = self
                    .bound
                    .scopes
                    .nearest(self.scope(), |kind| kind == ScopeKind::Function);
                self.bound.generators.insert(function);
            }
            Kind::CasePattern
            | Kind::ClassPattern
            | Kind::SplatPattern
            | Kind::AsPattern
            | Kind::DottedName => {
                self.pattern(node);
            }
            _ => {}
        }
    }

    fn scope(&self) -> ScopeId {
        self.regions
            .last()
            .map_or(Scopes::MODULE, |&(_, scope)| scope)
    }

    /// Starts regions at nodes to come, given in the order of the source.
    fn expect(&mut self) {
        self.pending.extend(self.scratch.drain(..).rev());
    }

    fn bind_name(&mut self, node: NodeId, flags: NodeFlags) {
        let scope = self.scope();
        self.bound
            .scopes
            .bind(scope, self.tree.name(node), self.tree.span(node), flags);
    }

    fn decorated(&mut self, node: NodeId) {
        for decorator in self
            .tree
            .children(node)
            .filter(|&child| self.tree.kind(child) == Kind::Decorator)
        {
            let expression = self
                .tree
                .children(decorator)
                .find(|&child| !is_token(self.tree.kind(child)));
            let Some(expression) = expression else {
                continue;
            };
            if self.tree.kind(expression) == Kind::Identifier {
                match self.texts.get(self.tree.name(expression)) {
                    "staticmethod" => self.next_receiver = Receiver::None,
                    "classmethod" => self.next_receiver = Receiver::Class,
                    _ => {}
                }
            }
        }
    }

    fn type_scope(&mut self, node: NodeId, scope: ScopeId) -> ScopeId {
        let Some(parameters) = self.tree.child(node, Field::TypeParameters) else {
            return scope;
        };
        let inner = self.bound.scopes.open(ScopeKind::Annotation, scope);
        self.bound.type_scope_of.insert(node, inner);
        self.type_parameters(parameters, inner);
        self.scratch.push((parameters, inner));
        inner
    }

    fn type_parameters(&mut self, list: NodeId, scope: ScopeId) {
        for TypeParameter { name, .. } in type_parameters(self.tree, list) {
            self.bound.scopes.bind(
                scope,
                self.tree.name(name),
                self.tree.span(name),
                NodeFlags::empty(),
            );
        }
    }

    fn function(&mut self, node: NodeId) {
        let outer = self.scope();
        let receiver = std::mem::replace(&mut self.next_receiver, Receiver::Instance);
        if let Some(name) = self.tree.child(node, Field::Name) {
            self.bind_name(name, NodeFlags::empty());
        }
        let around = self.type_scope(node, outer);
        let scope = self.bound.scopes.open(ScopeKind::Function, around);
        self.bound.scope_of.insert(node, scope);
        if let Some(parameters) = self.tree.child(node, Field::Parameters) {
            let first = self.parameters(parameters, scope, around);
            if self.bound.scopes.kind(outer) == ScopeKind::Class
                && let Some(first) = first
            {
                self.receivers.insert(scope, (outer, first, receiver));
            }
        }
        if around != outer {
            self.scratch.extend(
                self.tree
                    .child(node, Field::ReturnType)
                    .map(|child| (child, around)),
            );
        }
        self.scratch.extend(
            self.tree
                .child(node, Field::Body)
                .map(|child| (child, scope)),
        );
        self.expect();
    }

    /// Binds parameters and gives the first one's name. Their types belong to the scope of type parameters.
    fn parameters(&mut self, list: NodeId, scope: ScopeId, around: ScopeId) -> Option<Text> {
        let mut first = None;
        for parameter in self.tree.children(list) {
            let mut at = parameter;
            let end = self.tree.after(parameter);
            while at < end {
                let field = self.tree.field_of(at);
                if at != parameter && matches!(field, Field::Type | Field::Value) {
                    if field == Field::Type
                        && self.bound.scopes.kind(around) == ScopeKind::Annotation
                    {
                        self.scratch.push((at, around));
                    }
                    at = self.tree.after(at);
                    continue;
                }
                if self.tree.kind(at) == Kind::Identifier {
                    let name = self.tree.name(at);
                    first = first.or(Some(name));
                    let bound =
                        self.bound
                            .scopes
                            .bind(scope, name, self.tree.span(at), NodeFlags::empty());
                    if let Some(bound) = bound {
                        self.bound.scopes.binding_mut(bound).is_parameter = true;
                    }
                }
                at += 1;
            }
        }
        first
    }

    fn lambda(&mut self, node: NodeId) {
        let scope = self.bound.scopes.open(ScopeKind::Function, self.scope());
        self.bound.scope_of.insert(node, scope);
        if let Some(parameters) = self.tree.child(node, Field::Parameters) {
            self.parameters(parameters, scope, Scopes::MODULE);
        }
        self.scratch.extend(
            self.tree
                .child(node, Field::Body)
                .map(|child| (child, scope)),
        );
        self.expect();
    }

    fn class(&mut self, node: NodeId) {
        let outer = self.scope();
        self.next_receiver = Receiver::Instance;
        if let Some(name) = self.tree.child(node, Field::Name) {
            self.bind_name(name, NodeFlags::empty());
        }
        let around = self.type_scope(node, outer);
        let scope = self.bound.scopes.open(ScopeKind::Class, around);
        self.bound.scope_of.insert(node, scope);
        if around != outer {
            self.scratch.extend(
                self.tree
                    .child(node, Field::Superclasses)
                    .map(|child| (child, around)),
            );
        }
        self.scratch.extend(
            self.tree
                .child(node, Field::Body)
                .map(|child| (child, scope)),
        );
        self.expect();
    }

    fn type_alias(&mut self, node: NodeId) {
        let Some((name, parameters)) = type_alias_name(self.tree, node) else {
            return;
        };
        self.bind_name(name, NodeFlags::empty());
        let scope = self.bound.scopes.open(ScopeKind::Annotation, self.scope());
        self.bound.type_scope_of.insert(node, scope);
        if let Some(parameters) = parameters {
            self.type_parameters(parameters, scope);
        }
        self.regions.push((self.tree.after(node), scope));
    }

    fn comprehension(&mut self, node: NodeId) {
        let outer = self.scope();
        let scope = self.bound.scopes.open(ScopeKind::Comprehension, outer);
        self.bound.scope_of.insert(node, scope);
        if let Some(first) = self.tree.child_of(node, Kind::ForIn) {
            let tree = self.tree;
            let iterables = tree
                .children(first)
                .filter(|&child| tree.field_of(child) == Field::Right);
            self.scratch.extend(iterables.map(|child| (child, outer)));
            self.expect();
        }
        self.regions.push((self.tree.after(node), scope));
    }
}
