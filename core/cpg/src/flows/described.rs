//! Descriptions of libraries at calls: which fit, what is given to them, and what they call.

use std::rc::Rc;

use smallvec::SmallVec;

use super::bind::{self, Binding, Into, Passing};
use super::engine::Engine;
use super::invoke::steps_of;
use super::meaning::Meaning;
use super::path::{Path, Step, behind};
use super::program::{FileAt, NONE, Node};
use crate::passes::facts::{Expression, Key, Slot};
use crate::passes::library::{Argument, Base, Function, Place};

/// Certainty of a description where several described functions of that name are possible.
const BY_NAME: f32 = 0.8;

/// A call with a description that fits it.
pub(super) struct Described<'d> {
    pub(super) call: u32,
    pub(super) function: &'d Function,
    /// Name under which the description was found.
    pub(super) name: String,
    pub(super) factor: f32,
    /// (node, way from it, parameter, way from that).
    pub(super) given: Vec<(Node, Path, usize, Path)>,
}

impl<'p> Engine<'p, '_> {
    /// Descriptions of what a call runs.
    pub(super) fn descriptions(&mut self, call: u32) -> Rc<Vec<Described<'p>>> {
        if let Some(known) = self.described.get(&call) {
            return Rc::clone(known);
        }
        let found = Rc::new(self.descriptions_of(call));
        self.described.insert(call, Rc::clone(&found));
        found
    }

    fn descriptions_of(&mut self, call: u32) -> Vec<Described<'p>> {
        let program = self.program;
        let (file, site) = program.call(call);
        let Some(language) = self.language(file) else {
            return Vec::new();
        };
        let targets = program.targets(file, site.row);
        let mut found: Vec<(String, &'p Function, f32)> = Vec::new();
        for edge in targets.iter().filter(|edge| edge.target.file() == 0) {
            if let Some(&name) = program.stubs.get(&edge.target)
                && let Some(function) = language.described(name)
            {
                found.push((name.to_owned(), function, edge.confidence.max(BY_NAME)));
            }
        }
        if found.len() > 1
            && found
                .iter()
                .any(|(_, function, _)| !function.calls.is_empty())
        {
            self.keep_called(file, site.callee, &mut found);
        }
        if targets.is_empty() {
            for name in self.names(file, site.row) {
                let function = language.described(&name);
                found.extend(function.map(|function| (name.into_owned(), function, BY_NAME)));
            }
            let member = match program.files[file as usize].expressions[site.callee as usize] {
                Expression::Member(_, name) => Some(program.files[file as usize].name(name)),
                _ => None,
            };
            if let Some(member) = member.filter(|_| found.is_empty()) {
                let methods = language.methods(member);
                found.extend(methods.map(|function| (format!("*.{member}"), function, BY_NAME)));
            }
        }
        found
            .into_iter()
            .map(|(name, function, factor)| {
                let given = self.given(file, call, function, &name);
                Described {
                    call,
                    function,
                    name,
                    factor,
                    given,
                }
            })
            .collect()
    }

    /// Keeps what is called itself where that is known: the others are what it calls in its turn.
    fn keep_called(
        &mut self,
        file: FileAt,
        callee: u32,
        found: &mut Vec<(String, &'p Function, f32)>,
    ) {
        let Some(language) = self.language(file).filter(|_| callee != 0) else {
            return;
        };
        let callee = self.program.node(file, callee);
        let called: Vec<String> = self
            .meanings(callee)
            .iter()
            .filter_map(|meaning| match meaning {
                Meaning::Outside(name) => Some(language.canonical(name)),
                _ => None,
            })
            .collect();
        let is_called = |name: &str| called.contains(&language.canonical(name));
        if found.iter().any(|(name, ..)| is_called(name)) {
            found.retain(|(name, ..)| is_called(name));
        }
    }

    /// What is given to the parameters of a description.
    pub(super) fn given(
        &mut self,
        file: FileAt,
        call: u32,
        function: &Function,
        name: &str,
    ) -> Vec<(Node, Path, usize, Path)> {
        let program = self.program;
        let site = program.call(call).1;
        let formals = bind::described(program, function);
        let mut given = Vec::new();
        let method = function
            .parameters
            .first()
            .is_some_and(|first| first == "self" || first == "cls");
        let mut skip = 0;
        if method && site.callee != 0 {
            let callee = program.node(file, site.callee);
            let class = self
                .language(file)
                .is_some_and(|language| language.is_class(name));
            let unbound = !program.is_variable(callee)
                && match *program.expression(callee).1 {
                    Expression::Member(base, _) => {
                        let base = program.node(file, base);
                        let meanings = self.meanings(base);
                        let language = self.language(file);
                        meanings.iter().any(|meaning| {
                            matches!((meaning, language), (Meaning::Outside(name), Some(language))
                                if language.is_class(name))
                        }) && function.parameters[0] == "self"
                    }
                    _ => false,
                };
            let short = name.rsplit('.').next().unwrap_or_default();
            let called = match program.files[file as usize].expressions[site.callee as usize] {
                Expression::Member(_, name) => program.files[file as usize].name(name),
                _ => "",
            };
            let constructs = self
                .language(file)
                .is_some_and(|language| language.is_constructor(short));
            if class || constructs && called != short {
                skip = 1;
                let result = program.results[call as usize];
                if result != NONE {
                    given.push((result, Path::new(), 0, Path::new()));
                }
            } else if !unbound {
                skip = 1;
                given.push((callee, Path::from_slice(&[Step::Receiver]), 0, Path::new()));
            }
        }
        for bound in bind::bind(program, file, site, &formals[skip..]) {
            given.push((
                program.node(file, site.arguments[bound.argument as usize].value),
                bound.outer.into_iter().collect(),
                bound.number as usize,
                bound.inner.into_iter().collect(),
            ));
        }
        given
    }

    /// The constant that a call gives to a parameter of a description, as a step.
    pub(super) fn key(&self, described: &Described<'_>, parameter: usize) -> Option<Step> {
        let program = self.program;
        let (file, site) = program.call(described.call);
        let method = described
            .function
            .parameters
            .first()
            .is_some_and(|first| first == "self");
        let at = parameter.checked_sub(usize::from(method))?;
        let wanted = described.function.parameters[parameter].as_str();
        let argument = site.arguments.iter().find(|argument| match argument.slot {
            Slot::Position(position) => usize::from(position) == at,
            Slot::Keyword(name) => program.files[file as usize].name(name) == wanted,
            _ => false,
        })?;
        (argument.key != Key::Any).then(|| program.step(file, argument.key))
    }

    pub(super) fn steps(&self, described: &Described<'_>, place: &Place) -> Path {
        steps_of(self, place, &|parameter| self.key(described, parameter))
    }

    /// Calls that descriptions at a call make of what they are given: (name, position in the description).
    pub(super) fn callbacks(&mut self, _file: FileAt, call: u32) -> Vec<(String, usize)> {
        self.descriptions(call)
            .iter()
            .filter(|described| !described.name.starts_with('*'))
            .flat_map(|described| {
                (0..described.function.calls.len()).map(|at| (described.name.clone(), at))
            })
            .collect()
    }

    /// Places that descriptions call at a call: (name, steps, base).
    pub(super) fn called_places(&mut self, file: FileAt, call: u32) -> Vec<(String, Path, Base)> {
        if self.callbacks(file, call).is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for described in self.descriptions(call).iter() {
            for invoke in &described.function.calls {
                let mut steps = self.steps(described, &invoke.callee);
                steps.push(Step::Call);
                let one = (described.name.clone(), steps, invoke.callee.base);
                if !found.contains(&one) {
                    found.push(one);
                }
            }
        }
        found
    }

    /// How a description calls a method of the project.
    pub(super) fn callback(
        &mut self,
        call: u32,
        function: u32,
        name: &str,
        invoke: usize,
    ) -> Option<Passing> {
        let program = self.program;
        let descriptions = self.descriptions(call);
        let described = descriptions.iter().find(|one| one.name == name)?;
        let wanted = &described.function.calls[invoke];
        let steps = self.steps(described, &wanted.callee);
        let Base::Parameter(parameter) = wanted.callee.base else {
            return None;
        };
        let (node, way) = described
            .given
            .iter()
            .find_map(|(node, outer, number, inner)| {
                (*number == parameter && inner.is_empty())
                    .then(|| (*node, outer.iter().chain(&steps).copied().collect::<Path>()))
            })?;
        // Where the function is given as it stands, only that one is called.
        if way.is_empty() {
            let meanings = self.meanings(node);
            let functions: Vec<u32> = meanings
                .iter()
                .filter_map(|meaning| match meaning {
                    Meaning::Function(function) => Some(*function),
                    _ => None,
                })
                .collect();
            if !functions.is_empty() && !functions.contains(&function) {
                return None;
            }
        }
        let (at, facts) = program.function(function);
        let base = program.bases[at as usize].variables;
        let bound = facts
            .parameters
            .first()
            .is_some_and(|first| first.is_receiver);
        let mut bindings: SmallVec<[Binding; 2]> = SmallVec::new();
        let mut parameters = facts.parameters.iter().map(|p| base + p.variable);
        if bound && let Some(parameter) = parameters.next() {
            let mut outer = way.clone();
            let name = program.files[at as usize].name(facts.name);
            match wanted.callee.steps.last() {
                // A method that is named has the object before it.
                Some(crate::passes::library::Step::Field(names))
                    if names.split('|').any(|one| one == name) =>
                {
                    outer.pop();
                }
                _ => outer.push(Step::Receiver),
            }
            bindings.push(Binding {
                node,
                outer,
                parameter,
                inner: Path::new(),
            });
        }
        for argument in &wanted.arguments {
            let (place, parameter) = match argument {
                Argument::Position(place) => (place, parameters.next()),
                Argument::Keyword(name, place) => {
                    let symbol = program.known(name);
                    let formals = bind::formals(program, at, facts);
                    let own = formals.iter().find(|formal| Some(formal.name) == symbol);
                    (place, own.map(|formal| formal.number))
                }
                Argument::Unpacked(place) | Argument::UnpackedKeywords(place) => {
                    let Base::Parameter(from) = place.base else {
                        continue;
                    };
                    let steps = self.steps(described, place);
                    let is_rest = described.function.parameters[from].starts_with('*');
                    let keywords = matches!(argument, Argument::UnpackedKeywords(_));
                    if keywords {
                        for formal in bind::formals(program, at, facts) {
                            for (node, outer, number, inner) in &described.given {
                                let step = Step::Text(formal.name);
                                if *number == from && inner[..] == [step] {
                                    bindings.push(Binding {
                                        node: *node,
                                        outer: outer.clone(),
                                        parameter: formal.number,
                                        inner: Path::new(),
                                    });
                                }
                            }
                        }
                        continue;
                    }
                    for (index, parameter) in (0..).zip(parameters.by_ref()) {
                        for (node, outer, number, inner) in &described.given {
                            if *number != from {
                                continue;
                            }
                            let outer: Path = if is_rest && inner[..] == [Step::Index(index)] {
                                outer.clone()
                            } else if inner.is_empty() {
                                let step = Step::Index(index);
                                outer.iter().chain(&steps).chain([&step]).copied().collect()
                            } else {
                                continue;
                            };
                            bindings.push(Binding {
                                node: *node,
                                outer,
                                parameter,
                                inner: Path::new(),
                            });
                        }
                    }
                    continue;
                }
            };
            let (Base::Parameter(from), Some(parameter)) = (place.base, parameter) else {
                continue;
            };
            let steps = self.steps(described, place);
            if steps.contains(&Step::Call) {
                continue;
            }
            for (node, outer, number, inner) in &described.given {
                if *number == from
                    && let Some(rest) = steps.strip_prefix(&inner[..]).or_else(|| {
                        behind(&steps, inner)
                            .filter(|rest| rest.is_empty())
                            .map(|_| &steps[inner.len().min(steps.len())..])
                    })
                {
                    bindings.push(Binding {
                        node: *node,
                        outer: outer.iter().chain(rest).copied().collect(),
                        parameter,
                        inner: Path::new(),
                    });
                }
            }
        }
        let mut result = steps;
        result.push(Step::Call);
        let into = Into::Library(call, name.to_owned(), wanted.callee.base, result);
        Some((bindings, into, Some((node, way))))
    }
}
