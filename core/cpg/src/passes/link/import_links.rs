//! Links from imports to what they import.

use rustc_hash::FxHashSet;

use super::imports::Imports;
use super::output::{class_id, function_id, id};
use super::program::{Node, Program};
use super::value::{Kind, Val};
use crate::NodeId;
use crate::kind::EdgeKind;
use crate::passes::facts::Expression;
use crate::passes::{Link, Linked};

/// From file to file, and from each import to the declarations that it means.
pub(super) fn import_links(program: &Program<'_>, imports: &Imports<'_>, linked: &mut Linked) {
    for (at, file) in program.files.iter().enumerate() {
        let at = at as u32;
        let own = id(program, at, 0);
        for (import, number) in file
            .imports
            .iter()
            .zip(program.bases[at as usize].imports..)
        {
            let meaning = &imports.meanings[number as usize];
            let node = id(program, at, import.row);
            let mut link = |src, dst| {
                linked.links.push(Link {
                    src,
                    dst,
                    kind: EdgeKind::Imports,
                });
            };
            for &target in &meaning.files {
                if target != at {
                    link(own, id(program, target, 0));
                }
            }
            for value in meaning
                .values
                .iter()
                .filter(|value| value.kind() == Kind::Module)
            {
                link(node, id(program, value.number(), 0));
            }
            for &variable in &meaning.nodes {
                for declaration in declarations(program, imports, variable) {
                    link(node, declaration);
                }
            }
            if import.what == crate::passes::facts::Imported::All {
                meaning
                    .files
                    .iter()
                    .for_each(|&target| link(node, id(program, target, 0)));
            }
        }
    }
}

/// Declarations that a variable of a module stands for: definitions, through all re-exports; itself where it has none.
fn declarations(program: &Program<'_>, imports: &Imports<'_>, variable: Node) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut seen = FxHashSet::default();
    let mut stack = vec![variable];
    while let Some(node) = stack.pop() {
        if !seen.insert(node) {
            continue;
        }
        let file = program.file_of_variable(node);
        let bases = program.bases[file as usize];
        let facts = program.files[file as usize];
        let before = (found.len(), stack.len());
        for &source in program.sources(node) {
            match facts.expressions[source as usize] {
                Expression::Function(function) => {
                    found.push(function_id(program, bases.functions + function));
                }
                Expression::Class(class) => found.push(class_id(program, bases.classes + class)),
                Expression::Import(import) => {
                    let meaning = &imports.meanings[(bases.imports + import) as usize];
                    stack.extend(&meaning.nodes);
                    let module = |value: &Val| {
                        (value.kind() == Kind::Module).then(|| id(program, value.number(), 0))
                    };
                    found.extend(meaning.values.iter().filter_map(module));
                }
                _ => {}
            }
        }
        if (found.len(), stack.len()) == before {
            found.push(id(
                program,
                file,
                facts.variables[(node - bases.variables) as usize].row,
            ));
        }
    }
    found
}
