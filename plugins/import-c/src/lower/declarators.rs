//! Declarators: what a declaration says of a name around the name.

use codegraph_kit::output::Output;
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;

use super::Lower;
use crate::grammar::{Field, Kind};

/// A declarator, read from the outside to its name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Declarator {
    /// The node of the name; none for an unnamed parameter.
    pub(super) name: Option<NodeId>,
    /// The function declarator right around the name: it declares a function.
    pub(super) function: Option<NodeId>,
    /// It is an array, right around the name.
    pub(super) is_array: bool,
    /// The outermost node.
    pub(super) node: NodeId,
    /// The value that it begins with.
    pub(super) value: Option<NodeId>,
}

impl<O: Output> Lower<'_, O> {
    /// Reads a declarator.
    pub(super) fn declarator(&self, node: NodeId) -> Declarator {
        let tree = self.tree;
        let mut found = Declarator {
            node,
            ..Declarator::default()
        };
        let mut at = node;
        // What stands right around the name was met last.
        loop {
            let next = match tree.kind(at) {
                Kind::InitDeclarator => {
                    found.value = tree.child(at, Field::Value);
                    let inner = tree.child(at, Field::Declarator);
                    found.node = inner.unwrap_or(at);
                    inner
                }
                Kind::FunctionDeclarator | Kind::AbstractFunction => {
                    found.function = Some(at);
                    found.is_array = false;
                    tree.child(at, Field::Declarator)
                }
                Kind::PointerDeclarator
                | Kind::AbstractPointer
                | Kind::ReferenceDeclarator
                | Kind::AbstractReference => {
                    found.function = None;
                    found.is_array = false;
                    tree.child(at, Field::Declarator)
                        .or_else(|| self.last_declarator(at))
                }
                Kind::ArrayDeclarator | Kind::AbstractArray => {
                    found.function = None;
                    found.is_array = true;
                    tree.child(at, Field::Declarator)
                }
                Kind::ParenthesizedDeclarator
                | Kind::AbstractParenthesized
                | Kind::AttributedDeclarator
                | Kind::VariadicDeclarator => self.last_declarator(at),
                Kind::Identifier
                | Kind::FieldIdentifier
                | Kind::TypeIdentifier
                | Kind::PrimitiveType
                | Kind::Qualified
                | Kind::Destructor
                | Kind::OperatorName
                | Kind::OperatorCast
                | Kind::TemplateFunction
                | Kind::TemplateMethod
                | Kind::StructuredBinding => {
                    found.name = Some(at);
                    return found;
                }
                _ => None,
            };
            match next {
                Some(next) => at = next,
                None => return found,
            }
        }
    }

    fn last_declarator(&self, node: NodeId) -> Option<NodeId> {
        self.parts(node)
            .filter(|&child| {
                !matches!(
                    self.tree.kind(child),
                    Kind::Qualifier
                        | Kind::AttributeDeclaration
                        | Kind::AttributeSpecifier
                        | Kind::Declspec
                )
            })
            .last()
    }

    /// The declared type: what stands before the declarators, and the declarator without its name.
    pub(super) fn declared_type(&mut self, declaration: NodeId, declarator: Declarator) -> Text {
        let mut parts = self.base_type(declaration);
        if declarator.node != 0 {
            let (start, end) = self.tree.span(declarator.node);
            match declarator.name {
                Some(name) if self.tree.start(name) >= start && self.tree.end(name) <= end => {
                    parts.push((start, self.tree.start(name)));
                    parts.push((self.tree.end(name), end));
                }
                Some(_) => {}
                None => parts.push((start, end)),
            }
        }
        self.squeezed(&parts)
    }

    /// What a function gives: the declared type without the function's own part.
    pub(super) fn return_type(&mut self, declaration: NodeId, declarator: Declarator) -> Text {
        let mut parts = self.base_type(declaration);
        if let Some(function) = declarator.function {
            let (start, end) = self.tree.span(declarator.node);
            let (from, to) = self.tree.span(function);
            parts.push((start, from));
            parts.push((to, end));
            if let Some(trailing) = self.tree.child_of(function, Kind::TrailingReturn)
                && let Some(descriptor) = self.parts(trailing).next()
            {
                parts = vec![self.tree.span(descriptor)];
            }
        }
        self.squeezed(&parts)
    }

    /// Qualifiers and the type of a declaration; of a type that is defined there its head.
    fn base_type(&self, declaration: NodeId) -> Vec<(u32, u32)> {
        let tree = self.tree;
        let mut parts = Vec::new();
        for child in tree.children(declaration) {
            if tree.field_of(child) == Field::Declarator {
                break;
            }
            if tree.kind(child) == Kind::Qualifier {
                parts.push(tree.span(child));
            } else if tree.field_of(child) == Field::Type {
                parts.push(self.type_span(child));
            }
        }
        parts
    }

    /// The span of a type; of one that is defined there that of its head.
    pub(super) fn type_span(&self, node: NodeId) -> (u32, u32) {
        let tree = self.tree;
        match tree.kind(node) {
            Kind::Struct | Kind::Union | Kind::Enum | Kind::Class => {
                let name = tree.child(node, Field::Name);
                let keyword_end = name.map_or_else(
                    || {
                        let rest = &self.bytes[tree.range(node)];
                        let word = rest
                            .iter()
                            .position(|&byte| !byte.is_ascii_alphabetic())
                            .unwrap_or(rest.len());
                        tree.start(node) + word as u32
                    },
                    |name| tree.end(name),
                );
                (tree.start(node), keyword_end)
            }
            _ => tree.span(node),
        }
    }

    /// The last part of a name: `f` of `ns::C::f<int>`.
    pub(super) fn last_name(&self, mut node: NodeId) -> NodeId {
        loop {
            let next = match self.tree.kind(node) {
                Kind::Qualified
                | Kind::TemplateFunction
                | Kind::TemplateMethod
                | Kind::TemplateType => self.tree.child(node, Field::Name),
                Kind::DependentName => self.parts(node).next(),
                _ => None,
            };
            match next {
                Some(next) => node = next,
                None => return node,
            }
        }
    }

    /// A name as text: without arguments of templates and blanks.
    pub(super) fn name_text(&self, node: NodeId) -> String {
        let mut text = String::new();
        let mut depth = 0_u32;
        let code = self.code(node);
        let is_operator = matches!(
            self.tree.kind(self.last_name(node)),
            Kind::OperatorName | Kind::OperatorCast
        );
        for (at, c) in code.char_indices() {
            match c {
                '<' if !is_operator => depth += 1,
                '>' if !is_operator => depth = depth.saturating_sub(1),
                c if c.is_whitespace() && depth == 0
                    // `operator new`, `operator int`
                    && is_operator
                        && code[..at].ends_with("operator")
                        && code[at..]
                            .trim_start()
                            .starts_with(|c: char| c.is_alphabetic()) =>
                {
                    text.push(' ');
                }
                c if depth == 0 => text.push(c),
                _ => {}
            }
        }
        text
    }
}
