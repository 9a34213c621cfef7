//! Calls of what is not the project's that an object is given to: by the question, by descriptions of libraries, or with nothing known.

use smallvec::SmallVec;

use super::place::{MOST_FIELDS, Place};
use super::search::Search;
use super::spec::Unknown;
use super::walk::{After, Walk};
use crate::flows::program::{FileAt, NONE, Symbol};
use crate::flows::{Pattern, Position, bind};
use crate::passes::library::{Base, Made};

/// Certainty behind a call of something unknown that was given the object.
const USED: f32 = 0.9;

/// What a call of something outside does with the object.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outside {
    /// Uses it.
    Uses,
    /// May keep it or change its state.
    Takes,
    /// Nothing is known.
    Unknown,
    /// Gives back some of its arguments.
    Gives(Vec<u32>),
}

impl Search<'_, '_> {
    /// A call of something that is not the project's.
    pub(super) fn outside(&mut self, walk: &Walk<'_>, call: u32, mut after: After) -> After {
        let program = self.sites.program;
        let (file, site) = program.call(call);
        // Arguments that lead to the object, with the ways.
        let mut given: Vec<(u32, SmallVec<[Symbol; MOST_FIELDS]>)> = Vec::new();
        let mut near = false;
        for (at, argument) in (0..).zip(&site.arguments) {
            for rest in self.ways_to(file, &walk.index, argument.value, &after.fact) {
                near = true;
                given.push((at, rest));
            }
        }
        for value in self.at_position(file, call, &Position::Receiver) {
            let ways = self.ways_to(file, &walk.index, value, &after.fact);
            near |= ways.iter().any(|rest| !rest.is_empty());
        }
        if !near {
            return after;
        }
        let names = self.sites.names(file, site.row);
        let spec = self.automaton.spec;
        let fits = |list: &[Pattern]| {
            list.iter()
                .any(|pattern| names.iter().any(|name| pattern.fits(name)))
        };
        let outside = if fits(&spec.takers) {
            Outside::Takes
        } else if fits(&spec.users) {
            Outside::Uses
        } else {
            let given: Vec<u32> = given.iter().map(|&(at, _)| at).collect();
            self.described(file, call, &names, &given)
        };
        match outside {
            Outside::Uses => {}
            Outside::Takes => after.escaped = walk.start.fresh,
            Outside::Unknown if spec.unknown == Unknown::Takes => {
                after.escaped = walk.start.fresh;
            }
            Outside::Unknown => after.confidence *= USED,
            Outside::Gives(arguments) => {
                let result = program.results[call as usize];
                for (_, rest) in given.iter().filter(|(at, _)| arguments.contains(at)) {
                    let place = Place::of(result).behind(rest);
                    if let Some(place) = place.filter(|_| result != NONE) {
                        let place = self.places.id(place);
                        after.fact.places.push(place);
                    }
                }
                after.fact.places.sort_unstable();
                after.fact.places.dedup();
            }
        }
        after
    }

    /// What descriptions of libraries say of what is given to a call.
    fn described(&self, file: FileAt, call: u32, names: &[String], given: &[u32]) -> Outside {
        let program = self.sites.program;
        let site = program.call(call).1;
        let Some(language) = self.sites.language(file) else {
            return Outside::Unknown;
        };
        let mut found = Outside::Unknown;
        for name in names {
            let Some(function) = language.described(name) else {
                continue;
            };
            let formals = bind::described(program, function);
            let method = function
                .parameters
                .first()
                .is_some_and(|first| first == "self" || first == "cls");
            let skip = usize::from(method).min(formals.len());
            let bound = bind::bind(program, file, site, &formals[skip..]);
            let own: Vec<(u32, usize)> = bound
                .iter()
                .filter(|bound| given.contains(&bound.argument))
                .map(|bound| (bound.argument, bound.number as usize))
                .collect();
            if own.is_empty() {
                continue;
            }
            let from = |made: &Made| match made {
                Made::Same(place) => own
                    .iter()
                    .find(|&&(_, number)| place.base == Base::Parameter(number))
                    .map(|&(argument, _)| argument),
                Made::New(_) => None,
            };
            if function.stores.iter().any(|(_, made)| from(made).is_some()) {
                return Outside::Takes;
            }
            let gives: Vec<u32> = function.returns.iter().filter_map(from).collect();
            if !gives.is_empty() {
                found = Outside::Gives(gives);
            } else if found == Outside::Unknown && !language.is_class(name) {
                // What an instance keeps of what its class was given is not written down.
                found = Outside::Uses;
            }
        }
        found
    }
}
