//! All objects of a question: where they begin, in which methods they live on, and what is wrong with them.

use std::collections::BTreeMap;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::automaton::{Automaton, State};
use super::index::Index;
use super::place::{Place, PlaceId, Places};
use super::spec::Spec;
use super::summary::{Key, Open};
use super::walk::{Ended, Start, Walked};
use super::{Budget, Finding, Found, StateStep, StepKind};
use crate::NodeId;
use crate::flows::Position;
use crate::flows::language::Language;
use crate::flows::program::{FileAt, NONE, Program};
use crate::kind::property::LAMBDA;
use crate::passes::facts::Value;
use crate::sites::{Lasts, Sites};
use crate::stop::Stop;

/// Certainty that an object is lost with the one that holds it.
const CONTAINED: f32 = 0.7;
/// Certainty of what only an exception leads to.
const EXCEPTIONAL: f32 = 0.6;

/// An object to follow.
pub(super) struct Object {
    pub(super) start: Start,
    /// Row that it comes from in the method.
    pub(super) created: NodeId,
    /// Methods that it was handed up through.
    pub(super) returns: usize,
}

/// Row of the finding, label, row that the object comes from.
type FindingKey = (NodeId, String, NodeId);

pub(super) struct Search<'p, 'a> {
    pub(super) sites: Sites<'p, 'a>,
    pub(super) automaton: Automaton<'p>,
    pub(super) budget: Budget,
    pub(super) stop: Stop<'p>,
    pub(super) steps: u64,
    pub(super) cut: bool,
    /// Calls that were not entered, as they lie too deep.
    pub(super) shallow: usize,
    pub(super) places: Places,
    pub(super) resolved: FxHashMap<(FileAt, Value), SmallVec<[PlaceId; 2]>>,
    /// Calls that can fail.
    pub(super) failing: FxHashMap<(FileAt, u32), bool>,
    /// Functions by whether they never come back.
    pub(super) endless: FxHashMap<u32, bool>,
    pub(super) summaries: FxHashMap<Key, Rc<Walked>>,
    pub(super) open: Vec<Open>,
    indexes: FxHashMap<FileAt, Rc<Index>>,
    /// Objects that callers were given, each once.
    pub(super) seen: FxHashSet<(FileAt, u32, SmallVec<[PlaceId; 4]>, State)>,
    findings: BTreeMap<FindingKey, Finding>,
}

impl<'p, 'a> Search<'p, 'a> {
    pub(super) fn new(
        program: &'p Program<'a>,
        languages: &'p [Language],
        spec: &'p Spec,
        budget: Budget,
        stop: Stop<'p>,
    ) -> Self {
        Self {
            sites: Sites::new(program, languages),
            automaton: Automaton::new(spec),
            budget,
            stop,
            steps: 0,
            cut: false,
            shallow: 0,
            places: Places::default(),
            resolved: FxHashMap::default(),
            failing: FxHashMap::default(),
            endless: FxHashMap::default(),
            summaries: FxHashMap::default(),
            open: Vec::new(),
            indexes: FxHashMap::default(),
            seen: FxHashSet::default(),
            findings: BTreeMap::new(),
        }
    }

    pub(super) fn index(&mut self, file: FileAt) -> Rc<Index> {
        let program = self.sites.program;
        let index = self
            .indexes
            .entry(file)
            .or_insert_with(|| Rc::new(Index::new(program, file)));
        Rc::clone(index)
    }

    /// Gives what was found; nothing where it was told to stop.
    pub(super) fn run(mut self) -> Option<Found> {
        let mut work: Vec<Object> = self.creations();
        work.reverse();
        let mut objects = 0;
        while let Some(object) = work.pop() {
            if self.cut {
                break;
            }
            objects += 1;
            let walked = self.walk(&object.start);
            for wrong in walked.wrong {
                let label = self.automaton.error(wrong.state).unwrap_or_default();
                self.found(
                    &object,
                    (label, wrong.state, wrong.node, false),
                    wrong.steps,
                    wrong.confidence,
                );
            }
            self.ends(&object, walked.ends, &mut work);
        }
        if self.stop.ended() {
            return None;
        }
        let more = self.findings.len().saturating_sub(self.budget.findings);
        Some(Found {
            findings: self
                .findings
                .into_values()
                .take(self.budget.findings)
                .collect(),
            more,
            objects,
            steps: self.steps,
            cut: self.cut,
        })
    }

    /// Calls with which tracking begins, by file and row.
    fn creations(&mut self) -> Vec<Object> {
        let program = self.sites.program;
        let spec = self.automaton.spec;
        let mut found = Vec::new();
        let lasts = Lasts::new(spec.creations.iter().map(|one| &one.callee));
        for at in 0..program.files.len() as u32 {
            let facts = program.files[at as usize];
            for (call, site) in (program.bases[at as usize].calls..).zip(&facts.calls) {
                if !lasts.may_fit(program, at, site) {
                    continue;
                }
                let names = self.sites.names(at, site.row);
                let creation = spec
                    .creations
                    .iter()
                    .find(|one| names.iter().any(|name| one.callee.fits(name)));
                if let Some(creation) = creation {
                    let state = self.automaton.state(&creation.state);
                    found.extend(self.creation(at, call, &creation.position, state));
                }
            }
        }
        found
    }

    fn creation(
        &mut self,
        file: FileAt,
        call: u32,
        position: &Position,
        state: State,
    ) -> Option<Object> {
        let program = self.sites.program;
        let site = program.call(call).1;
        let function = program.function_of(file, site.row);
        let index = self.index(file);
        if function == NONE || !index.is_point(site.row) {
            return None;
        }
        let fresh = *position == Position::Result;
        let mut places: SmallVec<[PlaceId; 4]> = SmallVec::new();
        if fresh {
            let result = program.results[call as usize];
            if result != NONE {
                places.push(self.places.id(Place::of(result)));
            }
        } else {
            for value in self.at_position(file, call, position) {
                places.extend(self.places_of(file, &index, value));
            }
            if places.is_empty() {
                return None;
            }
        }
        let step = self.step(file, site.row, StepKind::Created);
        Some(Object {
            start: Start {
                file,
                function,
                row: site.row,
                state,
                places,
                fresh,
                steps: Rc::new(vec![step]),
                confidence: 1.0,
            },
            created: step.node,
            returns: 0,
        })
    }

    fn found(
        &mut self,
        object: &Object,
        (label, state, node, exceptional): (&str, State, NodeId, bool),
        steps: Vec<StateStep>,
        confidence: f32,
    ) {
        let finding = Finding {
            label: label.to_owned(),
            state: self.automaton.name(state).to_owned(),
            node,
            created: object.created,
            exceptional,
            steps,
            confidence,
        };
        let key = (node, finding.label.clone(), object.created);
        let better = self.findings.get(&key).is_none_or(|known| {
            (known.confidence, std::cmp::Reverse(known.steps.len()))
                < (confidence, std::cmp::Reverse(finding.steps.len()))
        });
        if better {
            self.findings.insert(key, finding);
        }
    }

    /// Objects at the end of a method: they live on in the callers, or are in a state that is wrong there.
    fn ends(&mut self, object: &Object, ends: Vec<Ended>, work: &mut Vec<Object>) {
        let program = self.sites.program;
        let start = &object.start;
        let function = program.function(start.function).1;
        // Somewhere the obligation is met: then it is this method's.
        let met = ends
            .iter()
            .any(|ended| !ended.escaped && self.automaton.end(ended.state, false).is_none());
        let mut on: Vec<Object> = Vec::new();
        let mut reported = false;
        let mut thrown: Vec<Ended> = Vec::new();
        for mut ended in ends {
            if ended.escaped {
                continue;
            }
            if function.properties & LAMBDA != 0 {
                self.returned_by_lambda(start, &mut ended);
            }
            let outer = self.visible(start, &ended);
            if self.is_yielded(start, &ended) {
                continue;
            }
            if ended.exceptional {
                if outer.is_empty() || !start.fresh && met {
                    thrown.push(ended);
                }
                continue;
            }
            if !outer.is_empty() && (start.fresh || !met) {
                self.live_on(object, &ended, &outer, &mut on);
                continue;
            }
            let contained = start.fresh
                && !ended.places.is_empty()
                && ended
                    .places
                    .iter()
                    .all(|&place| !self.places.get(place).fields.is_empty());
            if contained && !self.automaton.spec.contained {
                continue;
            }
            if self.automaton.end(ended.state, false).is_some() {
                let factor = if contained { CONTAINED } else { 1.0 };
                ended.confidence *= factor;
                let step = self.step(start.file, ended.row, StepKind::End);
                ended.steps.push(step);
                if ended.thrown {
                    thrown.push(ended);
                } else {
                    reported = true;
                    self.end(object, ended, false);
                }
            }
        }
        // An exception says nothing new of an object that is lost anyway.
        for ended in thrown.into_iter().filter(|_| !reported) {
            self.end(object, ended, true);
        }
        on.reverse();
        work.extend(on);
    }

    /// An object ends in a state that is wrong then.
    fn end(&mut self, object: &Object, ended: Ended, thrown: bool) {
        let label = self.automaton.end(ended.state, thrown).or_else(|| {
            // Exceptions that are handled count where those that leave the method do not.
            let label = self.automaton.end(ended.state, false);
            label.filter(|_| !ended.exceptional)
        });
        if let Some(label) = label {
            let factor = if thrown { EXCEPTIONAL } else { 1.0 };
            let what = (label, ended.state, object.created, thrown);
            self.found(object, what, ended.steps, ended.confidence * factor);
        }
    }
}
