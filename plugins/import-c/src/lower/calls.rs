//! Calls.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::scope::ScopeKind;
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind};

use super::Lower;
use crate::grammar::{Field, Kind};

impl<O: Output> Lower<'_, O> {
    /// Lowers a call. A function that is called by its name is no value: the call has no receiver, and refers to the function where the
    /// file has it.
    pub(super) fn call(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let Some(function) = tree
            .child(node, Field::Function)
            .map(|child| self.unwrapped(child))
        else {
            self.unknown("call_expression", place, tree.span(node));
            return;
        };
        let last = self.last_name(function);
        let span = tree.span(node);
        let row = match tree.kind(function) {
            Kind::Identifier => {
                let mut name = tree.name(function);
                let declaration = self.declaration_of(name);
                if declaration.is_none() {
                    name = self.renamed(name);
                }
                let row = self.w.put(NodeKind::Call, place, span, name);
                match declaration {
                    Some(_) if self.is_member(name) => self.on_this(function, row),
                    // A variable that holds a function.
                    Some(declaration) => {
                        let receiver = self.w.put(
                            NodeKind::Identifier,
                            Place::receiver(row),
                            tree.span(function),
                            name,
                        );
                        self.w.refer(receiver, declaration);
                    }
                    None if self.is_later_member(name) => {}
                    None => self.waiting.push((row, name)),
                }
                row
            }
            Kind::TemplateFunction if tree.kind(last) == Kind::Identifier => {
                let name = tree.name(last);
                let row = self.w.put(NodeKind::Call, place, span, name);
                self.mean(row, name);
                row
            }
            Kind::Qualified => {
                let spelled = self.name_text(last);
                let name = self.w.texts.intern(&spelled);
                if let Some(made) = self.made_by_template(node, function, &spelled, place) {
                    return made;
                }
                let row = self.w.put(NodeKind::Call, place, span, name);
                let receiver = self.qualified_name(function, Place::receiver(row));
                // `::f` is no member of the class around.
                if self.name_text(function) == format!("::{spelled}") {
                    self.waiting.push((receiver, name));
                }
                row
            }
            // `T(x)`
            Kind::PrimitiveType | Kind::SizedType => {
                let name = self.squeezed(&[tree.span(function)]);
                let row = self.w.put(NodeKind::Call, place, span, name);
                let mut receiver = self.w.at(
                    NodeKind::TypeRef,
                    Place::receiver(row),
                    tree.span(function),
                    name,
                );
                receiver.detail = name;
                self.w.push(receiver);
                row
            }
            _ => {
                let name = self.callee_name(function);
                let place = place.with_flags(NodeFlags::DYNAMIC_DISPATCH);
                let row = self.w.put(NodeKind::Call, place, span, name);
                self.expression(function, Place::receiver(row));
                row
            }
        };
        if let Some(list) = tree.child(node, Field::Arguments) {
            self.arguments(list, row);
        }
    }

    /// `std::make_unique<T>(a)` makes a `T` as `new T(a)` does.
    fn made_by_template(
        &mut self,
        node: NodeId,
        function: NodeId,
        spelled: &str,
        place: Place,
    ) -> Option<()> {
        let tree = self.tree;
        if !matches!(spelled, "make_unique" | "make_shared") {
            return None;
        }
        let template = tree.child(function, Field::Name)?;
        let list = tree.child(template, Field::Arguments)?;
        let of = self.parts(list).next()?;
        let arguments = tree.child(node, Field::Arguments)?;
        let row = self.operator("<operator>.new", place, tree.span(node));
        let declared = self.squeezed(&[tree.span(of)]);
        self.construct(arguments, declared, Place::argument(row, 1));
        Some(())
    }

    /// `f<A>()` where it reads like the type of a function.
    pub(super) fn call_like_type(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let Some(function) = tree.child(node, Field::Type) else {
            return;
        };
        let spelled = self.name_text(function);
        let last = spelled.rsplit("::").next().unwrap_or(&spelled).to_owned();
        let span = tree.span(node);
        let inner = tree.child(function, Field::Name).unwrap_or(function);
        let of = tree
            .child(inner, Field::Arguments)
            .or_else(|| tree.child(function, Field::Arguments))
            .and_then(|list| self.parts(list).next());
        if let Some(of) = of.filter(|_| matches!(last.as_str(), "make_unique" | "make_shared")) {
            let row = self.operator("<operator>.new", place, span);
            let declared = self.squeezed(&[tree.span(of)]);
            self.constructor_call(span, declared, Place::argument(row, 1));
            return;
        }
        let name = self.w.texts.intern(&last);
        let row = self.w.put(NodeKind::Call, place, span, name);
        self.qualified_name(function, Place::receiver(row));
    }

    /// What a macro that is another name stands for; the name itself where it is none.
    fn renamed(&mut self, name: Text) -> Text {
        let mut spelled = self.w.texts.get(name);
        // Names that stand for each other end somewhere.
        for _ in 0..8 {
            match self.renames.get(spelled) {
                Some(next) => spelled = next,
                None => break,
            }
        }
        let spelled = spelled.to_owned();
        self.w.texts.intern(&spelled)
    }

    /// Whether a class around declares a name further down.
    pub(super) fn is_later_member(&self, name: Text) -> bool {
        self.members.iter().any(|names| names.contains(&name))
    }

    /// Whether a name means a member of the class around, in a method that has an object.
    fn is_member(&mut self, name: Text) -> bool {
        let binding = self.scopes.resolve(self.scope, name);
        let scope = binding.map(|binding| self.scopes.binding(binding).scope);
        let this = self.w.texts.intern("this");
        scope.is_some_and(|scope| self.scopes.kind(scope) == ScopeKind::Type)
            && self.declaration_of(this).is_some()
    }

    /// `f` of `f()`, where it is a member: `this->f`.
    fn on_this(&mut self, function: NodeId, row: RowId) {
        let place = Place::receiver(row).with_flags(NodeFlags::IMPLICIT);
        self.member_of_this(function, place);
    }

    /// A member that is named alone: `this->f`.
    pub(super) fn member_of_this(&mut self, function: NodeId, place: Place) -> RowId {
        let span = self.tree.span(function);
        let access = self.operator("<operator>.indirectFieldAccess", place, span);
        let this = self.w.texts.intern("this");
        let at = (span.0, span.0);
        let place = Place::argument(access, 1).with_flags(NodeFlags::IMPLICIT);
        let object = self.w.put(NodeKind::Identifier, place, at, this);
        if let Some(declaration) = self.declaration_of(this) {
            self.w.refer(object, declaration);
        }
        let name = self.tree.name(function);
        self.w.put(
            NodeKind::FieldIdentifier,
            Place::argument(access, 2),
            span,
            name,
        );
        access
    }

    /// A function in needless parentheses or behind a `*` is the function.
    fn unwrapped(&self, mut node: NodeId) -> NodeId {
        while self.tree.kind(node) == Kind::Parenthesized {
            let mut parts = self.parts(node);
            match (parts.next(), parts.next()) {
                (Some(only), None) => node = only,
                _ => break,
            }
        }
        node
    }

    /// The name that a call through a value is known by: that of the variable or member.
    fn callee_name(&self, node: NodeId) -> Text {
        let tree = self.tree;
        let mut at = node;
        for _ in 0..64 {
            let next = match tree.kind(at) {
                Kind::Identifier | Kind::FieldIdentifier => return tree.name(at),
                Kind::FieldAccess => tree
                    .child(at, Field::MemberName)
                    .map(|field| self.last_name(field)),
                Kind::Subscript | Kind::Pointer => tree.child(at, Field::Argument),
                Kind::Parenthesized => self.parts(at).next(),
                Kind::Cast => tree.child(at, Field::Value),
                _ => None,
            };
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        Text::EMPTY
    }

    pub(super) fn arguments(&mut self, list: NodeId, row: RowId) {
        let parts: Vec<NodeId> = self.parts(list).collect();
        let mut position = 0;
        for part in parts {
            if self.tree.kind(part) == Kind::Error {
                self.recover(part, row);
                continue;
            }
            position += 1;
            let place = Place::argument(row, position);
            if self.tree.kind(part) == Kind::PackExpansion
                && let Some(pattern) = self.tree.child(part, Field::Pattern)
            {
                self.expression(pattern, place.with_flags(NodeFlags::UNPACKED));
            } else {
                self.initial_or_expression(part, place);
            }
        }
    }

    /// `a::b::f` as one name.
    pub(super) fn qualified_name(&mut self, node: NodeId, place: Place) -> RowId {
        let spelled = self.name_text(node);
        let name = self.w.texts.intern(spelled.trim_start_matches("::"));
        self.w
            .put(NodeKind::Identifier, place, self.tree.span(node), name)
    }

    /// `T x(a, b)`, `new T(a, b)`: a call of the type.
    pub(super) fn construct(&mut self, arguments: NodeId, declared: Text, place: Place) {
        let span = self.tree.span(arguments);
        let row = self.constructor_call(span, declared, place);
        self.arguments(arguments, row);
    }

    /// A call of a type, without its arguments.
    pub(super) fn constructor_call(
        &mut self,
        span: (u32, u32),
        declared: Text,
        place: Place,
    ) -> RowId {
        let plain = self.plain_type(declared);
        let short = self
            .w
            .texts
            .get(plain)
            .rsplit("::")
            .next()
            .unwrap_or_default()
            .to_owned();
        let name = self.w.texts.intern(&short);
        let row = self.w.put(NodeKind::Call, place, span, name);
        if !plain.is_empty() {
            let at = (span.0, span.0);
            let place = Place::receiver(row).with_flags(NodeFlags::IMPLICIT);
            self.w.put(NodeKind::Identifier, place, at, plain);
        }
        row
    }
}
