//! Expressions, calls apart.

use codegraph_kit::output::Output;
use codegraph_kit::rows::Place;
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeKind, Role, operators};

use super::Lower;
use super::operators::{assignment, binary, unary};
use crate::grammar::{Field, Kind, is_token};

impl<O: Output> Lower<'_, O> {
    /// Lowers an expression to a place.
    pub(super) fn expression(&mut self, node: NodeId, place: Place) {
        if !self.depth.enter() {
            self.too_deep(node, place);
            return;
        }
        match self.tree.kind(node) {
            Kind::Identifier | Kind::FieldIdentifier => {
                self.identifier(node, place);
            }
            Kind::Number
            | Kind::Char
            | Kind::Text
            | Kind::RawText
            | Kind::True
            | Kind::False
            | Kind::Null
            | Kind::UserLiteral => {
                self.literal(node, place);
            }
            Kind::Texts => self.joined(node, place),
            Kind::Parenthesized | Kind::Extension => self.inside(node, place),
            Kind::Block => {
                self.block_at(node, place);
            }
            Kind::Assignment
            | Kind::Binary
            | Kind::Unary
            | Kind::Update
            | Kind::Pointer
            | Kind::Conditional
            | Kind::Comma
            | Kind::Fold => {
                self.operation(node, place);
            }
            Kind::FieldAccess | Kind::Subscript => self.access(node, place),
            Kind::Cast
            | Kind::Compound
            | Kind::Sizeof
            | Kind::Alignof
            | Kind::Offsetof
            | Kind::Generic => {
                self.typed(node, place);
            }
            Kind::Call => self.call(node, place),
            Kind::InitializerList => self.initializer_list(node, place, Text::EMPTY, Text::EMPTY),
            Kind::Asm => self.assembly(node, place),
            Kind::TypeDescriptor
            | Kind::PrimitiveType
            | Kind::SizedType
            | Kind::TypeIdentifier
            | Kind::TemplateType
            | Kind::Decltype
            | Kind::Struct
            | Kind::Union
            | Kind::Enum => {
                self.type_reference(node, place);
            }
            _ => self.cpp_expression(node, place),
        }
        self.depth.leave();
    }

    /// What stands in parentheses.
    fn inside(&mut self, node: NodeId, place: Place) {
        let parts: Vec<NodeId> = self.parts(node).collect();
        match parts[..] {
            [only] => self.expression(only, place),
            [] => {
                self.unknown("parenthesized_expression", place, self.tree.span(node));
            }
            _ => {
                let row = self.operator("<operator>.expressionList", place, self.tree.span(node));
                for (part, position) in parts.into_iter().zip(1..) {
                    self.expression(part, Place::argument(row, position));
                }
            }
        }
    }

    fn token(&self, node: NodeId) -> Kind {
        let tree = self.tree;
        tree.child(node, Field::Operator)
            .or_else(|| {
                tree.children(node)
                    .find(|&child| is_token(tree.kind(child)))
            })
            .map_or(Kind::Other, |token| tree.kind(token))
    }

    fn operation(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let span = tree.span(node);
        let token = self.token(node);
        match tree.kind(node) {
            Kind::Assignment => {
                self.assigns(node);
                let row = self.operator(assignment(token), place, span);
                self.operands(node, &[Field::Left, Field::Right], row);
            }
            Kind::Binary => self.chain(node, place),
            Kind::Unary => {
                let row = self.operator(unary(token), place, span);
                self.operands(node, &[Field::Argument], row);
            }
            Kind::Update => {
                let before = tree
                    .children(node)
                    .next()
                    .is_some_and(|first| is_token(tree.kind(first)));
                let name = match (token, before) {
                    (Kind::Increment, true) => "<operator>.preIncrement",
                    (Kind::Increment, false) => "<operator>.postIncrement",
                    (_, true) => "<operator>.preDecrement",
                    (_, false) => "<operator>.postDecrement",
                };
                let row = self.operator(name, place, span);
                self.operands(node, &[Field::Argument], row);
            }
            Kind::Pointer => {
                let name = if token == Kind::Amp {
                    "<operator>.addressOf"
                } else {
                    "<operator>.indirection"
                };
                let row = self.operator(name, place, span);
                self.operands(node, &[Field::Argument], row);
            }
            Kind::Conditional if tree.child(node, Field::Consequence).is_none() => {
                let row = self.operator("<operator>.elvis", place, span);
                self.operands(node, &[Field::Condition, Field::Alternative], row);
            }
            Kind::Conditional => {
                let row = self.operator(operators::CONDITIONAL, place, span);
                self.operands(
                    node,
                    &[Field::Condition, Field::Consequence, Field::Alternative],
                    row,
                );
            }
            Kind::Fold => {
                let row = self.operator("<operator>.fold", place, span);
                for (part, position) in self.parts(node).collect::<Vec<_>>().into_iter().zip(1..) {
                    self.expression(part, Place::argument(row, position));
                }
            }
            _ => self.comma(node, place),
        }
    }

    /// Notes a name that is assigned to and that no scope knows.
    fn assigns(&mut self, node: NodeId) {
        if let Some(left) = self.tree.child(node, Field::Left)
            && self.tree.kind(left) == Kind::Identifier
        {
            let name = self.tree.name(left);
            if self.declaration_of(name).is_none() && !self.is_later_member(name) {
                self.assigned.push((name, self.tree.span(left)));
            }
        }
    }

    fn operands(&mut self, node: NodeId, fields: &[Field], row: u32) {
        for (&field, position) in fields.iter().zip(1..) {
            if let Some(child) = self.tree.child(node, field) {
                self.expression(child, Place::argument(row, position));
            }
        }
        self.stray_operands(node, row);
    }

    /// What the parser skipped between operands.
    fn stray_operands(&mut self, node: NodeId, row: u32) {
        if let Some(error) = self.tree.child_of(node, Kind::Error) {
            self.recover(error, row);
        }
    }

    /// `a + b + c …` is as deep as it is long: the left spine is walked and not recursed into.
    fn chain(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let mut spine = vec![node];
        let mut at = node;
        while let Some(left) = tree.child(at, Field::Left)
            && tree.kind(left) == Kind::Binary
        {
            spine.push(left);
            at = left;
        }
        let mut place = place;
        let mut rows = Vec::with_capacity(spine.len());
        for &node in &spine {
            let name = binary(self.token(node));
            let row = match name {
                Some(name) => self.operator(name, place, tree.span(node)),
                None => self.unknown("binary_expression", place, tree.span(node)),
            };
            rows.push(row);
            place = Place::argument(row, 1);
        }
        if let Some(first) = tree.child(at, Field::Left) {
            self.expression(first, place);
        }
        for (&node, row) in spine.iter().zip(rows).rev() {
            if let Some(right) = tree.child(node, Field::Right) {
                self.expression(right, Place::argument(row, 2));
            }
            self.stray_operands(node, row);
        }
    }

    /// `a, b, c`: each runs, the last one is the value.
    fn comma(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let row = self.operator("<operator>.expressionList", place, tree.span(node));
        let mut position = 0;
        let mut at = Some(node);
        while let Some(pair) = at {
            at = None;
            for part in self.parts(pair).collect::<Vec<_>>() {
                if tree.kind(part) == Kind::Comma && tree.field_of(part) == Field::Right {
                    at = Some(part);
                } else {
                    position += 1;
                    self.expression(part, Place::argument(row, position));
                }
            }
        }
    }

    /// `a.b`, `a->b`, `a[i]`
    fn access(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let span = tree.span(node);
        if tree.kind(node) == Kind::Subscript {
            let row = self.operator(operators::INDEX_ACCESS, place, span);
            self.operands(node, &[Field::Argument], row);
            let indices: Vec<NodeId> = match (
                tree.child(node, Field::Index),
                tree.child(node, Field::Indices),
            ) {
                (Some(index), _) => vec![index],
                (None, Some(list)) => self.parts(list).collect(),
                (None, None) => Vec::new(),
            };
            for (index, position) in indices.into_iter().zip(2..) {
                self.initial_or_expression(index, Place::argument(row, position));
            }
            return;
        }
        let name = if self.token(node) == Kind::Arrow {
            "<operator>.indirectFieldAccess"
        } else {
            operators::FIELD_ACCESS
        };
        let row = self.operator(name, place, span);
        self.operands(node, &[Field::Argument], row);
        if let Some(field) = tree.child(node, Field::MemberName) {
            let last = self.last_name(field);
            let spelled = self.name_text(last);
            let text = self.w.texts.intern(&spelled);
            self.w.put(
                NodeKind::FieldIdentifier,
                Place::argument(row, 2),
                tree.span(field),
                text,
            );
        }
    }

    /// Expressions with types in them.
    fn typed(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let span = tree.span(node);
        let type_node = tree.child(node, Field::Type);
        match tree.kind(node) {
            Kind::Cast => {
                let row = self.operator("<operator>.cast", place, span);
                if let Some(type_node) = type_node {
                    self.type_reference(type_node, Place::argument(row, 1));
                }
                if let Some(value) = tree.child(node, Field::Value) {
                    self.expression(value, Place::argument(row, 2));
                }
            }
            Kind::Compound => {
                let row = self.operator("<operator>.cast", place, span);
                let mut own = Text::EMPTY;
                let mut element = Text::EMPTY;
                if let Some(type_node) = type_node {
                    let type_row = self.squeezed(&[tree.span(type_node)]);
                    let is_array = self.w.texts.get(type_row).contains('[');
                    let plain = self.plain_type(type_row);
                    *(if is_array { &mut element } else { &mut own }) = plain;
                    self.type_reference(type_node, Place::argument(row, 1));
                }
                if let Some(value) = tree.child(node, Field::Value) {
                    self.initializer_list(value, Place::argument(row, 2), own, element);
                }
            }
            Kind::Generic => self.generic(node, place),
            kind => {
                let name = match kind {
                    Kind::Sizeof => "<operator>.sizeOf",
                    Kind::Alignof => "<operator>.alignOf",
                    _ => "<operator>.offsetOf",
                };
                let row = self.operator(name, place, span);
                if let Some(type_node) = type_node {
                    self.type_reference(type_node, Place::argument(row, 1));
                } else if let Some(value) = tree.child(node, Field::Value) {
                    self.expression(value, Place::argument(row, 1));
                }
                if let Some(member) = tree.child(node, Field::Member) {
                    self.w.put(
                        NodeKind::FieldIdentifier,
                        Place::argument(row, 2),
                        tree.span(member),
                        tree.name(member),
                    );
                }
            }
        }
    }

    /// `_Generic(x, int: f, default: g)`: what is chosen is one of the expressions.
    fn generic(&mut self, node: NodeId, place: Place) {
        let row = self.operator("<operator>.generic", place, self.tree.span(node));
        let parts: Vec<NodeId> = self.parts(node).collect();
        let mut position = 0;
        for part in parts {
            if self.tree.kind(part) == Kind::TypeDescriptor {
                self.type_reference(part, Place::new(row, Role::TypeHint));
            } else {
                position += 1;
                self.expression(part, Place::argument(row, position));
            }
        }
    }

    /// `asm(…)`: what it does is not analysed, its operands are.
    pub(super) fn assembly(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let (start, end) = tree.span(node);
        self.w.gap(
            start,
            end,
            "inline_assembly",
            "what inline assembly does is not analysed",
        );
        let row = self.unknown("gnu_asm_expression", place, (start, end));
        let mut at = node + 1;
        while at < tree.after(node) {
            if matches!(tree.kind(at), Kind::AsmInput | Kind::AsmOutput)
                && let Some(value) = tree.child(at, Field::Value)
            {
                self.expression(value, Place::new(row, Role::Value));
                at = tree.after(at);
            } else {
                at += 1;
            }
        }
    }
}
