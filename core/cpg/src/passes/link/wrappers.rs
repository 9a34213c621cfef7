//! Functions around other functions: what decorators make.
//!
//! A function that calls a parameter of the function around it is one function in the program and another value for each argument
//! that the outer one is given. Without telling these apart, whatever is wrapped by the same decorator would give its results to all
//! callers of all of it. Here each such value keeps what it wraps: a call of it has the result of just that, and where the inner call
//! hands on the arguments as they came, they go to just that too. The edges of the inner call stay those of all values.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::program::{FileAt, NONE, Node, Program};
use super::solver::{Given, Invocation, Solver, Target, Through};
use super::value::{Kind, Val};
use crate::kind::property::{GENERATOR, KEYWORD_VARIADIC, VARIADIC};
use crate::passes::Resolution;
use crate::passes::facts::{CallSite, Expression, FileFacts, Function, Owner, Slot, Value};

/// Variables that are followed from a returned value to the call that gave it.
const DEPTH: u32 = 4;

/// A call whose targets count nowhere.
pub(super) const NOWHERE: u32 = u32::MAX;

/// A function that calls what the function around it was given.
#[derive(Debug)]
struct Wrapper {
    /// What it returns: the result of what it calls (none), or something else.
    returns: Vec<Option<Value>>,
    /// All its calls of that hand on its own arguments.
    forwards: bool,
}

/// All wrappers of a program.
#[derive(Default)]
pub(super) struct Wrappers {
    wrappers: FxHashMap<u32, Wrapper>,
    /// Functions around them: the parameter that is called inside.
    outer: FxHashMap<u32, u16>,
    /// Calls inside of wrappers that hand on arguments.
    forwarding: FxHashSet<u32>,
    /// (what is wrapped, wrapper).
    values: Vec<(Val, u32)>,
    numbers: FxHashMap<(Val, u32), u32>,
    called: FxHashSet<(u32, Val)>,
}

impl Wrappers {
    pub(super) fn new(program: &Program<'_>) -> Self {
        let mut this = Self::default();
        for (at, file) in program.files.iter().enumerate() {
            this.add_file(program, at as FileAt, file);
        }
        this
    }

    fn add_file(&mut self, program: &Program<'_>, at: FileAt, file: &FileFacts) {
        let bases = program.bases[at as usize];
        // (wrapper, outer function, parameter): calls.
        let mut found: Vec<((u32, u32, u16), u32)> = Vec::new();
        for (number, call) in (0..).zip(&file.calls) {
            if let (Some(caller), Some((outer, parameter))) =
                (call.caller, captured(file, call.callee))
                && caller != outer
                && !call.decorates
            {
                found.push(((caller, outer, parameter), number));
            }
        }
        found.sort_unstable();
        for calls in found.chunk_by(|a, b| a.0.0 == b.0.0) {
            let (wrapper, outer, parameter) = calls[0].0;
            let one = calls.iter().all(|(key, _)| *key == calls[0].0);
            // Of several parameters none is the one that is wrapped.
            if !one
                || self
                    .outer
                    .get(&(bases.functions + outer))
                    .is_some_and(|&at| at != parameter)
            {
                continue;
            }
            let function = &file.functions[wrapper as usize];
            let numbers: Vec<u32> = calls.iter().map(|&(_, call)| call).collect();
            let forwards = numbers
                .iter()
                .all(|&call| hands_on(file, function, &file.calls[call as usize]));
            if forwards {
                self.forwarding
                    .extend(numbers.iter().map(|call| bases.calls + call));
            }
            let mut returns = Vec::new();
            for &value in &function.returns {
                results(program, (at, file), value, &numbers, DEPTH, &mut returns);
            }
            self.outer.insert(bases.functions + outer, parameter);
            self.wrappers
                .insert(bases.functions + wrapper, Wrapper { returns, forwards });
        }
    }

    /// Whether a parameter of a function is called by a function inside of it.
    pub(super) fn is_wrapped(&self, function: u32, parameter: usize) -> bool {
        self.outer
            .get(&function)
            .is_some_and(|&at| usize::from(at) == parameter)
    }

    /// Whether functions that a function returns may be wrappers.
    pub(super) fn makes(&self, function: u32) -> bool {
        self.outer.contains_key(&function)
    }

    /// The value of a wrapper around something; the function itself where it is none.
    pub(super) fn value(&mut self, wrapped: Val, function: u32) -> Val {
        if !self.wrappers.contains_key(&function) {
            return Val::new(Kind::Function, function);
        }
        let next = self.values.len() as u32;
        let at = *self.numbers.entry((wrapped, function)).or_insert(next);
        if at == next {
            self.values.push((wrapped, function));
        }
        Val::new(Kind::Closure, at)
    }

    /// Whether a call inside of a wrapper only hands on.
    pub(super) fn is_forwarding(&self, invocation: u32) -> bool {
        self.forwarding.contains(&invocation)
    }
}

/// The function around and its parameter that a value is.
fn captured(file: &FileFacts, value: Value) -> Option<(u32, u16)> {
    let Expression::Variable(variable) = file.expressions[value as usize] else {
        return None;
    };
    let Owner::Function(function) = file.variables[variable as usize].owner else {
        return None;
    };
    let parameters = &file.functions[function as usize].parameters;
    let at = parameters
        .iter()
        .position(|parameter| parameter.variable == variable && !parameter.is_receiver)?;
    Some((function, u16::try_from(at).ok()?))
}

/// Whether a call gives just the parameters of the function that makes it, each at its place.
fn hands_on(file: &FileFacts, function: &Function, call: &CallSite) -> bool {
    let parameter = |value: Value| match file.expressions[value as usize] {
        Expression::Variable(variable) => function
            .parameters
            .iter()
            .position(|parameter| parameter.variable == variable),
        _ => None,
    };
    let has = |at: usize, flags: u32| function.parameters[at].properties & flags != 0;
    call.arguments.iter().all(|argument| {
        let Some(at) = parameter(argument.value) else {
            return false;
        };
        match argument.slot {
            Slot::Position(position) => {
                at == usize::from(position) && !has(at, VARIADIC | KEYWORD_VARIADIC)
            }
            Slot::Unpacked(first) => at == usize::from(first) && has(at, VARIADIC),
            Slot::UnpackedKeywords => has(at, KEYWORD_VARIADIC),
            Slot::Keyword(name) => {
                file.variables[function.parameters[at].variable as usize].name == name
            }
        }
    })
}

/// What a returned value comes from: calls of what is wrapped, or other values.
fn results(
    program: &Program<'_>,
    (at, file): (FileAt, &FileFacts),
    value: Value,
    calls: &[u32],
    depth: u32,
    found: &mut Vec<Option<Value>>,
) {
    match &file.expressions[value as usize] {
        Expression::Call(call) if calls.contains(call) => found.push(None),
        Expression::Choice(values) if depth > 0 => {
            for &value in values {
                results(program, (at, file), value, calls, depth - 1, found);
            }
        }
        Expression::Variable(variable) if depth > 0 => {
            let node = program.bases[at as usize].variables + variable;
            let sources = program.sources(node);
            let from_calls = sources.iter().any(|&source| {
                matches!(&file.expressions[source as usize], Expression::Call(call) if calls.contains(call))
                    || matches!(file.expressions[source as usize], Expression::Variable(_) | Expression::Choice(_))
            });
            if !from_calls {
                found.push(Some(value));
                return;
            }
            for &source in sources {
                results(program, (at, file), source, calls, depth - 1, found);
            }
        }
        _ => found.push(Some(value)),
    }
}

impl Solver<'_, '_> {
    /// A wrapper with its receiver, where it is a member of a class.
    pub(super) fn bind_closure(&mut self, to: Node, value: Val, receiver: Val, tier: Resolution) {
        let bound = self
            .pairs
            .value(Kind::ClosureBound, receiver, value.number());
        self.add(to, bound, tier);
    }

    /// A wrapper is called.
    pub(super) fn call_closure(
        &mut self,
        invocation: u32,
        (value, receiver): (u32, Option<Val>),
        tier: Resolution,
    ) {
        let (wrapped, function) = self.wrappers.values[value as usize];
        let Invocation {
            arguments, result, ..
        } = self.invocations[invocation as usize].clone();
        let facts = self.program.function(function);
        if facts.properties & GENERATOR != 0 {
            self.call_function(invocation, function, receiver, tier);
            return;
        }
        // The call itself, but for its result.
        self.invocations[invocation as usize].result = NONE;
        self.call_function(invocation, function, receiver, tier);
        self.invocations[invocation as usize].result = result;
        let key = receiver.unwrap_or(Val::new(Kind::Closure, value));
        if !self.wrappers.called.insert((invocation, key)) && receiver.is_some() {
            return;
        }
        let Some(wrapper) = self.wrappers.wrappers.get(&function) else {
            return;
        };
        let (forwards, returns) = (wrapper.forwards, wrapper.returns.clone());
        let tier = tier.max(Resolution::Type);
        let file = self.program.function_files[function as usize];
        for other in returns.iter().flatten() {
            if result != NONE {
                let from = self.program.node(file, *other);
                self.flow(from, result, tier, Through::Copy);
            }
        }
        let gives = returns.contains(&None) && result != NONE;
        if !gives && !forwards {
            return;
        }
        let arguments: SmallVec<[(Given, Node); 2]> =
            if forwards { arguments } else { SmallVec::new() };
        let next = self.invoke(NOWHERE, arguments, if gives { result } else { NONE });
        let inner = match (wrapped.kind(), receiver) {
            (Kind::Function, Some(receiver)) => {
                self.pairs.value(Kind::Bound, receiver, wrapped.number())
            }
            (Kind::Closure, Some(receiver)) => {
                self.pairs
                    .value(Kind::ClosureBound, receiver, wrapped.number())
            }
            _ => wrapped,
        };
        let callee = self.fresh();
        self.add(callee, inner, tier);
        self.call(callee, next);
    }

    /// A call inside of a wrapper: its targets count, but what it hands on went there already.
    pub(super) fn call_forwarding(
        &mut self,
        invocation: u32,
        value: Val,
        tier: Resolution,
    ) -> bool {
        if !self.wrappers.is_forwarding(invocation) {
            return false;
        }
        let function = match value.kind() {
            Kind::Function => value.number(),
            Kind::Bound => self.pairs.get(value).1,
            Kind::Closure => self.wrappers.values[value.number() as usize].1,
            _ => return false,
        };
        let Invocation { site, result, .. } = self.invocations[invocation as usize];
        self.target(site, Target::Function(function), tier);
        self.reached.insert(function);
        if result != NONE {
            let facts = self.program.function(function);
            let tier = tier.max(Resolution::Type);
            if facts.properties & GENERATOR != 0 {
                self.add(result, Val::new(Kind::Generator, function), tier);
            } else {
                let from = self.program.return_node(function);
                self.flow(from, result, tier, Through::Copy);
            }
        }
        true
    }
}
