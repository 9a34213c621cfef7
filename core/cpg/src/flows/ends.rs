//! Sources, sinks, sanitizers, propagators and guards of a question, in the program.

use std::borrow::Cow;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::engine::Engine;
use super::named::Named;
use super::path::{Path, Step};
use super::program::{FileAt, Node};
use super::state::{ENTRY, Fact, Origin};
use super::{Pattern, Position, Spec, StepKind, What};
use crate::kind::property::VARIADIC;
use crate::passes::facts::Test;

/// What a question says of a call.
#[derive(Debug, Default)]
pub(super) struct Site {
    /// (sink, position).
    pub(super) sinks: Vec<(u32, Position)>,
    pub(super) sanitizes: bool,
    /// Positions in the question.
    pub(super) propagators: Vec<u32>,
    pub(super) guards: Vec<u32>,
}

/// A part of what a question says of calls of a name.
#[derive(Clone, Copy)]
enum Part<'s> {
    Sink(u32, &'s Position),
    Sanitizer,
    Propagator(u32),
    Guard(u32),
}

/// All parts of a question but its sources that are said of calls, each with its pattern.
fn parts(spec: &Spec) -> impl Iterator<Item = (&Pattern, Part<'_>)> {
    let sink = (0..)
        .zip(&spec.sinks)
        .filter_map(|(at, end)| match &end.what {
            What::Call(pattern, position) => Some((pattern, Part::Sink(at, position))),
            _ => None,
        });
    let sanitizer = spec.sanitizers.iter().map(|one| (one, Part::Sanitizer));
    let propagators = (0..).zip(&spec.propagators);
    let propagator = propagators.map(|(at, one)| (&one.callee, Part::Propagator(at)));
    let guard = (0..)
        .zip(&spec.guards)
        .map(|(at, one)| (&one.callee, Part::Guard(at)));
    sink.chain(sanitizer).chain(propagator).chain(guard)
}

/// What a question says of calls, by the number of their name.
pub(super) fn said(spec: &Spec, named: &Named) -> FxHashMap<u32, Rc<Site>> {
    let mut said: FxHashMap<u32, Site> = FxHashMap::default();
    for (pattern, part) in parts(spec) {
        for name in named.calls.fitting(pattern) {
            said.entry(name).or_default().add(part);
        }
    }
    said.into_iter()
        .map(|(name, site)| (name, Rc::new(site)))
        .collect()
}

impl Site {
    fn add(&mut self, part: Part<'_>) {
        match part {
            Part::Sink(at, position) => self.sinks.push((at, position.clone())),
            Part::Sanitizer => self.sanitizes = true,
            Part::Propagator(at) => self.propagators.push(at),
            Part::Guard(at) => self.guards.push(at),
        }
    }

    /// What is said of a call of two names.
    fn and(&self, other: &Self) -> Self {
        fn both<T: Clone>(one: &[T], other: &[T], key: impl Fn(&T) -> u32) -> Vec<T> {
            let mut all = [one, other].concat();
            all.sort_by_key(&key);
            all.dedup_by_key(|entry| key(entry));
            all
        }
        Self {
            sinks: both(&self.sinks, &other.sinks, |&(at, _)| at),
            sanitizes: self.sanitizes || other.sanitizes,
            propagators: both(&self.propagators, &other.propagators, |&at| at),
            guards: both(&self.guards, &other.guards, |&at| at),
        }
    }
}

/// A place that is judged, and the test that judges it.
#[derive(Clone, Debug)]
pub(super) struct Guarded {
    pub(super) file: FileAt,
    pub(super) path: Path,
    pub(super) test: Test,
    /// Outcome of the test with which the place is harmless.
    pub(super) outcome: bool,
}

impl<'p> Engine<'p, '_> {
    /// Full names of what runs at a row.
    pub(super) fn names(&self, file: FileAt, row: u32) -> Vec<Cow<'p, str>> {
        match self.program.call_at(file, row) {
            Some(call) => self.named.names(call).map(Cow::Borrowed).collect(),
            None => super::named::linked(self.program, self.language(file), (file, row)),
        }
    }

    /// What the question says of the call at a row.
    pub(super) fn site(&mut self, file: FileAt, row: u32) -> Rc<Site> {
        if let Some(site) = self.sites.get(&(file, row)) {
            return Rc::clone(site);
        }
        let Some(call) = self.program.call_at(file, row) else {
            return self.site_without_call(file, row);
        };
        let names = self.named.of_call(call).iter();
        let mut said = names.filter_map(|name| self.said.get(name));
        let Some(first) = said.next() else {
            return Rc::clone(&self.nothing);
        };
        let site = match said.next() {
            None => Rc::clone(first),
            Some(second) => Rc::new(said.fold(first.and(second), |site, other| site.and(other))),
        };
        self.sites.insert((file, row), Rc::clone(&site));
        site
    }

    /// The same of an operator that runs something.
    fn site_without_call(&mut self, file: FileAt, row: u32) -> Rc<Site> {
        let names = self.names(file, row);
        let fits = |pattern: &Pattern| names.iter().any(|name| pattern.fits(name));
        let mut site = Site::default();
        for (pattern, part) in parts(self.spec) {
            if fits(pattern) {
                site.add(part);
            }
        }
        let site = Rc::new(site);
        self.sites.insert((file, row), Rc::clone(&site));
        site
    }

    /// Finds all sources and guards.
    pub(super) fn begin(&mut self) {
        let program = self.program;
        let spec = self.spec;
        // By call, so that the order of a file decides where certainty does not.
        let mut seeds: Vec<(u32, u32, &Position)> = Vec::new();
        for (source, endpoint) in (0..).zip(&spec.sources) {
            if let What::Call(pattern, position) = &endpoint.what {
                let calls = self.named.calls.all_fitting(pattern).into_iter();
                seeds.extend(calls.map(|call| (call, source, position)));
            }
        }
        seeds.sort_by_key(|&(call, source, _)| (call, source));
        for (call, source, position) in seeds {
            let (file, _) = program.call(call);
            self.source_call(file, call, source, position);
        }
        for at in 0..program.files.len() as u32 {
            for test in &program.files[at as usize].order.tests {
                self.guard(at, *test);
            }
        }
        for source in 0..self.spec.sources.len() as u32 {
            match &self.spec.sources[source as usize].what {
                What::Read(pattern) => self.reads(source, pattern),
                What::Parameter(pattern, position) => {
                    self.parameters(source, pattern, *position);
                }
                What::NamedParameter(pattern, name) => self.named_parameters(source, pattern, name),
                What::Registered(pattern, position, parameter) => {
                    self.registered(source, pattern, position.as_ref(), *parameter);
                }
                What::Call(..) => {}
            }
        }
    }

    /// The context of a source: all its places share what follows from them.
    fn context_of(&mut self, source: u32) -> u32 {
        if let Some(&(context, _)) = self.sources.iter().find(|&&(_, own)| own == source) {
            return context;
        }
        let context = self.state.source();
        self.sources.push((context, source));
        context
    }

    fn seed(&mut self, source: u32, node: Node, path: &[Step], (file, row): (FileAt, u32)) {
        let context = self.context_of(source);
        let path = self.paths.id(path);
        let since = if path == 0 { ENTRY } else { row };
        let fact = Fact {
            context,
            node,
            path,
            since,
            alias: path != 0,
        };
        let origin = Origin {
            before: super::program::NONE,
            via: super::program::NONE,
            kind: StepKind::Source,
            file,
            row,
            confidence: 1.0,
        };
        self.state.add(fact, origin);
    }

    fn source_call(&mut self, file: FileAt, call: u32, source: u32, position: &Position) {
        let program = self.program;
        let site = program.call(call).1;
        let at = (file, site.row);
        match position {
            Position::Result => {
                // A source that is handed to a described function gives what that calls it for.
                let called: Vec<(String, Path, crate::passes::library::Base)> =
                    self.called_places(file, call);
                let node = program.results[call as usize];
                if called.is_empty() && self.is_parameter(file, call) {
                    self.handed(source);
                    return;
                }
                if called.is_empty() {
                    if node != super::program::NONE {
                        self.seed(source, node, &[], at);
                    }
                    return;
                }
                for (name, steps, base) in called {
                    let context = self.context_of(source);
                    self.pretend(context, at, call, (&name, base), &steps);
                }
            }
            Position::Argument(wanted) => {
                for argument in &site.arguments {
                    if argument.slot == crate::passes::facts::Slot::Position(*wanted) {
                        let node = program.node(file, argument.value);
                        self.seed(source, node, &[Step::Any], at);
                    }
                }
            }
            Position::AnyArgument => {
                for argument in &site.arguments {
                    let node = program.node(file, argument.value);
                    self.seed(source, node, &[Step::Any], at);
                }
            }
            Position::Named(wanted) => {
                for argument in &site.arguments {
                    if let crate::passes::facts::Slot::Keyword(name) = argument.slot
                        && program.files[file as usize].name(name) == wanted
                    {
                        let node = program.node(file, argument.value);
                        self.seed(source, node, &[Step::Any], at);
                    }
                }
            }
            Position::Receiver if site.callee != 0 => {
                let node = program.node(file, site.callee);
                self.seed(source, node, &[Step::Receiver, Step::Any], at);
            }
            Position::Receiver => {}
        }
    }

    /// A source that is handed on as a value gives what it gives wherever that value is called.
    fn handed(&mut self, source: u32) {
        if !self.handed.insert(source) {
            return;
        }
        let program = self.program;
        let What::Call(pattern, _) = &self.spec.sources[source as usize].what else {
            return;
        };
        for node in self.named.outside.all_fitting(pattern) {
            let at = (program.file(node), program.row(node));
            self.seed(source, node, &[Step::Call], at);
        }
    }

    fn reads(&mut self, source: u32, pattern: &Pattern) {
        let program = self.program;
        let mut nodes = self.named.outside.all_fitting(pattern);
        nodes.extend(self.named.read.all_fitting(pattern));
        nodes.sort_unstable();
        nodes.dedup();
        for node in nodes {
            let at = (program.file(node), program.row(node));
            self.seed(source, node, &[], at);
        }
    }

    fn parameters(&mut self, source: u32, pattern: &Pattern, position: Option<u16>) {
        let program = self.program;
        for number in 0..program.ends().functions {
            let (file, function) = program.function(number);
            let facts = program.files[file as usize];
            if pattern.fits(facts.name(function.full_name)) {
                self.parameters_of(source, number, position);
            }
        }
    }

    /// Seeds the parameters of one function.
    pub(super) fn parameters_of(&mut self, source: u32, function: u32, position: Option<u16>) {
        let program = self.program;
        let (file, function) = program.function(function);
        let own = function
            .parameters
            .iter()
            .filter(|parameter| !parameter.is_receiver);
        for (at, parameter) in (0..).zip(own) {
            if position.is_some_and(|wanted| wanted != at) {
                continue;
            }
            let node = program.bases[file as usize].variables + parameter.variable;
            let rest = parameter.properties & VARIADIC != 0;
            let path: &[Step] = if rest { &[Step::Any] } else { &[] };
            self.seed(source, node, path, (file, program.row(node)));
        }
    }

    /// Seeds parameters of a name.
    fn named_parameters(&mut self, source: u32, pattern: &Pattern, name: &str) {
        let program = self.program;
        for number in 0..program.ends().functions {
            let (file, function) = program.function(number);
            let facts = program.files[file as usize];
            if !pattern.fits(facts.name(function.full_name)) {
                continue;
            }
            for parameter in &function.parameters {
                let variable = &facts.variables[parameter.variable as usize];
                if facts.name(variable.name) == name {
                    let node = program.bases[file as usize].variables + parameter.variable;
                    self.seed(source, node, &[], (file, program.row(node)));
                }
            }
        }
    }
}
