//! What the grammar's trees say that both binding and lowering ask for.

use codegraph_kit::texts::Texts;
use codegraph_kit::tree::NodeId;

use crate::grammar::{Field, Kind, Tree};

/// The identifier that a dotted name in a pattern binds: a single one that is no wildcard.
pub(crate) fn capture(tree: &Tree, dotted: NodeId, texts: &Texts) -> Option<NodeId> {
    let mut parts = tree.children(dotted);
    let only = parts.next().filter(|_| parts.next().is_none())?;
    (texts.get(tree.name(only)) != "_").then_some(only)
}

/// A type parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TypeParameter {
    pub(crate) node: NodeId,
    /// The identifier that it binds.
    pub(crate) name: NodeId,
    /// What follows the colon.
    pub(crate) bound: Option<NodeId>,
}

/// The type parameters of a list: `T`, `T: int`, `*Ts`, `**P`.
pub(crate) fn type_parameters(tree: &Tree, list: NodeId) -> impl Iterator<Item = TypeParameter> {
    tree.children(list).filter_map(|node| {
        let name = identifier_in(tree, node)?;
        let inner = tree.first_child(node).unwrap_or(node);
        let is_bounded = tree.kind(inner) == Kind::ConstrainedType;
        let bound = is_bounded.then(|| tree.children(inner).nth(1)).flatten();
        Some(TypeParameter { node, name, bound })
    })
}

/// The first identifier in a subtree.
fn identifier_in(tree: &Tree, node: NodeId) -> Option<NodeId> {
    (node..tree.after(node)).find(|&node| tree.kind(node) == Kind::Identifier)
}

/// The name that a `type` statement binds, and the list of its type parameters.
pub(crate) fn type_alias_name(tree: &Tree, statement: NodeId) -> Option<(NodeId, Option<NodeId>)> {
    let left = tree.child(statement, Field::Left)?;
    let name = identifier_in(tree, left)?;
    let parameters = (left..tree.after(left)).find(|&node| tree.kind(node) == Kind::TypeParameters);
    Some((name, parameters))
}
