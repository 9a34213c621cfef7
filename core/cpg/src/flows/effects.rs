//! What described functions do with what they are given.

use super::StepKind;
use super::bind::Into;
use super::described::Described;
use super::engine::Engine;
use super::meaning::Meaning;
use super::outside::UNKNOWN;
use super::path::{Path, Step, behind};
use super::program::{FileAt, NONE, Node};
use super::state::{Fact, Origin};
use crate::passes::library::{Argument, Base, Function, Made, Place};

impl Engine<'_, '_> {
    /// What a description does with content at a place.
    pub(super) fn effects(
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
                && (live || function.shares(rest.len()))
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
                && path.get(from.len() - 1).is_some_and(|step| match step {
                    Step::Text(_) => true,
                    Step::Any => {
                        from.len() == 1
                            && entered.is_some_and(|(_, fact)| self.is_dictionary(fact.node))
                    }
                    _ => false,
                })
            {
                continue;
            }
            let mut target = self.steps(described, to);
            // Elements keep their keys where all of a dictionary goes over.
            if let (Some(last @ Step::Any), Some(Step::Any)) = (target.last_mut(), from.last())
                && let Some(key @ (Step::Text(_) | Step::Index(_))) = path.get(from.len() - 1)
                && (matches!(key, Step::Text(_)) && keeps_keys(function, to)
                    || is_rest(function, place))
            {
                *last = *key;
            }
            // `[rest]`: under the position that the argument has among the rest.
            if let (Some(crate::passes::library::Step::Under(parameter)), Some(last)) =
                (to.steps.last(), target.last_mut())
                && function.parameters[*parameter].starts_with('*')
            {
                *last = match path.first() {
                    Some(at @ Step::Index(_)) if place.base == Base::Parameter(*parameter) => *at,
                    _ => Step::Any,
                };
            }
            target.extend(rest.iter().copied());
            self.reach_place(context, described, to.base, &target, (since, true), origin);
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
                self.reach_place(context, described, to.base, &whole, (since, true), origin);
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
    pub(super) fn called_outside(
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
    pub(super) fn call_back(
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

    /// Content comes to a place of a description.
    pub(super) fn reach_place(
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

    /// Whether a node may hold an object of a class of the project, or nothing is known of it.
    pub(super) fn is_of_project(&mut self, node: Node) -> bool {
        let meanings = self.meanings(node);
        meanings.is_empty()
            || meanings
                .iter()
                .any(|meaning| matches!(meaning, Meaning::Instance(_) | Meaning::Class(_)))
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
        let descriptions = self.descriptions(call);
        if let Some(described) = descriptions.iter().find(|one| one.name == name) {
            self.effects(
                (context, None, true),
                described,
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

/// Whether elements stay under their texts: not in a new object that gets no keys, as one of the values of a dictionary.
fn keeps_keys(function: &Function, to: &Place) -> bool {
    use crate::passes::library::Step as Part;
    let makes = function
        .returns
        .iter()
        .any(|made| matches!(made, Made::New(_)));
    to.base != Base::Result
        || !makes
        || function.stores.iter().any(|(other, _)| {
            other.base == to.base
                && other.steps.len() == to.steps.len()
                && other.steps.last() == Some(&Part::Keys)
        })
}

/// Whether a place is an element of what takes the rest of the arguments: their order stays.
fn is_rest(function: &Function, place: &Place) -> bool {
    matches!(place.base, Base::Parameter(at)
        if function.parameters[at].starts_with('*') && place.steps.len() == 1)
}
