//! Types: structs, unions, enumerations and classes, and the names that declarations call them by.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::scope::ScopeKind;
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind, Role};
use rustc_hash::FxHashSet;

use super::{ClassAround, Lower};
use crate::grammar::{Field, Kind};

impl<O: Output> Lower<'_, O> {
    /// Adds the types that a declaration defines before what it declares.
    pub(super) fn types_inside(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        for child in tree.children(node) {
            if tree.field_of(child) == Field::Type {
                self.type_specifier(child, block);
            }
        }
    }

    /// Adds a type where its members are there; otherwise it is only named.
    pub(super) fn type_specifier(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        let is_type = matches!(
            tree.kind(node),
            Kind::Struct | Kind::Union | Kind::Enum | Kind::Class
        );
        if is_type && tree.child(node, Field::Body).is_some() {
            self.type_named(node, tree.child(node, Field::Name), block);
        }
    }

    /// Adds a type under a name.
    pub(super) fn type_named(&mut self, node: NodeId, name: Option<NodeId>, block: RowId) {
        if !self.depth.enter() {
            self.too_deep(node, Place::statement(block));
            return;
        }
        let tree = self.tree;
        let spelled = name.map_or_else(String::new, |name| self.name_text(name));
        let anonymous = spelled.is_empty();
        let short = if anonymous {
            "<anonymous>".to_owned()
        } else {
            spelled
        };
        let full = self.qualified(&short);
        let full = if anonymous {
            // Unnamed types of different files are different types.
            let line = format!(
                "{}:{}@{}",
                self.path,
                self.w.texts.get(full),
                tree.start(node)
            );
            self.w.texts.intern(&line)
        } else {
            full
        };
        let name_text = self
            .w
            .texts
            .intern(short.rsplit("::").next().unwrap_or(&short));
        let mut row = self.w.at(
            NodeKind::TypeDecl,
            Place::statement(block),
            tree.span(node),
            name_text,
        );
        row.detail = full;
        let row = self.w.push(row);
        if tree.kind(node) != Kind::Enum {
            self.known_classes.insert(name_text);
        }
        self.bases(node, row);
        let is_class = tree.kind(node) == Kind::Class;
        let access = match (self.cpp, is_class) {
            (false, _) => NodeFlags::empty(),
            (true, true) => NodeFlags::PRIVATE,
            (true, false) => NodeFlags::PUBLIC,
        };
        let outer = self.class;
        let around = self.enter(
            full,
            Some(ClassAround {
                row,
                name: name_text,
                access,
            }),
        );
        if let Some(body) = tree.child(node, Field::Body) {
            if tree.kind(node) == Kind::Enum {
                // Enumerators are names of the scope around; those of `enum class` too: they are only reached through it.
                self.enumerators(body, row);
            } else {
                self.open(ScopeKind::Type);
                self.classes.insert(full, self.scope);
                let names = self.member_names(body);
                self.members.push(names);
                self.fields(body, row);
                self.members.pop();
            }
        }
        self.leave(around);
        // Members of an unnamed struct or union inside of another type are that type's.
        if anonymous && outer.is_some() && name.is_none() && self.is_unnamed_member(node) {
            self.unnamed_members(node, outer);
        }
        self.depth.leave();
    }

    /// Names that a class declares anywhere in its body: its methods see them all.
    fn member_names(&self, body: NodeId) -> FxHashSet<Text> {
        let tree = self.tree;
        let mut names = FxHashSet::default();
        if !self.cpp {
            return names;
        }
        let mut open = vec![body];
        while let Some(node) = open.pop() {
            for child in tree.children(node) {
                match tree.kind(child) {
                    Kind::FieldDeclaration | Kind::Function | Kind::Declaration => {
                        let declarators = tree
                            .children(child)
                            .filter(|&part| tree.field_of(part) == Field::Declarator);
                        names.extend(
                            declarators
                                .filter_map(|part| self.declarator(part).name)
                                .map(|name| tree.name(name)),
                        );
                    }
                    Kind::Template
                    | Kind::PreprocIf
                    | Kind::PreprocIfdef
                    | Kind::PreprocElse
                    | Kind::PreprocElif
                    | Kind::PreprocElifdef => open.push(child),
                    _ => {}
                }
            }
        }
        names
    }

    fn fields(&mut self, body: NodeId, row: RowId) {
        let tree = self.tree;
        for child in tree.children(body) {
            self.comments(tree.start(child), row);
            match tree.kind(child) {
                Kind::AccessSpecifier => {
                    let access = match self.code(child) {
                        "private" => NodeFlags::PRIVATE,
                        "protected" => NodeFlags::PROTECTED,
                        _ => NodeFlags::PUBLIC,
                    };
                    if let Some(class) = &mut self.class {
                        class.access = access;
                    }
                }
                Kind::PreprocIf
                | Kind::PreprocIfdef
                | Kind::PreprocElse
                | Kind::PreprocElif
                | Kind::PreprocElifdef => {
                    self.fields(child, row);
                }
                Kind::Error => self.recover(child, row),
                kind if crate::grammar::is_token(kind) => {}
                _ => self.item(child, row),
            }
        }
        self.comments(tree.end(body), row);
    }

    /// A member without a name: `struct { int a; };` in a type.
    fn is_unnamed_member(&self, node: NodeId) -> bool {
        let rest = &self.bytes[self.tree.end(node) as usize..];
        rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b';')
    }

    fn unnamed_members(&mut self, node: NodeId, outer: Option<ClassAround>) {
        let (Some(class), Some(body)) = (outer, self.tree.child(node, Field::Body)) else {
            return;
        };
        let tree = self.tree;
        for field in tree
            .children(body)
            .filter(|&child| tree.kind(child) == Kind::FieldDeclaration)
        {
            for child in tree
                .children(field)
                .filter(|&child| tree.field_of(child) == Field::Declarator)
            {
                let declarator = self.declarator(child);
                let Some(name) = declarator.name.filter(|_| declarator.function.is_none()) else {
                    continue;
                };
                let declared = self.declared_type(field, declarator);
                let text = tree.name(name);
                self.member(
                    text,
                    tree.span(name),
                    declared,
                    class.access | NodeFlags::IMPLICIT,
                    class.row,
                );
            }
        }
    }

    /// `: public Base, Other<T>`
    fn bases(&mut self, node: NodeId, row: RowId) {
        let tree = self.tree;
        let Some(clause) = tree.child_of(node, Kind::BaseClause) else {
            return;
        };
        let bases: Vec<NodeId> = self
            .parts(clause)
            .filter(|&child| {
                matches!(
                    tree.kind(child),
                    Kind::TypeIdentifier | Kind::Qualified | Kind::TemplateType
                )
            })
            .collect();
        for base in bases {
            let spelled = self.name_text(base);
            let name = self.w.texts.intern(&spelled);
            self.w.put(
                NodeKind::Identifier,
                Place::new(row, Role::Base),
                tree.span(base),
                name,
            );
        }
    }

    /// The name of a type without qualifiers, keywords, pointers and sizes; empty where it is no name.
    pub(super) fn plain_type(&mut self, declared: Text) -> Text {
        let text = self.w.texts.get(declared);
        if text.contains('(') {
            return Text::EMPTY;
        }
        let end = text.find(['*', '&', '[', '<']).unwrap_or(text.len());
        let words = text[..end].split_whitespace().filter(|word| {
            !matches!(
                *word,
                "struct"
                    | "union"
                    | "enum"
                    | "class"
                    | "const"
                    | "volatile"
                    | "typename"
                    | "constexpr"
                    | "restrict"
            )
        });
        let mut words: Vec<&str> = words.collect();
        let name = match (words.pop(), words.is_empty()) {
            (Some(name), true) => name.to_owned(),
            _ => return Text::EMPTY,
        };
        self.w.texts.intern(&name)
    }

    /// The plain name of a type; of a class of the library that stands for what it holds, that of what it holds.
    pub(super) fn held_type(&mut self, declared: Text) -> Text {
        let text = self.w.texts.get(declared).to_owned();
        let holds = |name: &str| {
            let last = name.trim().rsplit("::").next().unwrap_or_default();
            crate::rules::WRAPPERS
                .split_whitespace()
                .any(|word| word == last)
        };
        let mut at = text.as_str();
        while let Some((name, rest)) = at.split_once('<')
            && holds(name)
            && let Some(end) = rest.rfind('>')
        {
            // The last of the arguments outside of other brackets.
            let (mut depth, mut from) = (0_i32, 0);
            for (place, c) in rest[..end].char_indices() {
                depth += i32::from(matches!(c, '<' | '(')) - i32::from(matches!(c, '>' | ')'));
                if c == ',' && depth == 0 {
                    from = place + 1;
                }
            }
            at = rest[from..end].trim();
        }
        let inner = self.w.texts.intern(at);
        self.plain_type(inner)
    }

    /// The name of the type of an array's elements.
    pub(super) fn element_type(&mut self, declared: Text) -> Text {
        self.plain_type(declared)
    }

    /// A type in an expression.
    pub(super) fn type_reference(&mut self, node: NodeId, place: Place) -> RowId {
        let tree = self.tree;
        self.types_in_descriptor(node, place);
        let span = tree.span(node);
        let name = self.squeezed(&[span]);
        let mut row = self.w.at(NodeKind::TypeRef, place, span, name);
        row.detail = self.plain_type(name);
        self.w.add(row, place)
    }

    /// A type that is defined in an expression.
    fn types_in_descriptor(&mut self, node: NodeId, place: Place) {
        if self.tree.kind(node) == Kind::TypeDescriptor
            && let Some(inner) = self.tree.child(node, Field::Type)
            && self.tree.child(inner, Field::Body).is_some()
        {
            let (start, end) = self.tree.span(inner);
            let _ = place;
            self.w.gap(
                start,
                end,
                "unsupported_construct",
                "a type that is defined inside of an expression",
            );
        }
    }
}
