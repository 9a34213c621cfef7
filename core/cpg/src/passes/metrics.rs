//! Measures of methods. A nested method is measured on its own and adds nothing to the one around it.
//!
//! **Cyclomatic** (T. J. McCabe, "A Complexity Measure", 1976): decisions + 1. Decisions are IF, loops (those of comprehensions and their
//! conditions too), CATCH, cases but the default, guards, conditional expressions, and each `and`/`or` between two operands: the
//! counting of SonarSource and radon. `else` and `finally` of loops and tries, `with` and assertions are none.
//!
//! **Cognitive** (G. A. Campbell, "Cognitive Complexity", SonarSource 2018): a structure costs 1 and 1 more for each structure around it;
//! `else` and `else if` cost 1; a run of equal boolean operators costs 1, GOTO and jumps to labels 1, direct recursion 1.
//! Comprehensions cost nothing: the paper leaves out shorthands that read well.
//!
//! **Nesting** counts IF, loops, SWITCH, TRY and `with`; an `else if` stands as deep as its IF.

#[cfg(test)]
mod tests;

use super::MethodMetrics;
use super::op;
use super::tree::Tree;
use crate::ast::FileAst;
use crate::kind::{NodeKind, Role, property};
use crate::rules::Rules;

fn line_of(starts: &[u32], offset: u32) -> u32 {
    starts.partition_point(|&start| start <= offset) as u32
}

/// What a row's children stand in.
#[derive(Clone, Copy, Default)]
struct Place {
    /// Structures around, for the cognitive measure.
    cognitive: u32,
    /// Structures around, for the nesting.
    nesting: u32,
    /// Inside of an expression: blocks there hold no statements.
    expression: bool,
    /// Inside of a comprehension or another shorthand.
    shorthand: bool,
}

/// Measures all methods of a file: `methods` ascending, `hashes` beside them.
pub(crate) fn measure(
    ast: &FileAst,
    tree: &Tree,
    method_of: &[u32],
    methods: &[u32],
    hashes: &[u64],
    source: &[u8],
    rules: &Rules,
) -> Vec<MethodMetrics> {
    let starts = crate::lines::starts(source);
    let receiver_first = rules.get("receiver-parameter") == Some("first");
    let mut metrics: Vec<MethodMetrics> = methods
        .iter()
        .zip(hashes)
        .map(|(&row, &ast_hash)| {
            let (start, end) = (ast.starts[row as usize], ast.ends[row as usize]);
            MethodMetrics {
                row,
                cyclomatic: 1,
                cognitive: 0,
                nesting: 0,
                parameters: parameters(ast, tree, row, receiver_first),
                lines: line_of(&starts, end.saturating_sub(1).max(start)) - line_of(&starts, start)
                    + 1,
                statements: 0,
                ast_hash,
            }
        })
        .collect();
    let mut places = vec![Place::default(); ast.len()];
    let mut recursive = vec![false; methods.len()];
    for row in 1..ast.len() as u32 {
        let parent = ast.parents[row as usize];
        let mut place = places[parent as usize];
        let owner = method_of[row as usize];
        let at = methods.binary_search(&owner).ok();
        let kind = ast.kinds[row as usize];
        let mut none = MethodMetrics {
            row: 0,
            cyclomatic: 0,
            cognitive: 0,
            nesting: 0,
            parameters: 0,
            lines: 0,
            statements: 0,
            ast_hash: 0,
        };
        let of = at.map_or(&mut none, |at| &mut metrics[at]);
        if kind == NodeKind::Method {
            places[row as usize] = Place::default();
            of.statements += u32::from(is_statement(ast, row, parent, &place));
            continue;
        }
        of.statements += u32::from(is_statement(ast, row, parent, &place));
        match kind {
            NodeKind::ControlStructure => structure(ast, tree, row, parent, &mut place, of),
            NodeKind::Call => {
                expression(ast, tree, row, parent, &mut place, of);
                if let Some(at) = at
                    && calls_itself(ast, tree, row, owner)
                    && !std::mem::replace(&mut recursive[at], true)
                {
                    of.cognitive += 1;
                }
            }
            NodeKind::Return => place.expression = true,
            // A block with a name of its own (`<listcomp>`) is a shorthand.
            NodeKind::Block if !ast.name(row).is_empty() => {
                place.expression = true;
                place.shorthand = true;
            }
            _ => {}
        }
        if ast.roles[row as usize] == Role::Else && is_plain_else(ast, tree, row, parent) {
            of.cognitive += u32::from(!place.shorthand);
        }
        if ast.roles[row as usize] == Role::Guard {
            of.cyclomatic += 1;
        }
        places[row as usize] = place;
    }
    metrics
}

fn parameters(ast: &FileAst, tree: &Tree, method: u32, receiver_first: bool) -> u32 {
    let all = tree
        .children(method)
        .filter(|&child| ast.kinds[child as usize] == NodeKind::MethodParameterIn);
    let written = all
        .clone()
        .filter(|&child| ast.arguments[child as usize] != 0)
        .count() as u32;
    let has_receiver_row = all.count() as u32 != written;
    let takes_receiver = ast.has(method, property::INSTANCE_METHOD | property::CLASS_METHOD);
    if receiver_first && takes_receiver && !has_receiver_row {
        written.saturating_sub(1)
    } else {
        written
    }
}

fn is_statement(ast: &FileAst, row: u32, parent: u32, place: &Place) -> bool {
    if ast.kinds[parent as usize] != NodeKind::Block || place.expression {
        return false;
    }
    match ast.kinds[row as usize] {
        NodeKind::Local | NodeKind::Comment | NodeKind::Modifier | NodeKind::ClosureBinding => {
            false
        }
        // A block only holds statements, unless it has a name of its own (`<listcomp>`).
        NodeKind::Block => !ast.name(row).is_empty(),
        // What is called without being written is none (the body of a class).
        NodeKind::Call => !ast.has(row, property::IMPLICIT),
        _ => ast.roles[row as usize] != Role::Docstring,
    }
}

fn is_loop(name: &str) -> bool {
    matches!(name, "WHILE" | "DO" | "FOR")
}

fn structure(
    ast: &FileAst,
    tree: &Tree,
    row: u32,
    parent: u32,
    place: &mut Place,
    of: &mut MethodMetrics,
) {
    let name = ast.name(row);
    let cost = if place.shorthand {
        0
    } else {
        1 + place.cognitive
    };
    match name {
        "IF" => {
            of.cyclomatic += 1;
            let chained = ast.roles[row as usize] == Role::Else
                && ast.kinds[parent as usize] == NodeKind::ControlStructure
                && ast.name(parent) == "IF";
            if chained {
                of.cognitive += u32::from(!place.shorthand);
            } else {
                of.cognitive += cost;
                place.cognitive += 1;
                place.nesting += 1;
            }
        }
        "SWITCH" => {
            of.cognitive += cost;
            place.cognitive += 1;
            place.nesting += 1;
        }
        "CASE" => of.cyclomatic += u32::from(tree.child(ast, row, Role::Condition).is_some()),
        "CATCH" => {
            of.cyclomatic += 1;
            of.cognitive += cost;
            place.cognitive += 1;
        }
        "TRY" => place.nesting += 1,
        "GOTO" => of.cognitive += 1,
        "BREAK" | "CONTINUE" => {
            of.cognitive += u32::from(tree.child_of_kind(ast, row, NodeKind::JumpLabel).is_some());
        }
        _ if is_loop(name) => {
            of.cyclomatic += 1;
            of.cognitive += cost;
            place.cognitive += 1;
            place.nesting += 1;
        }
        _ => {}
    }
    if !place.shorthand {
        of.nesting = of.nesting.max(place.nesting);
    }
}

fn expression(
    ast: &FileAst,
    tree: &Tree,
    row: u32,
    parent: u32,
    place: &mut Place,
    of: &mut MethodMetrics,
) {
    place.expression = true;
    let name = ast.name(row);
    if op::is_short_circuit(name) {
        let operands = tree.children(row).count() as u32;
        of.cyclomatic += operands.saturating_sub(1);
        let goes_on = ast.kinds[parent as usize] == NodeKind::Call && ast.name(parent) == name;
        of.cognitive += u32::from(!goes_on);
    } else if name == op::CONDITIONAL {
        of.cyclomatic += 1;
        of.cognitive += 1 + place.cognitive;
        place.cognitive += 1;
    }
}

/// An `else` that is not the `if` of an `else if`.
fn is_plain_else(ast: &FileAst, tree: &Tree, row: u32, parent: u32) -> bool {
    let chained = ast.kinds[row as usize] == NodeKind::ControlStructure && ast.name(row) == "IF";
    ast.kinds[parent as usize] == NodeKind::ControlStructure
        && ast.name(parent) == "IF"
        && !chained
        && !tree.is_leaf(row)
}

/// Whether a call's callee is a name that means the method the call stands in.
fn calls_itself(ast: &FileAst, tree: &Tree, call: u32, method: u32) -> bool {
    let Some(callee) = tree.child(ast, call, Role::Receiver) else {
        return false;
    };
    let Some(declaration) = ast.reference(callee) else {
        return false;
    };
    declaration == method || ast.reference(declaration) == Some(method)
}
