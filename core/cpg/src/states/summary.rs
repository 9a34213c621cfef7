//! What a method does with an object that it is handed, kept by method, places and state.
//!
//! Bottom-up over the strongly connected parts of the call graph, on demand: a method is gone through when a call first hands it an
//! object in a state. A call of a method that is being gone through gets what is known of it so far; the outermost of such methods is
//! gone through again until nothing changes, and what was found inside of it with less is forgotten.

use std::rc::Rc;

use smallvec::SmallVec;

use super::automaton::State;
use super::place::{PlaceId, RETURNED};
use super::search::Search;
use super::walk::{Ended, Start, Walked};

/// Methods that are gone through inside of each other.
const DEEPEST: usize = 40;
/// Times that a method is gone through until nothing changes.
const ROUNDS: u32 = 8;

/// A method, places of its parameters that hold the object, its state, and whether nothing else holds it.
pub(super) type Key = (u32, SmallVec<[PlaceId; 4]>, State, bool);

/// A method that is being gone through.
pub(super) struct Open {
    key: Key,
    so_far: Rc<Walked>,
    /// The outermost open method that it depends on.
    low: usize,
    /// A call inside of it came back to it.
    recursive: bool,
}

impl Search<'_, '_> {
    /// What a method makes of an object.
    pub(super) fn summary(
        &mut self,
        function: u32,
        places: SmallVec<[PlaceId; 4]>,
        state: State,
        fresh: bool,
    ) -> Rc<Walked> {
        let key: Key = (function, places, state, fresh);
        if let Some(known) = self.summaries.get(&key) {
            return Rc::clone(known);
        }
        if let Some(at) = self.open.iter().position(|open| open.key == key) {
            for open in &mut self.open[at..] {
                open.low = open.low.min(at);
            }
            self.open[at].recursive = true;
            return Rc::clone(&self.open[at].so_far);
        }
        if self.open.len() >= DEEPEST {
            self.shallow += 1;
            return Rc::new(self.unchanged(&key));
        }
        let depth = self.open.len();
        self.open.push(Open {
            key: key.clone(),
            so_far: Rc::default(),
            low: depth,
            recursive: false,
        });
        let mut found = Rc::new(Walked::default());
        for _ in 0..ROUNDS {
            let next = Rc::new(self.through(&key));
            let same = next.ends == found.ends && next.wrong == found.wrong;
            found = next;
            let open = &mut self.open[depth];
            open.so_far = Rc::clone(&found);
            // Where nothing asked for what was known so far it cannot change.
            if same || !std::mem::replace(&mut open.recursive, false) {
                break;
            }
        }
        let low = self.open.pop().map_or(depth, |open| open.low);
        if low >= depth || self.open.is_empty() {
            self.summaries.insert(key, Rc::clone(&found));
        }
        found
    }

    /// A method that is not gone through leaves the object as it is.
    fn unchanged(&self, key: &Key) -> Walked {
        let ended = Ended {
            state: key.2,
            exceptional: false,
            thrown: false,
            returned: None,
            escaped: self.automaton.spec.unknown == super::spec::Unknown::Takes,
            places: key.1.clone(),
            steps: Vec::new(),
            confidence: 0.5,
            row: 0,
        };
        Walked {
            ends: vec![ended],
            wrong: Vec::new(),
        }
    }

    fn through(&mut self, key: &Key) -> Walked {
        let program = self.sites.program;
        let (file, function) = program.function(key.0);
        let start = Start {
            file,
            function: key.0,
            row: function.row,
            state: key.2,
            places: key.1.clone(),
            fresh: key.3,
            steps: Rc::default(),
            confidence: 1.0,
        };
        if !self.index(file).is_point(function.row) {
            return self.unchanged(key);
        }
        let mut walked = self.walk(&start);
        let lambda = function.properties & crate::kind::property::LAMBDA != 0;
        for ended in &mut walked.ends {
            if lambda {
                self.returned_by_lambda(&start, ended);
            }
            self.keep_visible(key, ended);
        }
        // One of each kind is enough for whoever calls: the first is the shortest.
        let mut kept: Vec<Ended> = Vec::new();
        for ended in walked.ends {
            let known = kept.iter().any(|other| {
                (other.state, other.exceptional, other.escaped)
                    == (ended.state, ended.exceptional, ended.escaped)
                    && (other.thrown, other.returned, &other.places)
                        == (ended.thrown, ended.returned, &ended.places)
            });
            if !known {
                kept.push(ended);
            }
        }
        let mut wrong: Vec<super::walk::Wrong> = Vec::new();
        for one in walked.wrong {
            if !wrong
                .iter()
                .any(|other| (other.node, other.state) == (one.node, one.state))
            {
                wrong.push(one);
            }
        }
        Walked { ends: kept, wrong }
    }

    /// Of the places at the end those that the caller can see.
    fn keep_visible(&self, key: &Key, ended: &mut Ended) {
        let program = self.sites.program;
        let (file, function) = program.function(key.0);
        let base = program.bases[file as usize].variables;
        ended.places.retain(|place| {
            let place = self.places.get(*place);
            place.base == RETURNED
                || !place.fields.is_empty()
                    && function
                        .parameters
                        .iter()
                        .any(|parameter| base + parameter.variable == place.base)
        });
    }

    /// A lambda returns the value of its body.
    pub(super) fn returned_by_lambda(&mut self, start: &Start, ended: &mut Ended) {
        let index = self.index(start.file);
        let fact = super::walk::Fact {
            state: ended.state,
            pending: super::walk::Pending::No,
            thrown: false,
            places: ended.places.clone(),
            known: SmallVec::new(),
        };
        let function = self.sites.program.function(start.function).1;
        for &value in &function.returns {
            for rest in self.ways_to(start.file, &index, value, &fact) {
                let place = super::place::Place::of(RETURNED).behind(&rest);
                let place = place.map(|place| self.places.id(place));
                ended.places.extend(place);
            }
        }
        ended.places.sort_unstable();
        ended.places.dedup();
    }
}
