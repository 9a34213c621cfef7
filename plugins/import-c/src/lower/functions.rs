//! Functions with and without bodies.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::scope::{ScopeId, ScopeKind};
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, Role};

use super::declarations::Storage;
use super::declarators::Declarator;
use super::{ClassAround, Lower};
use crate::grammar::{Field, Kind};

/// What lowering goes back to when a declaration is done.
#[derive(Clone, Copy)]
pub(super) struct Around {
    scope: ScopeId,
    owner: Text,
    class: Option<ClassAround>,
    lambdas: u32,
}

/// A function's names.
struct Named {
    /// What it is called by in the scope around.
    short: Text,
    full: Text,
    /// `C` of `C::f`.
    class: Option<Text>,
}

impl<O: Output> Lower<'_, O> {
    /// Goes into a declaration.
    pub(super) fn enter(&mut self, owner: Text, class: Option<ClassAround>) -> Around {
        let around = Around {
            scope: self.scope,
            owner: self.owner,
            class: self.class,
            lambdas: self.lambdas,
        };
        self.owner = owner;
        self.class = class;
        around
    }

    /// Goes back.
    pub(super) fn leave(&mut self, around: Around) {
        Around {
            scope: self.scope,
            owner: self.owner,
            class: self.class,
            lambdas: self.lambdas,
        } = around;
    }

    /// Lowers a function with its body.
    pub(super) fn function(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        self.types_inside(node, block);
        let declarator = tree
            .child(node, Field::Declarator)
            .map(|child| self.declarator(child));
        let Some(declarator) = declarator.filter(|found| found.name.is_some()) else {
            // What the macro before a body makes of it is not known: its statements are.
            if let Some(body) = tree.child(node, Field::Body) {
                let (start, _) = tree.span(node);
                self.w.gap(
                    start,
                    tree.start(body),
                    "unsupported_construct",
                    "a body without a declarator that names a function",
                );
                self.block(body, block, Role::None);
            }
            return;
        };
        let storage = self.storage(node);
        let body = tree.child(node, Field::Body);
        let mut flags = self.function_flags(node, declarator, storage);
        let purely = tree.has(node, Kind::PureVirtual);
        flags.set(NodeFlags::ABSTRACT, purely);
        flags.set(
            NodeFlags::DECLARATION,
            body.is_none() && !tree.has(node, Kind::DefaultMethod),
        );
        let (method, named) = self.method(node, declarator, flags, block);
        if body.is_none() {
            self.parameters_only(node, declarator, method, (flags, &named));
            return;
        }
        let around = self.enter(named.full, None);
        self.lambdas = 0;
        if let Some(scope) = named.class.and_then(|class| self.classes.get(&class)) {
            self.scope = *scope;
        }
        self.open(ScopeKind::Function);
        self.receiver(method, flags, &named);
        self.parameters(node, declarator, method);
        let returns = self.return_type(node, declarator);
        let start = tree.start(node);
        self.method_return(method, (start, start), returns);
        if let Some(body) = body {
            let (span, inner, catches) = match tree.kind(body) {
                Kind::Try => (tree.span(body), tree.child(body, Field::Body), true),
                _ => (tree.span(body), Some(body), false),
            };
            let rows = self.w.put(
                NodeKind::Block,
                Place::new(method, Role::Body),
                span,
                Text::EMPTY,
            );
            self.field_initializers(node, rows);
            if catches {
                self.field_initializers(body, rows);
                self.try_statement(body, Place::statement(rows));
            } else if let Some(inner) = inner {
                self.statements(inner, rows);
            }
        }
        self.leave(around);
    }

    /// Lowers the declaration of a function.
    pub(super) fn function_declaration(
        &mut self,
        node: NodeId,
        declarator: Declarator,
        storage: Storage,
        block: RowId,
    ) {
        let mut flags = self.function_flags(node, declarator, storage) | NodeFlags::DECLARATION;
        flags.set(
            NodeFlags::ABSTRACT,
            storage.is_virtual && declarator.value.is_some(),
        );
        // `= 0` and `= default` stand behind the declarator.
        let behind =
            &self.bytes[self.tree.end(declarator.node) as usize..self.tree.end(node) as usize];
        let behind: Vec<u8> = behind
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        flags.set(NodeFlags::ABSTRACT, behind.starts_with(b"=0"));
        if behind.starts_with(b"=default") {
            flags.remove(NodeFlags::DECLARATION);
        }
        let (method, named) = self.method(node, declarator, flags, block);
        self.parameters_only(node, declarator, method, (flags, &named));
    }

    fn parameters_only(
        &mut self,
        node: NodeId,
        declarator: Declarator,
        method: RowId,
        (flags, named): (NodeFlags, &Named),
    ) {
        let around = self.enter(named.full, None);
        self.open(ScopeKind::Function);
        self.receiver(method, flags, named);
        self.parameters(node, declarator, method);
        let returns = self.return_type(node, declarator);
        let start = self.tree.start(node);
        self.method_return(method, (start, start), returns);
        self.leave(around);
    }

    fn function_flags(&self, node: NodeId, declarator: Declarator, storage: Storage) -> NodeFlags {
        let mut flags = NodeFlags::empty();
        flags.set(NodeFlags::STATIC, storage.is_static);
        if let Some(class) = self.class {
            flags |= class.access;
            flags.set(NodeFlags::INSTANCE_METHOD, !storage.is_static);
            flags.set(NodeFlags::DYNAMIC_DISPATCH, storage.is_virtual);
        }
        let specifiers = declarator
            .function
            .into_iter()
            .flat_map(|function| self.tree.children(function));
        for child in specifiers.chain(self.tree.children(node)) {
            if self.tree.kind(child) == Kind::VirtualSpecifier {
                flags.set(NodeFlags::FINAL, self.code(child) == "final");
                flags |= NodeFlags::DYNAMIC_DISPATCH;
            }
        }
        flags
    }

    /// Adds the row of a method and makes its name known.
    fn method(
        &mut self,
        node: NodeId,
        declarator: Declarator,
        mut flags: NodeFlags,
        block: RowId,
    ) -> (RowId, Named) {
        let tree = self.tree;
        let signature = self.signature(node, declarator);
        let named = self.function_names(declarator, flags, signature);
        let class = self.class.filter(|class| class.row == block);
        let last = self.w.texts.get(named.short).to_owned();
        let owner = named
            .class
            .map_or(String::new(), |class| self.w.texts.get(class).to_owned());
        let of_class = owner.rsplit("::").next().unwrap_or_default();
        if named.class.is_some() && last == of_class {
            flags |= NodeFlags::CONSTRUCTOR;
        }
        // A member that is defined outside of its class.
        if class.is_none() && named.class.is_some() && !flags.contains(NodeFlags::STATIC) {
            flags |= NodeFlags::INSTANCE_METHOD;
        }
        let mut row = self.w.at(
            NodeKind::Method,
            Place::statement(block),
            tree.span(node),
            named.short,
        );
        row.detail = named.full;
        row.type_text = signature;
        row.flags = flags;
        let member = class.map(|class| {
            let span = declarator
                .name
                .map_or(tree.span(node), |name| tree.span(name));
            self.member_of_method(named.short, span, class)
        });
        row.parent = block;
        let method = self.w.push(row);
        if let Some(member) = member {
            self.w.refer(member, method);
        } else {
            let defines = !flags.contains(NodeFlags::DECLARATION);
            let known = self
                .functions
                .entry(named.short)
                .or_insert((method, defines, named.full));
            // Overloads are told apart by what they are called with.
            if self.cpp && known.0 != method && known.2 != named.full {
                known.1 = false;
                known.2 = Text::EMPTY;
            } else if defines && !known.1 && !known.2.is_empty() {
                *known = (method, true, named.full);
            }
        }
        (method, named)
    }

    fn function_names(
        &mut self,
        declarator: Declarator,
        flags: NodeFlags,
        signature: Text,
    ) -> Named {
        let name = declarator
            .name
            .map_or_else(String::new, |name| self.name_text(name));
        let name = name.trim_start_matches("::").to_owned();
        let (scope, last) = name.rsplit_once("::").unwrap_or(("", &name));
        let short = self.w.texts.intern(last);
        let plain = self.qualified(&name);
        let class = match self.class {
            _ if !scope.is_empty() => Some(self.qualified(scope)),
            Some(_) => Some(self.owner),
            None => None,
        };
        let outside = self.class.is_none() && scope.is_empty();
        let text = self.w.texts.get(plain).to_owned();
        let full = if outside && flags.contains(NodeFlags::STATIC) {
            // Of the file alone: another one of that name elsewhere is another function.
            format!("{}:{text}", self.path)
        } else {
            text
        };
        let declares = flags.contains(NodeFlags::DECLARATION);
        let full = if declares {
            self.w.texts.intern(&full)
        } else {
            let first = self.w.texts.intern(&full);
            let unique = self
                .names
                .declare(&mut self.w.texts, Text::EMPTY, "", &full);
            if unique == first || !self.cpp {
                unique
            } else {
                // An overload: its types tell it apart.
                let types = self.w.texts.get(signature);
                let types = types.find('(').map_or("", |at| &types[at..]).to_owned();
                self.names.declare(
                    &mut self.w.texts,
                    Text::EMPTY,
                    "",
                    &format!("{full}{types}"),
                )
            }
        };
        Named { short, full, class }
    }

    /// `int(int,char*)`
    fn signature(&mut self, node: NodeId, declarator: Declarator) -> Text {
        let returns = self.return_type(node, declarator);
        let mut text = self.w.texts.get(returns).to_owned();
        text.push('(');
        let list = declarator
            .function
            .and_then(|function| self.tree.child(function, Field::Parameters));
        if let Some(list) = list {
            let parts: Vec<NodeId> = self.parts(list).collect();
            let mut first = true;
            for part in parts {
                let kind = self.tree.kind(part);
                let declared = match kind {
                    Kind::VariadicParameter => "...".to_owned(),
                    Kind::Identifier => {
                        let declared = self.old_style(node, part);
                        self.w.texts.get(declared).to_owned()
                    }
                    _ => {
                        let inner = self
                            .tree
                            .child(part, Field::Declarator)
                            .map(|child| self.declarator(child));
                        let declared = self.declared_type(part, inner.unwrap_or_default());
                        self.w.texts.get(declared).to_owned()
                    }
                };
                if declared == "void" {
                    continue;
                }
                if !first {
                    text.push(',');
                }
                first = false;
                text.push_str(&declared);
            }
            if self.has_ellipsis(list) && !text.ends_with("...") {
                text.push_str(if first { "..." } else { ",..." });
            }
        }
        text.push(')');
        self.w.texts.intern(&text)
    }

    pub(super) fn has_ellipsis(&self, list: NodeId) -> bool {
        self.tree.has(list, Kind::Ellipsis) || self.tree.has(list, Kind::VariadicParameter)
    }

    /// The object that a method is called on.
    fn receiver(&mut self, method: RowId, flags: NodeFlags, named: &Named) {
        let Some(class) = named.class else {
            return;
        };
        if !flags.contains(NodeFlags::INSTANCE_METHOD) && flags.contains(NodeFlags::STATIC) {
            return;
        }
        let this = self.w.texts.intern("this");
        let start = self.tree.start(0);
        let declared = format!("{}*", self.w.texts.get(class));
        let place = Place {
            argument: 0,
            ..Place::statement(method)
        };
        let mut row = self
            .w
            .at(NodeKind::MethodParameterIn, place, (start, start), this);
        row.type_text = self.w.texts.intern(&declared);
        row.flags = NodeFlags::IMPLICIT;
        let row = self.w.push(row);
        self.bind(this, (start, start), row);
    }

    /// Adds the parameters, also of a definition in the old style.
    pub(super) fn parameters(&mut self, node: NodeId, declarator: Declarator, method: RowId) {
        let tree = self.tree;
        let Some(list) = declarator
            .function
            .and_then(|function| tree.child(function, Field::Parameters))
        else {
            return;
        };
        let mut position = 0;
        let parts: Vec<NodeId> = self.parts(list).collect();
        for part in parts {
            match tree.kind(part) {
                Kind::Parameter | Kind::OptionalParameter | Kind::VariadicParameterDeclaration => {
                    let inner = tree
                        .child(part, Field::Declarator)
                        .map(|child| self.declarator(child))
                        .unwrap_or_default();
                    let declared = self.declared_type(part, inner);
                    if inner.name.is_none() && self.w.texts.get(declared) == "void" {
                        continue;
                    }
                    position += 1;
                    let place = Place::argument(method, position);
                    // A macro's parameters are names without types.
                    if self.of_macros && inner.name.is_none() {
                        let name = tree.child(part, Field::Type);
                        self.parameter(name, tree.span(part), Text::EMPTY, place);
                        continue;
                    }
                    let flags = if tree.kind(part) == Kind::VariadicParameterDeclaration {
                        NodeFlags::VARIADIC
                    } else {
                        NodeFlags::empty()
                    };
                    let row = self.parameter(
                        inner.name,
                        tree.span(part),
                        declared,
                        place.with_flags(flags),
                    );
                    if let Some(default) = tree.child(part, Field::DefaultValue) {
                        self.expression(default, Place::new(row, Role::DefaultValue));
                    }
                }
                Kind::Identifier => {
                    position += 1;
                    let declared = self.old_style(node, part);
                    self.parameter(
                        Some(part),
                        tree.span(part),
                        declared,
                        Place::argument(method, position),
                    );
                }
                _ => {}
            }
        }
        if self.has_ellipsis(list) {
            position += 1;
            let end = tree.end(list);
            let name = self.w.texts.intern("...");
            let place = Place::argument(method, position).with_flags(NodeFlags::VARIADIC);
            self.w
                .put(NodeKind::MethodParameterIn, place, (end - 1, end - 1), name);
        }
    }

    fn parameter(
        &mut self,
        name: Option<NodeId>,
        span: (u32, u32),
        declared: Text,
        place: Place,
    ) -> RowId {
        let spelled = name.map_or_else(String::new, |name| self.name_text(name));
        let text = self.w.texts.intern(&spelled);
        let mut row = self.w.at(NodeKind::MethodParameterIn, place, span, text);
        row.type_text = declared;
        let row = self.w.add(row, place);
        self.bind(text, name.map_or(span, |name| self.tree.span(name)), row);
        row
    }

    /// The type that a definition in the old style declares for a parameter behind the list; `int` where it declares none.
    fn old_style(&mut self, node: NodeId, parameter: NodeId) -> Text {
        let tree = self.tree;
        let wanted = tree.name(parameter);
        for declaration in tree
            .children(node)
            .filter(|&child| tree.kind(child) == Kind::Declaration)
        {
            for child in tree
                .children(declaration)
                .filter(|&child| tree.field_of(child) == Field::Declarator)
            {
                let declarator = self.declarator(child);
                if declarator
                    .name
                    .is_some_and(|name| tree.name(name) == wanted)
                {
                    return self.declared_type(declaration, declarator);
                }
            }
        }
        self.w.texts.intern("int")
    }
}
