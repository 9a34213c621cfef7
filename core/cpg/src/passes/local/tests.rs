//! Files that nobody writes: the passes neither recurse nor take quadratic time.

use crate::ast::{FileAst, RowBatch};
use crate::kind::{NodeKind, Role, property};
use crate::passes::{FileInfo, Local, local, sketch};

/// Rows as (kind, parent, role, name), with a name table of a few texts.
struct Rows {
    batch: RowBatch,
}

const TEXTS: [&str; 9] = [
    "a",
    "IF",
    "TRY",
    "CATCH",
    "FOR",
    "f",
    "<operator>.logicalAnd",
    "BREAK",
    "<operator>.fieldAccess",
];

impl Rows {
    /// A file with one method; gives its block as well.
    fn new() -> (Self, u32) {
        let mut rows = Self {
            batch: RowBatch {
                first: 1,
                ..RowBatch::default()
            },
        };
        let method = rows.push(NodeKind::Method, 0, Role::None, "");
        rows.batch.properties[0] = property::MODULE;
        rows.push(NodeKind::MethodReturn, method, Role::None, "");
        let block = rows.push(NodeKind::Block, method, Role::Body, "");
        (rows, block)
    }

    fn push(&mut self, kind: NodeKind, parent: u32, role: Role, name: &str) -> u32 {
        let batch = &mut self.batch;
        batch.kinds.push(kind as u8);
        batch.roles.push(role as u8);
        batch.parents.push(parent);
        batch
            .arguments
            .push(if role == Role::Argument { 1 } else { -1 });
        batch.starts.push(0);
        batch.ends.push(0);
        batch.names.push(
            TEXTS
                .iter()
                .position(|text| *text == name)
                .map_or(0, |at| at as u32 + 1),
        );
        batch.details.push(0);
        batch.types.push(0);
        batch.properties.push(0);
        batch.kinds.len() as u32
    }

    fn run(mut self) -> (FileAst, Local) {
        self.batch.text_offsets.push(0);
        for text in TEXTS {
            self.batch.text_bytes.extend_from_slice(text.as_bytes());
            self.batch
                .text_offsets
                .push(self.batch.text_bytes.len() as u32);
        }
        let mut ast = FileAst::new(0);
        ast.append(self.batch).expect("the rows are right");
        ast.finish().expect("the pairs are right");
        let result = local(&ast, b"", &FileInfo::default(), &sketch::rules());
        (ast, result)
    }
}

#[test]
fn a_file_without_rows_has_nothing() {
    let result = local(
        &FileAst::new(0),
        b"",
        &FileInfo::default(),
        &sketch::rules(),
    );
    assert_eq!(
        (
            result.edges.len(),
            result.metrics.len(),
            result.method_of.len()
        ),
        (0, 0, 1)
    );
}

#[test]
fn an_expression_may_be_deep() {
    for (kind, name) in [
        (NodeKind::Call, "f"),
        (NodeKind::Call, "<operator>.logicalAnd"),
        (NodeKind::Call, "<operator>.fieldAccess"),
        (NodeKind::Block, ""),
    ] {
        let (mut rows, mut at) = Rows::new();
        for _ in 0..100_000 {
            at = rows.push(kind, at, Role::Argument, name);
        }
        rows.push(NodeKind::Identifier, at, Role::Argument, "a");
        let (ast, result) = rows.run();
        assert!(result.gaps.is_empty());
        let last = ast.len() - 1;
        assert_ne!(result.idom[last], 0, "{name}");
    }
}

#[test]
fn structures_may_be_nested_deep() {
    for (name, role) in [
        ("IF", Role::Then),
        ("FOR", Role::Body),
        ("TRY", Role::Body),
        ("TRY", Role::Finally),
    ] {
        let (mut rows, mut at) = Rows::new();
        for _ in 0..50_000 {
            let row = rows.push(NodeKind::ControlStructure, at, Role::None, name);
            match name {
                "IF" => drop(rows.push(NodeKind::Identifier, row, Role::Condition, "a")),
                "FOR" => drop(rows.push(NodeKind::Identifier, row, Role::Iterable, "a")),
                _ => {
                    let catch = rows.push(NodeKind::ControlStructure, row, Role::Catch, "CATCH");
                    rows.push(NodeKind::Identifier, catch, Role::TypeHint, "a");
                }
            }
            at = rows.push(NodeKind::Block, row, role, "");
        }
        rows.push(NodeKind::Call, at, Role::None, "f");
        let (ast, result) = rows.run();
        assert!(result.gaps.is_empty(), "{name}");
        assert_ne!(result.idom[ast.len() - 1], 0, "{name}");
    }
}

#[test]
fn methods_may_be_nested_deep() {
    let (mut rows, mut at) = Rows::new();
    for _ in 0..20_000 {
        let method = rows.push(NodeKind::Method, at, Role::None, "f");
        at = rows.push(NodeKind::Block, method, Role::Body, "");
    }
    let (_, result) = rows.run();
    assert_eq!(result.metrics.len(), 20_001);
}

#[test]
fn a_method_may_be_long() {
    let (mut rows, block) = Rows::new();
    let try_ = rows.push(NodeKind::ControlStructure, block, Role::None, "TRY");
    let body = rows.push(NodeKind::Block, try_, Role::Body, "");
    for _ in 0..300_000 {
        let call = rows.push(NodeKind::Call, body, Role::None, "f");
        rows.push(NodeKind::Identifier, call, Role::Argument, "a");
    }
    let catch = rows.push(NodeKind::ControlStructure, try_, Role::Catch, "CATCH");
    let (_, result) = rows.run();
    assert!(result.gaps.is_empty());
    assert_ne!(result.idom[catch as usize], 0);
}
