//! What the rows of a file say about each other: siblings, documentation, modifiers, scopes.

use super::lines::dedent;
use crate::ast::{FILE_ROW, FileAst};
use crate::kind::{NodeKind, Role, property};
use rustc_hash::FxHashMap;

/// Name that importers give to the method which holds the statements of a type's body.
const TYPE_BODY: &str = "<body>";

/// What declarations collect from the rows below them.
#[derive(Default)]
pub(super) struct Declaration {
    pub(super) docstring: String,
    pub(super) modifiers: Vec<String>,
    pub(super) decorators: Vec<String>,
    pub(super) bases: Vec<u32>,
    pub(super) return_type: String,
}

/// The rows of a file, read once.
pub(super) struct Tree {
    /// By row: position among its siblings, from 1.
    pub(super) order: Vec<i32>,
    /// Methods and types by row, and row 0 for the file.
    pub(super) declarations: FxHashMap<u32, Declaration>,
}

impl Tree {
    pub(super) fn new(ast: &FileAst) -> Self {
        let mut children = vec![0_i32; ast.len()];
        let mut order = vec![0_i32; ast.len()];
        let mut declarations: FxHashMap<u32, Declaration> = FxHashMap::default();
        for row in 1..ast.len() as u32 {
            let parent = ast.parents[row as usize];
            children[parent as usize] += 1;
            order[row as usize] = children[parent as usize];
            match (ast.kinds[row as usize], ast.roles[row as usize]) {
                (NodeKind::Literal, Role::Docstring) => {
                    let text = dedent(ast.name(row));
                    for owner in documented(ast, parent).into_iter().flatten() {
                        let of = declarations.entry(owner).or_default();
                        if of.docstring.is_empty() {
                            of.docstring.clone_from(&text);
                        }
                    }
                }
                (NodeKind::Modifier, _) => {
                    declarations
                        .entry(parent)
                        .or_default()
                        .modifiers
                        .push(ast.name(row).to_uppercase());
                }
                (NodeKind::Annotation, _) => {
                    declarations
                        .entry(parent)
                        .or_default()
                        .decorators
                        .push(ast.name(row).to_owned());
                }
                (NodeKind::MethodReturn, _) => {
                    ast.type_text(row)
                        .clone_into(&mut declarations.entry(parent).or_default().return_type);
                }
                (_, Role::Base) => declarations.entry(parent).or_default().bases.push(row),
                _ => {}
            }
        }
        Self {
            order,
            declarations,
        }
    }
}

/// What a docstring below a row documents: the method of the block, and the type or file whose body that method is.
fn documented(ast: &FileAst, parent: u32) -> [Option<u32>; 2] {
    let owner = if ast.kinds[parent as usize] == NodeKind::Block {
        ast.parents[parent as usize]
    } else {
        parent
    };
    match ast.kinds[owner as usize] {
        NodeKind::Method if ast.has(owner, property::MODULE) => [Some(owner), Some(FILE_ROW)],
        NodeKind::Method if ast.has(owner, property::IMPLICIT) && ast.name(owner) == TYPE_BODY => {
            [None, Some(ast.parents[owner as usize])]
        }
        NodeKind::Method | NodeKind::TypeDecl | NodeKind::File => [Some(owner), None],
        _ => [None, None],
    }
}

/// The nearest method, type or namespace around a row; the file's row where there is none.
pub(super) fn scope(ast: &FileAst, row: u32) -> u32 {
    let mut at = ast.parents[row as usize];
    while at != FILE_ROW
        && !matches!(
            ast.kinds[at as usize],
            NodeKind::Method | NodeKind::TypeDecl | NodeKind::NamespaceBlock
        )
    {
        at = ast.parents[at as usize];
    }
    at
}

/// Whether a name stands for a method or type of this file.
pub(super) fn names_definition(ast: &FileAst, row: u32) -> bool {
    let from = ast.refs.partition_point(|&(of, _)| of < row);
    let of_row = ast.refs[from..].iter().take_while(|&&(of, _)| of == row);
    of_row.into_iter().any(|&(_, to)| {
        matches!(
            ast.kinds[to as usize],
            NodeKind::Method | NodeKind::TypeDecl
        )
    })
}

/// Modifiers of the specification: those written, and those that properties say.
pub(super) fn modifiers(ast: &FileAst, row: u32, written: &[String]) -> Vec<String> {
    const BITS: [(u32, &str); 10] = [
        (property::PUBLIC, "PUBLIC"),
        (property::PROTECTED, "PROTECTED"),
        (property::PRIVATE, "PRIVATE"),
        (property::STATIC, "STATIC"),
        (property::ABSTRACT, "ABSTRACT"),
        (property::FINAL, "FINAL"),
        (property::READONLY, "READONLY"),
        (property::NATIVE, "NATIVE"),
        (property::CONSTRUCTOR, "CONSTRUCTOR"),
        (property::MODULE, "MODULE"),
    ];
    let mut all = written.to_vec();
    all.extend(
        BITS.iter()
            .filter(|&&(bit, _)| ast.has(row, bit))
            .map(|&(_, name)| name.to_owned()),
    );
    all.sort_unstable();
    all.dedup();
    all
}

/// Names of all properties of a row.
pub(super) fn flags(ast: &FileAst, row: u32) -> impl Iterator<Item = &'static str> {
    let bits = ast.properties[row as usize];
    property::NAMES
        .iter()
        .enumerate()
        .filter(move |&(bit, _)| bits & (1 << bit) != 0)
        .map(|(_, &name)| name)
}

/// Under what a name is looked up: its last part in lower case, without the number of a later definition.
pub(super) fn name_key(name: &str) -> String {
    without_number(last_part(name)).to_lowercase()
}

/// A name without the number that a later definition of it carries: `f` of `f$2`.
pub(in crate::store) fn without_number(name: &str) -> &str {
    let before = name.trim_end_matches(|digit: char| digit.is_ascii_digit());
    before
        .strip_suffix('$')
        .filter(|_| before.len() < name.len())
        .unwrap_or(name)
}

/// The last part of a full name, by the separators that languages use.
pub(super) fn last_part(name: &str) -> &str {
    let end = name.trim_end_matches(['.', ':', '/', '\\', '#']);
    end.rsplit(['.', ':', '/', '\\', '#'])
        .next()
        .filter(|part| !part.is_empty())
        .unwrap_or(name)
}
