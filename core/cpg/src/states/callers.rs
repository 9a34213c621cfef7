//! Objects that outlive the method that they are in: what its callers can see, and where they live on.

use std::rc::Rc;

use smallvec::SmallVec;

use super::StepKind;
use super::bind::Handed;
use super::place::{Place, PlaceId, RETURNED};
use super::search::{Object, Search};
use super::walk::{Ended, Start, Walk};
use crate::flows::program::{FileAt, NONE};
use crate::passes::facts::Expression;

/// Methods through which an object is handed up to callers.
const MOST_RETURNS: usize = 6;

impl Search<'_, '_> {
    /// Whether a generator has handed the object to whoever steps through it.
    pub(super) fn is_yielded(&mut self, start: &Start, ended: &Ended) -> bool {
        let program = self.sites.program;
        let index = self.index(start.file);
        let function = program.function(start.function).1;
        start.fresh
            && function.yields.iter().any(|&value| {
                let places = self.places_of(start.file, &index, value);
                places.iter().any(|place| ended.places.contains(place))
            })
    }

    /// Places at the end of a method that its callers can see.
    pub(super) fn visible(&self, start: &Start, ended: &Ended) -> Vec<Place> {
        let program = self.sites.program;
        let function = program.function(start.function).1;
        let base = program.bases[start.file as usize].variables;
        let is_parameter = |node| {
            function
                .parameters
                .iter()
                .any(|parameter| base + parameter.variable == node)
        };
        ended
            .places
            .iter()
            .map(|&place| self.places.get(place))
            .filter(|place| {
                place.base == RETURNED
                    || is_parameter(place.base) && (!place.fields.is_empty() || !start.fresh)
            })
            .cloned()
            .collect()
    }

    /// Follows an object in the methods that call the one that it leaves.
    pub(super) fn live_on(
        &mut self,
        object: &Object,
        ended: &Ended,
        outer: &[Place],
        on: &mut Vec<Object>,
    ) {
        let program = self.sites.program;
        let function = object.start.function;
        if object.returns >= MOST_RETURNS {
            return;
        }
        let callers: Vec<(FileAt, u32)> = program.callers(function).collect();
        for (file, row) in callers {
            let home = program.function_of(file, row);
            let index = self.index(file);
            if home == NONE || !index.is_point(row) {
                continue;
            }
            let places = self.in_caller((file, row, home), function, outer);
            if places.is_empty() || !self.seen.insert((file, row, places.clone(), ended.state)) {
                continue;
            }
            let step = self.step(file, row, StepKind::Return);
            let mut steps = ended.steps.clone();
            steps.push(step);
            let edges = program.targets(file, row);
            let confidence = edges
                .iter()
                .find(|edge| program.functions.get(&edge.target) == Some(&function))
                .map_or(1.0, |edge| edge.confidence);
            on.push(Object {
                start: Start {
                    file,
                    function: home,
                    row,
                    state: ended.state,
                    places,
                    fresh: object.start.fresh,
                    steps: Rc::new(steps),
                    confidence: ended.confidence * confidence,
                },
                created: step.node,
                returns: object.returns + 1,
            });
        }
    }

    /// Places of a caller for what a method leaves behind.
    fn in_caller(
        &mut self,
        (file, row, home): (FileAt, u32, u32),
        function: u32,
        outer: &[Place],
    ) -> SmallVec<[PlaceId; 4]> {
        let program = self.sites.program;
        let index = self.index(file);
        let by_operation: Vec<_> = index
            .operations(row)
            .filter_map(|operation| self.handed_by_operation(file, operation, function))
            .map(|(value, parameter)| (Handed::Value(value), parameter))
            .collect();
        let call = program.call_at(file, row);
        let (handed, result) = match call {
            Some(call) if by_operation.is_empty() => (
                self.handed(file, call, function),
                Some(program.results[call as usize]),
            ),
            _ => (by_operation, None),
        };
        let start = Start {
            file,
            function: home,
            row,
            state: 0,
            places: SmallVec::new(),
            fresh: true,
            steps: Rc::default(),
            confidence: 1.0,
        };
        let walk = Walk::new(&start, index);
        let mut found: SmallVec<[PlaceId; 4]> = SmallVec::new();
        for place in outer {
            let bases = if place.base == RETURNED {
                result
                    .filter(|&result| result != NONE)
                    .map(Place::of)
                    .into_iter()
                    .collect()
            } else {
                self.outer_places(&walk, &handed, place.base, result)
            };
            for base in bases {
                // What others see as well lives on by itself.
                let own = base.base == RETURNED
                    || !program.is_variable(base.base)
                        && matches!(program.expression(base.base).1, Expression::Call(_))
                    || program.is_variable(base.base) && !self.outlives(&walk, base.base);
                if let Some(place) = base.behind(&place.fields).filter(|_| own) {
                    found.push(self.places.id(place));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
