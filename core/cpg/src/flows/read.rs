//! Reads: of parts of values, and of variables of modules and classes from elsewhere.

use super::StepKind;
use super::engine::Engine;
use super::meaning::Meaning;
use super::path::{Path, Step, behind};
use super::program::{Node, Use};
use super::state::{ENTRY, Fact};
use crate::passes::facts::{Expression, Owner};

impl Engine<'_, '_> {
    /// An expression that stands for a node, or reads a part of it.
    pub(super) fn part(&mut self, id: u32, fact: Fact, part: Node, row: u32) {
        let program = self.program;
        let (file, expression) = program.expression(part);
        let path = self.paths.get(fact.path).clone();
        let (kind, reads): (StepKind, &[Step]) = match *expression {
            Expression::Member(_, name) => {
                let name = program.name(file, name);
                self.method(id, fact, part, name, row);
                match path.first() {
                    // Fields that were given as a mapping.
                    Some(&Step::Text(key)) if key == name && !self.is_dictionary(fact.node) => {
                        (StepKind::Load, &[Step::Text(name)])
                    }
                    Some(step) if step.is_element() => return,
                    _ => (StepKind::Load, &[Step::Field(name)]),
                }
            }
            Expression::Element(_, key) => match (program.step(file, key), path.first()) {
                // Fields that are read as a mapping.
                (Step::Text(key), Some(&Step::Field(name))) if key == name => {
                    (StepKind::Load, &[Step::Field(name)])
                }
                (step, _) => (StepKind::Load, &[step]),
            },
            Expression::Returned(_) => (StepKind::Return, &[Step::Returned]),
            Expression::Iterated(_) => {
                self.iterated(id, fact, part, row);
                return;
            }
            Expression::Entered(_) => {
                let own = self.invocations_at(file, row);
                let entered = own.iter().any(|&at| {
                    let into = &self.invocations[at as usize].into;
                    matches!(into, super::bind::Into::Node(node) if *node == part)
                });
                if entered {
                    return;
                }
                let ways = self.entered_outside(fact.node);
                if !ways.is_empty() {
                    for way in ways {
                        if let Some(rest) = behind(&way, &path)
                            && let Some((since, alias)) = self.pass(fact, row, rest.is_empty())
                        {
                            let at = (StepKind::Library, file, row, 1.0);
                            self.emit(id, part, rest, (since, alias), at);
                        }
                    }
                    return;
                }
                let entered: &[Step] = if path.first() == Some(&Step::Any) {
                    &[Step::Any]
                } else {
                    &[]
                };
                (StepKind::Load, entered)
            }
            Expression::Merged(made, other) => {
                // The pairs go into what is made, under their keys.
                let made = program.node(file, made);
                if program.node(file, other) == fact.node
                    && path.first().is_none_or(|step| step.is_element())
                    && self.holds(fact, row)
                {
                    let at = (StepKind::Store, file, row, 1.0);
                    self.emit(id, made, &path, (row, !path.is_empty()), at);
                }
                return;
            }
            _ => (StepKind::Assignment, &[]),
        };
        // Of any element the one that is read: what was stored under its key since then is there instead.
        let mut held = fact;
        if let ([key @ (Step::Text(_) | Step::Index(_))], Some(Step::Any)) = (reads, path.first()) {
            let mut own = path.clone();
            own[0] = *key;
            held.path = self.paths.id(&own);
        }
        if let Some(rest) = behind(reads, &path)
            && let Some((since, alias)) = self.pass(held, row, rest.is_empty())
        {
            self.emit(id, part, rest, (since, alias), (kind, file, row, 1.0));
        }
    }

    /// A method that is taken from a value has it as its receiver.
    pub(super) fn method(&mut self, id: u32, fact: Fact, part: Node, name: u32, row: u32) {
        let program = self.program;
        let called = program
            .uses(part)
            .any(|at| matches!(program.use_at(at), Use::Callee(_)));
        if !called && !program.methods.contains(&name) {
            return;
        }
        let path = self.paths.get(fact.path).clone();
        // What a method or a closure holds is no receiver of another one.
        if matches!(
            path.first(),
            Some(Step::Receiver | Step::Capture(_) | Step::Call)
        ) || path.first() == Some(&Step::Field(name))
        {
            return;
        }
        let file = program.file(part);
        if let Some((since, alias)) = self.pass(fact, row, path.is_empty()) {
            let mut steps = Path::from_slice(&[Step::Receiver]);
            steps.extend(path);
            self.emit(
                id,
                part,
                &steps,
                (since, alias),
                (StepKind::Load, file, row, 1.0),
            );
        }
        // A property is a method that runs when it is read.
        if !called {
            self.property(id, fact, part, row);
        }
    }

    pub(super) fn iterated(&mut self, id: u32, fact: Fact, part: Node, row: u32) {
        let program = self.program;
        let file = program.file(part);
        let path = self.paths.get(fact.path).clone();
        let dictionary = path
            .first()
            .is_some_and(|step| matches!(step, Step::Any | Step::Keys))
            && self.is_dictionary(fact.node);
        let rest = match path.first() {
            None => Some(&path[..]),
            Some(Step::Keys) => Some(&path[1..]),
            Some(Step::Any | Step::Index(_)) if !dictionary => Some(&path[1..]),
            _ => None,
        };
        if let Some(rest) = rest
            && let Some((since, alias)) = self.pass(fact, row, rest.is_empty())
        {
            let at = (StepKind::Load, file, row, 1.0);
            self.emit(id, part, rest, (since, alias), at);
        }
    }

    pub(super) fn is_dictionary(&mut self, node: Node) -> bool {
        let file = self.program.file(node);
        let Some(language) = self.language(file) else {
            return false;
        };
        let meanings = self.meanings(node);
        !meanings.is_empty()
            && meanings
                .iter()
                .all(|meaning| matches!(meaning, Meaning::Collection(name) if *name == language.dictionary))
    }

    /// Variables of modules and classes are read through other names, in other files too.
    pub(super) fn elsewhere(&mut self, id: u32, context: u32) {
        let program = self.program;
        let fact = self.state.facts[id as usize];
        let base = program.base_variable(fact.node);
        let path = self.paths.get(fact.path).clone();
        let file = program.file(base);
        let own = program.files[file as usize].variables
            [(base - program.bases[file as usize].variables) as usize];
        let name = program.name(file, own.name);
        let mut readers: Vec<Node> = Vec::new();
        match program.owner(base) {
            Owner::Module if base == fact.node => {
                readers.extend(program.importers.get(&base).into_iter().flatten());
                for &node in program.members.get(&name).into_iter().flatten() {
                    let (at, expression) = program.expression(node);
                    let Expression::Member(value, _) = *expression else {
                        continue;
                    };
                    let value = program.node(at, value);
                    if self.meanings(value).contains(&Meaning::Module(file)) {
                        readers.push(node);
                    }
                }
                for &node in program.globals.get(&name).into_iter().flatten() {
                    let at = program.file(node);
                    let facts = program.files[at as usize];
                    let imports = facts.imports.iter().any(|import| {
                        let row = crate::NodeId::new(facts.ordinal, import.row);
                        import.what == crate::passes::facts::Imported::All
                            && program
                                .imported(row)
                                .any(|target| program.at.get(&target.file()) == Some(&file))
                    });
                    if imports {
                        readers.push(node);
                    }
                }
            }
            Owner::Class(class) => {
                let class = program.bases[file as usize].classes + class;
                for &node in program.members.get(&name).into_iter().flatten() {
                    let (at, expression) = program.expression(node);
                    let Expression::Member(value, _) = *expression else {
                        continue;
                    };
                    let value = program.node(at, value);
                    if self.may_read(value, class, name, program.row(node)) {
                        readers.push(node);
                    }
                }
            }
            _ => {}
        }
        for node in readers {
            self.steps += 1;
            let place = (program.file(node), program.row(node));
            if !self.is_read_at(id, place) {
                continue;
            }
            let in_body = self.is_module_body(place);
            let origin = super::state::Origin {
                before: id,
                via: super::program::NONE,
                kind: StepKind::Load,
                file: place.0,
                row: place.1,
                confidence: self.state.origins[id as usize].confidence,
            };
            let context = if in_body { fact.context } else { context };
            self.put(context, node, &path, (ENTRY, fact.alias), origin);
        }
    }

    /// Whether a member of a value can be the class's own: nothing that runs before always gives the object one of its own.
    pub(super) fn may_read(&mut self, value: Node, class: u32, name: u32, row: u32) -> bool {
        let meanings = self.meanings(value);
        let fits = meanings.iter().any(|meaning| match *meaning {
            Meaning::Class(other) | Meaning::Instance(other) => {
                let ancestors = self.ancestors(other);
                let first = ancestors
                    .iter()
                    .find(|&&above| self.program.class_variables.contains_key(&(above, name)));
                first == Some(&class)
            }
            _ => false,
        });
        if !fits {
            return false;
        }
        let path = self.paths.id(&[Step::Field(name)]);
        let fact = Fact {
            context: 0,
            node: value,
            path,
            since: ENTRY,
            alias: false,
        };
        self.holds(fact, row)
    }
}
