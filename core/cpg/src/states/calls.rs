//! Calls that an object takes part in: events, and methods of the project.

use smallvec::SmallVec;

use super::StepKind;
use super::bind::Handed;
use super::place::{MOST_FIELDS, Place, RETURNED};
use super::search::Search;
use super::spec::Event;
use super::walk::{After, Goes, Truth, Walk};
use crate::flows::Position;
use crate::flows::program::{FileAt, NONE, Node, Symbol};
use crate::passes::facts::{Expression, Slot, Value};
use crate::passes::library::Fails;
use crate::sites::ANYTHING;

impl Search<'_, '_> {
    /// Values at a position of a call.
    pub(super) fn at_position(&self, file: FileAt, call: u32, position: &Position) -> Vec<Value> {
        let program = self.sites.program;
        let facts = program.files[file as usize];
        let site = program.call(call).1;
        match position {
            Position::Receiver => match facts.expressions[site.callee as usize] {
                Expression::Member(base, _) => vec![base],
                _ => Vec::new(),
            },
            Position::Result => Vec::new(),
            _ => site
                .arguments
                .iter()
                .filter(|argument| match (position, argument.slot) {
                    (Position::AnyArgument, _) => true,
                    (Position::Argument(at), Slot::Position(own)) => own == *at,
                    (Position::Named(name), Slot::Keyword(own)) => facts.name(own) == name,
                    _ => false,
                })
                .map(|argument| argument.value)
                .collect(),
        }
    }

    /// Whether some transition is on a call, whatever it is called on.
    pub(super) fn is_event(&mut self, file: FileAt, row: u32) -> bool {
        let program = self.sites.program;
        let facts = program.files[file as usize];
        let names = self.sites.names(file, row);
        let short = program.call_at(file, row).and_then(|call| {
            match facts.expressions[program.call(call).1.callee as usize] {
                Expression::Member(_, name) => Some(format!("{ANYTHING}.{}", facts.name(name))),
                _ => None,
            }
        });
        self.automaton.spec.transitions.iter().any(|transition| {
            matches!(&transition.on, Event::Call(pattern, _)
                if names.iter().chain(&short).any(|name| pattern.fits(name)))
        })
    }

    /// The state behind a call, where a transition is on it.
    fn event(&mut self, walk: &Walk<'_>, call: u32, after: &After) -> Option<u8> {
        let program = self.sites.program;
        let (file, site) = program.call(call);
        let facts = program.files[file as usize];
        let spec = self.automaton.spec;
        let names = self.sites.names(file, site.row);
        let receiver = match facts.expressions[site.callee as usize] {
            Expression::Member(base, name) => {
                Some((base, format!("{ANYTHING}.{}", facts.name(name))))
            }
            _ => None,
        };
        let own = receiver
            .as_ref()
            .is_some_and(|&(base, _)| self.holds(file, &walk.index, base, &after.fact));
        let mut named: SmallVec<[&Event; 2]> = SmallVec::new();
        for transition in &spec.transitions {
            let Event::Call(pattern, position) = &transition.on else {
                continue;
            };
            let short = receiver.as_ref().filter(|_| own).map(|(_, name)| name);
            if !names.iter().chain(short).any(|name| pattern.fits(name)) {
                continue;
            }
            let values = self.at_position(file, call, position);
            if values
                .iter()
                .any(|&value| self.holds(file, &walk.index, value, &after.fact))
            {
                named.push(&transition.on);
            }
        }
        let state = after.fact.state;
        if !named.is_empty() {
            return self.automaton.on(state, |event| named.contains(&event));
        }
        if own {
            return self.automaton.leaves(state, &Event::AnyCall);
        }
        None
    }

    /// A call that may have done nothing, and says so by its result: the object as it was, with what the result is where it did
    /// something.
    fn without(
        &mut self,
        file: FileAt,
        call: u32,
        result: Node,
        to: u8,
        after: &After,
    ) -> Option<(After, Truth)> {
        let fails = self.fails(file, self.sites.program.call(call).1.row)?;
        if result == NONE || to == after.fact.state || self.automaton.error(to).is_some() {
            return None;
        }
        let (failed, done) = match fails {
            Fails::Null => (Truth::Null, Truth::True),
            // What is not below 0 may be 0.
            Fails::Negative => return None,
            Fails::Nonzero => (Truth::True, Truth::False),
        };
        let mut without = after.clone();
        without.fact.learn(result, failed);
        Some((without, done))
    }

    /// How the function that a call runs says that it did nothing, where a description of a library has it.
    fn fails(&mut self, file: FileAt, row: u32) -> Option<Fails> {
        let language = self.sites.language(file)?;
        let names = self.sites.names(file, row);
        names
            .iter()
            .find_map(|name| language.described(name)?.fails)
    }

    /// Whether the result of a call is true where it did nothing.
    pub(super) fn fails_by_truth(&mut self, file: FileAt, row: u32) -> bool {
        self.fails(file, row) == Some(Fails::Nonzero)
    }

    /// What a call makes of a fact.
    pub(super) fn call(&mut self, walk: &mut Walk<'_>, row: u32, mut after: After) -> Vec<After> {
        let program = self.sites.program;
        let file = walk.start.file;
        let Some(call) = program.call_at(file, row) else {
            return vec![after];
        };
        let site = program.call(call).1;
        // The result is another one from now on.
        let result = program.results[call as usize];
        if result != NONE {
            after.fact.forget(result);
            let result = self.places.id(Place::of(result));
            let places = &self.places;
            after
                .fact
                .places
                .retain(|inner| places.rest(result, *inner).is_none());
        }
        if let Some(to) = self.event(walk, call, &after) {
            let without = self.without(file, call, result, to, &after);
            let mut after = self.happen(walk, row, to, after);
            if let Some((without, with)) = without {
                after.fact.learn(result, with);
                return vec![after, without];
            }
            if after.wrong.is_none() && after.steps.is_empty() {
                // Nothing changed, but it is known what the call does.
                after.goes = Goes::Both;
            }
            return vec![after];
        }
        let mut found = Vec::new();
        let mut outside = false;
        let mut inside = false;
        let mut untouched = false;
        for edge in program.targets(file, row) {
            let Some(&function) = program.functions.get(&edge.target) else {
                outside = true;
                continue;
            };
            if self.runs_by_protocol(file, row, function) {
                continue;
            }
            inside = true;
            let handed = self.handed(file, call, function);
            let at = (row, Some(result), edge.confidence);
            match self.enter(walk, at, function, &handed, &after) {
                Some(one) => found.extend(one),
                None => untouched = true,
            }
        }
        if inside {
            if outside {
                found.push(self.outside(walk, call, after));
            } else if untouched {
                found.push(after);
            }
            return found;
        }
        if site.callee != 0
            && self.holds(file, &walk.index, site.callee, &after.fact)
            && let Some(to) = self.automaton.leaves(after.fact.state, &Event::Access)
        {
            return vec![self.happen(walk, row, to, after)];
        }
        vec![self.outside(walk, call, after)]
    }

    /// Whether a method runs there by an operator or protocol, and not by the call.
    fn runs_by_protocol(&mut self, file: FileAt, row: u32, function: u32) -> bool {
        let index = self.index(file);
        index.operations(row).any(|operation| {
            self.handed_by_operation(file, operation, function)
                .is_some()
        })
    }

    /// Goes through a method of the project with what is handed to it; none where it does not get at the object.
    pub(super) fn enter(
        &mut self,
        walk: &Walk<'_>,
        (row, result, confidence): (u32, Option<Node>, f32),
        function: u32,
        handed: &[(Handed, Node)],
        after: &After,
    ) -> Option<Vec<After>> {
        let file = walk.start.file;
        let mut entry: SmallVec<[u32; 4]> = SmallVec::new();
        // What the method can reach of the object: (place of the caller, whether the method can take it away).
        let mut reached: Vec<u32> = Vec::new();
        for &(what, parameter) in handed {
            let Handed::Value(value) = what else { continue };
            for outer in self.places_of(file, &walk.index, value) {
                for &inner in &after.fact.places {
                    let Some(rest) = self.places.rest(outer, inner) else {
                        continue;
                    };
                    let fields: SmallVec<[Symbol; MOST_FIELDS]> = SmallVec::from_slice(rest);
                    if !fields.is_empty() {
                        reached.push(inner);
                    }
                    if let Some(place) = Place::of(parameter).behind(&fields) {
                        entry.push(self.places.id(place));
                    }
                }
            }
        }
        if entry.is_empty() {
            return None;
        }
        entry.sort_unstable();
        entry.dedup();
        let summary = self.summary(function, entry, after.fact.state, walk.start.fresh);
        let mut found = Vec::new();
        for outcome in &summary.ends {
            let mut one = after.clone();
            one.confidence *= outcome.confidence * confidence;
            one.goes = if outcome.exceptional {
                Goes::Thrown
            } else {
                Goes::On
            };
            one.escaped = outcome.escaped;
            one.fact.thrown |= outcome.thrown && !outcome.exceptional;
            if let (Some(truth), Some(result)) = (outcome.returned, result) {
                one.fact.learn(result, truth);
            }
            if outcome.state != after.fact.state {
                one.fact.state = outcome.state;
                one.steps.push(self.step(file, row, StepKind::Argument));
                one.steps.extend(outcome.steps.iter().copied());
            }
            one.fact.places.retain(|place| !reached.contains(place));
            for &place in &outcome.places {
                let place = self.places.get(place).clone();
                let outer: Vec<Place> = if place.base == RETURNED {
                    result
                        .filter(|&result| result != NONE)
                        .map(Place::of)
                        .into_iter()
                        .collect()
                } else {
                    self.outer_places(walk, handed, place.base, result)
                };
                for outer in outer {
                    if let Some(place) = outer.behind(&place.fields) {
                        let place = self.places.id(place);
                        one.fact.places.push(place);
                    }
                }
            }
            one.fact.places.sort_unstable();
            one.fact.places.dedup();
            found.push(one);
        }
        for wrong in &summary.wrong {
            let mut one = after.clone();
            one.confidence *= wrong.confidence * confidence;
            one.fact.state = wrong.state;
            one.steps.push(self.step(file, row, StepKind::Argument));
            one.steps.extend(wrong.steps.iter().copied());
            one.wrong = Some(wrong.node);
            found.push(one);
        }
        Some(found)
    }

    /// Places of the caller for a parameter.
    pub(super) fn outer_places(
        &mut self,
        walk: &Walk<'_>,
        handed: &[(Handed, Node)],
        parameter: Node,
        result: Option<Node>,
    ) -> Vec<Place> {
        let mut found = Vec::new();
        for &(what, own) in handed {
            if own != parameter {
                continue;
            }
            match what {
                Handed::Value(value) => {
                    for place in self.places_of(walk.start.file, &walk.index, value) {
                        found.push(self.places.get(place).clone());
                    }
                }
                Handed::Result => {
                    found.extend(result.filter(|&result| result != NONE).map(Place::of));
                }
            }
        }
        found
    }
}
