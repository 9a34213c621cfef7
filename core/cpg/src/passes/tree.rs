//! Children of rows, and the method that each row belongs to.

use rustc_hash::FxHashMap;

use crate::ast::FileAst;
use crate::kind::{NodeKind, Role, property};
use crate::rules::Rules;

/// First children and next siblings: rows carry only their parents.
pub(crate) struct Tree {
    first: Vec<u32>,
    next: Vec<u32>,
}

impl Tree {
    /// Takes one step a row.
    pub(crate) fn new(ast: &FileAst) -> Self {
        let rows = ast.len();
        let mut first = vec![0; rows];
        let mut next = vec![0; rows];
        for row in (1..rows).rev() {
            let parent = ast.parents[row] as usize;
            next[row] = first[parent];
            first[parent] = row as u32;
        }
        Self { first, next }
    }

    /// Children in the order of their rows.
    pub(crate) fn children(&self, row: u32) -> Children<'_> {
        Children {
            tree: self,
            at: self.first[row as usize],
        }
    }

    /// Whether the row has no children.
    pub(crate) fn is_leaf(&self, row: u32) -> bool {
        self.first[row as usize] == 0
    }

    /// The first child with a role.
    pub(crate) fn child(&self, ast: &FileAst, row: u32, role: Role) -> Option<u32> {
        self.children(row)
            .find(|&child| ast.roles[child as usize] == role)
    }

    /// The first child of a kind.
    pub(crate) fn child_of_kind(&self, ast: &FileAst, row: u32, kind: NodeKind) -> Option<u32> {
        self.children(row)
            .find(|&child| ast.kinds[child as usize] == kind)
    }

    /// The child at an argument position.
    pub(crate) fn argument(&self, ast: &FileAst, row: u32, position: i32) -> Option<u32> {
        self.children(row)
            .find(|&child| ast.arguments[child as usize] == position)
    }
}

/// Children of a row.
#[derive(Clone)]
pub(crate) struct Children<'a> {
    tree: &'a Tree,
    at: u32,
}

impl Iterator for Children<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let row = self.at;
        if row == 0 {
            return None;
        }
        self.at = self.tree.next[row as usize];
        Some(row)
    }
}

/// Where default values of parameters are computed: `default-values` of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defaults {
    /// Once, in the method around, where the definition stands; what holds where nothing is said.
    AtDefinition,
    /// In each call, before the body (`call`).
    AtCall,
}

impl Defaults {
    pub(crate) fn of(rules: &Rules) -> Self {
        if rules.get("default-values") == Some("call") {
            Self::AtCall
        } else {
            Self::AtDefinition
        }
    }
}

/// By row: the method that runs it, 0 for none; a method's own row has the method around it.
///
/// Decorators, declared types and (by the rules) default values stand inside a method's rows but run in the method around it.
pub(crate) fn containment(ast: &FileAst, defaults: Defaults) -> Vec<u32> {
    let rows = ast.len();
    let mut method_of = vec![0_u32; rows];
    let bodies = bodies(ast);
    // What the children of a row belong to.
    let mut inner = vec![0_u32; rows];
    for row in 1..rows {
        let parent = ast.parents[row] as usize;
        let kind = ast.kinds[row];
        let parent_kind = ast.kinds[parent];
        let mut owner = inner[parent];
        if parent_kind == NodeKind::MethodParameterIn {
            let outside = ast.roles[row] == Role::TypeHint || defaults == Defaults::AtDefinition;
            if outside {
                owner = around(&method_of, &bodies, owner);
            }
        } else if parent_kind == NodeKind::MethodReturn
            || (parent_kind == NodeKind::Annotation
                && ast.kinds[ast.parents[parent] as usize] == NodeKind::Method)
            || (parent_kind == NodeKind::Method && ast.roles[row] == Role::TypeHint)
        {
            owner = around(&method_of, &bodies, owner);
        }
        method_of[row] = owner;
        inner[row] = if kind == NodeKind::Method {
            row as u32
        } else {
            owner
        };
    }
    method_of
}

fn around(method_of: &[u32], bodies: &FxHashMap<u32, u32>, method: u32) -> u32 {
    // What stands at a method of a type runs with the statements of the type.
    if let Some(&body) = bodies.get(&method) {
        return body;
    }
    if method == 0 {
        0
    } else {
        method_of[method as usize]
    }
}

/// Methods of types whose statements run in a method of their own: (method, that one).
fn bodies(ast: &FileAst) -> FxHashMap<u32, u32> {
    let is_member = |row: u32| {
        ast.kinds[row as usize] == NodeKind::Method
            && ast.kinds[ast.parents[row as usize] as usize] == NodeKind::TypeDecl
    };
    let members = || (1..ast.len() as u32).filter(|&row| is_member(row));
    let of_type: FxHashMap<u32, u32> = members()
        .filter(|&row| ast.has(row, property::IMPLICIT))
        .map(|row| (ast.parents[row as usize], row))
        .collect();
    members()
        .filter_map(|row| {
            let body = *of_type.get(&ast.parents[row as usize])?;
            (body != row).then_some((row, body))
        })
        .collect()
}
