//! What a function is by its header: its signature as text, and its properties.

use codegraph_kit::NodeFlags;
use codegraph_kit::output::Output;
use codegraph_kit::scope::{ScopeId, ScopeKind};
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;

use super::Lower;
use super::expressions::is_mangled;
use crate::grammar::{Field, Kind};
use crate::text::one_line;

/// Longest signature, in bytes.
pub(super) const SIGNATURE: usize = 500;

impl<O: Output> Lower<'_, O> {
    /// Parameters and result on one line, as written.
    pub(super) fn signature(&mut self, node: NodeId) -> Text {
        let mut line = std::mem::take(&mut self.scratch);
        line.clear();
        match self.tree.child(node, Field::Parameters) {
            Some(list) if self.tree.kind(list) == Kind::LambdaParameters => {
                line.push('(');
                one_line(self.code(list), SIGNATURE, &mut line);
                line.push(')');
            }
            Some(list) => one_line(self.code(list), SIGNATURE, &mut line),
            None => line.push_str("()"),
        }
        if let Some(result) = self.tree.child(node, Field::ReturnType) {
            line.push_str(" -> ");
            one_line(self.code(result), SIGNATURE, &mut line);
        }
        let text = self.w.texts.intern(&line);
        self.scratch = line;
        text
    }

    pub(super) fn function_flags(
        &self,
        node: NodeId,
        decorated: NodeId,
        name: &str,
        scope: ScopeId,
    ) -> NodeFlags {
        let tree = self.tree;
        let mut flags = NodeFlags::empty();
        flags.set(NodeFlags::ASYNC, tree.has(node, Kind::AsyncToken));
        flags.set(NodeFlags::GENERATOR, self.bound.generators.contains(&scope));
        flags.set(NodeFlags::DECLARATION, self.stub);
        let in_class = self.bound.scopes.kind(self.scope) == ScopeKind::Class;
        // These three are made methods of the class by the class statement itself.
        let mut kind = match name {
            "__new__" => NodeFlags::STATIC,
            "__init_subclass__" | "__class_getitem__" => NodeFlags::CLASS_METHOD,
            _ => NodeFlags::INSTANCE_METHOD,
        };
        if tree.kind(decorated) == Kind::Decorated {
            for decorator in tree
                .children(decorated)
                .filter(|&child| tree.kind(child) == Kind::Decorator)
            {
                match self.last_name(decorator) {
                    "staticmethod" => kind = NodeFlags::STATIC,
                    "classmethod" => kind = NodeFlags::CLASS_METHOD,
                    "property" | "cached_property" | "setter" | "getter" | "deleter" => {
                        flags |= NodeFlags::PROPERTY;
                    }
                    "abstractproperty" => flags |= NodeFlags::PROPERTY | NodeFlags::ABSTRACT,
                    "abstractmethod" => flags |= NodeFlags::ABSTRACT,
                    "final" => flags |= NodeFlags::FINAL,
                    "overload" => flags |= NodeFlags::DECLARATION,
                    _ => {}
                }
            }
        }
        if in_class {
            flags |= kind;
            flags.set(
                NodeFlags::CONSTRUCTOR,
                matches!(name, "__init__" | "__new__"),
            );
        } else {
            flags.remove(NodeFlags::PROPERTY | NodeFlags::ABSTRACT);
        }
        flags | visibility(name, in_class)
    }

    /// The last name of a decorator: `property` of `@property`, `setter` of `@name.setter`.
    fn last_name(&self, decorator: NodeId) -> &str {
        let tree = self.tree;
        let mut expression = tree
            .children(decorator)
            .find(|&child| !self.is_silent(child));
        if let Some(call) = expression
            && tree.kind(call) == Kind::Call
        {
            expression = tree.child(call, Field::Function);
        }
        let name = expression.and_then(|expression| match tree.kind(expression) {
            Kind::Attribute => tree.child(expression, Field::Attribute),
            _ => Some(expression),
        });
        name.map_or("", |name| self.w.texts.get(tree.name(name)))
    }
}

/// Who may use a name: the language mangles two underscores in a class, convention keeps one to its module or class.
pub(super) fn visibility(name: &str, in_class: bool) -> NodeFlags {
    if in_class && is_mangled(name) {
        NodeFlags::PRIVATE
    } else if name.starts_with('_') && !name.ends_with("__") {
        NodeFlags::PROTECTED
    } else {
        NodeFlags::PUBLIC
    }
}
