//! What a row does with an object: operators and protocols, names that come and go, and what leaves the method.

use smallvec::SmallVec;

use super::StepKind;
use super::bind::Handed;
use super::index::{Index, Write};
use super::place::{MOST_FIELDS, PlaceId, RETURNED};
use super::search::Search;
use super::spec::Event;
use super::walk::{After, Fact, Truth, Walk};
use crate::flows::program::{FileAt, Node, Symbol};
use crate::passes::facts::{Constant, Expression, Owner, Place, Value, protocol};
use crate::passes::op;

/// Operators that look at which object it is, and read nothing of it.
fn only_compares(operator: &str) -> bool {
    matches!(
        operator,
        op::AND | op::OR | op::NOT | op::ELVIS | op::CONDITIONAL
    ) || matches!(
        operator.strip_prefix("<operator>."),
        Some("is" | "isNot" | "equals" | "notEquals")
    )
}

/// What a test of a constant says.
fn truth_of(constant: &Constant) -> Option<Truth> {
    match constant {
        Constant::Null => Some(Truth::Null),
        Constant::Truth(false) | Constant::Int(0) => Some(Truth::False),
        Constant::Int(number) if *number < 0 => Some(Truth::Negative),
        Constant::Truth(true) | Constant::Int(_) => Some(Truth::True),
        _ => None,
    }
}

impl Search<'_, '_> {
    /// Places of a value.
    pub(super) fn places_of(
        &mut self,
        file: FileAt,
        index: &Index,
        value: Value,
    ) -> SmallVec<[PlaceId; 2]> {
        if value == 0 {
            return SmallVec::new();
        }
        if let Some(known) = self.resolved.get(&(file, value)) {
            return known.clone();
        }
        let found = self.places.resolve(self.sites.program, index, file, value);
        self.resolved.insert((file, value), found.clone());
        found
    }

    /// Whether a value is the object.
    pub(super) fn holds(&mut self, file: FileAt, index: &Index, value: Value, fact: &Fact) -> bool {
        let places = self.places_of(file, index, value);
        places.iter().any(|place| fact.places.contains(place))
    }

    /// Ways from a value to the object: none where it does not get there, an empty one where it is the object.
    pub(super) fn ways_to(
        &mut self,
        file: FileAt,
        index: &Index,
        value: Value,
        fact: &Fact,
    ) -> Vec<SmallVec<[Symbol; MOST_FIELDS]>> {
        let mut found = Vec::new();
        for outer in self.places_of(file, index, value) {
            for &inner in &fact.places {
                if let Some(rest) = self.places.rest(outer, inner) {
                    found.push(SmallVec::from_slice(rest));
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// What a row makes of a fact that comes to it.
    pub(super) fn effects(&mut self, walk: &mut Walk<'_>, row: u32, start: After) -> Vec<After> {
        let file = walk.start.file;
        let program = self.sites.program;
        if program.call_at(file, row).is_some() {
            let after = self.call(walk, row, start);
            let (going, mut done): (Vec<After>, Vec<After>) = after
                .into_iter()
                .partition(|after| after.wrong.is_none() && !after.escaped);
            if self.never_comes_back(file, row) {
                done.retain(|after| after.wrong.is_some());
                return done;
            }
            for after in going {
                done.extend(self.behind_call(walk, row, after));
            }
            return done;
        }
        self.behind_call(walk, row, start)
    }

    /// The same, behind the call that stands there.
    pub(super) fn behind_call(&mut self, walk: &Walk<'_>, row: u32, start: After) -> Vec<After> {
        let file = walk.start.file;
        let program = self.sites.program;
        let facts = program.files[file as usize];
        let index = &walk.index;
        let mut all = vec![start];
        for operation in index.operations(row) {
            let operator = facts.name(facts.operations[operation as usize].operator);
            let event = match operator {
                protocol::EXIT | protocol::EXIT_ASYNC => continue,
                protocol::ENTER | protocol::ENTER_ASYNC => Event::Enter,
                _ if only_compares(operator) => continue,
                _ => Event::Access,
            };
            all = self.each(all, |this, after| {
                this.operation(walk, (row, row), operation, &event, after)
            });
        }
        for read in index.reads(row) {
            if let Expression::Member(base, name) =
                facts.expressions[facts.reads[read as usize].value as usize]
                && self.automaton.told(facts.name(name), 0).is_none()
            {
                all = self.each(all, |this, after| this.access(walk, row, base, after));
            }
        }
        for &(_, pointer) in index.reached(row) {
            all = self.each(all, |this, after| this.access(walk, row, pointer, after));
        }
        for &(_, pointer) in index.through(row) {
            all = self.each(all, |this, after| this.access(walk, row, pointer, after));
        }
        for &Write { to, .. } in index.writes(row) {
            if let Place::Member(inner, _) | Place::Element(inner, _) = to {
                all = self.each(all, |this, after| this.access(walk, row, inner, after));
            }
        }
        for &(_, resource) in index.contexts(row) {
            let operation = facts.operations.iter().position(|operation| {
                operation.operands[..] == [resource]
                    && matches!(
                        facts.name(operation.operator),
                        protocol::EXIT | protocol::EXIT_ASYNC
                    )
            });
            if let Some(operation) = operation {
                let at = (facts.operations[operation].row, row);
                all = self.each(all, |this, after| {
                    this.operation(walk, at, operation as u32, &Event::Exit, after)
                });
            }
        }
        all = self.each(all, |this, mut after| {
            for &(_, choice, operand) in index.arms(row) {
                let held = this.holds(file, index, operand, &after.fact);
                let place = super::place::Place::of(program.node(file, choice));
                let place = this.places.id(place);
                after.fact.places.retain(|other| *other != place);
                if held {
                    after.fact.places.push(place);
                    after.fact.places.sort_unstable();
                }
            }
            vec![after]
        });
        let moves = index.moves(row)
            && self
                .sites
                .language(file)
                .is_some_and(|language| language.transparent);
        if !index.writes(row).is_empty() && !moves {
            all = self.each(all, |this, after| vec![this.write(walk, row, after)]);
        }
        for &(_, value) in index.returns(row) {
            // The value is the first part of the row that returns it.
            let known = facts.written.constant(row + 1);
            let truth = known.and_then(|known| truth_of(&known.constant));
            all = self.each(all, |this, mut after| {
                if let Some(truth) = truth {
                    after.fact.learn(RETURNED, truth);
                }
                for rest in this.ways_to(file, index, value, &after.fact) {
                    let place = super::place::Place::of(RETURNED).behind(&rest);
                    let place = place.map(|place| this.places.id(place));
                    after.fact.places.extend(place);
                    after.fact.places.sort_unstable();
                }
                vec![after]
            });
        }
        all
    }

    /// Goes on with what is still followed.
    fn each(
        &mut self,
        all: Vec<After>,
        mut run: impl FnMut(&mut Self, After) -> Vec<After>,
    ) -> Vec<After> {
        let mut found = Vec::with_capacity(all.len());
        for after in all {
            if after.escaped || after.wrong.is_some() {
                found.push(after);
            } else {
                found.extend(run(self, after));
            }
        }
        found
    }

    /// The state behind an event; an error ends the way.
    pub(super) fn happen(&mut self, walk: &Walk<'_>, row: u32, to: u8, mut after: After) -> After {
        let file = walk.start.file;
        if to == after.fact.state {
            return after;
        }
        after.fact.state = to;
        let wrong = self.automaton.error(to).is_some();
        let kind = if wrong {
            StepKind::Error
        } else {
            StepKind::Event
        };
        let step = self.step(file, row, kind);
        after.steps.push(step);
        after.wrong = wrong.then_some(step.node);
        after
    }

    fn access(&mut self, walk: &Walk<'_>, row: u32, value: Value, after: After) -> Vec<After> {
        match self.automaton.leaves(after.fact.state, &Event::Access) {
            Some(to) if self.holds(walk.start.file, &walk.index, value, &after.fact) => {
                vec![self.happen(walk, row, to, after)]
            }
            _ => vec![after],
        }
    }

    /// An operator or protocol. `at` has the row of the operation, and the row at which it runs.
    fn operation(
        &mut self,
        walk: &Walk<'_>,
        (own, row): (u32, u32),
        operation: u32,
        event: &Event,
        mut after: After,
    ) -> Vec<After> {
        let file = walk.start.file;
        let program = self.sites.program;
        let facts = program.files[file as usize];
        let operands = &facts.operations[operation as usize].operands;
        let mut held = false;
        let mut near = false;
        for &operand in operands {
            for rest in self.ways_to(file, &walk.index, operand, &after.fact) {
                held |= rest.is_empty();
                near = true;
            }
        }
        if !near {
            return vec![after];
        }
        // Methods of the project say what they do.
        let mut found = None;
        for edge in program.targets(file, own) {
            let Some(&function) = program.functions.get(&edge.target) else {
                continue;
            };
            if let Some((value, parameter)) = self.handed_by_operation(file, operation, function) {
                let handed = [(Handed::Value(value), parameter)];
                let at = (row, None, edge.confidence);
                if let Some(one) = self.enter(walk, at, function, &handed, &after) {
                    found.get_or_insert_with(Vec::new).extend(one);
                }
            }
        }
        if let Some(found) = found {
            return found;
        }
        // Who enters a context reads of the object.
        let state = after.fact.state;
        let to = self.automaton.leaves(state, event).or_else(|| {
            let enters = *event == Event::Enter;
            let to = self.automaton.leaves(state, &Event::Access);
            to.filter(|_| enters)
        });
        if let Some(to) = to.filter(|_| held) {
            return vec![self.happen(walk, row, to, after)];
        }
        let stored = facts.name(facts.operations[operation as usize].operator)
            == protocol::STORE_ELEMENT
            && operands
                .get(2)
                .is_some_and(|&value| self.holds(file, &walk.index, value, &after.fact));
        if stored && walk.start.fresh {
            after.escaped = true;
        }
        vec![after]
    }

    /// Names and fields that a row writes.
    fn write(&mut self, walk: &Walk<'_>, row: u32, mut after: After) -> After {
        let file = walk.start.file;
        let program = self.sites.program;
        let index = &walk.index;
        let base = program.bases[file as usize].variables;
        let mut gone: Vec<PlaceId> = Vec::new();
        let mut come: Vec<(PlaceId, SmallVec<[Symbol; MOST_FIELDS]>)> = Vec::new();
        for &Write { to, from, .. } in index.writes(row) {
            let ways = self.ways_to(file, index, from, &after.fact);
            let targets = match to {
                // The pointer points where it did; what it points to is out of sight.
                Place::Variable(_) if !index.through(row).is_empty() => {
                    if !ways.is_empty() {
                        after.escaped |= walk.start.fresh;
                    }
                    SmallVec::new()
                }
                Place::Variable(variable) => {
                    let node = program.base_variable(base + variable);
                    self.forget(walk, row, (node, from), &mut after.fact);
                    if !ways.is_empty() && self.outlives(walk, node) {
                        after.escaped |= walk.start.fresh;
                    }
                    let place = super::place::Place::of(node);
                    SmallVec::from_slice(&[self.places.id(place)])
                }
                Place::Member(inner, name) => {
                    let field = program.name(file, name);
                    let mut targets: SmallVec<[PlaceId; 2]> = SmallVec::new();
                    for outer in self.places_of(file, index, inner) {
                        let outer = self.places.get(outer).clone();
                        let seen =
                            !program.is_variable(outer.base) || self.outlives(walk, outer.base);
                        if let Some(place) = outer.behind(&[field]).filter(|_| !seen) {
                            targets.push(self.places.id(place));
                        } else if !ways.is_empty() {
                            after.escaped |= walk.start.fresh;
                        }
                    }
                    if targets.is_empty() && !ways.is_empty() {
                        after.escaped |= walk.start.fresh;
                    }
                    targets
                }
                Place::Element(collection, _) => {
                    if !ways.is_empty() && !index.lost.contains(&collection) {
                        after.escaped |= walk.start.fresh;
                    }
                    SmallVec::new()
                }
            };
            for target in targets {
                gone.push(target);
                come.extend(ways.iter().map(|rest| (target, rest.clone())));
            }
        }
        let before = after.fact.places.clone();
        for &outer in &gone {
            after
                .fact
                .places
                .retain(|inner| self.places.rest(outer, *inner).is_none());
        }
        for (target, rest) in come {
            match self.places.get(target).behind(&rest) {
                Some(place) => {
                    let place = self.places.id(place);
                    after.fact.places.push(place);
                }
                None => after.escaped |= walk.start.fresh,
            }
        }
        after.fact.places.sort_unstable();
        after.fact.places.dedup();
        if after.fact.places != before && !after.fact.places.iter().all(|p| before.contains(p)) {
            let step = self.step(file, row, StepKind::Assignment);
            after.steps.push(step);
        }
        after
    }

    /// A variable gets another value: what was known of it holds no more, but for what it surely gets.
    fn forget(&self, walk: &Walk<'_>, row: u32, (node, from): (Node, Value), fact: &mut Fact) {
        let got = fact.truth(self.sites.program.node(walk.start.file, from));
        fact.forget(node);
        if let Some(truth) = got.filter(|_| from != 0) {
            fact.learn(node, truth);
        } else if walk.index.switches.contains(&node)
            && let Some(truth) = walk.index.constants.get(&row).and_then(truth_of)
        {
            fact.learn(node, truth);
        }
    }

    /// Whether a variable lives longer than the method, or others see it.
    pub(super) fn outlives(&self, walk: &Walk<'_>, node: Node) -> bool {
        let program = self.sites.program;
        if walk.index.shared.contains(&node) {
            return true;
        }
        match program.owner(node) {
            Owner::Function(function) => {
                program.bases[walk.start.file as usize].functions + function != walk.start.function
            }
            Owner::Module => {
                let function = program.function(walk.start.function).1;
                function.properties & crate::kind::property::MODULE == 0
            }
            _ => true,
        }
    }
}
