//! Namespaces, linkage, templates, and names of names.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::scope::ScopeKind;
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeKind, Role, operators};

use super::Lower;
use super::declarators::Declarator;
use crate::grammar::{Field, Kind, is_token};

impl<O: Output> Lower<'_, O> {
    /// `extern "C" { … }`
    pub(super) fn linkage(&mut self, node: NodeId, block: RowId) {
        if let Some(body) = self.tree.child(node, Field::Body) {
            let around = self.enter(Text::EMPTY, self.class);
            self.item(body, block);
            self.leave(around);
        }
    }

    /// `namespace a::b { … }`: its declarations stay in the block around, under longer names.
    pub(super) fn namespace(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        let name = tree
            .child(node, Field::Name)
            .map(|name| self.name_text(name));
        let owner = match name {
            Some(name) => self.qualified(&name),
            // What has no name is the file's alone.
            None => self.qualified(&format!(
                "<{}>",
                self.path.rsplit('/').next().unwrap_or_default()
            )),
        };
        let spelled = self
            .w
            .texts
            .get(owner)
            .rsplit("::")
            .next()
            .unwrap_or_default()
            .to_owned();
        let short = self.w.texts.intern(&spelled);
        let mut row = self.w.at(
            NodeKind::NamespaceBlock,
            Place::statement(block),
            tree.span(node),
            short,
        );
        row.detail = owner;
        let _ = self.w.push(row);
        if let Some(body) = tree.child(node, Field::Body) {
            let around = self.enter(owner, None);
            self.items(body, block);
            self.leave(around);
        }
    }

    /// `using ns::name;`, `using namespace ns;`, `namespace a = b::c;`
    pub(super) fn using(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        let Some(target) = self.parts(node).last() else {
            return;
        };
        let module = self.name_text(target);
        let spelled = match tree.kind(node) {
            Kind::NamespaceAlias => tree
                .child(node, Field::Name)
                .map(|name| self.name_text(name))
                .unwrap_or_default(),
            _ => module.rsplit("::").next().unwrap_or_default().to_owned(),
        };
        let row = self.operator(
            operators::TYPE_ALIAS,
            Place::statement(block),
            tree.span(node),
        );
        let name = self.w.texts.intern(&spelled);
        self.w.put(
            NodeKind::Identifier,
            Place::argument(row, 1),
            tree.span(node),
            name,
        );
        let module = self.w.texts.intern(&module);
        self.w.put(
            NodeKind::Identifier,
            Place::argument(row, 2),
            tree.span(target),
            module,
        );
    }

    /// `using name = T;`
    pub(super) fn alias(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        let (Some(name), Some(target)) =
            (tree.child(node, Field::Name), tree.child(node, Field::Type))
        else {
            return;
        };
        if let Some(inner) = tree.child(target, Field::Type) {
            self.type_specifier(inner, block);
        }
        let spelled = self.name_text(name);
        let text = self.w.texts.intern(&spelled);
        let declared = self.squeezed(&[tree.span(target)]);
        let mut row = self.w.at(
            NodeKind::TypeDecl,
            Place::statement(block),
            tree.span(node),
            text,
        );
        row.detail = self.qualified(&spelled);
        row.type_text = declared;
        let row = self.w.push(row);
        let base = self.held_type(declared);
        if !base.is_empty() {
            self.w.put(
                NodeKind::Identifier,
                Place::new(row, Role::Base),
                tree.span(target),
                base,
            );
        }
    }

    /// `template <…> …`: what it declares, not instantiated.
    pub(super) fn template(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        let around = self.scope;
        if self.class.is_none() {
            // Parameters of the template are names of its own, but what it declares is the scope's around.
            if let Some(list) = tree.child(node, Field::Parameters) {
                self.template_parameters(list, block);
            }
        }
        for part in self.parts(node).collect::<Vec<_>>() {
            if !matches!(tree.kind(part), Kind::TemplateParameters | Kind::Requires) {
                self.item(part, block);
            }
        }
        self.scope = around;
    }

    fn template_parameters(&mut self, list: NodeId, block: RowId) {
        let tree = self.tree;
        for part in self.parts(list).collect::<Vec<_>>() {
            let name = match tree.kind(part) {
                Kind::TypeParameter | Kind::OptionalTypeParameter | Kind::VariadicTypeParameter => {
                    (part + 1..tree.after(part))
                        .find(|&inner| tree.kind(inner) == Kind::TypeIdentifier)
                }
                Kind::Parameter | Kind::OptionalParameter => tree
                    .child(part, Field::Declarator)
                    .and_then(|child| self.declarator(child).name),
                _ => None,
            };
            if let Some(name) = name {
                self.w.put(
                    NodeKind::TypeParameter,
                    Place::statement(block),
                    tree.span(part),
                    tree.name(name),
                );
            }
        }
    }

    /// What declares no name that is not declared elsewhere.
    pub(super) fn declared_only(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        match tree.kind(node) {
            Kind::Friend => {
                // A friend that is defined in the class is a function of the namespace around.
                if let Some(function) = tree.child_of(node, Kind::Function) {
                    let around = self.class.take();
                    let owner = self.owner;
                    let of_class = self.w.texts.get(owner).to_owned();
                    let outer = of_class.rsplit_once("::").map_or("", |(outer, _)| outer);
                    self.owner = self.w.texts.intern(outer);
                    self.function(function, block);
                    self.owner = owner;
                    self.class = around;
                }
            }
            Kind::Concept => {
                let name = tree
                    .child(node, Field::Name)
                    .map_or(Text::EMPTY, |name| tree.name(name));
                let spelled = self.w.texts.get(name).to_owned();
                let mut row = self.w.at(
                    NodeKind::TypeDecl,
                    Place::statement(block),
                    tree.span(node),
                    name,
                );
                row.detail = self.qualified(&spelled);
                self.w.push(row);
            }
            _ => {
                self.unknown(
                    "template_instantiation",
                    Place::statement(block),
                    tree.span(node),
                );
            }
        }
    }

    pub(super) fn static_assert(&mut self, node: NodeId, block: RowId) {
        let row = self.operator(
            operators::ASSERT,
            Place::statement(block),
            self.tree.span(node),
        );
        for (part, position) in self.parts(node).collect::<Vec<_>>().into_iter().zip(1..) {
            self.expression(part, Place::argument(row, position));
        }
    }

    /// Lowers a lambda: a reference to a method that stands below it.
    pub(super) fn lambda(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        self.lambdas += 1;
        let spelled = format!("<lambda>{}", self.lambdas);
        let name = self.w.texts.intern(&spelled);
        let full = self.qualified(&spelled);
        let full = self.w.texts.get(full).to_owned();
        let full = if self.owner.is_empty() {
            format!("{}:{full}", self.path)
        } else {
            full
        };
        let full = self
            .names
            .declare(&mut self.w.texts, Text::EMPTY, "", &full);
        let mut row = self.w.at(NodeKind::MethodRef, place, tree.span(node), name);
        row.detail = full;
        let reference = self.w.add(row, place);
        let mut row = self.w.at(
            NodeKind::Method,
            Place::statement(reference),
            tree.span(node),
            name,
        );
        row.detail = full;
        row.flags = codegraph_kit::NodeFlags::LAMBDA;
        let method = self.w.push(row);
        self.w.refer(reference, method);
        let around = self.enter(full, None);
        self.lambdas = 0;
        self.open(ScopeKind::Function);
        let scope = self.scope;
        let function = tree.child(node, Field::Declarator);
        let declarator = Declarator {
            function,
            node: function.unwrap_or(0),
            ..Declarator::default()
        };
        self.parameters(node, declarator, method);
        let start = tree.start(node);
        self.method_return(method, (start, start), Text::EMPTY);
        if let Some(body) = tree.child(node, Field::Body) {
            let block = self.w.put(
                NodeKind::Block,
                Place::new(method, Role::Body),
                tree.span(body),
                Text::EMPTY,
            );
            self.capture_values(node, block);
            self.statements(body, block);
        }
        self.captures(scope, method);
        self.leave(around);
    }

    /// `[x = value]`: a variable of the lambda.
    fn capture_values(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        let Some(list) = tree.child(node, Field::Captures) else {
            return;
        };
        for part in tree
            .children(list)
            .filter(|&child| !is_token(tree.kind(child)))
            .collect::<Vec<_>>()
        {
            if tree.kind(part) != Kind::LambdaCapture {
                continue;
            }
            let (Some(left), Some(right)) = (
                tree.child(part, Field::Left),
                tree.child(part, Field::Right),
            ) else {
                continue;
            };
            let (text, span) = (tree.name(left), tree.span(left));
            let row = self.operator(
                operators::ASSIGNMENT,
                Place::statement(block),
                tree.span(part),
            );
            // The value is of the scope around: the variable is bound behind it.
            self.expression(right, Place::argument(row, 2));
            let local = self.local(
                text,
                span,
                Text::EMPTY,
                codegraph_kit::NodeFlags::empty(),
                block,
            );
            let target = self
                .w
                .put(NodeKind::Identifier, Place::argument(row, 1), span, text);
            self.w.refer(target, local);
        }
    }
}
