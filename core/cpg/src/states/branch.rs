//! What tests say of the object and of variables that are tested again.

use smallvec::SmallVec;

use super::index::Index;
use super::search::Search;
use super::spec::Event;
use super::walk::{Fact, Pending, Start, Truth};
use super::{StateStep, StepKind};
use crate::flows::program::Node;
use crate::passes::facts::{Expression, Test, Value};

/// Outcomes that are remembered at once.
const MOST_KNOWN: usize = 4;

impl Fact {
    pub(super) fn truth(&self, node: Node) -> Option<Truth> {
        let known = self.known.iter().find(|&&(other, _)| other == node);
        known.map(|&(_, truth)| truth)
    }

    pub(super) fn forget(&mut self, node: Node) {
        self.known.retain(|&mut (other, _)| other != node);
    }

    pub(super) fn learn(&mut self, node: Node, truth: Truth) {
        self.forget(node);
        if self.known.len() < MOST_KNOWN {
            self.known.push((node, truth));
            self.known.sort_unstable();
        }
    }
}

impl Search<'_, '_> {
    /// What must have held of variables for a row to run: the tests in whose arms it stands.
    pub(super) fn known_around(
        &mut self,
        start: &Start,
        index: &Index,
    ) -> SmallVec<[(Node, Truth); 2]> {
        let program = self.sites.program;
        let base = program.bases[start.file as usize].variables;
        let mut fact = Fact {
            state: start.state,
            pending: Pending::No,
            thrown: false,
            places: SmallVec::new(),
            known: SmallVec::new(),
        };
        for test in index.arms_around(start.row) {
            if test.when != test.arm_is
                || program.function_of(start.file, test.decides) != start.function
            {
                continue;
            }
            if let Some(node) = self.switch(start, index, test.value, &fact)
                && !index.is_written(program, base, node, test.arm.0..start.row)
            {
                fact.learn(node, if test.is { Truth::True } else { Truth::False });
            }
        }
        fact.known
    }

    /// The variable of a value, where its tests are remembered.
    fn switch(&self, start: &Start, index: &Index, value: Value, fact: &Fact) -> Option<Node> {
        let program = self.sites.program;
        let facts = program.files[start.file as usize];
        if !matches!(facts.expressions[value as usize], Expression::Variable(_)) {
            return None;
        }
        let node = program.base_variable(program.node(start.file, value));
        (index.switches.contains(&node) || fact.truth(node).is_some()).then_some(node)
    }

    /// Whether control can go from a row to the next one with a fact, and what it learns by that.
    pub(super) fn branch(
        &mut self,
        start: &Start,
        index: &Index,
        row: u32,
        next: u32,
        fact: &mut Fact,
        steps: &mut SmallVec<[StateStep; 1]>,
    ) -> bool {
        let nexts = index.steps(row);
        let outcome = |test: &Test| {
            if test.arm == (0, 0) {
                return Some(true);
            }
            let inside = |row: u32| (test.arm.0..test.arm.1).contains(&row);
            // An arm without rows cannot be told from what comes behind it.
            let told = nexts.iter().any(|&(_, next, _)| inside(next));
            told.then(|| inside(next) == test.arm_is)
        };
        let before = fact.state;
        for test in index.tests(row) {
            if outcome(test) == Some(test.when)
                && !self.tested(start, index, test.value, test.is, fact)
            {
                return false;
            }
        }
        for test in index.nulls(row) {
            if outcome(test) == Some(test.when)
                && !self.compared(start, index, test.value, test.is, fact)
            {
                return false;
            }
        }
        for test in index.negatives(row) {
            if outcome(test) == Some(test.when)
                && !self.below_zero(start, index, test.value, test.is, fact)
            {
                return false;
            }
        }
        if before != fact.state {
            steps.push(self.step(start.file, row, StepKind::Test));
        }
        true
    }

    /// The object turns out to be there, or not to be.
    fn decide(&self, fact: &mut Fact, is_null: bool) -> bool {
        let wanted = if is_null { Event::Null } else { Event::NotNull };
        match self.automaton.test(fact.state, &wanted) {
            Some(state) => {
                fact.state = state;
                true
            }
            None => false,
        }
    }

    fn tested(
        &mut self,
        start: &Start,
        index: &Index,
        value: Value,
        is: bool,
        fact: &mut Fact,
    ) -> bool {
        if self.holds(start.file, index, value, fact) {
            return self.decide(fact, !is);
        }
        let program = self.sites.program;
        let facts = program.files[start.file as usize];
        let mut member = value;
        if let Expression::Call(call) = facts.expressions[value as usize] {
            let call = &facts.calls[call as usize];
            // What creation says of itself: a lock that was not got.
            if call.row == start.row && !start.fresh {
                return is != self.fails_by_truth(start.file, call.row);
            }
            if let Some(truth) = fact.truth(program.node(start.file, value)) {
                return matches!(truth, Truth::True | Truth::Negative) == is;
            }
            member = call.callee;
        }
        if let Expression::Member(base, name) = facts.expressions[member as usize]
            && let Some(told) = self.automaton.told(facts.name(name), fact.state)
            && self.holds(start.file, index, base, fact)
        {
            return told == is;
        }
        let Some(node) = self.switch(start, index, value, fact) else {
            return true;
        };
        match fact.truth(node) {
            Some(Truth::Null | Truth::False) => !is,
            Some(Truth::True | Truth::Negative) => is,
            None => {
                fact.learn(node, if is { Truth::True } else { Truth::False });
                true
            }
        }
    }

    /// A test of a number: of an object that is known by its number, it says whether there is one.
    fn below_zero(
        &mut self,
        start: &Start,
        index: &Index,
        value: Value,
        is_negative: bool,
        fact: &mut Fact,
    ) -> bool {
        if self.holds(start.file, index, value, fact) {
            return self.decide(fact, is_negative);
        }
        let program = self.sites.program;
        let facts = program.files[start.file as usize];
        let mut node = program.node(start.file, value);
        if matches!(facts.expressions[value as usize], Expression::Variable(_)) {
            node = program.base_variable(node);
        }
        match fact.truth(node) {
            Some(Truth::Negative) => is_negative,
            Some(Truth::Null | Truth::False) => !is_negative,
            Some(Truth::True) | None => true,
        }
    }

    fn compared(
        &mut self,
        start: &Start,
        index: &Index,
        value: Value,
        is_null: bool,
        fact: &mut Fact,
    ) -> bool {
        if self.holds(start.file, index, value, fact) {
            return self.decide(fact, is_null);
        }
        let Some(node) = self.switch(start, index, value, fact) else {
            return true;
        };
        match fact.truth(node) {
            Some(Truth::Null) => is_null,
            Some(Truth::True | Truth::Negative) => !is_null,
            Some(Truth::False) => true,
            None => {
                if is_null {
                    fact.learn(node, Truth::Null);
                }
                true
            }
        }
    }
}
