//! One object in one method: along the control flow, with what is known at each row.

use std::collections::VecDeque;
use std::rc::Rc;

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::automaton::State;
use super::index::Index;
use super::place::{PlaceId, RETURNED};
use super::search::Search;
use super::{StateStep, StepKind};
use crate::NodeId;
use crate::flows::program::{FileAt, NONE, Node};
use crate::passes::facts::{Expression, Way};

/// What a variable is known to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Truth {
    Null,
    False,
    True,
    /// A number below 0, which counts as true.
    Negative,
}

/// Whether an exception is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Pending {
    No,
    /// An operator may have raised it, or a handler did not take it: it runs what handlers and `finally` do, and is not held against
    /// the object at the end.
    Soft,
    /// A call raised it, or the program does by itself.
    Hard,
}

/// What is known of the object at a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fact {
    pub(super) state: State,
    pub(super) pending: Pending,
    /// An exception was on its way at some time.
    pub(super) thrown: bool,
    /// Places that hold the object, ascending.
    pub(super) places: SmallVec<[PlaceId; 4]>,
    /// Outcomes of tests, ascending.
    pub(super) known: SmallVec<[(Node, Truth); 2]>,
}

/// Where an object is followed from.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) file: FileAt,
    pub(super) function: u32,
    /// Behind this row; the method's own row stands for its beginning.
    pub(super) row: u32,
    pub(super) state: State,
    pub(super) places: SmallVec<[PlaceId; 4]>,
    /// Nothing but the places holds it: it was made there.
    pub(super) fresh: bool,
    pub(super) steps: Rc<Vec<StateStep>>,
    pub(super) confidence: f32,
}

/// The object where the method ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ended {
    pub(super) state: State,
    /// An exception leaves the method.
    pub(super) exceptional: bool,
    /// An exception was on its way at some time.
    pub(super) thrown: bool,
    /// What the method returns, where that is known.
    pub(super) returned: Option<Truth>,
    /// It got out of sight.
    pub(super) escaped: bool,
    pub(super) places: SmallVec<[PlaceId; 4]>,
    pub(super) steps: Vec<StateStep>,
    pub(super) confidence: f32,
    /// Row by which the method is left.
    pub(super) row: u32,
}

/// An event that was wrong.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wrong {
    pub(super) state: State,
    pub(super) node: NodeId,
    pub(super) steps: Vec<StateStep>,
    pub(super) confidence: f32,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Walked {
    pub(super) ends: Vec<Ended>,
    pub(super) wrong: Vec<Wrong>,
}

/// A row with what is known there, and how it was come to.
struct Visit {
    row: u32,
    fact: Fact,
    before: u32,
    steps: SmallVec<[StateStep; 1]>,
    confidence: f32,
    /// Row that was left.
    from: u32,
}

/// How control goes on with an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goes {
    Both,
    On,
    Thrown,
}

/// What a row makes of a fact.
#[derive(Clone, Debug)]
pub(super) struct After {
    pub(super) fact: Fact,
    pub(super) goes: Goes,
    pub(super) escaped: bool,
    pub(super) steps: SmallVec<[StateStep; 1]>,
    pub(super) confidence: f32,
    /// What was wrong in a method that was called, or here.
    pub(super) wrong: Option<NodeId>,
}

impl After {
    pub(super) fn of(fact: Fact, confidence: f32) -> Self {
        Self {
            fact,
            goes: Goes::Both,
            escaped: false,
            steps: SmallVec::new(),
            confidence,
            wrong: None,
        }
    }
}

pub(super) struct Walk<'s> {
    pub(super) start: &'s Start,
    pub(super) index: Rc<Index>,
    visits: Vec<Visit>,
    seen: FxHashSet<(u32, Fact)>,
    work: VecDeque<u32>,
    walked: Walked,
}

impl<'s> Walk<'s> {
    pub(super) fn new(start: &'s Start, index: Rc<Index>) -> Self {
        Self {
            start,
            index,
            visits: Vec::new(),
            seen: FxHashSet::default(),
            work: VecDeque::new(),
            walked: Walked::default(),
        }
    }
}

impl Search<'_, '_> {
    /// Follows an object through a method from a row on.
    pub(super) fn walk(&mut self, start: &Start) -> Walked {
        let index = self.index(start.file);
        let mut walk = Walk::new(start, index);
        let mut places = start.places.clone();
        places.sort_unstable();
        places.dedup();
        let fact = Fact {
            state: start.state,
            pending: Pending::No,
            thrown: false,
            places,
            known: self.known_around(start, &walk.index),
        };
        self.begin(&mut walk, fact);
        while let Some(visit) = walk.work.pop_front() {
            if self.steps >= self.budget.steps || self.stop.after(self.steps) {
                self.cut = true;
                break;
            }
            self.steps += 1;
            self.visit(&mut walk, visit);
        }
        walk.walked
    }

    fn begin(&mut self, walk: &mut Walk<'_>, fact: Fact) {
        let row = walk.start.row;
        let after = After::of(fact, walk.start.confidence);
        let is_method = self.sites.program.function(walk.start.function).1.row == row;
        let after = if is_method {
            vec![after]
        } else {
            self.behind_call(walk, row, after)
        };
        for mut after in after {
            // What fails there did not make the object.
            after.goes = Goes::On;
            self.go_on(walk, NONE, row, &after);
        }
    }

    fn visit(&mut self, walk: &mut Walk<'_>, number: u32) {
        let visit = &walk.visits[number as usize];
        let (row, fact, confidence) = (visit.row, visit.fact.clone(), visit.confidence);
        let from = visit.from;
        if walk.index.steps(row).is_empty() {
            // The end of the method.
            if fact.pending == Pending::Soft {
                return;
            }
            let exceptional = fact.pending == Pending::Hard;
            let ended = Self::ended(walk, number, &fact, exceptional, from);
            walk.walked.ends.push(ended);
            return;
        }
        let pending = fact.pending != Pending::No;
        for after in self.effects(walk, row, After::of(fact, confidence)) {
            if after.wrong.is_some() || after.escaped {
                Self::stop(walk, number, row, &after);
                continue;
            }
            self.go_on(walk, number, row, &after);
            let fails = after.goes == Goes::Thrown
                || self.automaton.asks_for_exceptions()
                    && after.goes != Goes::On
                    && after.steps.is_empty()
                    && self.may_fail(walk.start.file, row);
            let throws = fails
                && !pending
                && !walk
                    .index
                    .steps(row)
                    .iter()
                    .any(|&(.., way)| way == Way::Throw);
            if throws {
                let mut ended = Self::ended(walk, number, &after.fact, true, row);
                ended.steps.extend(after.steps.iter().copied());
                let ended_by = self.step(walk.start.file, row, StepKind::Exception);
                ended.steps.push(ended_by);
                walk.walked.ends.push(ended);
            }
        }
    }

    /// Whether a call can fail: all can, but those that are events of objects; what closes is not expected to.
    fn may_fail(&mut self, file: FileAt, row: u32) -> bool {
        if self.sites.program.call_at(file, row).is_none() {
            return false;
        }
        if let Some(&known) = self.failing.get(&(file, row)) {
            return known;
        }
        let fails = !self.is_event(file, row);
        self.failing.insert((file, row), fails);
        fails
    }

    /// Whether a row reads a member of the object: that does not fail.
    fn is_own_member(&mut self, walk: &Walk<'_>, row: u32, fact: &Fact) -> bool {
        let file = walk.start.file;
        let facts = self.sites.program.files[file as usize];
        walk.index.reads(row).any(|read| {
            match facts.expressions[facts.reads[read as usize].value as usize] {
                Expression::Member(base, _) => self.holds(file, &walk.index, base, fact),
                _ => false,
            }
        })
    }

    pub(super) fn step(&self, file: FileAt, row: u32, kind: StepKind) -> StateStep {
        let ordinal = self.sites.program.files[file as usize].ordinal;
        StateStep {
            node: NodeId::new(ordinal, row),
            kind,
        }
    }

    fn stop(walk: &mut Walk<'_>, number: u32, row: u32, after: &After) {
        let mut steps = Self::way(walk, number);
        steps.extend(after.steps.iter().copied());
        if let Some(node) = after.wrong {
            walk.walked.wrong.push(Wrong {
                state: after.fact.state,
                node,
                steps,
                confidence: after.confidence,
            });
        } else {
            walk.walked.ends.push(Ended {
                state: after.fact.state,
                exceptional: false,
                thrown: false,
                returned: None,
                escaped: true,
                places: SmallVec::new(),
                steps,
                confidence: after.confidence,
                row,
            });
        }
    }

    fn ended(walk: &Walk<'_>, number: u32, fact: &Fact, exceptional: bool, row: u32) -> Ended {
        Ended {
            state: fact.state,
            exceptional,
            thrown: fact.thrown,
            returned: fact.truth(RETURNED),
            escaped: false,
            places: fact.places.clone(),
            steps: Self::way(walk, number),
            confidence: walk.visits[number as usize].confidence,
            row,
        }
    }

    /// Steps from the start to a visit.
    fn way(walk: &Walk<'_>, mut number: u32) -> Vec<StateStep> {
        let mut steps = Vec::new();
        while number != NONE {
            let visit = &walk.visits[number as usize];
            steps.extend(visit.steps.iter().rev().copied());
            number = visit.before;
        }
        steps.extend(walk.start.steps.iter().rev().copied());
        steps.reverse();
        steps
    }

    /// To the rows that come next.
    fn go_on(&mut self, walk: &mut Walk<'_>, before: u32, row: u32, after: &After) {
        let index = Rc::clone(&walk.index);
        for &(_, next, way) in index.steps(row) {
            let pending = after.fact.pending != Pending::No;
            let goes = match way {
                Way::Step => after.goes != Goes::Thrown,
                Way::Resume => after.goes != Goes::Thrown && !pending,
                Way::Unwind => after.goes != Goes::Thrown && pending,
                Way::Throw => after.goes != Goes::On && !self.is_own_member(walk, row, &after.fact),
            };
            if !goes {
                continue;
            }
            let mut fact = after.fact.clone();
            let mut steps = after.steps.clone();
            if way == Way::Throw {
                if !pending {
                    steps.push(self.step(walk.start.file, row, StepKind::Exception));
                }
                // An exception that another one meets is forgotten.
                let hard = self.may_fail(walk.start.file, row)
                    || after.goes == Goes::Thrown
                    || index.raises(row);
                fact.pending = if hard { Pending::Hard } else { Pending::Soft };
                fact.thrown = true;
            } else {
                if index.handlers.contains(&row) {
                    fact.pending = if way == Way::Unwind {
                        Pending::Soft
                    } else {
                        Pending::No
                    };
                }
                if !self.branch(walk.start, &index, row, next, &mut fact, &mut steps) {
                    continue;
                }
                if self.automaton.error(fact.state).is_some() {
                    let node = self.step(walk.start.file, row, StepKind::Error);
                    steps.push(node);
                    let mut wrong = after.clone();
                    wrong.fact = fact;
                    wrong.steps = steps;
                    wrong.wrong = Some(node.node);
                    Self::stop(walk, before, row, &wrong);
                    continue;
                }
            }
            if !walk.seen.insert((next, fact.clone())) {
                continue;
            }
            walk.work.push_back(walk.visits.len() as u32);
            walk.visits.push(Visit {
                row: next,
                fact,
                before,
                steps,
                confidence: after.confidence,
                from: row,
            });
        }
    }
}
