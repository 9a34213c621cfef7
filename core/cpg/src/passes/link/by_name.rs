//! The last tier: a method of that name, where nothing else is known.

use rustc_hash::FxHashMap;

use super::invoke::call_site;
use super::program::{NONE, Program, Symbol};
use super::solver::{Solver, Target};
use super::value::Kind;
use crate::kind::property::{
    DECLARATION, KEYWORD_ONLY, KEYWORD_VARIADIC, LAMBDA, STATIC, VARIADIC,
};
use crate::passes::Resolution;
use crate::passes::facts::{CallSite, Expression, Function};

/// With more methods of a name in the project none is taken.
const CANDIDATES: usize = 5;

/// Adds targets to calls that have none and of whose callee no value is known.
pub(super) fn add(solver: &mut Solver<'_, '_>) {
    let program = solver.program;
    let mut resolved = vec![false; program.ends().calls as usize];
    for &(site, ..) in &solver.targets {
        if let Some(resolved) = resolved.get_mut(site as usize) {
            *resolved = true;
        }
    }
    // (language, name, whether it is a member): functions; one more than is allowed tells that there are too many.
    let mut by_name: FxHashMap<(u32, Symbol, bool), Vec<u32>> = FxHashMap::default();
    for function in 0..program.ends().functions {
        let file = program.function_files[function as usize];
        let facts = program.function(function);
        if facts.properties
            & (LAMBDA | crate::kind::property::MODULE | crate::kind::property::IMPLICIT)
            != 0
        {
            continue;
        }
        let key = (
            program.language_of[file as usize],
            program.name(file, facts.name),
            facts.class.is_some(),
        );
        let list = by_name.entry(key).or_default();
        if list.len() <= CANDIDATES {
            list.push(function);
        }
    }
    for call in (0..program.ends().calls).filter(|&call| !resolved[call as usize]) {
        let (file, site) = call_site(program, call);
        let language = program.language_of[file as usize];
        let facts = program.files[file as usize];
        let (name, is_member) = match facts.expressions[site.callee as usize] {
            Expression::Member(base, name) => {
                let unknown = solver.values(program.node(file, base)).is_empty()
                    && solver.values(program.node(file, site.callee)).is_empty();
                // The parameter of a template is a type without a scope that nothing defines.
                let of_template = program.language(file).typed
                    && solver
                        .values(program.node(file, base))
                        .iter()
                        .all(|&(value, _)| {
                            value.kind() == Kind::ExternalInstance
                                && solver.externals.parent(value.number()) == NONE
                                && !program
                                    .text(solver.externals.last(value.number()))
                                    .contains("::")
                        });
                if !unknown && !of_template {
                    continue;
                }
                (name, true)
            }
            // A name in a scope that nothing defines: the parameter of a template.
            Expression::Global(name)
                if program.languages[language as usize].typed
                    && facts.name(name).contains("::")
                    && !facts.name(name).starts_with("std::") =>
            {
                let last = facts.name(name).rsplit("::").next().unwrap_or_default();
                let Some(symbol) = program.known_symbol(last) else {
                    continue;
                };
                by_last(
                    program,
                    (call, site),
                    by_name.get(&(language, symbol, true)),
                    solver,
                );
                continue;
            }
            // A name that nothing binds is linked from elsewhere, in languages that link so.
            Expression::Global(name)
                if program.languages[language as usize].builtins.is_none()
                    && program.languages[language as usize].linkage.is_none() =>
            {
                (name, false)
            }
            _ => continue,
        };
        let Some(found) = by_name.get(&(language, program.name(file, name), is_member)) else {
            continue;
        };
        if found.len() > CANDIDATES {
            continue;
        }
        for &function in found {
            let target = program.function(function);
            let hidden = !is_member
                && target.properties & STATIC != 0
                && program.function_files[function as usize] != file;
            if !hidden && fits(site, target) {
                solver
                    .targets
                    .push((call, Target::Function(function), Resolution::NameOnly));
            }
        }
    }
}

/// Members of the last part of a name that can take a call's arguments.
fn by_last(
    program: &Program<'_>,
    (call, site): (u32, &CallSite),
    found: Option<&Vec<u32>>,
    solver: &mut Solver<'_, '_>,
) {
    for &function in found
        .into_iter()
        .flatten()
        .filter(|_| found.is_some_and(|all| all.len() <= CANDIDATES))
    {
        if fits(site, program.function(function)) {
            let target = Target::Function(function);
            solver.targets.push((call, target, Resolution::NameOnly));
        }
    }
}

/// Whether a call's arguments fit a function's parameters, the receiver aside.
pub(super) fn fits(site: &CallSite, function: &Function) -> bool {
    let given = usize::from(site.positional) + usize::from(site.keywords);
    let own = function
        .parameters
        .iter()
        .filter(|parameter| !parameter.is_receiver);
    let any = |property| {
        function
            .parameters
            .iter()
            .any(|parameter| parameter.properties & property != 0)
    };
    let required = own.clone().filter(|parameter| !parameter.optional).count();
    let positional = own
        .clone()
        .filter(|parameter| {
            parameter.properties & (KEYWORD_ONLY | VARIADIC | KEYWORD_VARIADIC) == 0
        })
        .count();
    let open = any(VARIADIC)
        || any(KEYWORD_VARIADIC)
        || function.properties & DECLARATION != 0 && function.parameters.is_empty();
    (site.unpacked || given >= required)
        && (open || (given <= own.count() && usize::from(site.positional) <= positional))
}
