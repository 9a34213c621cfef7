//! The facts of all files as constraints of the solver.

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::elements::Part;
use super::meaning;
use super::program::{FileAt, NONE, Node};
use super::solver::{Solver, Through, Use};
use super::value::{Kind, Val};
use crate::kind::property::{
    ABSTRACT, CLASS_METHOD, DECLARATION, DYNAMIC_DISPATCH, INSTANCE_METHOD, KEYWORD_VARIADIC,
    STATIC, VARIADIC,
};
use crate::passes::Resolution;
use crate::passes::facts::{Expression, FileFacts, Flow, Function, Place, Value};

/// Adds all constraints, file by file.
pub(super) fn add(solver: &mut Solver<'_, '_>) {
    let files = solver.program.files.len() as u32;
    solver.invoke_calls();
    for at in 0..files {
        for flow in &solver.program.files[at as usize].flows {
            if let Place::Member(_, name) = flow.to {
                solver.written.insert(solver.program.name(at, name));
            }
        }
    }
    outside_names(solver);
    shared_variables(solver);
    for at in 0..files {
        expressions(solver, at);
        flows(solver, at);
        functions(solver, at);
        calls(solver, at);
        operations(solver, at);
        derivations(solver, at);
    }
    super::lifetime::add(solver);
}

fn expressions(solver: &mut Solver<'_, '_>, at: FileAt) {
    let program = solver.program;
    let file = program.files[at as usize];
    let bases = program.bases[at as usize];
    for (value, expression) in file.expressions.iter().enumerate() {
        let node = program.node(at, value as u32);
        match expression {
            Expression::Unknown | Expression::Variable(_) | Expression::Operation(_) => {}
            Expression::Global(name) if program.language(at).linkage.is_some() => {
                linked_name(solver, at, node, program.name(at, *name));
            }
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
            Expression::Call(call) => {
                solver.invocations[(bases.calls + call) as usize].result = node;
            }
            Expression::Function(function) => {
                let function = bases.functions + function;
                let mut meant = SmallVec::new();
                if program.language(at).linkage.is_some()
                    && program.function(function).properties & DECLARATION != 0
                {
                    meant = solver.imports.linkage.definitions(program, function);
                }
                if meant.is_empty() {
                    meant.push(function);
                }
                for function in meant {
                    solver.add(node, Val::new(Kind::Function, function), Resolution::Exact);
                }
            }
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
            Expression::Exact(class) => {
                let class = program.node(at, *class);
                let tier = Resolution::Type;
                let exact = true;
                solver.on(
                    class,
                    Use::Instance {
                        to: node,
                        tier,
                        exact,
                    },
                );
            }
            Expression::Tested(class) => {
                solver.instance(program.node(at, *class), node, Resolution::Type);
            }
            Expression::Super(class, receiver) => {
                let class = bases.classes + class;
                if let Some(receiver) = receiver {
                    let receiver = bases.variables + receiver;
                    solver.on(receiver, Use::Super { to: node, class });
                } else {
                    let any = Val::new(Kind::Declared, class);
                    let value = solver.pairs.value(Kind::Super, any, class);
                    solver.add(node, value, Resolution::Type);
                }
            }
            Expression::Collection(_, name) => {
                let kind = own_type(solver, at, program.name(at, *name)).unwrap_or(NONE);
                let made = solver.collection(node, kind);
                solver.add(node, made, Resolution::Type);
            }
            Expression::Element(base, key) => {
                let part = Part::of(solver, at, *key);
                solver.on(program.node(at, *base), Use::ElementRead { to: node, part });
            }
            Expression::Iterated(base) => {
                let file = at;
                solver.on(program.node(at, *base), Use::Iterate { to: node, file });
            }
            Expression::Returned(base) => {
                solver.on(program.node(at, *base), Use::Delegate { to: node });
            }
            Expression::Entered(base) => {
                solver.on(program.node(at, *base), Use::Enter { to: node });
            }
            Expression::Merged(made, other) => {
                let Expression::Collection(_, name) = file.expressions[*made as usize] else {
                    continue;
                };
                let kind = own_type(solver, at, program.name(at, name)).unwrap_or(NONE);
                let into = solver.collection(program.node(at, *made), kind).number();
                solver.on(program.node(at, *other), Use::Merge { into });
            }
        }
    }
}

/// One of the language's own types, by its name.
fn own_type(solver: &mut Solver<'_, '_>, at: FileAt, name: u32) -> Option<u32> {
    let program = solver.program;
    let module = program
        .language(at)
        .builtins
        .and_then(|module| program.known_symbol(module));
    module
        .filter(|_| !program.text(name).is_empty())
        .and_then(|module| solver.externals.member(NONE, module))
        .and_then(|module| solver.externals.member(module, name))
}

/// An instance of one of the language's own types.
fn literal(solver: &mut Solver<'_, '_>, at: FileAt, node: Node, name: u32) {
    let value = own_type(solver, at, name).map_or(Val::OPAQUE, |number| {
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
                // Where ways meet, what one of them defined is one of several; what it only copied keeps its tier.
                let defines = |value: Value| {
                    file.defined(value).is_some()
                        || matches!(file.expressions[value as usize], Expression::Class(_))
                };
                let met = flow.row != 0 || {
                    let expression = &file.expressions[flow.from as usize];
                    matches!(expression, Expression::Variable(from) if program
                        .sources(bases.variables + from)
                        .iter()
                        .any(|&value| defines(value)))
                };
                let alternatives = met
                    && is_definition(file.expressions.get(flow.from as usize))
                    && tier == Resolution::Type;
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
                let site = solver.row_site(at, flow.row, flow.caller);
                solver.write(program.node(at, base), from, program.name(at, name), site);
            }
            Place::Element(base, key) => {
                let part = Part::of(solver, at, key);
                solver.on(program.node(at, base), Use::ElementWrite { from, part });
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
            Place::Member(..) | Place::Element(..) => None,
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
            let position = parameter_of(file, facts, value);
            if let Some(position) = position {
                solver.returned_parameters[function as usize].push(position);
                // A call that leaves it out gets what it begins with.
                let default = bases.variables + facts.parameters[usize::from(position)].variable;
                for &from in program.sources(default) {
                    let from = program.node(at, from);
                    solver.flow(from, to, Resolution::Type, Through::Copy);
                }
                let default = facts.parameters[usize::from(position)].default;
                if default != 0 {
                    solver.flow(
                        program.node(at, default),
                        to,
                        Resolution::Type,
                        Through::Copy,
                    );
                }
                continue;
            }
            solver.flow(program.node(at, value), to, Resolution::Type, Through::Copy);
        }
        let to = solver.yield_node(function);
        for &value in &facts.yields {
            solver.flow(program.node(at, value), to, Resolution::Type, Through::Copy);
        }
    }
}

/// The parameter that a value is, where it is one as it came.
fn parameter_of(file: &FileFacts, function: &Function, value: Value) -> Option<u16> {
    let Expression::Variable(variable) = file.expressions[value as usize] else {
        return None;
    };
    let at = function.parameters.iter().position(|parameter| {
        parameter.variable == variable
            && !parameter.is_receiver
            && parameter.properties & (VARIADIC | KEYWORD_VARIADIC) == 0
    })?;
    u16::try_from(at).ok()
}

/// Methods whose receiver nothing shows are called from elsewhere: on any instance of their class.
pub(super) fn unseen_receivers(solver: &mut Solver<'_, '_>) {
    let program = solver.program;
    for function in 0..program.ends().functions {
        let facts = program.function(function);
        if !solver.reached.contains(&function) {
            let file = program.function_files[function as usize];
            let bases = program.bases[file as usize];
            for parameter in facts.parameters.iter().filter(|own| own.default != 0) {
                solver.flow(
                    program.node(file, parameter.default),
                    bases.variables + parameter.variable,
                    Resolution::Type,
                    Through::Copy,
                );
            }
        }
        let receiver = facts
            .parameters
            .first()
            .filter(|parameter| parameter.is_receiver);
        let (Some(class), Some(receiver)) = (facts.class, receiver) else {
            continue;
        };
        let bases = program.bases[program.function_files[function as usize] as usize];
        let node = bases.variables + receiver.variable;
        let kind = match facts.properties {
            flags if flags & CLASS_METHOD != 0 => Kind::Class,
            flags if flags & INSTANCE_METHOD != 0 => Kind::Declared,
            _ => continue,
        };
        if solver.values(node).is_empty() {
            solver.add(
                node,
                Val::new(kind, bases.classes + class),
                Resolution::Type,
            );
        }
    }
}

/// Deriving a class may run a method of an ancestor.
fn derivations(solver: &mut Solver<'_, '_>, at: FileAt) {
    let program = solver.program;
    let bases = program.bases[at as usize];
    for (class, facts) in (bases.classes..).zip(&program.files[at as usize].classes) {
        if let Some(metaclass) = solver.hierarchy.metaclass(class) {
            for &name in &program.language(at).class_made {
                let (methods, _) =
                    solver
                        .hierarchy
                        .method(program, solver.externals, metaclass, name);
                for method in methods {
                    let site = solver.row_site(at, facts.row, facts.caller);
                    derive(solver, site, method, Val::new(Kind::Class, class));
                }
            }
        }
        for &name in &program.language(at).derived {
            let ancestors = solver.hierarchy.ancestors[class as usize].clone();
            let found = ancestors
                .iter()
                .skip(1)
                .filter(|ancestor| ancestor.kind() == Kind::Class)
                .map(|ancestor| {
                    solver
                        .hierarchy
                        .method(program, solver.externals, ancestor.number(), name)
                        .0
                })
                .find(|methods| !methods.is_empty());
            for method in found.into_iter().flatten() {
                let site = solver.row_site(at, facts.row, facts.caller);
                derive(solver, site, method, Val::new(Kind::Class, class));
            }
        }
    }
}

/// A method runs on a class where that is made.
fn derive(solver: &mut Solver<'_, '_>, site: u32, method: u32, class: Val) {
    let invocation = solver.invoke(site, SmallVec::new(), NONE);
    solver.call_function(invocation, method, Some(class), Resolution::Type);
}

fn operations(solver: &mut Solver<'_, '_>, at: FileAt) {
    let program = solver.program;
    let bases = program.bases[at as usize];
    for (operation, facts) in (bases.operations..).zip(&program.files[at as usize].operations) {
        for (position, &operand) in (0..).zip(&facts.operands) {
            if operand != 0 {
                solver.on(
                    program.node(at, operand),
                    Use::Operate {
                        operation,
                        position,
                    },
                );
            }
        }
    }
}

/// A name that no scope of the file binds means what files define for each other.
fn linked_name(solver: &mut Solver<'_, '_>, at: FileAt, node: Node, name: u32) {
    let program = solver.program;
    let text = program.text(name);
    let functions = solver.imports.linkage.functions(program, at, text);
    let classes = solver.imports.linkage.classes(program, at, text);
    let variables = solver.imports.linkage.variables(program, at, text);
    let declared = |&function: &u32| program.function(function).properties & DECLARATION != 0;
    // What is only declared is defined outside: where a description of that is known, it is the better one.
    let outside = functions.iter().all(declared)
        && variables.is_empty()
        && solver.outside_names.contains(&name);
    if let Some(number) = solver.externals.member(NONE, name).filter(|_| outside)
        && (functions.is_empty() && classes.is_empty()
            || solver.known.describes(solver.externals, number))
    {
        solver.add(node, Val::new(Kind::External, number), Resolution::Exact);
        return;
    }
    let mut functions = functions;
    if functions.is_empty() && classes.is_empty() && variables.is_empty() {
        functions.extend(inherited(solver, at, text));
    }
    let one = functions.len() == 1;
    for function in functions {
        let tier = if one {
            Resolution::Import
        } else {
            Resolution::Type
        };
        solver.add(node, Val::new(Kind::Function, function), tier);
    }
    for class in classes {
        solver.add(node, Val::new(Kind::Class, class), Resolution::Import);
    }
    for variable in variables {
        solver.flow(variable, node, Resolution::Import, Through::Copy);
    }
}

/// Methods that a name with its scope means where that scope is a class that only inherits them, or another name of one.
fn inherited(solver: &mut Solver<'_, '_>, at: FileAt, text: &str) -> SmallVec<[u32; 1]> {
    let program = solver.program;
    let Some((scope, last)) = text.rsplit_once("::") else {
        return SmallVec::new();
    };
    let Some(name) = program.known_symbol(last) else {
        return SmallVec::new();
    };
    let classes = solver.imports.linkage.classes(program, at, scope);
    let mut found = SmallVec::new();
    for class in classes {
        let (methods, _) = solver
            .hierarchy
            .method(program, solver.externals, class, name);
        found.extend(methods.into_iter().map(|method| solver.definition(method)));
    }
    found
}

/// A method that is not virtual is that of the declared type, whatever the object is.
fn call_of_declared(solver: &mut Solver<'_, '_>, at: FileAt, call: u32) -> bool {
    let program = solver.program;
    let facts = program.files[at as usize];
    let site = &facts.calls[(call - program.bases[at as usize].calls) as usize];
    let (Expression::Member(_, name), Some(on)) =
        (&facts.expressions[site.callee as usize], site.on)
    else {
        return false;
    };
    let declared = super::overloads::Type::new(facts.name(on));
    let Some(class) = solver
        .class(at, declared.name)
        .filter(|_| declared.pointers <= 1)
    else {
        return false;
    };
    let name = program.name(at, *name);
    let (methods, _) = solver
        .hierarchy
        .method(program, solver.externals, class, name);
    if methods.is_empty() || dispatches(solver, class, name) {
        return false;
    }
    let node = solver.fresh();
    for method in methods {
        let method = solver.definition(method);
        let receiver = Val::new(Kind::Declared, class);
        let value = solver.pairs.value(Kind::Bound, receiver, method);
        solver.add(node, value, Resolution::Type);
    }
    solver.call(node, call);
    true
}

/// Whether a method is looked up in the object: its class or one above says so.
fn dispatches(solver: &mut Solver<'_, '_>, class: u32, name: u32) -> bool {
    let program = solver.program;
    let ancestors = solver.hierarchy.ancestors[class as usize].clone();
    ancestors
        .iter()
        .filter(|of| of.kind() == Kind::Class)
        .any(|of| {
            let (methods, _) =
                solver
                    .hierarchy
                    .method(program, solver.externals, of.number(), name);
            let flags = DYNAMIC_DISPATCH | ABSTRACT;
            methods
                .iter()
                .any(|&method| program.function(method).properties & flags != 0)
        })
}

/// Names that are called or stand for a type somewhere: any other one that nothing defines is a constant of which nothing is known.
fn outside_names(solver: &mut Solver<'_, '_>) {
    let program = solver.program;
    for (at, file) in (0..).zip(&program.files) {
        if program.language(at).linkage.is_none() {
            continue;
        }
        let declared = file
            .expressions
            .iter()
            .filter_map(|expression| match expression {
                Expression::Declared(of) | Expression::Exact(of) | Expression::Tested(of) => {
                    Some(*of)
                }
                _ => None,
            });
        let called = file.calls.iter().map(|call| call.callee);
        for value in declared.chain(called) {
            if let Expression::Global(name) = file.expressions[value as usize] {
                solver.outside_names.insert(program.name(at, name));
            }
        }
    }
}

/// Variables that files declare for each other are one.
fn shared_variables(solver: &mut Solver<'_, '_>) {
    for group in solver.imports.linkage.shared_variables(solver.program) {
        let Some((&first, rest)) = group.split_first() else {
            continue;
        };
        for &other in rest {
            solver.flow(first, other, Resolution::Exact, Through::Copy);
            solver.flow(other, first, Resolution::Exact, Through::Copy);
        }
    }
}

/// A name that the class of the caller has as a method, itself or from above: it is called on the caller's object.
fn call_of_member(
    solver: &mut Solver<'_, '_>,
    at: FileAt,
    caller: u32,
    name: u32,
    call: u32,
) -> bool {
    let program = solver.program;
    let facts = program.function(caller);
    let own = facts
        .class
        .map(|class| program.bases[at as usize].classes + class);
    let class = own.or_else(|| solver.imports.linkage.class_of(program, caller));
    let Some(class) = class else { return false };
    let (methods, _) = solver
        .hierarchy
        .method(program, solver.externals, class, name);
    let receiver = facts.parameters.first().filter(|first| first.is_receiver);
    if methods.is_empty()
        || program.text(name)
            == program.files[program.class_files[class as usize] as usize]
                .name(program.class(class).name)
    {
        return false;
    }
    let is_virtual = dispatches(solver, class, name);
    let node = solver.fresh();
    match receiver {
        Some(receiver) if is_virtual => {
            let object = program.bases[at as usize].variables + receiver.variable;
            solver.read(object, node, name, at);
        }
        _ => {
            for method in methods {
                let method = solver.definition(method);
                let is_static = program.function(method).properties & STATIC != 0;
                let value = if receiver.is_some() && !is_static {
                    solver
                        .pairs
                        .value(Kind::Bound, Val::new(Kind::Declared, class), method)
                } else {
                    Val::new(Kind::Function, method)
                };
                solver.add(node, value, Resolution::Import);
            }
        }
    }
    solver.call(node, call);
    true
}

/// A name that is called is looked up from the scope of the caller outwards first: members of its class, then of its namespaces.
fn call_from_scope(solver: &mut Solver<'_, '_>, at: FileAt, call: u32) -> bool {
    let program = solver.program;
    let bases = program.bases[at as usize];
    let facts = program.files[at as usize];
    let site = &facts.calls[(call - bases.calls) as usize];
    let (Expression::Global(name), Some(caller)) =
        (&facts.expressions[site.callee as usize], site.caller)
    else {
        return false;
    };
    if program.language(at).linkage.is_none() {
        return false;
    }
    let caller = bases.functions + caller;
    if call_of_member(solver, at, caller, program.name(at, *name), call) {
        return true;
    }
    let found = solver
        .imports
        .linkage
        .in_scope(program, caller, facts.name(*name));
    if found.is_empty() {
        return false;
    }
    let node = solver.fresh();
    for function in found {
        let own = program.function(function);
        let receives = own
            .parameters
            .first()
            .is_some_and(|first| first.is_receiver);
        let class = solver.imports.linkage.class_of(program, function);
        let value = match class.filter(|_| receives) {
            Some(class) => {
                let receiver = Val::new(Kind::Declared, class);
                solver.pairs.value(Kind::Bound, receiver, function)
            }
            None => Val::new(Kind::Function, function),
        };
        solver.add(node, value, Resolution::Import);
    }
    solver.call(node, call);
    true
}

fn calls(solver: &mut Solver<'_, '_>, at: FileAt) {
    let program = solver.program;
    let bases = program.bases[at as usize];
    for (call, site) in (bases.calls..).zip(&program.files[at as usize].calls) {
        if site.callee != 0
            && !call_from_scope(solver, at, call)
            && !call_of_declared(solver, at, call)
        {
            solver.call(program.node(at, site.callee), call);
        }
    }
}
