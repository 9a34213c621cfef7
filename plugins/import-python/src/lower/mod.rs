//! From the flat tree to rows: one pass in the order of the source, parents first.

mod blocks;
mod calls;
mod classes;
mod compound;
mod comprehensions;
mod displays;
mod expressions;
mod functions;
mod imports;
mod parameters;
mod patterns;
mod signatures;
mod simple;
mod strings;
mod tokens;
mod types;

use codegraph_kit::depth::Depth;
use codegraph_kit::output::Output;
use codegraph_kit::qualified::QualifiedNames;
use codegraph_kit::rows::{Place, Row, RowId, Writer};
use codegraph_kit::scope::{ScopeId, Scopes};
use codegraph_kit::texts::{Text, Texts};
use codegraph_kit::tree::NodeId;
use codegraph_kit::{Fault, NodeFlags, NodeKind, Role};
use codegraph_sdk::importer::FileContext;

use crate::bind::{Bound, bind};
use crate::grammar::{Kind, Tree, grammar};
use crate::repair::{only_defaults, repair};
use blocks::Deferred;
use expressions::Rest;

/// Lowers one file.
pub(crate) fn file<O: Output>(
    context: &FileContext,
    source: &[u8],
    mut writer: Writer<O>,
) -> Result<O, Fault> {
    let Parsed { mut tree, defaults } = parse(source, &mut writer.texts)?;
    let gaps = std::mem::take(&mut tree.gaps);
    let bound = bind(&tree, &writer.texts);
    let stub = std::path::Path::new(&context.path)
        .extension()
        .is_some_and(|extension| extension == "pyi");
    let mut lower = Lower {
        tree: &tree,
        source,
        package: package(context),
        w: writer,
        bound,
        names: QualifiedNames::default(),
        scope: Scopes::MODULE,
        owner: Text::EMPTY,
        lambdas: 0,
        depth: Depth::default(),
        comment: 0,
        type_only: false,
        stub,
        rest: Vec::with_capacity(64),
        deferred: Vec::new(),
        hoisted: 0,
        defaults: defaults.as_ref(),
        scratch: String::new(),
    };
    lower.module(&module_name(context));
    let Lower { mut w, .. } = lower;
    gaps.report(&mut w);
    w.finish()
}

/// What came of parsing a file.
struct Parsed {
    tree: Tree,
    /// Defaults of type parameters, which the grammar does not know.
    defaults: Option<Tree>,
}

/// Parses a source; with errors in it, also a repaired copy, and takes the better tree.
fn parse(source: &[u8], texts: &mut Texts) -> Result<Parsed, Fault> {
    let grammar = grammar();
    let tree = Tree::parse(&grammar, source, texts)?;
    if !tree.gaps.is_empty()
        && let Some(repaired) = repair(source)
    {
        let mut better = Tree::parse(&grammar, &repaired.bytes, texts)?;
        if better.gaps.weight() < tree.gaps.weight() {
            better.comments = tree.comments;
            let defaults = match repaired.defaults[..] {
                [] => None,
                ref places => Some(Tree::parse(
                    &grammar,
                    &only_defaults(source, places),
                    texts,
                )?),
            };
            return Ok(Parsed {
                tree: better,
                defaults,
            });
        }
    }
    Ok(Parsed {
        tree,
        defaults: None,
    })
}

/// The module's name, or one made of the path where the host knows none.
fn module_name(context: &FileContext) -> String {
    if context.module.is_empty() {
        let path = context
            .path
            .rsplit_once('.')
            .map_or(context.path.as_str(), |(stem, _)| stem);
        path.trim_matches('/').replace('/', ".")
    } else {
        context.module.clone()
    }
}

/// The package that relative imports start from.
fn package(context: &FileContext) -> String {
    match context.module.rsplit_once('.') {
        _ if context.is_package => context.module.clone(),
        Some((package, _)) => package.to_owned(),
        None => String::new(),
    }
}

/// The state of lowering one file.
struct Lower<'a, O> {
    tree: &'a Tree,
    /// What was parsed: same offsets as the file.
    source: &'a [u8],
    package: String,
    w: Writer<O>,
    bound: Bound,
    names: QualifiedNames,
    /// The scope that names are looked up in.
    scope: ScopeId,
    /// Full name of the declaration around.
    owner: Text,
    /// Lambdas in it so far.
    lambdas: u32,
    depth: Depth,
    /// The next comment.
    comment: usize,
    /// Inside `if TYPE_CHECKING`.
    type_only: bool,
    /// The file has declarations only (`.pyi`).
    stub: bool,
    /// What is left to do of the expressions around.
    rest: Vec<Rest>,
    /// Definitions of class bodies that wait for the body's end.
    deferred: Vec<Deferred>,
    /// A star that was given to the whole of the chain which it starts.
    hoisted: NodeId,
    /// Defaults of type parameters, where they had to be parsed by themselves.
    defaults: Option<&'a Tree>,
    scratch: String,
}

impl<O: Output> Lower<'_, O> {
    fn module(&mut self, name: &str) {
        let span = (0, self.source.len() as u32);
        let full = self.w.texts.intern(name);
        let mut row = self
            .w
            .at(NodeKind::NamespaceBlock, Place::statement(0), span, full);
        row.detail = full;
        let namespace = self.w.push(row);
        self.owner = full;
        let short = self.w.texts.intern("<module>");
        let mut row = self
            .w
            .at(NodeKind::Method, Place::statement(namespace), span, short);
        row.detail = self.join(full, "<module>");
        row.flags = NodeFlags::MODULE;
        let method = self.w.push(row);
        self.method_return(method, (0, 0), Text::EMPTY);
        let block = self.w.put(
            NodeKind::Block,
            Place::new(method, Role::Body),
            span,
            Text::EMPTY,
        );
        self.locals(Scopes::MODULE, block, NodeFlags::GLOBAL);
        self.statements(0, block, true);
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

    /// Adds a row for each name that a scope binds, parameters apart.
    fn locals(&mut self, scope: ScopeId, parent: RowId, flags: NodeFlags) {
        for i in 0..self.bound.scopes.bindings(scope).len() {
            let id = self.bound.scopes.bindings(scope)[i];
            let binding = *self.bound.scopes.binding(id);
            if binding.is_parameter || binding.row != 0 {
                continue;
            }
            let mut row = self.w.at(
                NodeKind::Local,
                Place::statement(parent),
                binding.span,
                binding.name,
            );
            row.flags = binding.flags | flags;
            row.type_text = self.type_text(binding.type_node);
            self.bound.scopes.binding_mut(id).row = self.w.push(row);
        }
    }

    /// The row of the declaration that a name means here.
    fn declaration(&mut self, name: Text) -> Option<RowId> {
        let binding = self.bound.scopes.resolve(self.scope, name)?;
        Some(self.bound.scopes.binding(binding).row).filter(|&row| row != 0)
    }

    /// Links a name that is bound here with the declaration that it is bound to.
    fn binds(&mut self, name: Text, declared: RowId) {
        if let Some(local) = self.declaration(name) {
            self.w.refer(local, declared);
        }
    }

    /// Adds a call of an operator.
    fn operator(&mut self, name: &str, place: Place, span: (u32, u32)) -> RowId {
        let name = self.w.texts.intern(name);
        self.w.put(NodeKind::Call, place, span, name)
    }

    /// Adds an identifier and links it with its declaration.
    fn identifier(&mut self, node: NodeId, place: Place) -> RowId {
        let name = self.tree.name(node);
        let row = self
            .w
            .put(NodeKind::Identifier, place, self.tree.span(node), name);
        if let Some(declaration) = self.declaration(name) {
            self.w.refer(row, declaration);
        }
        row
    }

    /// Adds a literal.
    fn literal(&mut self, value: &str, kind: &str, place: Place, span: (u32, u32)) -> RowId {
        let value = self.w.texts.intern(value);
        let mut row = self.w.at(NodeKind::Literal, place, span, value);
        row.type_text = self.w.texts.intern(kind);
        self.w.add(row, place)
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
        let mut row: Row = self.w.at(NodeKind::Unknown, place, span, Text::EMPTY);
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

    /// The text of a node, as it stands in the file.
    fn code(&self, node: NodeId) -> &str {
        std::str::from_utf8(&self.source[self.tree.range(node)]).unwrap_or_default()
    }

    /// A full name below another that may be taken by others as well.
    fn join(&mut self, owner: Text, name: &str) -> Text {
        self.scratch.clear();
        self.scratch.push_str(self.w.texts.get(owner));
        self.scratch.push('.');
        self.scratch.push_str(name);
        self.w.texts.intern(&self.scratch)
    }

    /// Whether a comma stands between the end of a child and the end of its parent.
    fn comma_after(&self, child: NodeId, parent: NodeId) -> bool {
        let between = &self.source[self.tree.end(child) as usize..self.tree.end(parent) as usize];
        let mut comment = false;
        between.iter().any(|&byte| {
            comment = match byte {
                b'#' => true,
                b'\n' => false,
                _ => comment,
            };
            byte == b',' && !comment
        })
    }

    /// Whether a node is a token, or something else that has no rows.
    fn is_silent(&self, node: NodeId) -> bool {
        crate::grammar::is_token(self.tree.kind(node)) || self.tree.kind(node) == Kind::Comment
    }
}
