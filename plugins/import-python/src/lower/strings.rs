//! Strings, bytes, formatted and template strings, alone or side by side.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, operators};

use super::Lower;
use crate::grammar::{Field, Kind};
use crate::text::{Prefix, prefix, undouble, unescape};

impl<O: Output> Lower<'_, O> {
    /// Lowers a string, or several that stand side by side: a literal, or a call that puts the pieces together.
    pub(super) fn string(&mut self, node: NodeId, place: Place) {
        let span = self.tree.span(node);
        if self.source[span.0 as usize..].starts_with(b"`") {
            self.python2_repr(node, place);
        } else if self.is_pieced(node) {
            let is_template = self.first_prefix(node).template;
            let name = if is_template {
                operators::TEMPLATE_STRING
            } else {
                operators::FORMAT_STRING
            };
            let row = self.operator(name, place, span);
            let mut position = 0;
            self.each_string(node, |lower, string| {
                lower.pieces(string, row, &mut position);
            });
        } else {
            let prefix = self.first_prefix(node);
            let mut value = String::new();
            self.each_string(node, |lower, string| lower.value(string, &mut value));
            self.literal(
                &value,
                if prefix.bytes { "bytes" } else { "str" },
                place,
                span,
            );
        }
    }

    /// Python 2's `` `value` ``: a call of `repr` whose argument the grammar did not read.
    fn python2_repr(&mut self, node: NodeId, place: Place) {
        let (start, end) = self.tree.span(node);
        self.w.gap(
            start,
            end,
            "unsupported_construct",
            "the value between Python 2's back quotes was not read",
        );
        let name = self.w.texts.intern("repr");
        let row = self.w.put(NodeKind::Call, place, (start, end), name);
        self.w.put(
            NodeKind::Identifier,
            Place::receiver(row).with_flags(NodeFlags::IMPLICIT),
            (start, start),
            name,
        );
        self.unknown(
            "repr",
            Place::argument(row, 1),
            (
                (start + 1).min(end),
                end.saturating_sub(1).max((start + 1).min(end)),
            ),
        );
    }

    /// Whether a node is a string whose value stands in the source.
    pub(super) fn is_plain_text(&self, node: NodeId) -> bool {
        matches!(
            self.tree.kind(node),
            Kind::String | Kind::ConcatenatedString
        ) && !self.is_pieced(node)
            && !self.source[self.tree.range(node)].starts_with(b"`")
            && !self.first_prefix(node).bytes
    }

    fn each_string(&mut self, node: NodeId, mut act: impl FnMut(&mut Self, NodeId)) {
        if self.tree.kind(node) == Kind::String {
            act(self, node);
            return;
        }
        let tree = self.tree;
        for string in tree
            .children(node)
            .filter(|&child| tree.kind(child) == Kind::String)
        {
            act(self, string);
        }
    }

    fn is_pieced(&self, node: NodeId) -> bool {
        let pieced = |string: NodeId| {
            let prefix = self.prefix_of(string);
            prefix.format || prefix.template
        };
        match self.tree.kind(node) {
            Kind::String => pieced(node),
            _ => self
                .tree
                .children(node)
                .any(|child| self.tree.kind(child) == Kind::String && pieced(child)),
        }
    }

    fn first_prefix(&self, node: NodeId) -> Prefix {
        let string = if self.tree.kind(node) == Kind::String {
            Some(node)
        } else {
            self.tree.first_child(node)
        };
        string.map_or(Prefix::default(), |string| self.prefix_of(string))
    }

    fn prefix_of(&self, string: NodeId) -> Prefix {
        let start = self.tree.child_of(string, Kind::StringStart);
        start.map_or(Prefix::default(), |start| {
            prefix(&self.source[self.tree.range(start)])
        })
    }

    /// Appends the value of a string without interpolations.
    fn value(&mut self, string: NodeId, value: &mut String) {
        let prefix = self.prefix_of(string);
        for content in self.tree.children(string) {
            if self.tree.kind(content) == Kind::StringContent {
                unescape(self.code(content), prefix, value);
            }
        }
    }

    /// Adds the pieces of one string as arguments.
    fn pieces(&mut self, string: NodeId, row: RowId, position: &mut i32) {
        let prefix = self.prefix_of(string);
        let kind = if prefix.bytes { "bytes" } else { "str" };
        for piece in self.tree.children(string) {
            match self.tree.kind(piece) {
                Kind::StringContent => {
                    let mut value = String::new();
                    unescape(self.code(piece), prefix, &mut value);
                    if prefix.format || prefix.template {
                        undouble(&mut value, 0);
                    }
                    *position += 1;
                    self.literal(
                        &value,
                        kind,
                        Place::argument(row, *position),
                        self.tree.span(piece),
                    );
                }
                Kind::Interpolation | Kind::FormatExpression => {
                    self.interpolation(piece, row, position);
                }
                _ => {}
            }
        }
    }

    /// `{value}`, `{value!r}`, `{value:format}`, `{value=}`.
    fn interpolation(&mut self, node: NodeId, row: RowId, position: &mut i32) {
        let tree = self.tree;
        let Some(expression) = tree.child(node, Field::Expression) else {
            return;
        };
        if tree.has(node, Kind::EqualsSign) {
            // The text before the value is the expression itself as written, with the white space around the sign.
            let sign = tree
                .child_of(node, Kind::EqualsSign)
                .map_or(0, |sign| tree.end(sign));
            let spaces = self.source[sign as usize..]
                .iter()
                .take_while(|byte| byte.is_ascii_whitespace())
                .count();
            let end = (sign + spaces as u32)
                .min(tree.end(node))
                .max(tree.start(expression));
            let span = (tree.start(expression), end);
            let text = String::from_utf8_lossy(&self.source[span.0 as usize..span.1 as usize])
                .into_owned();
            *position += 1;
            self.literal(&text, "str", Place::argument(row, *position), span);
        }
        *position += 1;
        let place = Place::argument(row, *position);
        let conversion = tree.child(node, Field::TypeConversion);
        let format = tree.child(node, Field::FormatSpecifier);
        if conversion.is_none() && format.is_none() {
            self.expression(expression, place);
            return;
        }
        let row = self.operator(operators::FORMATTED_VALUE, place, tree.span(node));
        self.expression(expression, Place::argument(row, 1));
        if let Some(conversion) = conversion {
            let letter = self.code(conversion).trim_start_matches('!').to_owned();
            self.literal(
                &letter,
                "conversion",
                Place::argument(row, 2),
                tree.span(conversion),
            );
        }
        if let Some(format) = format {
            self.format(format, Place::argument(row, 3));
        }
    }

    /// The part behind the colon: a text, or pieces where it has values in it.
    fn format(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let (start, end) = (tree.start(node) + 1, tree.end(node));
        let start = start.min(end);
        let is_value = |child: NodeId| {
            matches!(
                tree.kind(child),
                Kind::FormatExpression | Kind::Interpolation
            )
        };
        if !tree.children(node).any(is_value) {
            let text =
                String::from_utf8_lossy(&self.source[start as usize..end as usize]).into_owned();
            self.literal(&text, "str", place, (start, end));
            return;
        }
        if !self.depth.enter() {
            self.too_deep(node, place);
            return;
        }
        let row = self.operator(operators::FORMAT_STRING, place, (start, end));
        let mut position = 0;
        let mut at = start;
        for value in tree.children(node).filter(|&child| is_value(child)) {
            self.format_text(at, tree.start(value), row, &mut position);
            self.interpolation(value, row, &mut position);
            at = tree.end(value);
        }
        self.format_text(at, end, row, &mut position);
        self.depth.leave();
    }

    fn format_text(&mut self, start: u32, end: u32, row: RowId, position: &mut i32) {
        if start < end {
            let text =
                String::from_utf8_lossy(&self.source[start as usize..end as usize]).into_owned();
            *position += 1;
            self.literal(&text, "str", Place::argument(row, *position), (start, end));
        }
    }
}
