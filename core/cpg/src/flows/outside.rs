//! Calls of what is not the project's: by descriptions of libraries, propagators of the question, or with nothing known.

use super::ends::Site;
use super::engine::Engine;
use super::path::{Path, Step, behind};
use super::program::NONE;
use super::state::{ENTRY, Fact, Origin};
use super::{Position, StepKind};
use crate::passes::facts::Slot;
use crate::passes::library::{Base, Made};

/// What a call of something unknown passes on.
pub(super) const UNKNOWN: f32 = 0.5;
impl Engine<'_, '_> {
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
        for described in descriptions.iter() {
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

    /// The object that a described function gave, where it is one that it was given.
    pub(super) fn made_outside(&mut self, id: u32, fact: Fact, call: u32, path: &[Step]) {
        let (file, site) = self.program.call(call);
        let at = (StepKind::Alias, file, site.row, 1.0);
        for described in self.descriptions(call).iter() {
            let function = described.function;
            for made in &function.returns {
                if let Made::Same(place) = made
                    && let Base::Parameter(parameter) = place.base
                {
                    let steps = self.steps(described, place);
                    if steps.contains(&Step::Call) || !function.shares(path.len()) {
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
                let target = self.steps(described, to);
                if !own || path.len() <= target.len() {
                    continue;
                }
                let Some(rest) = behind(&target, path) else {
                    continue;
                };
                let steps = self.steps(described, place);
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
}
