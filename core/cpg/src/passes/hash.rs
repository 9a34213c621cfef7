//! A hash of each method's tree that ignores layout and the names of locals.

use super::op;
use super::tree::Tree;
use crate::ast::FileAst;
use crate::kind::{NodeKind, Role, property};

/// Hashes of methods (`methods` ascending), BLAKE3 cut to 64 bits.
///
/// Kinds, roles, properties, operators, literals, members and names from elsewhere count. Not so: positions, comments, docstrings, the
/// method's own name, and names of locals, parameters and captured variables, which go by how many methods out they are declared and
/// by their order there. A nested method enters by its own hash.
pub(crate) fn hashes(ast: &FileAst, tree: &Tree, method_of: &[u32], methods: &[u32]) -> Vec<u64> {
    let order = declaration_order(ast, method_of);
    let mut result = vec![0; methods.len()];
    let mut stack = Vec::new();
    // Nested methods come after the methods around them.
    for (at, &method) in methods.iter().enumerate().rev() {
        let mut hasher = blake3::Hasher::new();
        stack.extend(
            tree.children(method)
                .map(|child| (child, false))
                .collect::<Vec<_>>()
                .into_iter()
                .rev(),
        );
        put(&mut hasher, 0, u64::from(ast.properties[method as usize]));
        while let Some((row, closes)) = stack.pop() {
            if closes {
                put(&mut hasher, 1, 0);
                continue;
            }
            match ast.kinds[row as usize] {
                NodeKind::Local | NodeKind::Comment => continue,
                _ if ast.roles[row as usize] == Role::Docstring => continue,
                NodeKind::Method => {
                    if let Ok(nested) = methods.binary_search(&row) {
                        put(&mut hasher, 2, result[nested]);
                    }
                    continue;
                }
                _ => {}
            }
            token(ast, tree, method_of, &order, method, row, &mut hasher);
            if !tree.is_leaf(row) {
                stack.push((row, true));
                let first = stack.len();
                stack.extend(tree.children(row).map(|child| (child, false)));
                stack[first..].reverse();
            }
        }
        let bytes = hasher.finalize();
        result[at] = u64::from_le_bytes(bytes.as_bytes()[..8].try_into().unwrap_or_default());
    }
    result
}

/// By row of a local or parameter: its position among those of its method, from 1.
fn declaration_order(ast: &FileAst, method_of: &[u32]) -> Vec<u32> {
    let mut counts = vec![0_u32; ast.len()];
    let mut order = vec![0_u32; ast.len()];
    for row in 1..ast.len() {
        if matches!(
            ast.kinds[row],
            NodeKind::Local | NodeKind::MethodParameterIn
        ) {
            let count = &mut counts[method_of[row] as usize];
            *count += 1;
            order[row] = *count;
        }
    }
    order
}

fn token(
    ast: &FileAst,
    tree: &Tree,
    method_of: &[u32],
    order: &[u32],
    method: u32,
    row: u32,
    hasher: &mut blake3::Hasher,
) {
    let at = row as usize;
    put(
        hasher,
        3,
        u64::from(ast.kinds[at] as u8) << 40
            | u64::from(ast.roles[at] as u8) << 32
            | u64::from(ast.arguments[at] as u32),
    );
    put(hasher, 4, u64::from(ast.properties[at]));
    text(hasher, ast.type_text(row));
    if let Ok(found) = ast.keywords.binary_search_by_key(&row, |&(row, _)| row) {
        text(hasher, ast.texts.get(ast.keywords[found].1));
    }
    match ast.kinds[at] {
        NodeKind::MethodParameterIn | NodeKind::TypeDecl => {}
        NodeKind::Identifier => match local_place(ast, method_of, order, method, row) {
            Some((levels, position)) => {
                put(hasher, 5, u64::from(levels) << 32 | u64::from(position));
            }
            None => text(hasher, ast.name(row)),
        },
        // The callee's expression says what is called; its name may be a local's.
        NodeKind::Call
            if !op::is_operator(ast.name(row))
                && tree.child(ast, row, Role::Receiver).is_some() => {}
        NodeKind::Import => {
            text(hasher, ast.name(row));
            text(hasher, ast.detail(row));
        }
        _ => text(hasher, ast.name(row)),
    }
}

/// How many methods out the meaning of a name is declared, and its position there; none for names of modules and types.
fn local_place(
    ast: &FileAst,
    method_of: &[u32],
    order: &[u32],
    method: u32,
    row: u32,
) -> Option<(u32, u32)> {
    let declaration = ast.reference(row)?;
    let position = order[declaration as usize];
    let owner = method_of[declaration as usize];
    if position == 0 || owner == 0 || ast.has(owner, property::MODULE) {
        return None;
    }
    // Deeper captures than this are told apart by their position only.
    let levels = std::iter::successors(Some(method), |&at| {
        Some(method_of[at as usize]).filter(|&around| around != 0)
    })
    .take(16);
    Some((
        levels.take_while(|&at| at != owner).count() as u32,
        position,
    ))
}

fn put(hasher: &mut blake3::Hasher, tag: u8, number: u64) {
    let mut bytes = [0; 9];
    bytes[0] = tag;
    bytes[1..].copy_from_slice(&number.to_le_bytes());
    hasher.update(&bytes);
}

fn text(hasher: &mut blake3::Hasher, text: &str) {
    put(hasher, 6, text.len() as u64);
    hasher.update(text.as_bytes());
}
