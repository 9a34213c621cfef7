//! A lowered file as rows of the tables.

use super::batch::{Batches, Sink, Stage, folder, push_facts, push_gap, push_source};
use super::lines::Lines;
use super::tree::{self, Declaration, Tree};
use crate::NodeId;
use crate::ast::{FILE_ROW, FileAst};
use crate::kind::{EdgeKind, NodeKind, property};
use crate::passes::{Local, LocalEdge, MethodMetrics};
use crate::store::schema::ColumnBuilder as _;
use crate::store::{FileInput, FileRole, StoreError};
use std::borrow::Cow;

/// A file while its rows are made.
pub(super) struct Converter<'a> {
    file: FileInput<'a>,
    ast: &'a FileAst,
    local: &'a Local,
    lines: Lines<'a>,
    tree: Tree,
    /// By row: whether control can go on at its immediate post-dominator.
    goes_to_ipdom: Vec<bool>,
    batches: Batches,
    /// Rows of the table `node` that go to the loader at once: a huge file does not become one huge batch.
    rows_at_once: u32,
}

impl<'a> Converter<'a> {
    /// Looks through the rows once.
    pub(super) fn new(file: FileInput<'a>, rows_at_once: u32) -> Self {
        Self {
            rows_at_once: rows_at_once.max(1),
            ast: file.ast,
            local: file.local,
            lines: Lines::new(file.source),
            tree: Tree::new(file.ast),
            goes_to_ipdom: goes_to_ipdom(file.ast.len(), file.local),
            batches: Batches::default(),
            file,
        }
    }

    /// Makes all rows and hands them to the sink.
    pub(super) fn run(mut self, sink: &mut impl Sink) -> Result<(), StoreError> {
        self.file_row();
        for row in 0..self.ast.len() as u32 {
            self.node(row);
            match self.ast.kinds[row as usize] {
                NodeKind::Method => self.method(row),
                NodeKind::TypeDecl => self.type_decl(row),
                NodeKind::NamespaceBlock => self.symbol(row, &self.full_name(row)),
                NodeKind::Member | NodeKind::Local => self.variable(row),
                _ => {}
            }
            if row % self.rows_at_once == self.rows_at_once - 1 {
                sink.take(&mut self.batches)?;
            }
        }
        self.edges();
        let (file, path) = (self.id(FILE_ROW), self.file.info.path.as_str());
        for gap in self.ast.gaps.iter().chain(&self.local.gaps) {
            push_gap(
                &mut self.batches,
                (file, path),
                gap,
                Some(&self.lines),
                Stage::File,
            );
        }
        push_source(&mut self.batches, file, path, self.file.source)?;
        push_facts(
            &mut self.batches,
            (file, path),
            self.file.key,
            Some(&self.local.facts),
        )?;
        sink.take(&mut self.batches)
    }

    fn id(&self, row: u32) -> i64 {
        NodeId::new(self.file.info.ordinal, row).0 as i64
    }

    /// Id of a row that a pass names.
    fn other(&self, row: Option<&u32>) -> Option<i64> {
        some(row).map(|row| self.id(row))
    }

    fn span(&self, row: u32) -> (u32, u32) {
        (self.ast.starts[row as usize], self.ast.ends[row as usize])
    }

    fn node(&mut self, row: u32) {
        let at = row as usize;
        let kind = self.ast.kinds[at];
        let (start, end) = self.span(row);
        let ((line, column), (line_end, column_end)) =
            (self.lines.position(start), self.lines.last(start, end));
        let name = if row == FILE_ROW {
            self.file.info.path.as_str()
        } else {
            self.ast.name(row)
        };
        let keyword = self.keyword(row);
        let id = self.id(row);
        let method = some(self.local.method_of.get(at));
        let (idom, ipdom) = (
            some(self.local.idom.get(at)),
            some(self.local.ipdom.get(at)),
        );
        let distance = |other: u32| row as i32 - other as i32;
        let full_name = self.node_full_name(row);
        let code = self.node_code(row).filter(|code| code != name);
        let nodes = &mut self.batches.node;
        nodes.id.push(id);
        nodes.kind.push(kind as u8);
        nodes.role.push(self.ast.roles[at] as u8);
        nodes
            .parent_distance
            .option((row != FILE_ROW).then(|| row - self.ast.parents[at]));
        nodes
            .method_distance
            .option(method.and_then(|method| row.checked_sub(method)));
        nodes.order_index.push(self.tree.order[at]);
        nodes.argument_index.push(self.ast.arguments[at]);
        nodes.argument_name.option(keyword);
        nodes.name.push(name);
        nodes
            .full_name
            .option(full_name.filter(|full| !full.is_empty()));
        nodes.type_full_name.filled(if kind == NodeKind::Method {
            ""
        } else {
            self.ast.type_text(row)
        });
        nodes.code.option(code.as_deref());
        nodes.filename.push(&self.file.info.path);
        nodes.line_number.push(line);
        nodes.column_number.push(column);
        nodes.line_distance.push((line_end - line) as u32);
        nodes.column_number_end.push(column_end);
        nodes.offset.push(start);
        nodes.length.push(end - start);
        nodes.properties.push(self.ast.properties[at]);
        nodes.idom_distance.option(idom.map(distance));
        nodes.ipdom_distance.option(ipdom.map(distance));
        nodes.goes_to_ipdom.push(self.goes_to_ipdom[at]);
        if self.ast.has(row, property::DYNAMIC_BOUNDARY) {
            let code = self.lines.code(start, end);
            let rows = &mut self.batches.boundary;
            rows.node_id.push(id);
            rows.method_id
                .option(method.map(|method| NodeId::new(self.file.info.ordinal, method).0 as i64));
            rows.filename.push(&self.file.info.path);
            rows.line_number.push(line);
            rows.name.push(name);
            rows.code.push(&code);
        }
    }

    fn keyword(&self, row: u32) -> Option<&'a str> {
        let at = self
            .ast
            .keywords
            .binary_search_by_key(&row, |&(of, _)| of)
            .ok()?;
        Some(self.ast.texts.get(self.ast.keywords[at].1))
    }

    /// The code that a node keeps. Methods, types and files have theirs in tables of their own; what only holds statements is
    /// told by its first line, or the same text would be there once a level.
    fn node_code(&self, row: u32) -> Option<Cow<'a, str>> {
        let (start, end) = self.span(row);
        match self.ast.kinds[row as usize] {
            NodeKind::File | NodeKind::Method | NodeKind::TypeDecl => None,
            NodeKind::Block => Some("".into()),
            NodeKind::ControlStructure | NodeKind::NamespaceBlock => {
                Some(self.lines.first_line(start, end))
            }
            _ => Some(self.lines.code(start, end)),
        }
    }

    /// What the column `full_name` of a node holds: for a call the callee, for a member its type.
    fn node_full_name(&self, row: u32) -> Option<&'a str> {
        match self.ast.kinds[row as usize] {
            // Tables of their own have it.
            NodeKind::Method | NodeKind::TypeDecl => None,
            // Operators are their own full name.
            NodeKind::Call if self.ast.name(row).starts_with("<operator>") => None,
            NodeKind::Call => Some(self.callee(row).unwrap_or(self.ast.detail(row))),
            NodeKind::Member => Some(self.ast.detail(tree::scope(self.ast, row))),
            _ => Some(self.ast.detail(row)),
        }
    }

    /// The full name of what a call or base means, as far as the file tells it.
    fn callee(&self, row: u32) -> Option<&'a str> {
        let names = &self.local.callee_names;
        let at = names.binary_search_by_key(&row, |(of, _)| *of).ok()?;
        Some(names[at].1.as_str())
    }

    fn full_name(&self, row: u32) -> String {
        let full = self.ast.detail(row);
        if full.is_empty() {
            self.ast.name(row)
        } else {
            full
        }
        .to_owned()
    }

    fn method(&mut self, row: u32) {
        let at = row as usize;
        let (start, end) = self.span(row);
        let ((line, column), (line_end, column_end)) =
            (self.lines.position(start), self.lines.last(start, end));
        let declaration = self.tree.declarations.remove(&row).unwrap_or_default();
        let scope = tree::scope(self.ast, row);
        let metrics = self.metrics(row);
        let (id, parent, around) = (
            self.id(row),
            self.id(self.ast.parents[at]),
            self.other(self.local.method_of.get(at)),
        );
        let full_name = self.full_name(row);
        let code = self.lines.code(start, end);
        let scope_name = self.scope_name(scope);
        let rows = &mut self.batches.method;
        rows.id.push(id);
        rows.name.push(self.ast.name(row));
        rows.full_name.push(&full_name);
        rows.signature.push(self.ast.type_text(row));
        rows.filename.push(&self.file.info.path);
        rows.line_number.push(line);
        rows.column_number.push(column);
        rows.line_number_end.push(line_end);
        rows.column_number_end.push(column_end);
        rows.offset.push(start);
        rows.offset_end.push(end);
        rows.code.push(&code);
        rows.is_external.push(false);
        rows.ast_parent_type
            .push(self.ast.kinds[scope as usize].text());
        rows.ast_parent_full_name.push(scope_name);
        rows.order_index.push(self.tree.order[at]);
        rows.modifier
            .list(tree::modifiers(self.ast, row, &declaration.modifiers));
        rows.flags.list(tree::flags(self.ast, row));
        rows.decorators.list(&declaration.decorators);
        rows.return_type.filled(&declaration.return_type);
        rows.docstring.filled(&declaration.docstring);
        rows.parent_id.push(parent);
        rows.method_id.option(around);
        rows.is_test.push(self.file.file_role == FileRole::Test);
        rows.cyclomatic_complexity
            .option(metrics.map(|m| m.cyclomatic));
        rows.cognitive_complexity
            .option(metrics.map(|m| m.cognitive));
        rows.nesting_depth.option(metrics.map(|m| m.nesting));
        rows.parameter_count.option(metrics.map(|m| m.parameters));
        rows.line_count.push((line_end - line + 1) as u32);
        rows.statement_count.option(metrics.map(|m| m.statements));
        rows.ast_hash.option(metrics.map(|m| m.ast_hash));
        let hidden = property::MODULE | property::IMPLICIT | property::LAMBDA;
        if !self.ast.has(row, hidden) {
            self.symbol(row, &full_name);
        }
    }

    /// Full name of a scope; the path for the file itself.
    fn scope_name(&self, scope: u32) -> &'a str {
        if scope == FILE_ROW {
            &self.file.info.path
        } else {
            self.ast.detail(scope)
        }
    }

    fn metrics(&self, row: u32) -> Option<&'a MethodMetrics> {
        let at = self
            .local
            .metrics
            .binary_search_by_key(&row, |metrics| metrics.row)
            .ok()?;
        Some(&self.local.metrics[at])
    }

    fn type_decl(&mut self, row: u32) {
        let at = row as usize;
        let (start, end) = self.span(row);
        let ((line, column), (line_end, column_end)) =
            (self.lines.position(start), self.lines.last(start, end));
        let declaration = self.tree.declarations.remove(&row).unwrap_or_default();
        let scope = tree::scope(self.ast, row);
        let (id, parent, around) = (
            self.id(row),
            self.id(self.ast.parents[at]),
            self.other(self.local.method_of.get(at)),
        );
        let full_name = self.full_name(row);
        let code = self.lines.code(start, end);
        let bases = self.bases(&declaration);
        let scope_name = self.scope_name(scope);
        let rows = &mut self.batches.type_decl;
        rows.id.push(id);
        rows.name.push(self.ast.name(row));
        rows.full_name.push(&full_name);
        rows.is_external.push(false);
        rows.inherits_from_type_full_name.list(bases);
        rows.alias_type_full_name.filled(self.ast.type_text(row));
        rows.filename.push(&self.file.info.path);
        rows.code.push(&code);
        rows.line_number.push(line);
        rows.column_number.push(column);
        rows.line_number_end.push(line_end);
        rows.column_number_end.push(column_end);
        rows.offset.push(start);
        rows.offset_end.push(end);
        rows.ast_parent_type
            .push(self.ast.kinds[scope as usize].text());
        rows.ast_parent_full_name.push(scope_name);
        rows.order_index.push(self.tree.order[at]);
        rows.modifier
            .list(tree::modifiers(self.ast, row, &declaration.modifiers));
        rows.flags.list(tree::flags(self.ast, row));
        rows.decorators.list(&declaration.decorators);
        rows.docstring.filled(&declaration.docstring);
        rows.parent_id.push(parent);
        rows.method_id.option(around);
        rows.is_test.push(self.file.file_role == FileRole::Test);
        rows.line_count.push((line_end - line + 1) as u32);
        self.symbol(row, &full_name);
    }

    /// Bases by full name where the file tells it, else as written.
    fn bases(&self, declaration: &Declaration) -> Vec<String> {
        let name = |&row: &u32| match self.callee(row).unwrap_or(self.ast.detail(row)) {
            "" => {
                let (start, end) = self.span(row);
                self.lines.code(start, end).into_owned()
            }
            known => known.to_owned(),
        };
        declaration.bases.iter().map(name).collect()
    }

    /// A member or a variable of the module is a symbol unless its name stands for a method or type, which is one itself.
    fn variable(&mut self, row: u32) {
        let scope = tree::scope(self.ast, row);
        let of_module = self.ast.kinds[scope as usize] == NodeKind::Method
            && self.ast.has(scope, property::MODULE);
        let is_member = self.ast.kinds[row as usize] == NodeKind::Member;
        if !(is_member || of_module)
            || self.ast.has(row, property::IMPORTED)
            || tree::names_definition(self.ast, row)
        {
            return;
        }
        let owner = if is_member {
            self.ast.detail(scope)
        } else {
            self.file.info.module.as_str()
        };
        let full_name = if owner.is_empty() {
            self.ast.name(row).to_owned()
        } else {
            format!("{owner}.{}", self.ast.name(row))
        };
        self.symbol(row, &full_name);
    }

    fn symbol(&mut self, row: u32, full_name: &str) {
        let (start, end) = self.span(row);
        let kind = self.ast.kinds[row as usize];
        let name = if kind == NodeKind::NamespaceBlock {
            tree::last_part(full_name)
        } else {
            self.ast.name(row)
        };
        if name.is_empty() {
            return;
        }
        let signature = if kind == NodeKind::Method {
            self.ast.type_text(row)
        } else {
            ""
        };
        let rows = &mut self.batches.symbol;
        rows.name_key.push(&tree::name_key(name));
        rows.name.push(name);
        rows.full_name.push(full_name);
        rows.kind.push(kind.text());
        rows.id
            .push(NodeId::new(self.file.info.ordinal, row).0 as i64);
        rows.signature.filled(signature);
        rows.filename.push(&self.file.info.path);
        rows.line_number.push(self.lines.position(start).0);
        rows.line_number_end.push(self.lines.last(start, end).0);
        rows.is_external.push(false);
        rows.file_role.push(self.file.file_role.text());
        rows.language.push(self.file.language);
        rows.code.push(&self.lines.first_line(start, end));
        rows.is_declaration
            .push(kind == NodeKind::Method && self.ast.has(row, property::DECLARATION));
        rows.is_redundant.none();
    }

    fn edges(&mut self) {
        let mut all: Vec<(u32, u32, u8, u32)> = self
            .local
            .edges
            .iter()
            .filter(|edge| edge.kind != EdgeKind::Cfg || !to_ipdom(edge, self.local))
            .map(|edge| (edge.src, edge.dst, edge.kind as u8, edge.variable))
            .collect();
        all.extend(
            self.ast
                .refs
                .iter()
                .map(|&(src, dst)| (src, dst, EdgeKind::Ref as u8, 0)),
        );
        all.sort_unstable();
        all.dedup();
        for (src, dst, kind, variable) in all {
            let id = self.id(src);
            let distance = dst as i32 - src as i32;
            if kind == EdgeKind::ReachingDef as u8 {
                let rows = &mut self.batches.data_edge;
                rows.src.push(id);
                rows.distance.push(distance);
                rows.variable.filled(self.ast.texts.get(variable));
            } else {
                let rows = &mut self.batches.edge;
                rows.src.push(id);
                rows.distance.push(distance);
                rows.kind.push(kind);
            }
        }
    }

    fn file_row(&mut self) {
        let methods = |row: &MethodMetrics| !self.ast.has(row.row, property::MODULE);
        let sum = |value: fn(&MethodMetrics) -> u32| {
            self.local
                .metrics
                .iter()
                .map(value)
                .fold(0_u32, u32::saturating_add)
        };
        let nesting = self
            .local
            .metrics
            .iter()
            .map(|metrics| metrics.nesting)
            .max()
            .unwrap_or(0);
        let defined = |kind| {
            (1..self.ast.len())
                .filter(|&row| self.ast.kinds[row] == kind)
                .count() as u32
        };
        let method_count = if self.local.metrics.is_empty() {
            defined(NodeKind::Method)
        } else {
            self.local.metrics.iter().filter(|row| methods(row)).count() as u32
        };
        let docstring = self
            .tree
            .declarations
            .get(&FILE_ROW)
            .map_or("", |file| file.docstring.as_str());
        let id = self.id(FILE_ROW);
        let rows = &mut self.batches.file;
        rows.id.push(id);
        rows.name.push(&self.file.info.path);
        rows.folder.push(folder(&self.file.info.path));
        rows.hash
            .push(blake3::hash(self.file.source).to_hex().as_str());
        rows.language.filled(self.file.language);
        rows.role.push(self.file.file_role.text());
        rows.module.filled(&self.file.info.module);
        rows.is_package.push(self.file.info.is_package);
        rows.is_lowered.push(true);
        rows.size.push(self.file.source.len() as u64);
        rows.line_count.push(self.lines.count());
        rows.code_line_count.push(self.lines.filled());
        rows.docstring.filled(docstring);
        rows.method_count.push(method_count);
        rows.type_count.push(defined(NodeKind::TypeDecl));
        rows.statement_count.push(sum(|metrics| metrics.statements));
        rows.cyclomatic_complexity
            .push(sum(|metrics| metrics.cyclomatic));
        rows.cognitive_complexity
            .push(sum(|metrics| metrics.cognitive));
        rows.nesting_depth.push(nesting);
    }
}

/// Whether an edge enters the immediate post-dominator of what it leaves.
fn to_ipdom(edge: &LocalEdge, local: &Local) -> bool {
    some(local.ipdom.get(edge.src as usize)) == Some(edge.dst)
}

/// By row: whether an edge of the control flow leads to its immediate post-dominator.
fn goes_to_ipdom(rows: usize, local: &Local) -> Vec<bool> {
    let mut goes = vec![false; rows];
    for edge in &local.edges {
        if edge.kind == EdgeKind::Cfg
            && to_ipdom(edge, local)
            && let Some(goes) = goes.get_mut(edge.src as usize)
        {
            *goes = true;
        }
    }
    goes
}

/// A row that a pass names; row 0 stands for none.
fn some(row: Option<&u32>) -> Option<u32> {
    row.copied().filter(|&row| row != FILE_ROW)
}
