//! The facts of all files as constraints of the solver.

use rustc_hash::FxHashSet;

use super::meaning;
use super::program::{FileAt, Node};
use super::solver::{Solver, Through};
use super::value::{Kind, Val};
use crate::kind::property::{CLASS_METHOD, DECLARATION, INSTANCE_METHOD};
use crate::passes::Resolution;
use crate::passes::facts::{Expression, FileFacts, Flow, Owner, Place};

/// Adds all constraints, file by file.
pub(super) fn add(solver: &mut Solver<'_, '_>) {
    let files = solver.program.files.len() as u32;
    for at in 0..files {
        for flow in &solver.program.files[at as usize].flows {
            if let Place::Member(_, name) = flow.to {
                solver.written.insert(solver.program.name(at, name));
            }
        }
    }
    for at in 0..files {
        expressions(solver, at);
        flows(solver, at);
        functions(solver, at);
        calls(solver, at);
    }
}

fn expressions(solver: &mut Solver<'_, '_>, at: FileAt) {
    let program = solver.program;
    let file = program.files[at as usize];
    let bases = program.bases[at as usize];
    for (value, expression) in file.expressions.iter().enumerate() {
        let node = program.node(at, value as u32);
        match expression {
            Expression::Unknown | Expression::Variable(_) => {}
            Expression::Global(name) => {
                let symbol = program.name(at, *name);
                let nodes = solver.imports.module_member(program, at, symbol);
                if nodes.is_empty() {
                    let outside = meaning::outside_name(
                        program,
                        solver.imports,
                        solver.externals,
                        at,
                        symbol,
                    );
                    if let Some(value) = outside {
                        solver.add(node, value, Resolution::Exact);
                    }
                }
                nodes
                    .iter()
                    .for_each(|&from| solver.flow(from, node, Resolution::Import, Through::Copy));
            }
            Expression::Member(base, name) => {
                solver.read(program.node(at, *base), node, program.name(at, *name), at);
            }
            Expression::Call(call) => solver.results[(bases.calls + call) as usize] = node,
            Expression::Function(function) => solver.add(
                node,
                Val::new(Kind::Function, bases.functions + function),
                Resolution::Exact,
            ),
            Expression::Class(class) => solver.add(
                node,
                Val::new(Kind::Class, bases.classes + class),
                Resolution::Exact,
            ),
            Expression::Import(import) => {
                let meaning = solver.imports.meanings[(bases.imports + import) as usize].clone();
                meaning
                    .nodes
                    .iter()
                    .for_each(|&from| solver.flow(from, node, Resolution::Import, Through::Copy));
                meaning
                    .values
                    .iter()
                    .for_each(|&value| solver.add(node, value, Resolution::Import));
            }
            Expression::Literal(name) => literal(solver, at, node, program.name(at, *name)),
            Expression::Choice(values) => {
                for &value in values {
                    solver.flow(
                        program.node(at, value),
                        node,
                        Resolution::Exact,
                        Through::Copy,
                    );
                }
            }
            Expression::Declared(class) => {
                solver.instance(program.node(at, *class), node, Resolution::TypeHint);
            }
            Expression::Tested(class) => {
                solver.instance(program.node(at, *class), node, Resolution::Type);
            }
            Expression::Super(class) => solver.add(
                node,
                Val::new(Kind::Super, bases.classes + class),
                Resolution::Type,
            ),
        }
    }
}

/// An instance of one of the language's own types.
fn literal(solver: &mut Solver<'_, '_>, at: FileAt, node: Node, name: u32) {
    let program = solver.program;
    let module = program
        .language(at)
        .builtins
        .and_then(|module| program.known_symbol(module));
    let number = module
        .filter(|_| !program.text(name).is_empty())
        .and_then(|module| solver.externals.member(super::program::NONE, module))
        .and_then(|module| solver.externals.member(module, name));
    let value = number.map_or(Val::OPAQUE, |number| {
        Val::new(Kind::ExternalInstance, number)
    });
    solver.add(node, value, Resolution::Type);
}

fn flows(solver: &mut Solver<'_, '_>, at: FileAt) {
    let program = solver.program;
    let bases = program.bases[at as usize];
    let file = program.files[at as usize];
    let defined = defined(file);
    for flow in &file.flows {
        let from = program.node(at, flow.from);
        match flow.to {
            Place::Variable(variable) => {
                let to = bases.variables + variable;
                let declares = matches!(file.expressions[flow.from as usize], Expression::Function(function)
                    if file.functions[function as usize].properties & DECLARATION != 0);
                if declares && defined.contains(&variable) {
                    continue;
                }
                // A name with one meaning is exact; with several, a value of it is what flows.
                let tier = if program.sources(to).len() == 1 {
                    Resolution::Exact
                } else {
                    Resolution::Type
                };
                let alternatives = is_definition(
                    program.files[at as usize]
                        .expressions
                        .get(flow.from as usize),
                ) && tier == Resolution::Type;
                solver.flow(
                    from,
                    to,
                    if alternatives {
                        tier
                    } else {
                        Resolution::Exact
                    },
                    Through::Copy,
                );
            }
            Place::Member(base, name) => {
                solver.write(program.node(at, base), from, program.name(at, name));
            }
        }
    }
}

/// Variables that a function with a body defines: declarations of the same name (overloads) give way to it.
fn defined(file: &FileFacts) -> FxHashSet<u32> {
    let defines = |flow: &&Flow| {
        matches!(file.expressions[flow.from as usize], Expression::Function(function)
            if file.functions[function as usize].properties & DECLARATION == 0)
    };
    file.flows
        .iter()
        .filter(defines)
        .filter_map(|flow| match flow.to {
            Place::Variable(variable) => Some(variable),
            Place::Member(..) => None,
        })
        .collect()
}

fn is_definition(expression: Option<&Expression>) -> bool {
    matches!(
        expression,
        Some(Expression::Function(_) | Expression::Class(_) | Expression::Variable(_))
    )
}

fn functions(solver: &mut Solver<'_, '_>, at: FileAt) {
    let program = solver.program;
    let file = program.files[at as usize];
    let bases = program.bases[at as usize];
    for (function, facts) in (bases.functions..).zip(&file.functions) {
        let to = program.return_node(function);
        for &value in &facts.returns {
            solver.flow(program.node(at, value), to, Resolution::Type, Through::Copy);
        }
        let receiver = facts
            .parameters
            .first()
            .filter(|parameter| parameter.is_receiver);
        if let (Some(class), Some(receiver)) = (facts.class, receiver) {
            let node = bases.variables + receiver.variable;
            debug_assert!(
                matches!(
                    file.variables[receiver.variable as usize].owner,
                    Owner::Function(_)
                ),
                "parameters belong to functions"
            );
            let kind = match facts.properties {
                flags if flags & CLASS_METHOD != 0 => Kind::Class,
                flags if flags & INSTANCE_METHOD != 0 => Kind::Declared,
                _ => continue,
            };
            solver.add(
                node,
                Val::new(kind, bases.classes + class),
                Resolution::Type,
            );
        }
    }
}

fn calls(solver: &mut Solver<'_, '_>, at: FileAt) {
    let program = solver.program;
    let bases = program.bases[at as usize];
    for (call, site) in (bases.calls..).zip(&program.files[at as usize].calls) {
        if site.callee != 0 {
            solver.call(program.node(at, site.callee), call);
        }
    }
}
