//! Who else means an object into which something was stored: where its value came from, backwards.

use super::StepKind;
use super::engine::Engine;
use super::path::{Path, Step, behind};
use super::program::{NONE, Node};
use super::state::{ENTRY, Exit, Fact, NEVER};
use crate::passes::facts::{Expression, Owner, Place};

impl Engine<'_, '_> {
    pub(super) fn backward(&mut self, id: u32) {
        let program = self.program;
        let fact = self.state.facts[id as usize];
        let path = self.paths.get(fact.path).clone();
        let file = program.file(fact.node);
        let at = (StepKind::Alias, file, program.row(fact.node), 1.0);
        self.stored(id, fact, &path);
        let since = if fact.since == ENTRY && !program.is_variable(fact.node) {
            ENTRY
        } else {
            fact.since
        };
        if program.is_variable(fact.node) {
            self.variable(id, fact, &path);
            return;
        }
        let (file, expression) = program.expression(fact.node);
        let to = |this: &mut Self, node: Node, steps: &[Step]| {
            this.emit(id, node, steps, (since, true), at);
        };
        let join = |first: Step| {
            let mut steps = Path::from_slice(&[first]);
            steps.extend(path.iter().copied());
            steps
        };
        match *expression {
            Expression::Member(base, name) => {
                let base = program.node(file, base);
                if path[0] == Step::Receiver {
                    to(self, base, &path[1..]);
                } else {
                    let name = program.name(file, name);
                    to(self, base, &join(Step::Field(name)));
                    self.member_of_class(id, base, name, &path);
                }
            }
            Expression::Element(base, key) => {
                to(
                    self,
                    program.node(file, base),
                    &join(program.step(file, key)),
                );
            }
            Expression::Iterated(base) => to(self, program.node(file, base), &join(Step::Any)),
            Expression::Entered(base) => {
                let base = program.node(file, base);
                let mut ways = self.entered_outside(base);
                if ways.is_empty() {
                    ways.push(Path::new());
                }
                for mut way in ways {
                    way.extend(path.iter().copied());
                    to(self, base, &way);
                }
            }
            Expression::Choice(ref values) => {
                let met = self.met(id);
                let came = values
                    .iter()
                    .any(|&value| Some(program.node(file, value)) == met);
                for &value in values.iter().filter(|_| !came) {
                    to(self, program.node(file, value), &path);
                }
            }
            Expression::Merged(one, other) => {
                for value in [one, other] {
                    to(self, program.node(file, value), &path);
                }
            }
            Expression::Super(_, Some(variable)) => {
                to(
                    self,
                    program.bases[file as usize].variables + variable,
                    &path,
                );
            }
            Expression::Function(_) => {
                if let Step::Capture(variable) = path[0] {
                    let since = if program.file(variable) == file {
                        since
                    } else {
                        ENTRY
                    };
                    self.emit(id, variable, &path[1..], (since, true), at);
                }
            }
            Expression::Call(call) => {
                let call = program.bases[file as usize].calls + call;
                self.made(id, fact, call, &path);
            }
            Expression::Import(import) => {
                let facts = program.files[file as usize];
                let row = facts.imports[import as usize].row;
                let targets: Vec<_> = program
                    .imported(crate::NodeId::new(facts.ordinal, row))
                    .collect();
                for target in targets {
                    if let Some(&variable) = program.declared.get(&target) {
                        self.exit(id, Exit::Global(variable), &path);
                    }
                }
            }
            _ => {}
        }
    }

    /// The node that a fact came forward from, where it is one of several whose values meet in its own: the object is that one's.
    fn met(&self, id: u32) -> Option<Node> {
        let origin = self.state.origins[id as usize];
        let before = self.state.facts.get(origin.before as usize)?;
        let forward = origin.kind == StepKind::Assignment && origin.via == NONE;
        forward.then_some(before.node)
    }

    fn variable(&mut self, id: u32, fact: Fact, path: &[Step]) {
        let program = self.program;
        let file = program.file(fact.node);
        let met = self.met(id);
        let sources: Vec<u32> = program.sources(fact.node).collect();
        // Values that meet have no row of their own.
        let meets = |number: u32| program.flow(number).1.row == 0;
        let came = sources.iter().any(|&number| {
            meets(number) && Some(program.node(file, program.flow(number).1.from)) == met
        });
        for number in sources
            .into_iter()
            .filter(|&number| !came || !meets(number))
        {
            let flow = program.flow(number).1;
            let node = program.node(file, flow.from);
            let at = (StepKind::Alias, file, flow.row, 1.0);
            self.emit(id, node, path, (fact.since, true), at);
        }
        let base = program.base_variable(fact.node);
        let around = self.around(fact);
        let function = self.state.contexts[fact.context as usize].function;
        match program.owner(base) {
            Owner::Function(owner) => {
                let owner = program.bases[file as usize].functions + owner;
                let is_parameter = base == fact.node
                    && program
                        .function(owner)
                        .1
                        .parameters
                        .iter()
                        .any(|p| program.bases[file as usize].variables + p.variable == base);
                if owner != around && function != NONE {
                    if fact.since != NEVER {
                        self.exit(id, Exit::Capture(base), path);
                    }
                } else if is_parameter
                    && function != NONE
                    && program.defaults.contains_key(&base)
                    && fact.since != NEVER
                {
                    // The object of a default stays from call to call.
                    self.exit(id, Exit::Parameter(base), path);
                } else if is_parameter && (fact.since == NEVER || self.leaves(fact)) {
                    self.exit(id, Exit::Parameter(base), path);
                }
            }
            Owner::Module if function != NONE => {
                // A module's own body has one context: the source's.
                self.exit(id, Exit::Global(fact.node), path);
            }
            _ => {}
        }
    }

    /// What was stored into the object before is the same object where it is read from the other name.
    fn stored(&mut self, id: u32, fact: Fact, path: &[Step]) {
        if path.len() < 2 {
            return;
        }
        let program = self.program;
        for number in program.stores(fact.node).collect::<Vec<_>>() {
            let (file, flow) = program.flow(number);
            let step = match flow.to {
                Place::Member(_, name) => Step::Field(program.name(file, name)),
                Place::Element(_, key) => program.step(file, key),
                Place::Variable(_) => continue,
            };
            if step.reads(path[0]) {
                let node = program.node(file, flow.from);
                let at = (StepKind::Alias, file, flow.row, 1.0);
                self.emit(id, node, &path[1..], (fact.since, true), at);
            }
        }
    }

    /// A member that no object has of its own is its class's.
    fn member_of_class(&mut self, id: u32, base: Node, name: u32, path: &[Step]) {
        use super::meaning::Meaning;
        let program = self.program;
        for meaning in self.meanings(base).iter() {
            let variable = match *meaning {
                Meaning::Module(at) => program.module_variables.get(&(at, name)).copied(),
                Meaning::Class(class) | Meaning::Instance(class) => {
                    let ancestors = self.ancestors(class);
                    ancestors
                        .iter()
                        .find_map(|&above| program.class_variables.get(&(above, name)))
                        .copied()
                        .filter(|&variable| program.sources(variable).next().is_some())
                }
                _ => None,
            };
            if let Some(variable) = variable {
                self.exit(id, Exit::Global(variable), path);
            }
        }
    }

    /// The object that a call gave.
    fn made(&mut self, id: u32, fact: Fact, call: u32, path: &[Step]) {
        let program = self.program;
        let (file, site) = program.call(call);
        let callee = program.files[file as usize]
            .expressions
            .get(site.callee as usize);
        if let Some(Expression::Super(_, Some(variable))) = callee {
            let node = program.bases[file as usize].variables + variable;
            let at = (StepKind::Alias, file, site.row, 1.0);
            self.emit(id, node, path, (fact.since, true), at);
            return;
        }
        for &invocation in self.invocations_at(file, site.row).iter() {
            let found = self.invocations[invocation as usize].clone();
            // A constructor's object is its receiver.
            for binding in found
                .bindings
                .iter()
                .filter(|binding| binding.node == fact.node)
            {
                if let Some(rest) = behind(&binding.outer, path) {
                    let steps: Path = binding.inner.iter().chain(rest).copied().collect();
                    self.enter(id, invocation, binding.parameter, &steps, true);
                }
            }
            let (at, function) = program.function(found.function);
            if matches!(found.into, super::bind::Into::Node(node) if node == fact.node) {
                for &value in &function.returns {
                    let node = program.node(at, value);
                    self.enter(id, invocation, node, path, true);
                }
                if path.len() > 1 && path[0].is_element() {
                    for &value in &function.yields {
                        let node = program.node(at, value);
                        self.enter(id, invocation, node, &path[1..], true);
                    }
                }
            }
        }
        if site.decorates
            && let Some(first) = site.arguments.first()
        {
            let node = program.node(file, first.value);
            let at = (StepKind::Alias, file, site.row, 1.0);
            self.emit(id, node, path, (fact.since, true), at);
        }
        self.made_outside(id, fact, call, path);
    }
}
