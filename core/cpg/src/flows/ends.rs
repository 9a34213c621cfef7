//! Sources, sinks, sanitizers, propagators and guards of a question, in the program.

use std::rc::Rc;

use super::engine::Engine;
use super::meaning::Meaning;
use super::path::{Path, Step};
use super::program::{FileAt, Node};
use super::state::{ENTRY, Fact, Origin};
use super::{Position, StepKind, What};
use crate::kind::property::VARIADIC;
use crate::passes::facts::{Expression, Imported, Test};

/// What a question says of a call.
#[derive(Debug, Default)]
pub(super) struct Site {
    /// (source, position).
    pub(super) sources: Vec<(u32, Position)>,
    pub(super) sinks: Vec<(u32, Position)>,
    pub(super) sanitizes: bool,
    /// Positions in the question.
    pub(super) propagators: Vec<u32>,
    pub(super) guards: Vec<u32>,
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

impl Engine<'_, '_> {
    /// Full names of what runs at a row.
    pub(super) fn names(&mut self, file: FileAt, row: u32) -> Vec<String> {
        let program = self.program;
        let mut names = Vec::new();
        for edge in program.targets(file, row) {
            if let Some(&function) = program.functions.get(&edge.target) {
                let (at, facts) = program.function(function);
                names.push(program.files[at as usize].name(facts.full_name).to_owned());
            } else if let Some(&name) = program.stubs.get(&edge.target) {
                names.push(name.to_owned());
                let known = self.language(file).map(|language| language.canonical(name));
                names.extend(known.filter(|known| known != name));
            }
        }
        if names.is_empty()
            && let Some(call) = program.call_at(file, row)
            && program.call(call).1.callee != 0
        {
            let callee = program.node(file, program.call(call).1.callee);
            for meaning in self.meanings(callee).iter() {
                if let Meaning::Outside(name) = meaning {
                    names.push(name.clone());
                }
            }
        }
        names
    }

    /// What the question says of the call at a row.
    pub(super) fn site(&mut self, file: FileAt, row: u32) -> Rc<Site> {
        if let Some(site) = self.sites.get(&(file, row)) {
            return Rc::clone(site);
        }
        let names = self.names(file, row);
        let spec = self.spec;
        let fits = |pattern: &super::Pattern| names.iter().any(|name| pattern.fits(name));
        let ends = |list: &[super::Endpoint]| {
            let with = (0..).zip(list).filter_map(|(at, end)| match &end.what {
                What::Call(pattern, position) if fits(pattern) => Some((at, position.clone())),
                _ => None,
            });
            with.collect()
        };
        let site = Rc::new(Site {
            sources: ends(&spec.sources),
            sinks: ends(&spec.sinks),
            sanitizes: spec.sanitizers.iter().any(&fits),
            propagators: (0..)
                .zip(&spec.propagators)
                .filter(|(_, propagator)| fits(&propagator.callee))
                .map(|(at, _)| at)
                .collect(),
            guards: (0..)
                .zip(&spec.guards)
                .filter(|(_, guard)| fits(&guard.callee))
                .map(|(at, _)| at)
                .collect(),
        });
        self.sites.insert((file, row), Rc::clone(&site));
        site
    }

    /// Finds all sources and guards.
    pub(super) fn begin(&mut self) {
        let program = self.program;
        for at in 0..program.files.len() as u32 {
            let facts = program.files[at as usize];
            for (call, site) in (program.bases[at as usize].calls..).zip(&facts.calls) {
                let found = self.site(at, site.row);
                for (source, position) in &found.sources {
                    self.source_call(at, call, *source, position);
                }
            }
            for test in &facts.order.tests {
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
        let mut nodes: Vec<Node> = program.members.values().flatten().copied().collect();
        nodes.extend(program.imports_of_files());
        nodes.sort_unstable();
        nodes.dedup();
        for node in nodes {
            let fits = self
                .meanings(node)
                .iter()
                .any(|meaning| matches!(meaning, Meaning::Outside(name) if pattern.fits(name)));
            if fits {
                let at = (program.file(node), program.row(node));
                self.seed(source, node, &[Step::Call], at);
            }
        }
    }

    fn reads(&mut self, source: u32, pattern: &super::Pattern) {
        let program = self.program;
        let mut members: Vec<Node> = program.members.values().flatten().copied().collect();
        members.extend(program.imports_of_files());
        members.sort_unstable();
        members.dedup();
        for node in members {
            let fits = self
                .meanings(node)
                .iter()
                .any(|meaning| matches!(meaning, Meaning::Outside(name) if pattern.fits(name)));
            let module = match *program.expression(node).1 {
                Expression::Member(base, name) => {
                    let file = program.file(node);
                    let name = program.files[file as usize].name(name);
                    self.meanings(program.node(file, base))
                        .iter()
                        .any(|meaning| match meaning {
                            Meaning::Module(at) => {
                                let module = &program.files[*at as usize].module;
                                pattern.fits(&format!("{module}.{name}"))
                            }
                            Meaning::Instance(class) | Meaning::Class(class) => {
                                let at = program.bases.partition_point(|b| b.classes <= *class) - 1;
                                let facts = program.files[at];
                                let own = class - program.bases[at].classes;
                                let class = facts.name(facts.classes[own as usize].full_name);
                                pattern.fits(&format!("{class}.{name}"))
                            }
                            // What a description makes of it may have another name.
                            Meaning::Outside(around) => pattern.fits(&format!("{around}.{name}")),
                            _ => false,
                        })
                }
                Expression::Import(import) => {
                    let facts = program.files[program.file(node) as usize];
                    let import = &facts.imports[import as usize];
                    let module = facts.name(import.module);
                    matches!(import.what, Imported::Member(member)
                        if pattern.fits(&format!("{module}.{}", facts.name(member))))
                }
                _ => false,
            };
            if fits || module {
                let at = (program.file(node), program.row(node));
                self.seed(source, node, &[], at);
            }
        }
    }

    fn parameters(&mut self, source: u32, pattern: &super::Pattern, position: Option<u16>) {
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
    fn named_parameters(&mut self, source: u32, pattern: &super::Pattern, name: &str) {
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
