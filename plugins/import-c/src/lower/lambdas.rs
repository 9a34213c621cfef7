//! Expressions that only C++ has.

use codegraph_kit::output::Output;
use codegraph_kit::rows::Place;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, operators};

use super::Lower;
use crate::grammar::{Field, Kind, is_token};

impl<O: Output> Lower<'_, O> {
    pub(super) fn cpp_expression(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let span = tree.span(node);
        match tree.kind(node) {
            Kind::Lambda => self.lambda(node, place),
            Kind::This => {
                let name = self.w.texts.intern("this");
                let row = self.w.put(NodeKind::Identifier, place, span, name);
                if let Some(declaration) = self.declaration_of(name) {
                    self.w.refer(row, declaration);
                }
            }
            Kind::Qualified => {
                self.qualified_name(node, place);
            }
            Kind::TemplateFunction | Kind::DependentName | Kind::TemplateMethod => {
                let last = self.last_name(node);
                let spelled = self.name_text(last);
                let name = self.w.texts.intern(&spelled);
                let row = self.w.put(NodeKind::Identifier, place, span, name);
                self.mean(row, name);
            }
            Kind::New => self.new_object(node, place),
            Kind::DeleteExpression => {
                let row = self.operator(operators::DELETE, place, span);
                for (part, position) in self.parts(node).collect::<Vec<_>>().into_iter().zip(1..) {
                    self.expression(part, Place::argument(row, position));
                }
            }
            Kind::CoAwait | Kind::CoYield => {
                let name = if tree.kind(node) == Kind::CoAwait {
                    operators::AWAIT
                } else {
                    operators::YIELD
                };
                let row = self.operator(name, place, span);
                if let Some(value) = self.parts(node).last() {
                    self.initial_or_expression(value, Place::argument(row, 1));
                }
            }
            Kind::PackExpansion => {
                if let Some(pattern) = tree.child(node, Field::Pattern) {
                    self.expression(pattern, place.with_flags(NodeFlags::UNPACKED));
                }
            }
            Kind::ConditionClause | Kind::SubscriptArguments => {
                if let Some(only) = self.parts(node).next() {
                    self.expression(only, place);
                }
            }
            Kind::Throw => {
                let row = self.operator("<operator>.throw", place, span);
                if let Some(value) = self.parts(node).next() {
                    self.expression(value, Place::argument(row, 1));
                }
            }
            Kind::Error => {
                let row = self.unknown("ERROR", place, span);
                for part in self.parts(node).collect::<Vec<_>>() {
                    if !matches!(tree.kind(part), Kind::Other) {
                        self.item(part, row);
                    }
                }
            }
            Kind::RequiresExpression => {
                self.unknown("requires_expression", place, span);
            }
            Kind::StructuredBinding | Kind::OperatorName | Kind::Destructor => {
                let spelled = self.name_text(node);
                let name = self.w.texts.intern(&spelled);
                self.w.put(NodeKind::Identifier, place, span, name);
            }
            kind if is_token(kind) => {}
            // Declarations that the grammar takes for expressions where the code is broken.
            Kind::Declaration | Kind::Function | Kind::TypeDefinition | Kind::FieldDeclaration => {
                let row = self.unknown("misplaced_declaration", place, span);
                self.item(node, row);
            }
            _ => {
                self.w.gap(
                    span.0,
                    span.1,
                    "unsupported_construct",
                    "an expression that the importer does not know",
                );
                let row = self.unknown("expression", place, span);
                for part in self.parts(node).collect::<Vec<_>>() {
                    self.expression(part, Place::statement(row));
                }
            }
        }
    }

    /// `new T(a)`, `new T[n]`
    fn new_object(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let row = self.operator("<operator>.new", place, tree.span(node));
        let mut position = 1;
        if let Some(type_node) = tree.child(node, Field::Type) {
            let declared = self.squeezed(&[self.type_span(type_node)]);
            let plain = self.plain_type(declared);
            if let Some(arguments) = tree.child(node, Field::Arguments) {
                self.construct(arguments, declared, Place::argument(row, 1));
            } else {
                let short = self
                    .w
                    .texts
                    .get(plain)
                    .rsplit("::")
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                let name = self.w.texts.intern(&short);
                let call = self.w.put(
                    NodeKind::Call,
                    Place::argument(row, 1),
                    tree.span(type_node),
                    name,
                );
                self.w.put(
                    NodeKind::Identifier,
                    Place::receiver(call),
                    tree.span(type_node),
                    plain,
                );
            }
        }
        if let Some(declarator) = tree.child(node, Field::Declarator)
            && let Some(length) = tree.child(declarator, Field::Length)
        {
            position += 1;
            self.expression(length, Place::argument(row, position));
        }
        if let Some(list) = tree.child(node, Field::Placement) {
            for part in self.parts(list).collect::<Vec<_>>() {
                position += 1;
                self.expression(part, Place::argument(row, position));
            }
        }
    }
}
