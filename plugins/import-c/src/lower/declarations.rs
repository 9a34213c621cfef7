//! Declarations of variables, functions without bodies, and names of types.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::scope::Scopes;
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, Role, operators};

use super::Lower;
use super::declarators::Declarator;
use crate::grammar::{Field, Kind};

/// Words before a declaration that change what it declares.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Storage {
    pub(super) is_static: bool,
    pub(super) is_extern: bool,
    pub(super) is_typedef: bool,
    pub(super) is_virtual: bool,
}

impl<O: Output> Lower<'_, O> {
    /// The storage of a declaration.
    pub(super) fn storage(&self, node: NodeId) -> Storage {
        let mut storage = Storage {
            is_static: self.of_macros,
            ..Storage::default()
        };
        for child in self.tree.children(node) {
            match self.tree.kind(child) {
                Kind::StorageClass => match self.code(child) {
                    "static" => storage.is_static = true,
                    "extern" => storage.is_extern = true,
                    "typedef" => storage.is_typedef = true,
                    _ => {}
                },
                Kind::VirtualWord => storage.is_virtual = true,
                _ => {}
            }
        }
        storage
    }

    /// Adds what a declaration declares: types first, then names in their order.
    pub(super) fn declaration(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        self.types_inside(node, block);
        let storage = self.storage(node);
        let mut bits = false;
        for child in tree.children(node) {
            if tree.kind(child) == Kind::Bitfield {
                bits = true;
            }
            if tree.field_of(child) != Field::Declarator {
                continue;
            }
            if tree.kind(child) == Kind::Asm {
                self.assembly(child, Place::statement(block));
                continue;
            }
            let mut declarator = self.declarator(child);
            // `int x{1}` and members with a default have the value beside the declarator.
            if declarator.value.is_none() && declarator.function.is_none() {
                declarator.value = tree
                    .child(node, Field::DefaultValue)
                    .or_else(|| tree.child(node, Field::Value));
            }
            if storage.is_typedef {
                self.type_name(node, declarator, block);
            } else if let Some(values) = self.vexing_values(declarator) {
                self.constructed(node, declarator, &values, storage, block);
            } else if declarator.function.is_some() && !self.is_vexing(declarator) {
                self.function_declaration(node, declarator, storage, block);
            } else {
                self.variable(node, declarator, storage, block);
            }
        }
        if bits {
            self.widths(node, block);
        }
    }

    /// `T name(a, b);` in a function of C++ constructs a variable where the parentheses hold values.
    fn is_vexing(&self, declarator: Declarator) -> bool {
        let Some(function) = declarator.function else {
            return false;
        };
        let in_function = self.scope != Scopes::MODULE && self.class.is_none();
        self.cpp
            && in_function
            && self
                .tree
                .child(function, Field::Parameters)
                .is_some_and(|list| {
                    self.parts(list).any(|child| {
                        !matches!(
                            self.tree.kind(child),
                            Kind::Parameter
                                | Kind::OptionalParameter
                                | Kind::VariadicParameterDeclaration
                                | Kind::VariadicParameter
                        )
                    })
                })
    }

    /// `T name(a, b);` in a function, where the parentheses hold names of variables only: it reads like a function's declaration.
    fn vexing_values(&mut self, declarator: Declarator) -> Option<Vec<NodeId>> {
        let tree = self.tree;
        let function = declarator.function?;
        if !self.cpp || self.class.is_some() || self.is_outside() {
            return None;
        }
        let list = tree.child(function, Field::Parameters)?;
        let mut values = Vec::new();
        for part in self.parts(list) {
            let name = tree.child(part, Field::Type)?;
            if tree.kind(part) != Kind::Parameter {
                return None;
            }
            let called = tree.child(part, Field::Declarator);
            let is_value = match (tree.kind(name), called) {
                (Kind::TypeIdentifier, None) => {
                    let text = tree.name(name);
                    let alone = tree.span(part) == tree.span(name);
                    alone
                        && (self.declaration_of(text).is_some()
                            || self.functions.contains_key(&text))
                }
                // `T x(f<A>());`
                (Kind::Qualified | Kind::TemplateType, Some(called)) => {
                    tree.kind(called) == Kind::AbstractFunction
                        && tree
                            .child(called, Field::Parameters)
                            .is_some_and(|list| self.parts(list).next().is_none())
                }
                _ => false,
            };
            if !is_value {
                return None;
            }
            values.push(if called.is_some() { part } else { name });
        }
        (!values.is_empty()).then_some(values)
    }

    /// Adds a variable that is constructed from variables.
    fn constructed(
        &mut self,
        node: NodeId,
        declarator: Declarator,
        values: &[NodeId],
        storage: Storage,
        block: RowId,
    ) {
        let tree = self.tree;
        let Some(name_node) = declarator.name else {
            return;
        };
        let declared = self.return_type(node, declarator);
        let (name, span) = (tree.name(name_node), tree.span(name_node));
        let row = self.local(name, span, declared, static_flag(storage.is_static), block);
        let whole = tree.span(declarator.node);
        let assignment = self.operator(operators::ASSIGNMENT, Place::statement(block), whole);
        let place = Place::argument(assignment, 1);
        let target = self.w.put(NodeKind::Identifier, place, span, name);
        self.w.refer(target, row);
        let list = (span.1, whole.1);
        let call = self.constructor_call(list, declared, Place::argument(assignment, 2));
        for (&value, position) in values.iter().zip(1..) {
            let place = Place::argument(call, position);
            if tree.kind(value) == Kind::Parameter {
                self.call_like_type(value, place);
            } else {
                self.identifier(value, place);
            }
        }
    }

    /// Adds a variable or a member, and its first value.
    pub(super) fn variable(
        &mut self,
        node: NodeId,
        declarator: Declarator,
        storage: Storage,
        block: RowId,
    ) {
        let tree = self.tree;
        let declared = self.declared_type(node, declarator);
        let Some(name_node) = declarator.name else {
            return;
        };
        if tree.kind(name_node) == Kind::StructuredBinding {
            self.structured(name_node, declarator, declared, block);
            return;
        }
        let spelled = self.name_text(name_node);
        let name = self.w.texts.intern(&spelled);
        let span = tree.span(name_node);
        let row = match self.class {
            Some(class) if class.row == block => {
                let flags = class.access | static_flag(storage.is_static);
                self.member(name, span, declared, flags, block)
            }
            _ => {
                let mut flags = static_flag(storage.is_static);
                flags.set(NodeFlags::GLOBAL, self.is_outside());
                flags.set(
                    NodeFlags::DECLARATION,
                    storage.is_extern && declarator.value.is_none(),
                );
                self.local(name, span, declared, flags, block)
            }
        };
        self.sizes(declarator.node, block);
        if let Some(value) = declarator.value {
            let target = (name, span, row);
            let whole = (span.0.min(tree.start(value)), span.1.max(tree.end(value)));
            self.initial(target, value, declared, declarator, whole, block);
        }
    }

    /// Whether no function is around.
    pub(super) fn is_outside(&self) -> bool {
        use codegraph_kit::scope::ScopeKind::{Annotation, Module, Type};
        let around = self
            .scopes
            .nearest(self.scope, |kind| !matches!(kind, Annotation | Type));
        matches!(self.scopes.kind(around), Module)
    }

    /// Adds a local and binds its name.
    pub(super) fn local(
        &mut self,
        name: Text,
        span: (u32, u32),
        declared: Text,
        flags: NodeFlags,
        block: RowId,
    ) -> RowId {
        // A second declaration in the same scope declares nothing new.
        if let Some(binding) = self.scopes.own(self.scope, name) {
            let row = self.scopes.binding(binding).row;
            if row != 0 && flags.contains(NodeFlags::GLOBAL) {
                return row;
            }
        }
        let mut row = self
            .w
            .at(NodeKind::Local, Place::statement(block), span, name);
        row.type_text = declared;
        row.flags = flags;
        let row = self.w.push(row);
        if self.scopes.own(self.scope, name).is_some() && !flags.contains(NodeFlags::GLOBAL) {
            // Broken code, or branches of a conditional: the last one counts from here on.
            let around = self.scope;
            if let Some(binding) = self.scopes.own(around, name) {
                self.scopes.binding_mut(binding).row = row;
            }
        } else {
            self.bind(name, span, row);
        }
        row
    }

    /// `T x = value`: an assignment behind the declaration.
    fn initial(
        &mut self,
        (name, span, row): (Text, (u32, u32), RowId),
        value: NodeId,
        declared: Text,
        declarator: Declarator,
        whole: (u32, u32),
        block: RowId,
    ) {
        let place = Place::statement(block);
        let assignment = self.operator(operators::ASSIGNMENT, place, whole);
        let target = self.w.put(
            NodeKind::Identifier,
            Place::argument(assignment, 1),
            span,
            name,
        );
        self.w.refer(target, row);
        let place = Place::argument(assignment, 2);
        match self.tree.kind(value) {
            Kind::InitializerList if declarator.is_array => {
                // Lists in the list of an array of arrays are arrays.
                let nested = self.w.texts.get(declared).matches('[').count() > 1;
                let element = if nested {
                    Text::EMPTY
                } else {
                    self.element_type(declared)
                };
                self.initializer_list(value, place, Text::EMPTY, element);
            }
            Kind::InitializerList => {
                let own = self.plain_type(declared);
                self.initializer_list(value, place, own, Text::EMPTY);
            }
            // `T x(a, b)`
            Kind::Arguments => self.construct(value, declared, place),
            _ => self.expression(value, place),
        }
    }

    /// Sizes of arrays are expressions: of an array whose size is computed they run.
    fn sizes(&mut self, declarator: NodeId, block: RowId) {
        if self.scope == Scopes::MODULE || self.class.is_some() {
            return;
        }
        let tree = self.tree;
        let mut at = declarator;
        while matches!(
            tree.kind(at),
            Kind::ArrayDeclarator | Kind::PointerDeclarator | Kind::ParenthesizedDeclarator
        ) {
            if let Some(size) = tree.child(at, Field::Size)
                && !matches!(
                    tree.kind(size),
                    Kind::Number | Kind::Star | Kind::Identifier | Kind::Sizeof
                )
            {
                let row = self.operator(
                    "<operator>.sizeOf",
                    Place::statement(block),
                    tree.span(size),
                );
                self.expression(size, Place::argument(row, 1));
            }
            match tree.child(at, Field::Declarator) {
                Some(next) => at = next,
                None => return,
            }
        }
    }

    /// `auto [a, b] = value;`
    fn structured(&mut self, node: NodeId, declarator: Declarator, declared: Text, block: RowId) {
        let names: Vec<NodeId> = self.parts(node).collect();
        let mut rows = Vec::new();
        for &name in &names {
            let text = self.tree.name(name);
            rows.push(self.local(
                text,
                self.tree.span(name),
                declared,
                NodeFlags::empty(),
                block,
            ));
        }
        let Some(value) = declarator.value else {
            return;
        };
        let (start, end) = self.tree.span(node);
        let span = (
            start.min(self.tree.start(value)),
            end.max(self.tree.end(value)),
        );
        let assignment = self.operator(operators::ASSIGNMENT, Place::statement(block), span);
        let tuple = self.operator(
            operators::TUPLE_LITERAL,
            Place::argument(assignment, 1),
            self.tree.span(node),
        );
        for ((&name, row), position) in names.iter().zip(rows).zip(1..) {
            let target = self.w.put(
                NodeKind::Identifier,
                Place::argument(tuple, position),
                self.tree.span(name),
                self.tree.name(name),
            );
            self.w.refer(target, row);
        }
        self.expression(value, Place::argument(assignment, 2));
    }

    /// `typedef T name;`
    pub(super) fn type_definition(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        let declarators: Vec<Declarator> = tree
            .children(node)
            .filter(|&child| tree.field_of(child) == Field::Declarator)
            .map(|child| self.declarator(child))
            .collect();
        let inner = tree.child(node, Field::Type);
        // `typedef struct { … } name;`: the type has no other name.
        if let Some(inner) = inner
            && tree.child(inner, Field::Body).is_some()
            && tree.child(inner, Field::Name).is_none()
            && let Some(first) = declarators.first()
            && let Some(name) = first.name
            && first.node == name
        {
            self.type_named(inner, Some(name), block);
            for &declarator in &declarators[1..] {
                self.type_name(node, declarator, block);
            }
            return;
        }
        self.types_inside(node, block);
        for declarator in declarators {
            self.type_name(node, declarator, block);
        }
    }

    /// A second name of a type: a type of its own that says what it stands for.
    pub(super) fn type_name(&mut self, node: NodeId, declarator: Declarator, block: RowId) {
        let Some(name_node) = declarator.name else {
            return;
        };
        let declared = self.declared_type(node, declarator);
        let spelled = self.name_text(name_node);
        // `typedef struct S S;` adds nothing to the type.
        let target = self.w.texts.get(declared);
        let same = target.split_whitespace().last() == Some(spelled.as_str());
        if same && self.owner.is_empty() {
            return;
        }
        let name = self.w.texts.intern(&spelled);
        let mut row = self.w.at(
            NodeKind::TypeDecl,
            Place::statement(block),
            self.tree.span(node),
            name,
        );
        row.detail = self.qualified(&spelled);
        row.type_text = declared;
        let row = self.w.push(row);
        let base = self.held_type(declared);
        if !base.is_empty() && !self.w.texts.get(base).contains('(') {
            let span = self
                .tree
                .child(node, Field::Type)
                .map_or(self.tree.span(node), |node| self.type_span(node));
            self.w.put(
                NodeKind::Identifier,
                Place::new(row, Role::Base),
                span,
                base,
            );
        }
    }
}

/// The property of what is `static`.
pub(super) fn static_flag(is_static: bool) -> NodeFlags {
    if is_static {
        NodeFlags::STATIC
    } else {
        NodeFlags::empty()
    }
}
