//! What an expression means without running anything: enough for bases of types.

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::imports::Imports;
use super::program::{FileAt, Node, Program, Symbol};
use super::value::{Externals, Kind, Val};
use crate::passes::facts::{Expression, Value};

/// Classes, modules and outside names that an expression means without running anything.
pub(super) fn meaning<'a>(
    program: &Program<'a>,
    imports: &mut Imports<'a>,
    externals: &mut Externals,
    start: (FileAt, Value),
    depth: u32,
    steps: &mut u32,
    found: &mut SmallVec<[Val; 2]>,
) {
    let mut seen = FxHashSet::default();
    let mut stack = vec![start];
    while let Some((file, value)) = stack.pop() {
        if *steps == 0 || !seen.insert((file, value)) {
            continue;
        }
        *steps -= 1;
        let facts = program.files[file as usize];
        match &facts.expressions[value as usize] {
            Expression::Variable(variable) => {
                let node = program.bases[file as usize].variables + variable;
                stack.extend(program.sources(node).iter().rev().map(|&from| (file, from)));
            }
            Expression::Class(class) => push(
                found,
                Val::new(Kind::Class, program.bases[file as usize].classes + class),
            ),
            Expression::Choice(values) => {
                stack.extend(values.iter().rev().map(|&value| (file, value)));
            }
            Expression::Import(import) => {
                let meaning = imports.meanings
                    [(program.bases[file as usize].imports + import) as usize]
                    .clone();
                found_nodes(program, &meaning.nodes, &mut stack);
                meaning.values.iter().for_each(|&value| push(found, value));
            }
            Expression::Global(name) if program.language(file).linkage.is_some() => {
                let text = program.text(program.name(file, *name));
                let classes = imports.linkage.classes(program, file, text);
                classes
                    .into_iter()
                    .for_each(|class| push(found, Val::new(Kind::Class, class)));
            }
            Expression::Global(name) => {
                let symbol = program.name(file, *name);
                let nodes = imports.module_member(program, file, symbol);
                if nodes.is_empty() {
                    if let Some(value) = outside_name(program, imports, externals, file, symbol) {
                        push(found, value);
                    }
                } else {
                    found_nodes(program, &nodes, &mut stack);
                }
            }
            Expression::Member(base, name) if depth > 0 => {
                let symbol = program.name(file, *name);
                let mut bases = SmallVec::new();
                meaning(
                    program,
                    imports,
                    externals,
                    (file, *base),
                    depth - 1,
                    steps,
                    &mut bases,
                );
                for base in bases {
                    match base.kind() {
                        Kind::Module => {
                            let nodes = imports.module_member(program, base.number(), symbol);
                            if nodes.is_empty() {
                                imports
                                    .submodule(program, base.number(), symbol)
                                    .into_iter()
                                    .for_each(|value| push(found, value));
                            }
                            found_nodes(program, &nodes, &mut stack);
                        }
                        Kind::Namespace => {
                            let member = imports.namespace_member(
                                program,
                                externals,
                                file,
                                base.number(),
                                symbol,
                            );
                            if let Some(value) = member {
                                push(found, value);
                            }
                        }
                        Kind::Class => {
                            let node = program.members.get(&(base.number(), symbol));
                            found_nodes(
                                program,
                                node.map(std::slice::from_ref).unwrap_or_default(),
                                &mut stack,
                            );
                        }
                        Kind::External => {
                            let member = externals.member(base.number(), symbol);
                            if let Some(number) = member {
                                push(found, Val::new(Kind::External, number));
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

fn push(found: &mut SmallVec<[Val; 2]>, value: Val) {
    if !found.contains(&value) {
        found.push(value);
    }
}

fn found_nodes(program: &Program<'_>, nodes: &[Node], stack: &mut Vec<(FileAt, Value)>) {
    for &node in nodes.iter().rev() {
        let file = program.file_of_variable(node);
        stack.extend(program.sources(node).iter().rev().map(|&from| (file, from)));
    }
}

/// What a name means that neither the file nor the modules it takes all members of bind.
pub(super) fn outside_name(
    program: &Program<'_>,
    imports: &Imports<'_>,
    externals: &mut Externals,
    file: FileAt,
    name: Symbol,
) -> Option<Val> {
    let language = program.language(file);
    if language.may_be_builtin(program.text(name)) {
        let module = language
            .builtins
            .and_then(|module| program.known_symbol(module))?;
        let module = externals.member(super::program::NONE, module)?;
        return externals
            .member(module, name)
            .map(|number| Val::new(Kind::External, number));
    }
    // Only one module can have given it.
    let &[module] = &imports.outside_wildcards[file as usize][..] else {
        return None;
    };
    externals
        .member(module, name)
        .map(|number| Val::new(Kind::External, number))
}
