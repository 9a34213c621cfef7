//! Contexts that remember how a fact got where it is: only callers that fit that get it back.
//!
//! A call of a parameter, or of a method of one, runs what the caller gave. A fact that came back from one of several such targets goes on
//! to those callers only that can have given that one. A fact that was read from a variable of a module goes back only to where control
//! can come from its store.

use super::bind::Invocation;
use super::engine::Engine;
use super::program::{FileAt, NONE, Node};
use super::state::{Context, ENTRY, Fact, NEVER, Requirement};
use crate::kind::property::MODULE;
use crate::passes::facts::Expression;

/// Contexts that are made for one search.
const MOST_NARROWED: usize = 5_000;
/// Requirements that one context remembers.
const MOST_REQUIREMENTS: u32 = 4;
/// Sites that are looked at to tell whether what a caller gives matters.
const MOST_CALLERS: usize = 200;

impl Engine<'_, '_> {
    /// The context in which facts of another one go on that fulfil a requirement.
    pub(super) fn narrowed(&mut self, context: u32, requirement: Requirement) -> u32 {
        if let Some(&known) = self.narrowed.get(&(context, requirement)) {
            return known;
        }
        if self.narrowed.len() >= MOST_NARROWED
            || self.state.contexts[context as usize].narrowings >= MOST_REQUIREMENTS
        {
            return context;
        }
        let parent = &self.state.contexts[context as usize];
        let (function, alias) = (parent.function, parent.alias);
        let narrowings = parent.narrowings + 1;
        let callers: Vec<(u32, u32)> = parent.callers.clone();
        let new = self.state.contexts.len() as u32;
        self.state.contexts.push(Context {
            requirement: Some((context, requirement)),
            narrowings,
            ..Context::new(function, alias)
        });
        self.narrowed.insert((context, requirement), new);
        self.state.contexts[context as usize].narrowed.push(new);
        if function == NONE {
            let source = self.sources.iter().find(|&&(own, _)| own == context);
            let source = source.map_or(0, |&(_, source)| source);
            self.sources.push((new, source));
        }
        for (invocation, caller) in callers {
            self.add_caller(new, (invocation, caller));
        }
        new
    }

    /// A caller of a context is one of those narrower ones whose requirement it meets.
    pub(super) fn add_caller(&mut self, context: u32, (invocation, from): (u32, u32)) {
        if let Some((_, requirement)) = self.state.contexts[context as usize].requirement
            && !self.may_give(invocation, requirement)
        {
            return;
        }
        let own = &mut self.state.contexts[context as usize];
        if own.callers.contains(&(invocation, from)) {
            return;
        }
        own.callers.push((invocation, from));
        let confidence = self.invocations[invocation as usize].confidence;
        self.state.entered(context, from, confidence);
        let own = &self.state.contexts[context as usize];
        for (exit, path, fact) in own.exits.clone() {
            self.leave(invocation, from, (exit, path), fact);
        }
        let narrower = self.state.contexts[context as usize].narrowed.clone();
        for other in narrower {
            self.add_caller(other, (invocation, from));
        }
    }

    /// The context in which a fact of a source leaves a method to a caller; none where that caller cannot have given what it takes.
    pub(super) fn outer(&mut self, context: u32, invocation: u32) -> Option<u32> {
        let mut at = context;
        let mut kept = Vec::new();
        while let Some((parent, requirement)) = self.state.contexts[at as usize].requirement {
            match requirement {
                Requirement::Target { function, .. } => {
                    if function == self.invocations[invocation as usize].function {
                        if !self.may_give(invocation, requirement) {
                            return None;
                        }
                        kept.extend(self.handed_on(invocation, requirement));
                    }
                }
                Requirement::Read { fact, file, row } => {
                    let found = &self.invocations[invocation as usize];
                    let place = (found.file, found.row);
                    if self.is_module_body(place) {
                        if place.0 == file && !self.comes_to(fact, (file, row), place.1) {
                            return None;
                        }
                    } else {
                        kept.push(requirement);
                    }
                }
            }
            at = parent;
        }
        for requirement in kept.into_iter().rev() {
            at = self.narrowed(at, requirement);
        }
        Some(at)
    }

    /// The context without what it remembers.
    pub(super) fn plain(&self, mut context: u32) -> u32 {
        while let Some((parent, _)) = self.state.contexts[context as usize].requirement {
            context = parent;
        }
        context
    }

    /// What a caller must have given where an invocation ran what it ran: the site runs several methods by a parameter of its own method.
    pub(super) fn chosen(&mut self, invocation: u32) -> Option<Requirement> {
        let program = self.program;
        let Invocation {
            file,
            row,
            function: target,
            ..
        } = self.invocations[invocation as usize];
        let call = program.call_at(file, row)?;
        let others = self.invocations_at(file, row);
        if others.len() < 2 {
            return None;
        }
        let callee = program.node(file, program.call(call).1.callee);
        let (parameter, name) = if program.is_variable(callee) {
            (callee, None)
        } else {
            let (at, &Expression::Member(base, name)) = program.expression(callee) else {
                return None;
            };
            (program.node(at, base), Some(program.name(at, name)))
        };
        if !program.is_variable(parameter) {
            return None;
        }
        let function = program.function_of(file, row);
        let found = Requirement::Target {
            function,
            parameter,
            name,
            target,
        };
        let fits = function != NONE && self.is_parameter_of(parameter, function);
        (fits && self.excludes(found)).then_some(found)
    }

    /// Whether a requirement tells callers apart: some site that calls the function gives what does not meet it.
    fn excludes(&mut self, requirement: Requirement) -> bool {
        let Requirement::Target { function, .. } = requirement else {
            return true;
        };
        if let Some(&known) = self.excluding.get(&requirement) {
            return known;
        }
        // Methods that hand it on to one another tell nothing apart by that alone.
        self.excluding.insert(requirement, false);
        let mut found = false;
        for (file, row) in self.program.callers(function).take(MOST_CALLERS) {
            let invocations = self.invocations_at(file, row);
            found |= invocations.iter().any(|&invocation| {
                self.invocations[invocation as usize].function == function
                    && (!self.may_give(invocation, requirement)
                        || self.handed_on(invocation, requirement).is_some())
            });
        }
        self.excluding.insert(requirement, found);
        found
    }

    fn is_parameter_of(&self, node: Node, function: u32) -> bool {
        let program = self.program;
        let (file, facts) = program.function(function);
        let base = program.bases[file as usize].variables;
        facts
            .parameters
            .iter()
            .any(|parameter| base + parameter.variable == node)
            && program.sources(node).next().is_none()
    }

    /// Whether a caller may have given what runs the target; what is not fully known may be anything.
    fn may_give(&mut self, invocation: u32, requirement: Requirement) -> bool {
        let Requirement::Target {
            parameter,
            name,
            target,
            ..
        } = requirement
        else {
            return true;
        };
        let given = self.given_to(invocation, parameter);
        if given.is_empty() {
            return true;
        }
        given.into_iter().any(|node| match name {
            Some(name) => match self.exact_classes(node) {
                Some(classes) => classes.into_iter().any(|class| {
                    let found = self.method_of(class, name);
                    found.is_none_or(|found| found == target)
                }),
                None => true,
            },
            None => match self.exact_functions(node) {
                Some(functions) => functions.contains(&target),
                None => true,
            },
        })
    }

    /// The same requirement for callers of the caller, where that hands on a parameter of its own.
    fn handed_on(&mut self, invocation: u32, requirement: Requirement) -> Option<Requirement> {
        let Requirement::Target {
            parameter,
            name,
            target,
            ..
        } = requirement
        else {
            return None;
        };
        let [node] = self.given_to(invocation, parameter)[..] else {
            return None;
        };
        let found = &self.invocations[invocation as usize];
        let function = self.program.function_of(found.file, found.row);
        let found = Requirement::Target {
            function,
            parameter: node,
            name,
            target,
        };
        let fits = function != NONE && self.is_parameter_of(node, function);
        (fits && self.excludes(found)).then_some(found)
    }

    /// Whether a row stands in the body of a module.
    pub(super) fn is_module_body(&self, (file, row): (FileAt, u32)) -> bool {
        let function = self.program.function_of(file, row);
        function != NONE && self.program.function(function).1.properties & MODULE != 0
    }

    /// Whether control can come from the store of a fact of a module's variable to a row of a module's body, with it still there.
    fn comes_to(&mut self, id: u32, (file, stored): (FileAt, u32), row: u32) -> bool {
        let program = self.program;
        let fact = self.state.facts[id as usize];
        if program.file(fact.node) == file {
            let fact = Fact {
                since: stored,
                ..fact
            };
            return stored == row || self.holds(fact, row);
        }
        let barrier = super::order::Barrier::default();
        stored == row
            || !self.order.is_point(program, file, row)
            || !self.order.is_point(program, file, stored)
            || self
                .order
                .after(program, file, stored, barrier, &mut self.steps)
                .contains(&row)
    }

    /// The context in which facts go on that a method reads from a fact of a module's variable.
    pub(super) fn reading(&mut self, id: u32) -> u32 {
        let fact = self.state.facts[id as usize];
        let stored = match fact.since {
            NEVER => None,
            ENTRY => self.only_store(id),
            row => Some((self.program.file(fact.node), row)),
        };
        match stored.filter(|&place| self.is_module_body(place)) {
            Some((file, row)) => {
                let requirement = Requirement::Read {
                    fact: id,
                    file,
                    row,
                };
                self.narrowed(fact.context, requirement)
            }
            None => fact.context,
        }
    }

    /// Whether a row of a module's body can read what a fact of another module's variable is of.
    pub(super) fn is_read_at(&mut self, id: u32, place: (FileAt, u32)) -> bool {
        let fact = self.state.facts[id as usize];
        if !self.is_module_body(place) || fact.since != ENTRY {
            return true;
        }
        let Some(stores) = self.stores_of(id) else {
            return true;
        };
        stores.iter().any(|&(file, _)| file != place.0)
            || stores
                .into_iter()
                .any(|store| self.comes_to(id, store, place.1))
    }

    fn only_store(&mut self, id: u32) -> Option<(FileAt, u32)> {
        match self.stores_of(id)?[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Rows of module bodies that run the stores of a fact of a module's variable; none where others may run them.
    fn stores_of(&mut self, id: u32) -> Option<Vec<(FileAt, u32)>> {
        let fact = self.state.facts[id as usize];
        let stored = self.stored_at.get(&(fact.context, fact.node, fact.path))?;
        let mut found = Vec::new();
        for (file, row) in stored.clone() {
            found.extend(self.moments(file, row)?.iter().copied());
        }
        Some(found)
    }
}
