//! What kind of thing a node holds, as far as a short search backwards tells: classes, modules, functions, names outside.
//!
//! The linker's values decide calls; this only tells a class from its instance, and finds what members are called outside.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::language::Language;
use super::program::{FileAt, Node, Program};
use crate::NodeId;
use crate::passes::facts::{Expression, Imported, Owner};

/// Nodes that one search looks at.
const MOST_NODES: usize = 60;

/// A thing that a node can hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Meaning {
    Class(u32),
    Instance(u32),
    Module(FileAt),
    Function(u32),
    /// Something outside, by full name.
    Outside(String),
    /// A collection, by its type.
    Collection(String),
}

#[derive(Default)]
pub(crate) struct Meanings {
    known: FxHashMap<Node, Rc<Vec<Meaning>>>,
}

impl Meanings {
    pub(crate) fn of(
        &mut self,
        program: &Program<'_>,
        languages: &[Language],
        node: Node,
    ) -> Rc<Vec<Meaning>> {
        if let Some(known) = self.known.get(&node) {
            return Rc::clone(known);
        }
        let mut search = Search {
            program,
            languages,
            seen: FxHashSet::default(),
            found: Vec::new(),
        };
        search.run(node, 6);
        search.found.sort();
        search.found.dedup();
        let found = Rc::new(search.found);
        self.known.insert(node, Rc::clone(&found));
        found
    }

    /// Ancestors of a class and the class itself, nearest first.
    pub(crate) fn ancestors(
        &mut self,
        program: &Program<'_>,
        languages: &[Language],
        class: u32,
    ) -> Vec<u32> {
        let mut found = vec![class];
        let mut at = 0;
        while at < found.len() && at < MOST_NODES {
            let class = found[at];
            let file = program
                .bases
                .partition_point(|bases| bases.classes <= class) as u32
                - 1;
            let own = class - program.bases[file as usize].classes;
            for &base in &program.files[file as usize].classes[own as usize].bases {
                let base = program.node(file, base);
                for meaning in self.of(program, languages, base).iter() {
                    if let Meaning::Class(above) = *meaning
                        && !found.contains(&above)
                    {
                        found.push(above);
                    }
                }
            }
            at += 1;
        }
        found
    }
}

struct Search<'s, 'a> {
    program: &'s Program<'a>,
    languages: &'s [Language],
    seen: FxHashSet<Node>,
    found: Vec<Meaning>,
}

impl Search<'_, '_> {
    fn run(&mut self, node: Node, depth: u32) {
        let mut stack = vec![node];
        while let Some(node) = stack.pop() {
            if self.seen.len() >= MOST_NODES || !self.seen.insert(node) {
                continue;
            }
            let program = self.program;
            let file = program.file(node);
            if program.is_variable(node) {
                self.variable(node, file);
                let sources = program.sources(node);
                stack.extend(sources.map(|flow| program.node(file, program.flow(flow).1.from)));
                continue;
            }
            let facts = program.files[file as usize];
            let bases = program.bases[file as usize];
            match program.expression(node).1 {
                Expression::Function(function) => {
                    self.found
                        .push(Meaning::Function(bases.functions + function));
                }
                Expression::Class(class) => self.found.push(Meaning::Class(bases.classes + class)),
                Expression::Choice(values) => {
                    stack.extend(values.iter().map(|&value| program.node(file, value)));
                }
                Expression::Collection(_, name) => {
                    self.found
                        .push(Meaning::Collection(facts.name(*name).to_owned()));
                }
                Expression::Global(name) => {
                    let found = self.wildcard(file, facts.name(*name), &mut stack);
                    if !found && let Some(language) = self.language(file) {
                        let name = language.builtin(facts.name(*name));
                        self.found.push(Meaning::Outside(name));
                    }
                }
                Expression::Import(import) => self.import(file, *import, &mut stack),
                Expression::Declared(value)
                | Expression::Exact(value)
                | Expression::Tested(value)
                    if depth > 0 =>
                {
                    let value = program.node(file, *value);
                    self.instances(value, depth);
                }
                Expression::Call(call) if depth > 0 => {
                    let site = &facts.calls[*call as usize];
                    if site.decorates {
                        stack.extend(
                            site.arguments
                                .first()
                                .map(|first| program.node(file, first.value)),
                        );
                    } else if site.callee != 0 {
                        let callee = program.node(file, site.callee);
                        self.instances(callee, depth);
                    }
                }
                Expression::Member(base, name) if depth > 0 => {
                    let base = program.node(file, *base);
                    self.member(file, base, facts.name(*name), depth, &mut stack);
                }
                Expression::Super(_, Some(variable)) => stack.push(bases.variables + variable),
                Expression::Entered(value) => stack.push(program.node(file, *value)),
                _ => {}
            }
        }
    }

    fn language(&self, file: FileAt) -> Option<&Language> {
        let id = &self.program.files[file as usize].language;
        self.languages.iter().find(|language| language.id == *id)
    }

    /// A receiver is an instance of its class, or the class.
    fn variable(&mut self, node: Node, file: FileAt) {
        let program = self.program;
        let bases = program.bases[file as usize];
        let facts = program.files[file as usize];
        let own = node - bases.variables;
        if let Owner::Function(function) = facts.variables[own as usize].owner {
            let function = &facts.functions[function as usize];
            let first = function.parameters.first();
            let is_receiver = first.is_some_and(|first| first.is_receiver && first.variable == own);
            if let (true, Some(class)) = (is_receiver, function.class) {
                let class = bases.classes + class;
                let of_class = function.properties & crate::kind::property::CLASS_METHOD != 0;
                self.found.push(if of_class {
                    Meaning::Class(class)
                } else {
                    Meaning::Instance(class)
                });
            }
        }
    }

    /// What calling a node's classes gives.
    fn instances(&mut self, node: Node, depth: u32) {
        let mut inner = Search {
            program: self.program,
            languages: self.languages,
            seen: std::mem::take(&mut self.seen),
            found: Vec::new(),
        };
        inner.run(node, depth - 1);
        self.seen = inner.seen;
        for meaning in inner.found {
            match meaning {
                Meaning::Class(class) => self.found.push(Meaning::Instance(class)),
                Meaning::Outside(name) => self.found.push(Meaning::Collection(
                    name.rsplit('.').next().unwrap_or_default().to_owned(),
                )),
                _ => {}
            }
        }
    }

    /// A name that a wildcard import may bring.
    fn wildcard(&mut self, file: FileAt, name: &str, stack: &mut Vec<Node>) -> bool {
        let program = self.program;
        let facts = program.files[file as usize];
        let before = (stack.len(), self.found.len());
        for import in facts
            .imports
            .iter()
            .filter(|import| import.what == Imported::All)
        {
            let row = NodeId::new(facts.ordinal, import.row);
            let mut known = false;
            for target in program.imported(row).filter(|target| target.row() == 0) {
                known = true;
                if let Some(&other) = program.at.get(&target.file())
                    && let Some(symbol) = program.known(name)
                    && let Some(&variable) = program.module_variables.get(&(other, symbol))
                {
                    stack.push(variable);
                }
            }
            if !known {
                let module = facts.name(import.module);
                self.found
                    .push(Meaning::Outside(format!("{module}.{name}")));
            }
        }
        before != (stack.len(), self.found.len())
    }

    fn import(&mut self, file: FileAt, import: u32, stack: &mut Vec<Node>) {
        let program = self.program;
        let facts = program.files[file as usize];
        let import = facts.imports[import as usize];
        let row = NodeId::new(facts.ordinal, import.row);
        let mut known = false;
        for target in program.imported(row) {
            known = true;
            if target.row() == 0 {
                self.found.extend(
                    program
                        .at
                        .get(&target.file())
                        .map(|&at| Meaning::Module(at)),
                );
            } else if let Some(&function) = program.functions.get(&target) {
                self.found.push(Meaning::Function(function));
            } else if let Some(&class) = program.classes.get(&target) {
                self.found.push(Meaning::Class(class));
            } else {
                stack.extend(program.declared.get(&target));
            }
        }
        if !known {
            let module = facts.name(import.module);
            let bound = facts.name(import.bound);
            self.found.push(Meaning::Outside(match import.what {
                Imported::Member(member) => format!("{module}.{}", facts.name(member)),
                // `import a.b` binds `a`.
                Imported::Module if module.starts_with(&format!("{bound}.")) => bound.to_owned(),
                _ => module.to_owned(),
            }));
        }
    }

    fn member(&mut self, file: FileAt, base: Node, name: &str, depth: u32, stack: &mut Vec<Node>) {
        let program = self.program;
        let mut inner = Search {
            program,
            languages: self.languages,
            seen: std::mem::take(&mut self.seen),
            found: Vec::new(),
        };
        inner.run(base, depth - 1);
        self.seen = inner.seen;
        let symbol = program.known(name);
        for meaning in inner.found {
            match meaning {
                Meaning::Outside(outer) => {
                    let full = format!("{outer}.{name}");
                    let known = self
                        .language(file)
                        .and_then(|language| language.attribute(&full));
                    let known = known.map(|(other, instance)| (other.to_owned(), instance));
                    self.found.push(match known {
                        Some((other, _)) => Meaning::Outside(other),
                        None => Meaning::Outside(full),
                    });
                }
                Meaning::Module(at) => {
                    let variable =
                        symbol.and_then(|symbol| program.module_variables.get(&(at, symbol)));
                    stack.extend(variable);
                    if variable.is_none() {
                        let separator = self
                            .language(at)
                            .map_or(".", |language| language.separator.as_str());
                        let module =
                            format!("{}{separator}{name}", program.files[at as usize].module);
                        let file = program.modules.get(module.as_str());
                        self.found.extend(file.map(|&at| Meaning::Module(at)));
                    }
                }
                Meaning::Class(class) => {
                    let variable =
                        symbol.and_then(|symbol| program.class_variables.get(&(class, symbol)));
                    stack.extend(variable);
                }
                _ => {}
            }
        }
    }
}
