//! From the flat tree to rows: one pass in the order of the source, parents first.

mod calls;
mod classes;
mod declarations;
mod declarators;
mod errors;
mod expressions;
mod functions;
mod initializers;
mod lambdas;
mod literals;
mod loops;
mod members;
mod names;
mod namespaces;
mod operators;
mod statements;
mod types;

use codegraph_kit::depth::Depth;
use codegraph_kit::gaps::Gaps;
use codegraph_kit::output::Output;
use codegraph_kit::qualified::QualifiedNames;
use codegraph_kit::rows::{Place, RowId, Writer};
use codegraph_kit::scope::{ScopeId, Scopes};
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{Fault, NodeFlags, NodeKind, Role};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::grammar::{Dialect, Kind, Tree, grammar, is_token};
use crate::prepare::{Head, Prepared};

/// Lowers one prepared file.
pub(crate) fn file<O: Output>(
    path: &str,
    source: &[u8],
    prepared: &Prepared,
    dialect: Dialect,
    mut writer: Writer<O>,
) -> Result<O, Fault> {
    let mut tree = Tree::parse(&grammar(dialect), &prepared.bytes, &mut writer.texts)?;
    let gaps = std::mem::take(&mut tree.gaps);
    let mut macros = Tree::parse(
        &grammar(dialect),
        &prepared.functions.text,
        &mut writer.texts,
    )?;
    macros.move_offsets(|at| prepared.functions.place(at));
    // What a macro is made of need not stand alone: what does not is no gap.
    macros.gaps = Gaps::default();
    for (start, end, reason, detail) in &prepared.gaps {
        writer.gap(*start, *end, reason, detail);
    }
    let mut lower = Lower {
        tree: &tree,
        source,
        bytes: &prepared.bytes,
        path,
        cpp: dialect == Dialect::Cpp,
        w: writer,
        scopes: Scopes::default(),
        scope: Scopes::MODULE,
        names: QualifiedNames::default(),
        owner: Text::EMPTY,
        class: None,
        classes: FxHashMap::default(),
        functions: FxHashMap::default(),
        shapes: FxHashMap::default(),
        known_classes: FxHashSet::default(),
        member_types: FxHashMap::default(),
        members: Vec::new(),
        waiting: Vec::new(),
        assigned: Vec::new(),
        heads: &prepared.heads,
        renames: &prepared.renames,
        lambdas: 0,
        depth: Depth::default(),
        comment: 0,
        of_macros: false,
        scratch: String::new(),
    };
    lower.module(prepared, &macros);
    let Lower { mut w, .. } = lower;
    gaps.report(&mut w);
    w.finish()
}

/// The class that is being lowered.
#[derive(Clone, Copy)]
struct ClassAround {
    row: RowId,
    /// Its short name.
    name: Text,
    /// What members are declared as from here on.
    access: NodeFlags,
}

/// The state of lowering one file.
struct Lower<'a, O> {
    tree: &'a Tree,
    /// The file as it is.
    source: &'a [u8],
    /// The file as it was parsed.
    bytes: &'a [u8],
    path: &'a str,
    cpp: bool,
    w: Writer<O>,
    scopes: Scopes,
    scope: ScopeId,
    names: QualifiedNames,
    /// Full name of the namespace or class around; empty outside of all.
    owner: Text,
    class: Option<ClassAround>,
    /// Scopes of the classes that the file defines, by full name.
    classes: FxHashMap<Text, ScopeId>,
    /// Functions by the name that they are called by, definitions before declarations; whether it is a definition, the only one of
    /// that name; its full name, empty where there are others.
    functions: FxHashMap<Text, (RowId, bool, Text)>,
    /// By short name of a type of the file: its members, with the type of those that hold one by value and whether they are arrays.
    shapes: FxHashMap<Text, Vec<(Text, Text, bool)>>,
    /// Short names of the classes of the file so far.
    known_classes: FxHashSet<Text>,
    /// Members that hold an object of a class by value, with their types.
    member_types: FxHashMap<RowId, Text>,
    /// Names of the members of the classes around, also of those further down.
    members: Vec<FxHashSet<Text>>,
    /// Rows that name something that no scope knew: what is defined further down may be meant.
    waiting: Vec<(RowId, Text)>,
    /// Names that no scope knew where they were assigned to.
    assigned: Vec<(Text, (u32, u32))>,
    heads: &'a FxHashMap<u32, Head>,
    /// Macros that are other names of something.
    renames: &'a FxHashMap<String, String>,
    lambdas: u32,
    depth: Depth,
    comment: usize,
    /// What is lowered are macros: functions of the file alone.
    of_macros: bool,
    scratch: String,
}

impl<'a, O> Lower<'a, O> {
    /// Children that are no tokens.
    fn parts(&self, node: NodeId) -> impl Iterator<Item = NodeId> + use<'a, O> {
        let tree = self.tree;
        tree.children(node)
            .filter(move |&child| !is_token(tree.kind(child)))
    }
}

impl<'a, O: Output> Lower<'a, O> {
    fn module(&mut self, prepared: &Prepared, macros: &'a Tree) {
        let span = (0, self.source.len() as u32);
        let path = self.w.texts.intern(self.path);
        let mut row = self
            .w
            .at(NodeKind::NamespaceBlock, Place::statement(0), span, path);
        row.detail = path;
        let namespace = self.w.push(row);
        let short = self.w.texts.intern("<module>");
        let mut row = self
            .w
            .at(NodeKind::Method, Place::statement(namespace), span, short);
        row.detail = self.w.texts.intern(&format!("{}:<module>", self.path));
        row.flags = NodeFlags::MODULE;
        let method = self.w.push(row);
        self.method_return(method, (0, 0), Text::EMPTY);
        let block = self.w.put(
            NodeKind::Block,
            Place::new(method, Role::Body),
            span,
            Text::EMPTY,
        );
        for include in &prepared.includes {
            let mut row = self.w.at(
                NodeKind::Import,
                Place::statement(block),
                include.span,
                Text::EMPTY,
            );
            row.detail = self.w.texts.intern(&include.path);
            row.type_text = self.w.texts.intern("*");
            self.w.push(row);
        }
        self.macros(macros, block);
        self.items(0, block);
        self.implicit_variables(block);
        for (row, name) in std::mem::take(&mut self.waiting) {
            if let Some(&(declaration, true, _)) = self.functions.get(&name) {
                self.w.refer(row, declaration);
            } else if let Some(binding) = self.scopes.own(Scopes::MODULE, name) {
                let declaration = self.scopes.binding(binding).row;
                if declaration != 0 {
                    self.w.refer(row, declaration);
                }
            }
        }
    }

    /// Macros that are used like functions are functions of the file, and of those that include it.
    fn macros(&mut self, macros: &'a Tree, block: RowId) {
        let (tree, bytes) = (self.tree, self.bytes);
        self.tree = macros;
        self.bytes = self.source;
        self.of_macros = true;
        for child in macros.children(0) {
            if macros.kind(child) == Kind::Function {
                self.item(child, block);
                self.w.boundary();
            }
        }
        self.of_macros = false;
        self.tree = tree;
        self.bytes = bytes;
    }

    /// What is assigned to and declared nowhere in the file is a variable that an included file declares.
    fn implicit_variables(&mut self, block: RowId) {
        for (name, span) in std::mem::take(&mut self.assigned) {
            if self.scopes.own(Scopes::MODULE, name).is_none() {
                let flags = NodeFlags::GLOBAL | NodeFlags::DECLARATION | NodeFlags::IMPLICIT;
                self.local(name, span, Text::EMPTY, flags, block);
            }
        }
    }

    /// Lowers the declarations that a node holds.
    fn items(&mut self, node: NodeId, block: RowId) {
        for child in self.tree.children(node) {
            if self.w.is_over() {
                break;
            }
            self.comments(self.tree.start(child), block);
            self.item(child, block);
            if node == 0 {
                self.w.boundary();
            }
        }
        self.comments(self.tree.end(node), block);
    }

    /// Lowers one declaration, or a statement that stands where one could.
    fn item(&mut self, node: NodeId, block: RowId) {
        if !self.depth.enter() {
            self.too_deep(node, Place::statement(block));
            return;
        }
        match self.tree.kind(node) {
            Kind::Function => self.function(node, block),
            Kind::Declaration | Kind::FieldDeclaration => self.declaration(node, block),
            Kind::TypeDefinition => self.type_definition(node, block),
            Kind::Struct | Kind::Union | Kind::Enum | Kind::Class => {
                self.type_specifier(node, block);
            }
            Kind::Linkage => self.linkage(node, block),
            Kind::DeclarationList => self.items(node, block),
            Kind::Namespace => self.namespace(node, block),
            Kind::NamespaceAlias | Kind::Using => self.using(node, block),
            Kind::Alias => self.alias(node, block),
            Kind::Template => self.template(node, block),
            Kind::TemplateInstantiation | Kind::Friend | Kind::Concept => {
                self.declared_only(node, block);
            }
            Kind::StaticAssert => self.static_assert(node, block),
            Kind::AttributeDeclaration | Kind::AttributeSpecifier | Kind::Declspec => {}
            _ => self.statement(node, block),
        }
        self.depth.leave();
    }

    /// Adds the row of what a call of a method gives.
    fn method_return(&mut self, method: RowId, span: (u32, u32), declared: Text) -> RowId {
        let mut row = self.w.at(
            NodeKind::MethodReturn,
            Place::statement(method),
            span,
            Text::EMPTY,
        );
        row.type_text = declared;
        row.flags = NodeFlags::IMPLICIT;
        self.w.push(row)
    }

    /// Adds the comments that start before an offset.
    fn comments(&mut self, before: u32, block: RowId) {
        while let Some(&span) = self.tree.comments.get(self.comment)
            && span.0 < before
        {
            self.comment += 1;
            self.w.put(
                NodeKind::Comment,
                Place::statement(block),
                span,
                Text::EMPTY,
            );
        }
    }

    /// Adds a call of an operator.
    fn operator(&mut self, name: &str, place: Place, span: (u32, u32)) -> RowId {
        let name = self.w.texts.intern(name);
        self.w.put(NodeKind::Call, place, span, name)
    }

    /// Adds a control structure: the specification's type, and the grammar's name of the construct.
    fn control(&mut self, name: &str, construct: &str, place: Place, span: (u32, u32)) -> RowId {
        let name = self.w.texts.intern(name);
        let mut row = self.w.at(NodeKind::ControlStructure, place, span, name);
        row.detail = self.w.texts.intern(construct);
        self.w.add(row, place)
    }

    /// Adds a row for what is not understood.
    fn unknown(&mut self, construct: &str, place: Place, span: (u32, u32)) -> RowId {
        let mut row = self.w.at(NodeKind::Unknown, place, span, Text::EMPTY);
        row.detail = self.w.texts.intern(construct);
        self.w.add(row, place)
    }

    /// Adds an unknown row for a subtree that is nested too deep, and says so.
    fn too_deep(&mut self, node: NodeId, place: Place) -> RowId {
        let (start, end) = self.tree.span(node);
        self.w.gap(
            start,
            end,
            "too_deep",
            "the code is nested too deep to be lowered",
        );
        self.unknown("too_deep", place, (start, end))
    }

    /// The text of a node, as it was parsed.
    fn code(&self, node: NodeId) -> &str {
        std::str::from_utf8(&self.bytes[self.tree.range(node)]).unwrap_or_default()
    }

    /// A type as written, on one line and without needless blanks.
    fn squeezed(&mut self, parts: &[(u32, u32)]) -> Text {
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        for &(start, end) in parts {
            let part = &self.bytes[start as usize..end as usize];
            let part = String::from_utf8_lossy(part);
            for word in part.split_whitespace() {
                let glue = text.ends_with(|c: char| c.is_alphanumeric() || c == '_')
                    && word.starts_with(|c: char| c.is_alphanumeric() || c == '_');
                if glue {
                    text.push(' ');
                }
                text.push_str(word);
            }
        }
        text.truncate(text.floor_char_boundary(200));
        let interned = self.w.texts.intern(&text);
        self.scratch = text;
        interned
    }

    /// A full name below what is around.
    fn qualified(&mut self, name: &str) -> Text {
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        text.push_str(self.w.texts.get(self.owner));
        if !text.is_empty() {
            text.push_str("::");
        }
        text.push_str(name);
        let interned = self.w.texts.intern(&text);
        self.scratch = text;
        interned
    }
}
