//! `match` and its patterns. A name that a pattern binds has the role target, however deep it stands.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, Role, operators};

use super::Lower;
use crate::grammar::{Field, Kind};
use crate::shapes::capture;

impl<O: Output> Lower<'_, O> {
    pub(super) fn match_statement(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let row = self.control("SWITCH", "match_statement", place, tree.span(node));
        let mut subjects = tree
            .children(node)
            .filter(|&child| tree.field_of(child) == Field::Subject);
        let (first, second) = (subjects.next(), subjects.next());
        let subject = Place::new(row, Role::Condition);
        if let Some(first) = first {
            if second.is_some() || self.comma_before_colon(first, node) {
                let last = subjects.last().or(second).unwrap_or(first);
                let tuple = self.tuple(subject, (tree.start(first), tree.end(last)));
                let all = tree
                    .children(node)
                    .filter(|&child| tree.field_of(child) == Field::Subject);
                for (i, child) in all.enumerate() {
                    self.expression(child, Place::argument(tuple, i as i32 + 1));
                }
            } else {
                self.expression(first, subject);
            }
        }
        let Some(body) = tree.child(node, Field::Body) else {
            return;
        };
        let block = self.w.put(
            NodeKind::Block,
            Place::new(row, Role::Body),
            tree.span(body),
            Text::EMPTY,
        );
        for child in tree.children(body) {
            self.comments(tree.start(child), block);
            if tree.kind(child) == Kind::Case {
                self.case(child, block);
            } else {
                self.statement(child, block);
            }
        }
        self.comments(tree.end(body), block);
    }

    /// Whether the subject is `x,`: a tuple of one.
    fn comma_before_colon(&self, subject: NodeId, node: NodeId) -> bool {
        let tail = &self.source[self.tree.end(subject) as usize..self.tree.end(node) as usize];
        tail.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b',')
    }

    /// A `case`; the one that matches whatever comes has no condition.
    fn case(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        let row = self.control(
            "CASE",
            "case_clause",
            Place::new(block, Role::SwitchCase),
            tree.span(node),
        );
        let mut patterns = tree
            .children(node)
            .filter(|&child| tree.kind(child) == Kind::CasePattern);
        let (first, second) = (patterns.next(), patterns.next());
        let place = Place::new(row, Role::Condition);
        if let Some(first) = first {
            if second.is_some() || self.comma_before_colon(first, node) {
                let last = patterns.last().or(second).unwrap_or(first);
                let span = (tree.start(first), tree.end(last));
                let sequence = self.operator(operators::SEQUENCE_PATTERN, place, span);
                let all = tree
                    .children(node)
                    .filter(|&child| tree.kind(child) == Kind::CasePattern);
                for (i, child) in all.enumerate() {
                    self.pattern(child, Place::argument(sequence, i as i32 + 1));
                }
            } else if !self.is_wildcard(first) {
                self.pattern(first, place);
            }
        }
        let guard = tree
            .child(node, Field::Guard)
            .or_else(|| tree.child_of(node, Kind::IfClause));
        if let Some(guard) =
            guard.and_then(|guard| tree.children(guard).find(|&child| !self.is_silent(child)))
        {
            self.expression(guard, Place::new(row, Role::Guard));
        }
        if let Some(body) = tree.child(node, Field::Consequence) {
            self.block(body, row, Role::Body);
        }
    }

    fn is_wildcard(&self, pattern: NodeId) -> bool {
        self.code(pattern) == "_"
    }

    /// Lowers a pattern into a place.
    pub(super) fn pattern(&mut self, node: NodeId, place: Place) {
        if !self.depth.enter() {
            self.too_deep(node, place);
            return;
        }
        self.pattern_inside(node, place);
        self.depth.leave();
    }

    fn pattern_inside(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let span = tree.span(node);
        if self.is_wildcard(node) {
            self.literal("_", "wildcard", place, span);
            return;
        }
        match tree.kind(node) {
            Kind::CasePattern => self.case_pattern(node, place),
            Kind::DottedName => self.name_pattern(node, place),
            Kind::UnionPattern => self.compound_pattern(operators::OR_PATTERN, node, place),
            Kind::ListPattern => self.compound_pattern(operators::SEQUENCE_PATTERN, node, place),
            Kind::TuplePattern => self.tuple_pattern(node, place),
            Kind::DictPattern => self.mapping_pattern(node, place),
            Kind::ClassPattern => self.class_pattern(node, place),
            Kind::SplatPattern => self.splat_pattern(node, place),
            Kind::AsPattern => self.binding_pattern(node, place),
            Kind::ComplexPattern => {
                let text: String = self.code(node).split_whitespace().collect();
                self.literal(&text, "complex", place, span);
            }
            _ => self.expression(node, place),
        }
    }

    /// A pattern that the grammar wraps; a sign before a number stands beside it.
    fn case_pattern(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let Some(inner) = tree.children(node).find(|&child| !self.is_silent(child)) else {
            return;
        };
        if tree
            .child_of(node, Kind::Minus)
            .is_some_and(|minus| minus < inner)
        {
            let row = self.operator(operators::MINUS, place, tree.span(node));
            self.expression(inner, Place::argument(row, 1));
        } else if tree.kind(inner) == Kind::KeywordPattern {
            self.keyword_pattern(inner, place);
        } else {
            self.pattern(inner, place);
        }
    }

    /// A name alone binds; a dotted one is a value to compare with.
    fn name_pattern(&mut self, node: NodeId, place: Place) {
        match capture(self.tree, node, &self.w.texts) {
            Some(name) => drop(self.identifier(name, place.with_role(Role::Target))),
            None => self.dotted_reference(node, place),
        }
    }

    fn compound_pattern(&mut self, name: &str, node: NodeId, place: Place) {
        let row = self.operator(name, place, self.tree.span(node));
        let mut position = 0;
        let mut minus = false;
        for child in self.tree.children(node) {
            if self.tree.kind(child) == Kind::Minus {
                minus = true;
            } else if !self.is_silent(child) || self.tree.kind(child) == Kind::Underscore {
                position += 1;
                let mut place = Place::argument(row, position);
                if std::mem::take(&mut minus) {
                    let row = self.operator(operators::MINUS, place, self.tree.span(child));
                    place = Place::argument(row, 1);
                }
                self.pattern(child, place);
            }
        }
    }

    /// `(p)` is `p`, `(p,)` and `(p, q)` are sequences.
    fn tuple_pattern(&mut self, node: NodeId, place: Place) {
        let mut children = self
            .tree
            .children(node)
            .filter(|&child| !self.is_silent(child));
        match (children.next(), children.next()) {
            (Some(only), None) if !self.comma_after(only, node) => self.pattern(only, place),
            _ => self.compound_pattern(operators::SEQUENCE_PATTERN, node, place),
        }
    }

    fn mapping_pattern(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let row = self.operator(operators::MAPPING_PATTERN, place, tree.span(node));
        let mut position = 0;
        let mut key = None;
        let mut minus = false;
        for child in tree.children(node) {
            match tree.field_of(child) {
                Field::Key if tree.kind(child) == Kind::Minus => minus = true,
                Field::Key => key = Some((child, std::mem::take(&mut minus))),
                Field::Value if !self.is_silent(child) || tree.kind(child) == Kind::Underscore => {
                    position += 1;
                    let start = key.map_or(tree.start(child), |(key, _)| tree.start(key));
                    let pair = self.operator(
                        operators::KEY_VALUE,
                        Place::argument(row, position),
                        (start, tree.end(child)),
                    );
                    if let Some((key, minus)) = key.take() {
                        let mut place = Place::argument(pair, 1).with_role(Role::Key);
                        if minus {
                            let row = self.operator(operators::MINUS, place, tree.span(key));
                            place = Place::argument(row, 1);
                        }
                        if tree.kind(key) == Kind::DottedName {
                            self.dotted_reference(key, place);
                        } else {
                            self.pattern(key, place);
                        }
                    }
                    self.pattern(child, Place::argument(pair, 2).with_role(Role::Value));
                }
                _ if tree.kind(child) == Kind::SplatPattern => {
                    position += 1;
                    self.splat_pattern(child, Place::argument(row, position));
                }
                _ => {}
            }
        }
    }

    /// `C(p, name=q)`: the class as receiver, patterns as arguments.
    fn class_pattern(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let row = self.operator(operators::CLASS_PATTERN, place, tree.span(node));
        let mut position = 0;
        for child in tree.children(node) {
            if tree.kind(child) == Kind::DottedName && position == 0 {
                self.dotted_reference(child, Place::receiver(row));
            } else if !self.is_silent(child) {
                position += 1;
                self.pattern(child, Place::argument(row, position));
            }
        }
    }

    /// `name=p` in a class pattern.
    fn keyword_pattern(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let name = tree
            .first_child(node)
            .map_or(Text::EMPTY, |name| tree.name(name));
        let mut minus = false;
        for child in tree.children(node).skip(1) {
            match tree.kind(child) {
                Kind::EqualsSign => {}
                Kind::Minus => minus = true,
                _ => {
                    let mut place = place.with_keyword(name);
                    if std::mem::take(&mut minus) {
                        let row = self.operator(operators::MINUS, place, tree.span(child));
                        place = Place::argument(row, 1);
                    }
                    self.pattern(child, place);
                }
            }
        }
    }

    /// `*rest`, `**rest`, `*_`.
    fn splat_pattern(&mut self, node: NodeId, place: Place) {
        let mut flags = NodeFlags::UNPACKED;
        flags.set(
            NodeFlags::KEYWORD_VARIADIC,
            self.tree.has(node, Kind::DoubleStar),
        );
        let place = place.with_flags(flags);
        match self.tree.child_of(node, Kind::Identifier) {
            Some(name) => drop(self.identifier(name, place.with_role(Role::Target))),
            None => drop(self.literal("_", "wildcard", place, self.tree.span(node))),
        }
    }

    /// `p as name`.
    fn binding_pattern(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let row = self.operator(operators::AS_PATTERN, place, tree.span(node));
        for child in tree.children(node) {
            match tree.kind(child) {
                Kind::Identifier => {
                    self.identifier(child, Place::argument(row, 2).with_role(Role::Target));
                }
                _ if self.is_silent(child) => {}
                _ => self.pattern(child, Place::argument(row, 1)),
            }
        }
    }
}
