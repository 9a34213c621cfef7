//! Calls of what is not the project's: by descriptions of libraries, propagators of the question, or with nothing known.

use smallvec::SmallVec;

use super::bind::{self, Binding, Into};
use super::ends::Site;
use super::engine::Engine;
use super::invoke::steps_of;
use super::meaning::Meaning;
use super::path::{Path, Step, behind};
use super::program::{FileAt, NONE, Node};
use super::state::{ENTRY, Fact, Origin};
use super::{Position, StepKind};
use crate::passes::facts::{Expression, Key, Slot};
use crate::passes::library::{Argument, Base, Function, Made, Place};

/// What a call of something unknown passes on.
const UNKNOWN: f32 = 0.5;
/// The same where several described functions of that name are possible.
const BY_NAME: f32 = 0.8;

/// A call with a description that fits it.
struct Described<'d> {
    call: u32,
    function: &'d Function,
    /// Names under which the description was found.
    name: String,
    factor: f32,
    /// (node, way from it, parameter, way from that).
    given: Vec<(Node, Path, usize, Path)>,
}

impl<'p> Engine<'p, '_> {
    /// Descriptions of what a call runs.
    fn descriptions(&mut self, call: u32) -> Vec<Described<'p>> {
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
        if targets.is_empty() {
            for name in self.names(file, site.row) {
                found.extend(
                    language
                        .described(&name)
                        .map(|function| (name, function, BY_NAME)),
                );
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

    /// What is given to the parameters of a description.
    fn given(
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
    fn key(&self, described: &Described<'_>, parameter: usize) -> Option<Step> {
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

    fn steps(&self, described: &Described<'_>, place: &Place) -> Path {
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
        for described in self.descriptions(call) {
            for invoke in &described.function.calls {
                let mut steps = self.steps(&described, &invoke.callee);
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
    ) -> Option<(SmallVec<[Binding; 2]>, Into, Option<(Node, Path)>)> {
        let program = self.program;
        let described = self
            .descriptions(call)
            .into_iter()
            .find(|one| one.name == name)?;
        let wanted = &described.function.calls[invoke];
        let steps = self.steps(&described, &wanted.callee);
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
            outer.push(Step::Receiver);
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
                    let steps = self.steps(&described, place);
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
            let steps = self.steps(&described, place);
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

    /// An argument of a call of something that is not the project's.
    pub(super) fn argument_outside(
        &mut self,
        id: u32,
        fact: Fact,
        call: u32,
        position: u32,
        (question, known): (&Site, bool),
    ) {
        let program = self.program;
        let (file, site) = program.call(call);
        for &propagator in &question.propagators {
            let propagator = &self.spec.propagators[propagator as usize];
            let argument = site.arguments[position as usize];
            let fits = match &propagator.from {
                Position::AnyArgument => true,
                Position::Argument(at) => argument.slot == Slot::Position(*at),
                Position::Named(name) => {
                    matches!(argument.slot, Slot::Keyword(own) if program.files[file as usize].name(own) == name)
                }
                Position::Receiver | Position::Result => false,
            };
            if fits {
                self.propagate(id, fact, call, &propagator.to);
            }
        }
        if question.sanitizes {
            return;
        }
        self.outside(id, fact, call, known || !question.propagators.is_empty());
    }

    pub(super) fn callee_outside(
        &mut self,
        id: u32,
        fact: Fact,
        call: u32,
        (question, known): (&Site, bool),
    ) {
        for &propagator in &question.propagators {
            let propagator = &self.spec.propagators[propagator as usize];
            if propagator.from == Position::Receiver {
                self.propagate(id, fact, call, &propagator.to);
            }
        }
        if !question.sanitizes {
            self.outside(id, fact, call, known || !question.propagators.is_empty());
        }
    }

    fn propagate(&mut self, id: u32, fact: Fact, call: u32, to: &Position) {
        let program = self.program;
        let (file, site) = program.call(call);
        if !self.holds(fact, site.row) {
            return;
        }
        let at = (StepKind::Library, file, site.row, 1.0);
        match to {
            Position::Result => {
                let node = program.results[call as usize];
                if node != NONE {
                    self.emit(id, node, &[], (ENTRY, false), at);
                }
            }
            Position::Receiver => {
                let node = program.node(file, site.callee);
                self.emit(id, node, &[Step::Receiver, Step::Any], (site.row, true), at);
            }
            Position::Argument(wanted) => {
                for argument in &site.arguments {
                    if argument.slot == Slot::Position(*wanted) {
                        let node = program.node(file, argument.value);
                        self.emit(id, node, &[Step::Any], (site.row, true), at);
                    }
                }
            }
            Position::Named(_) | Position::AnyArgument => {}
        }
    }

    /// What calls of described and unknown functions do with a fact at one of their nodes.
    fn outside(&mut self, id: u32, fact: Fact, call: u32, known: bool) {
        let program = self.program;
        let (file, site) = program.call(call);
        let path = self.paths.get(fact.path).clone();
        let descriptions = self.descriptions(call);
        for described in &descriptions {
            for (node, outer, parameter, inner) in &described.given {
                if *node != fact.node {
                    continue;
                }
                if let Some(rest) = behind(outer, &path) {
                    let steps: Path = if path.len() < outer.len() {
                        Path::new()
                    } else {
                        inner.iter().chain(rest).copied().collect()
                    };
                    let base = Base::Parameter(*parameter);
                    let Some((since, alias)) = self.pass(fact, site.row, steps.is_empty()) else {
                        continue;
                    };
                    let live = since == site.row;
                    let origin = Origin {
                        before: id,
                        via: NONE,
                        kind: StepKind::Library,
                        file,
                        row: site.row,
                        confidence: self.state.origins[id as usize].confidence * described.factor,
                    };
                    self.effects(
                        (fact.context, Some((id, fact)), live),
                        described,
                        base,
                        &steps,
                        (since, alias),
                        origin,
                    );
                }
            }
        }
        let result = program.results[call as usize];
        if !descriptions.is_empty() || known || result == NONE || site.decorates {
            return;
        }
        // Nothing is known: what goes in may come out.
        let content = match path.first() {
            Some(Step::Receiver) => &path[1..],
            _ => &path[..],
        };
        let from_callee = site.callee != 0 && program.node(file, site.callee) == fact.node;
        if from_callee && path.first() != Some(&Step::Receiver) {
            return;
        }
        if content.iter().all(|step| step.is_element()) && self.holds(fact, site.row) {
            let at = (StepKind::Unknown, file, site.row, UNKNOWN);
            self.emit(id, result, &[], (ENTRY, false), at);
        }
    }

    /// What a description does with content at a place.
    fn effects(
        &mut self,
        (context, entered, live): (u32, Option<(u32, Fact)>, bool),
        described: &Described<'_>,
        base: Base,
        path: &[Step],
        (since, alias): (u32, bool),
        origin: Origin,
    ) {
        let program = self.program;
        let function = described.function;
        let result = program.results[described.call as usize];
        let mut known = function.passes.is_some();
        for made in &function.returns {
            let Made::Same(place) = made else { continue };
            known = true;
            if place.base == base
                && result != NONE
                && let Some(rest) = behind(&self.steps(described, place), path)
                && (live || !rest.is_empty())
            {
                let rest = Path::from_slice(rest);
                self.put(context, result, &rest, (since, alias), origin);
            }
        }
        for (to, made) in &function.stores {
            let Made::Same(place) = made else { continue };
            known |= to.base == Base::Result;
            if place.base != base {
                continue;
            }
            let from = self.steps(described, place);
            let Some(rest) = behind(&from, path) else {
                continue;
            };
            // What lies less deep than the description looks is no such part, unless all of it came from outside; and a copy that was
            // made before holds the same objects, not what was put beside them since.
            let shallow = !path.is_empty() && path.len() < from.len();
            if shallow || !live && rest.is_empty() {
                continue;
            }
            if iterates(function, to, place)
                && path
                    .get(from.len() - 1)
                    .is_some_and(|step| matches!(step, Step::Text(_)))
            {
                continue;
            }
            let mut target = self.steps(described, to);
            // Elements keep their keys where all of a dictionary goes over.
            if let (Some(last @ Step::Any), Some(Step::Any)) = (target.last_mut(), from.last())
                && let Some(key @ (Step::Text(_) | Step::Index(_))) = path.get(from.len() - 1)
                && (matches!(key, Step::Text(_)) || is_rest(function, place))
            {
                *last = *key;
            }
            target.extend(rest.iter().copied());
            self.to_place(context, described, to.base, &target, (since, true), origin);
        }
        // The text of an object of the project shows what its own methods say, that of others all that is in it.
        let own = path.iter().any(|step| matches!(step, Step::Field(_)))
            && entered.is_some_and(|(_, fact)| self.is_of_project(fact.node));
        let content = |steps: &Path| {
            behind(steps, path).is_some_and(|rest| {
                rest.iter()
                    .all(|step| step.is_element() || matches!(step, Step::Field(_)) && !own)
            })
        };
        for place in function.passes.iter().flatten().filter(|_| live) {
            if place.base == base && result != NONE && content(&self.steps(described, place)) {
                self.put(context, result, &[], (since, false), origin);
            }
        }
        for (to, place) in &function.into {
            known = true;
            if live && place.base == base && content(&self.steps(described, place)) {
                let target = self.steps(described, to);
                let mut whole = target.clone();
                whole.push(Step::Any);
                self.to_place(context, described, to.base, &whole, (since, true), origin);
            }
        }
        if live
            && !known
            && function.calls.is_empty()
            && function.stores.is_empty()
            && result != NONE
        {
            let all = path.iter().all(|step| step.is_element());
            if all && function.decorates.is_none() && function.decorator_factory.is_none() {
                let origin = Origin {
                    confidence: origin.confidence * UNKNOWN,
                    ..origin
                };
                self.put(context, result, &[], (since, false), origin);
            }
        }
        if live {
            self.called_outside(
                (context, entered.is_some()),
                described,
                base,
                path,
                (since, origin),
            );
        }
        if let Some((id, fact)) = entered {
            self.call_back(id, fact, described, base, path);
        }
    }

    /// What a description calls may itself be outside: its result has what it passes.
    fn called_outside(
        &mut self,
        (context, first): (u32, bool),
        described: &Described<'_>,
        base: Base,
        path: &[Step],
        (since, origin): (u32, Origin),
    ) {
        if !first {
            return;
        }
        let file = self.program.call(described.call).0;
        for invoke in &described.function.calls {
            let Base::Parameter(parameter) = invoke.callee.base else {
                continue;
            };
            let given = described
                .given
                .iter()
                .find(|(_, _, number, _)| *number == parameter);
            let Some(&(node, ..)) = given.filter(|_| invoke.callee.steps.is_empty()) else {
                continue;
            };
            let content = invoke.arguments.iter().any(|argument| match argument {
                Argument::Position(place) | Argument::Keyword(_, place) => {
                    place.base == base
                        && behind(&self.steps(described, place), path)
                            .is_some_and(|rest| rest.iter().all(|step| step.is_element()))
                }
                Argument::Unpacked(place) | Argument::UnpackedKeywords(place) => place.base == base,
            });
            let meanings = self.meanings(node);
            let passes = meanings.iter().any(|meaning| {
                let Meaning::Outside(name) = meaning else {
                    return false;
                };
                let clean = self
                    .spec
                    .sanitizers
                    .iter()
                    .any(|pattern| pattern.fits(name));
                let known = self
                    .language(file)
                    .and_then(|language| language.described(name));
                let empty = known.and_then(|function| function.passes.as_ref());
                !clean && empty.is_none_or(|passes| !passes.is_empty())
            });
            if content && passes {
                let mut steps = self.steps(described, &invoke.callee);
                steps.push(Step::Call);
                self.effects(
                    (context, None, true),
                    described,
                    invoke.callee.base,
                    &steps,
                    (since, false),
                    origin,
                );
            }
        }
    }

    /// What a description calls gets what it was given.
    fn call_back(
        &mut self,
        id: u32,
        fact: Fact,
        described: &Described<'_>,
        base: Base,
        path: &[Step],
    ) {
        let program = self.program;
        let (file, site) = program.call(described.call);
        if described.function.calls.is_empty() {
            return;
        }
        for &invocation in self.invocations_at(file, site.row).iter() {
            let found = self.invocations[invocation as usize].clone();
            if !matches!(&found.into, Into::Library(_, name, ..) if *name == described.name) {
                continue;
            }
            let held = self.paths.get(fact.path).clone();
            for binding in found
                .bindings
                .iter()
                .filter(|binding| binding.node == fact.node)
            {
                if let Some(rest) = behind(&binding.outer, &held) {
                    let rest = Path::from_slice(rest);
                    if let Some(alias) = self.comes(fact, site.row) {
                        self.enter(id, invocation, binding.parameter, &rest, alias);
                    }
                }
            }
            if let Some((node, way)) = &found.callee
                && *node == fact.node
                && held.len() > way.len()
                && held.starts_with(way)
                && let Step::Capture(variable) = held[way.len()]
            {
                let rest = Path::from_slice(&held[way.len() + 1..]);
                self.enter_closure(id, fact, invocation, variable, &rest);
            }
        }
        let _ = (base, path);
    }

    /// Whether a node may hold an object of a class of the project, or nothing is known of it.
    pub(super) fn is_of_project(&mut self, node: Node) -> bool {
        let meanings = self.meanings(node);
        meanings.is_empty()
            || meanings
                .iter()
                .any(|meaning| matches!(meaning, Meaning::Instance(_) | Meaning::Class(_)))
    }

    /// Content comes to a place of a description.
    fn to_place(
        &mut self,
        context: u32,
        described: &Described<'_>,
        base: Base,
        path: &[Step],
        (since, alias): (u32, bool),
        origin: Origin,
    ) {
        match base {
            Base::Result => {
                let result = self.program.results[described.call as usize];
                if result != NONE {
                    self.put(context, result, path, (since, alias), origin);
                }
            }
            Base::Parameter(parameter) => {
                for (node, outer, number, inner) in &described.given {
                    if *number == parameter
                        && let Some(rest) = behind(inner, path)
                    {
                        let steps: Path = outer.iter().chain(rest).copied().collect();
                        self.put(context, *node, &steps, (since, alias), origin);
                    }
                }
            }
        }
    }

    /// What a description called gives a value.
    pub(super) fn returned_to(
        &mut self,
        context: u32,
        (call, name, base): (u32, &str, Base),
        path: &[Step],
        origin: Origin,
    ) {
        let row = self.program.call(call).1.row;
        let described = self
            .descriptions(call)
            .into_iter()
            .find(|one| one.name == name);
        if let Some(described) = described {
            self.effects(
                (context, None, true),
                &described,
                base,
                path,
                (row, false),
                origin,
            );
        }
    }

    /// A source that a description calls gives a value there.
    pub(super) fn pretend(
        &mut self,
        context: u32,
        (file, row): (FileAt, u32),
        call: u32,
        (name, base): (&str, Base),
        path: &[Step],
    ) {
        let origin = Origin {
            before: NONE,
            via: NONE,
            kind: StepKind::Source,
            file,
            row,
            confidence: 1.0,
        };
        self.returned_to(context, (call, name, base), path, origin);
    }

    /// The object that a described function gave, where it is one that it was given.
    pub(super) fn made_outside(&mut self, id: u32, fact: Fact, call: u32, path: &[Step]) {
        let (file, site) = self.program.call(call);
        let at = (StepKind::Alias, file, site.row, 1.0);
        for described in self.descriptions(call) {
            let function = described.function;
            for made in &function.returns {
                if let Made::Same(place) = made
                    && let Base::Parameter(parameter) = place.base
                {
                    let steps = self.steps(&described, place);
                    if steps.contains(&Step::Call) {
                        continue;
                    }
                    for (node, outer, number, inner) in &described.given {
                        if *number == parameter && inner.is_empty() && *node != fact.node {
                            let whole: Path =
                                outer.iter().chain(&steps).chain(path).copied().collect();
                            self.emit(id, *node, &whole, (fact.since, true), at);
                        }
                    }
                }
            }
            for (to, made) in &function.stores {
                let Made::Same(place) = made else { continue };
                let own = match to.base {
                    Base::Result => true,
                    Base::Parameter(parameter) => described
                        .given
                        .iter()
                        .any(|(node, _, number, _)| *number == parameter && *node == fact.node),
                };
                let Base::Parameter(parameter) = place.base else {
                    continue;
                };
                let target = self.steps(&described, to);
                if !own || path.len() <= target.len() {
                    continue;
                }
                let Some(rest) = behind(&target, path) else {
                    continue;
                };
                let steps = self.steps(&described, place);
                if steps.contains(&Step::Call) {
                    continue;
                }
                for (node, outer, number, inner) in &described.given {
                    if *number == parameter && inner.is_empty() {
                        let whole: Path = outer.iter().chain(&steps).chain(rest).copied().collect();
                        self.emit(id, *node, &whole, (fact.since, true), at);
                    }
                }
            }
        }
    }

    /// Whether a class outside takes instances of another one.
    pub(super) fn is_general(&self, _file: FileAt, wanted: &str, _one: &str) -> bool {
        let last = wanted.rsplit('.').next().unwrap_or_default();
        matches!(last, "Exception" | "BaseException")
    }
}

/// Whether a description steps through a value there: elements and keys go to the same place, so of a dictionary only its keys do.
fn iterates(function: &Function, to: &Place, from: &Place) -> bool {
    use crate::passes::library::Step as Part;
    from.steps.last() == Some(&Part::Any)
        && function.stores.iter().any(|(other, made)| match made {
            Made::Same(place) => {
                other == to
                    && place.base == from.base
                    && place.steps.len() == from.steps.len()
                    && place.steps.last() == Some(&Part::Keys)
            }
            Made::New(_) => false,
        })
}

/// Whether a place is an element of what takes the rest of the arguments: their order stays.
fn is_rest(function: &Function, place: &Place) -> bool {
    matches!(place.base, Base::Parameter(at)
        if function.parameters[at].starts_with('*') && place.steps.len() == 1)
}
