//! Expressions.
//!
//! Chains grow to the left (`a + b + c`, `a.b().c()`), and generated code has chains of thousands: their left spines are
//! walked in a loop, with what is right of each link kept for later. Only what nests otherwise costs stack.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, operators};

use super::Lower;
use super::tokens::{augmented, binary};
use crate::grammar::{Field, Kind};

/// What is left to do for a link of a chain when all to its left is lowered.
#[derive(Clone, Copy)]
pub(super) enum Rest {
    /// The attribute of an attribute access.
    Attribute(RowId, NodeId),
    /// The arguments of a call.
    Arguments(RowId, NodeId),
    /// The index of a subscript.
    Index(RowId, NodeId),
    /// The right operand.
    Right(RowId, NodeId),
}

impl<O: Output> Lower<'_, O> {
    /// Lowers an expression into a place.
    pub(super) fn expression(&mut self, node: NodeId, place: Place) {
        if !self.depth.enter() {
            self.too_deep(node, place);
            return;
        }
        let base = self.rest.len();
        let place = match self.starred(node) {
            Some(splat) => {
                self.hoisted = splat;
                place.with_flags(NodeFlags::UNPACKED)
            }
            None => place,
        };
        let mut next = Some((node, place));
        while let Some((node, place)) = next {
            next = self.link(node, place);
        }
        while self.rest.len() > base
            && let Some(rest) = self.rest.pop()
        {
            match rest {
                Rest::Attribute(row, attribute) => self.field_identifier(attribute, row),
                Rest::Arguments(row, call) => self.call_arguments(call, row),
                Rest::Index(row, subscript) => self.index(subscript, row),
                Rest::Right(row, right) => self.expression(right, Place::argument(row, 2)),
            }
        }
        self.depth.leave();
    }

    /// Lowers one link of a chain; gives the node to go on with.
    fn link(&mut self, node: NodeId, place: Place) -> Option<(NodeId, Place)> {
        let tree = self.tree;
        let span = tree.span(node);
        match tree.kind(node) {
            Kind::Identifier => {
                self.identifier(node, place);
            }
            Kind::Attribute => {
                let row = self.operator(operators::FIELD_ACCESS, place, span);
                if let Some(attribute) = tree.child(node, Field::Attribute) {
                    self.rest.push(Rest::Attribute(row, attribute));
                }
                return Some((tree.child(node, Field::Object)?, Place::argument(row, 1)));
            }
            Kind::Call => {
                let row = self.call(node, place);
                self.rest.push(Rest::Arguments(row, node));
                return Some((tree.child(node, Field::Function)?, Place::receiver(row)));
            }
            Kind::Subscript => {
                let row = self.operator(operators::INDEX_ACCESS, place, span);
                self.rest.push(Rest::Index(row, node));
                return Some((tree.child(node, Field::Value)?, Place::argument(row, 1)));
            }
            Kind::Binary | Kind::Boolean => {
                let name = tree
                    .child(node, Field::Operator)
                    .map_or("", |token| binary(tree.kind(token)));
                return self.left_of(name, node, place);
            }
            Kind::Assignment | Kind::Augmented => return self.assignment(node, place),
            Kind::Comparison => return self.comparison(node, place),
            Kind::Unary => {
                let name = match tree
                    .child(node, Field::Operator)
                    .map(|token| tree.kind(token))
                {
                    Some(Kind::Minus) => operators::MINUS,
                    Some(Kind::Tilde) => operators::NOT,
                    _ => operators::PLUS,
                };
                let row = self.operator(name, place, span);
                return Some((tree.child(node, Field::Argument)?, Place::argument(row, 1)));
            }
            Kind::Not => {
                let row = self.operator(operators::LOGICAL_NOT, place, span);
                return Some((tree.child(node, Field::Argument)?, Place::argument(row, 1)));
            }
            Kind::Await => {
                let row = self.operator(operators::AWAIT, place, span);
                return Some((self.operand(node)?, Place::argument(row, 1)));
            }
            Kind::Parenthesized
            | Kind::ParenthesizedListSplat
            | Kind::AsPatternTarget
            | Kind::Type
            | Kind::WithItem => {
                return Some((self.operand(node)?, place));
            }
            Kind::ListSplat if node == self.hoisted => return Some((self.operand(node)?, place)),
            Kind::ListSplat | Kind::ListSplatPattern => {
                return Some((self.operand(node)?, place.with_flags(NodeFlags::UNPACKED)));
            }
            Kind::DictionarySplat | Kind::DictionarySplatPattern => {
                let flags = NodeFlags::UNPACKED | NodeFlags::KEYWORD_VARIADIC;
                return Some((self.operand(node)?, place.with_flags(flags)));
            }
            Kind::Conditional => return self.conditional(node, place),
            Kind::Named => {
                let row = self.operator(operators::ASSIGNMENT, place, span);
                if let Some(name) = tree.child(node, Field::Name) {
                    self.identifier(name, Place::argument(row, 1));
                }
                return Some((tree.child(node, Field::Value)?, Place::argument(row, 2)));
            }
            Kind::Yield => {
                let name = if tree.has(node, Kind::FromToken) {
                    operators::YIELD_FROM
                } else {
                    operators::YIELD
                };
                let row = self.operator(name, place, span);
                self.arguments_of(node, row);
            }
            Kind::Lambda => self.lambda(node, place),
            _ => self.atom(node, place),
        }
        None
    }

    /// The star that belongs to a whole chain: the grammar reads `*a.b, c` as `(*a).b, c`.
    fn starred(&self, node: NodeId) -> Option<NodeId> {
        let continues = |kind| {
            matches!(
                kind,
                Kind::Attribute
                    | Kind::Subscript
                    | Kind::Call
                    | Kind::Binary
                    | Kind::Boolean
                    | Kind::Comparison
            )
        };
        // The first child of a link is the link before it.
        let mut first = node;
        while continues(self.tree.kind(first)) && first + 1 < self.tree.after(first) {
            first += 1;
        }
        (first != node && self.tree.kind(first) == Kind::ListSplat).then_some(first)
    }

    /// The only child that is an expression.
    fn operand(&self, node: NodeId) -> Option<NodeId> {
        self.tree
            .children(node)
            .find(|&child| !self.is_silent(child))
    }

    fn left_of(&mut self, name: &str, node: NodeId, place: Place) -> Option<(NodeId, Place)> {
        let row = self.operator(name, place, self.tree.span(node));
        if let Some(right) = self.tree.child(node, Field::Right) {
            self.rest.push(Rest::Right(row, right));
        }
        Some((self.tree.child(node, Field::Left)?, Place::argument(row, 1)))
    }

    /// `a = v`, `a: T = v`, `a: T`, `a += v`. A chain `a = b = v` nests to the right, and its last value flows through.
    fn assignment(&mut self, node: NodeId, place: Place) -> Option<(NodeId, Place)> {
        let tree = self.tree;
        let right = tree.child(node, Field::Right);
        let declared = tree.child(node, Field::Type);
        let name = match tree.child(node, Field::Operator) {
            Some(token) => augmented(tree.kind(token)),
            None if right.is_none() => operators::DECLARATION,
            None => operators::ASSIGNMENT,
        };
        let row = self.operator(name, place, tree.span(node));
        if let Some(left) = tree.child(node, Field::Left) {
            self.expression(left, Place::argument(row, 1));
        }
        if let Some(declared) = declared {
            self.type_hint(declared, row);
        }
        Some((right?, Place::argument(row, 2)))
    }

    /// `a < b`; a chain `a < b < c` is one call, since each operand is evaluated once.
    fn comparison(&mut self, node: NodeId, place: Place) -> Option<(NodeId, Place)> {
        let tree = self.tree;
        let span = tree.span(node);
        let is_operand = |child: &NodeId| !self.is_silent(*child);
        let mut operators = tree
            .children(node)
            .filter(|&child| tree.field_of(child) == Field::Operators);
        let (first, more) = (operators.next(), operators.next().is_some());
        let mut operands = tree.children(node).filter(is_operand);
        if more {
            let row = self.operator(operators::COMPARE, place, span);
            self.arguments_of(node, row);
            return None;
        }
        let (left, right) = (operands.next(), operands.next());
        let row = self.operator(
            first.map_or("", |token| binary(tree.kind(token))),
            place,
            span,
        );
        if let Some(right) = right {
            self.rest.push(Rest::Right(row, right));
        }
        Some((left?, Place::argument(row, 1)))
    }

    /// `a if c else b`: the condition comes first, as it runs first.
    fn conditional(&mut self, node: NodeId, place: Place) -> Option<(NodeId, Place)> {
        let row = self.operator(operators::CONDITIONAL, place, self.tree.span(node));
        let tree = self.tree;
        let mut parts = tree
            .children(node)
            .filter(|&child| !crate::grammar::is_token(tree.kind(child)));
        let (value, condition, other) = (parts.next(), parts.next(), parts.next());
        if let Some(condition) = condition {
            self.expression(condition, Place::argument(row, 1));
        }
        if let Some(value) = value {
            self.expression(value, Place::argument(row, 2));
        }
        Some((other?, Place::argument(row, 3)))
    }

    fn field_identifier(&mut self, node: NodeId, row: RowId) {
        let name = self.tree.name(node);
        let is_private = is_mangled(self.w.texts.get(name));
        let flags = if is_private {
            NodeFlags::PRIVATE
        } else {
            NodeFlags::empty()
        };
        let place = Place::argument(row, 2).with_flags(flags);
        self.w
            .put(NodeKind::FieldIdentifier, place, self.tree.span(node), name);
    }

    /// Whatever is no link of a chain.
    fn atom(&mut self, node: NodeId, place: Place) {
        let span = self.tree.span(node);
        match self.tree.kind(node) {
            Kind::String | Kind::ConcatenatedString => self.string(node, place),
            Kind::Integer | Kind::Float => self.number(node, place),
            Kind::True => drop(self.literal("True", "bool", place, span)),
            Kind::False => drop(self.literal("False", "bool", place, span)),
            Kind::None => drop(self.literal("None", "None", place, span)),
            Kind::Ellipsis => drop(self.literal("...", "ellipsis", place, span)),
            Kind::List | Kind::ListPattern => self.collection(operators::LIST_LITERAL, node, place),
            Kind::Tuple | Kind::TuplePattern | Kind::PatternList | Kind::ExpressionList => {
                self.collection(operators::TUPLE_LITERAL, node, place);
            }
            Kind::Set => self.collection(operators::SET_LITERAL, node, place),
            Kind::Dictionary => self.collection(operators::DICT_LITERAL, node, place),
            Kind::Pair => self.pair(node, place),
            Kind::Slice => self.slice(node, place),
            Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::DictionaryComprehension
            | Kind::Generator => {
                self.comprehension(node, place);
            }
            Kind::GenericType
            | Kind::UnionType
            | Kind::ConstrainedType
            | Kind::MemberType
            | Kind::SplatType => {
                self.type_expression(node, place);
            }
            Kind::DottedName => self.dotted_reference(node, place),
            Kind::AsPattern => self.as_pattern(node, place),
            Kind::CasePattern => self.pattern(node, place),
            Kind::KeywordArgument => self.keyword_argument(node, place),
            _ => self.other(node, place),
        }
    }

    fn number(&mut self, node: NodeId, place: Place) {
        let code = self.code(node);
        let is_complex = code.ends_with(['j', 'J']);
        let kind = match self.tree.kind(node) {
            _ if is_complex => "complex",
            Kind::Float => "float",
            _ => "int",
        };
        let code = code.to_owned();
        self.literal(&code, kind, place, self.tree.span(node));
    }

    /// What has no meaning of its own, or stands where nothing of its kind may: a row for it, with what can be read inside.
    fn other(&mut self, node: NodeId, place: Place) {
        let kind = self.tree.kind(node);
        if self.is_silent(node) {
            return;
        }
        let construct = if kind == Kind::Error {
            "ERROR"
        } else {
            "unexpected"
        };
        let row = self.unknown(construct, place, self.tree.span(node));
        for child in self.tree.children(node) {
            if crate::grammar::is_statement(self.tree.kind(child))
                || self.tree.kind(child) == Kind::Block
            {
                self.statement(child, row);
            } else {
                self.expression(child, Place::statement(row));
            }
        }
    }

    /// `a.b.c` where the grammar has a dotted name and no attribute.
    pub(super) fn dotted_reference(&mut self, node: NodeId, place: Place) {
        let parts: Vec<NodeId> = self.tree.children(node).collect();
        let start = self.tree.start(node);
        let mut place = place;
        for &part in parts.iter().skip(1).rev() {
            let row = self.operator(operators::FIELD_ACCESS, place, (start, self.tree.end(part)));
            self.rest.push(Rest::Attribute(row, part));
            place = Place::argument(row, 1);
        }
        if let Some(&first) = parts.first() {
            self.identifier(first, place);
        }
        for _ in parts.iter().skip(1) {
            if let Some(Rest::Attribute(row, part)) = self.rest.pop() {
                self.field_identifier(part, row);
            }
        }
    }

    /// An argument name outside of a call: only in broken code.
    fn keyword_argument(&mut self, node: NodeId, place: Place) {
        let name = self
            .tree
            .child(node, Field::Name)
            .map_or(Text::EMPTY, |name| self.tree.name(name));
        if let Some(value) = self.tree.child(node, Field::Value) {
            self.expression(value, place.with_keyword(name));
        }
    }
}

/// Whether a name in a class is changed to carry the class's name: two underscores before it, not two behind.
pub(super) fn is_mangled(name: &str) -> bool {
    name.starts_with("__") && !name.ends_with("__")
}
