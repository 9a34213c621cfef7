//! What calls mean: the names under which patterns know them.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::flows::Pattern;
use crate::flows::language::Language;
use crate::flows::meaning::{Meaning, Meanings};
use crate::flows::program::{FileAt, Node, Program};
use crate::passes::facts::{CallSite, Expression};

/// Stands for a receiver of which nothing is known.
pub(crate) const ANYTHING: &str = "?";

/// Last parts of patterns: most calls fit none of them, and need no names.
pub(crate) struct Lasts<'p> {
    lasts: Vec<&'p str>,
    patterns: Vec<&'p Pattern>,
    any: bool,
}

impl<'p> Lasts<'p> {
    pub(crate) fn new(patterns: impl Iterator<Item = &'p Pattern>) -> Self {
        let patterns: Vec<&Pattern> = patterns.collect();
        let last = |pattern: &&'p Pattern| {
            let text = pattern.text();
            text.rsplit(['.', '*']).next().unwrap_or_default()
        };
        let lasts: Vec<&str> = patterns.iter().map(last).collect();
        Self {
            any: lasts.contains(&""),
            lasts,
            patterns,
        }
    }

    /// Whether a call may run something with a fitting name, by how it is written and what it was linked to.
    pub(crate) fn may_fit(&self, program: &Program<'_>, file: FileAt, site: &CallSite) -> bool {
        if self.any {
            return true;
        }
        let ends = |name: &str| self.lasts.iter().any(|last| name.ends_with(last));
        let facts = program.files[file as usize];
        let written = match facts.expressions[site.callee as usize] {
            Expression::Member(_, name) | Expression::Global(name) => ends(facts.name(name)),
            Expression::Unknown => false,
            // A name of the file can stand for anything.
            _ => true,
        };
        written
            || program.targets(file, site.row).iter().any(|edge| {
                if let Some(name) = program.stubs.get(&edge.target) {
                    return self.patterns.iter().any(|pattern| pattern.fits(name));
                }
                program
                    .functions
                    .get(&edge.target)
                    .is_some_and(|&function| {
                        let (at, function) = program.function(function);
                        let facts = program.files[at as usize];
                        ends(facts.name(function.name))
                            || function.class.is_some_and(|class| {
                                let class = &facts.classes[class as usize];
                                ends(facts.name(class.name))
                            })
                    })
            })
    }
}

/// Names of what calls run.
pub(crate) struct Sites<'p, 'a> {
    pub(crate) program: &'p Program<'a>,
    pub(crate) languages: &'p [Language],
    meanings: Meanings,
    names: FxHashMap<(FileAt, u32), Rc<Vec<String>>>,
}

impl<'p, 'a> Sites<'p, 'a> {
    pub(crate) fn new(program: &'p Program<'a>, languages: &'p [Language]) -> Self {
        Self {
            program,
            languages,
            meanings: Meanings::default(),
            names: FxHashMap::default(),
        }
    }

    pub(crate) fn language(&self, file: FileAt) -> Option<&'p Language> {
        let id = &self.program.files[file as usize].language;
        self.languages.iter().find(|language| language.id == *id)
    }

    pub(crate) fn meanings(&mut self, node: Node) -> Rc<Vec<Meaning>> {
        self.meanings.of(self.program, self.languages, node)
    }

    pub(crate) fn ancestors(&mut self, class: u32) -> Vec<u32> {
        self.meanings.ancestors(self.program, self.languages, class)
    }

    /// Full name of a class of the project.
    pub(crate) fn class_name(&self, class: u32) -> &'a str {
        let program = self.program;
        let at = program.bases.partition_point(|base| base.classes <= class) - 1;
        let facts = program.files[at];
        let own = class - program.bases[at].classes;
        facts.name(facts.classes[own as usize].full_name)
    }

    /// Full names of what the call at a row runs: what is linked, and the class where it makes an instance. A method of which nothing is
    /// known has its short name behind [`ANYTHING`].
    pub(crate) fn names(&mut self, file: FileAt, row: u32) -> Rc<Vec<String>> {
        if let Some(names) = self.names.get(&(file, row)) {
            return Rc::clone(names);
        }
        let names = Rc::new(self.find_names(file, row));
        self.names.insert((file, row), Rc::clone(&names));
        names
    }

    fn find_names(&mut self, file: FileAt, row: u32) -> Vec<String> {
        let program = self.program;
        let facts = program.files[file as usize];
        let mut names = Vec::new();
        let call = program.call_at(file, row).map(|call| program.call(call).1);
        let member = call.and_then(|call| match facts.expressions[call.callee as usize] {
            Expression::Member(_, name) => Some(facts.name(name)),
            _ => None,
        });
        for edge in program.targets(file, row) {
            if let Some(&function) = program.functions.get(&edge.target) {
                let (at, function) = program.function(function);
                let facts = program.files[at as usize];
                let short = facts.name(function.name);
                let constructs = member != Some(short)
                    && self
                        .language(at)
                        .is_some_and(|language| language.is_constructor(short));
                if let Some(class) = function.class.filter(|_| constructs) {
                    names.push(
                        facts
                            .name(facts.classes[class as usize].full_name)
                            .to_owned(),
                    );
                }
                names.push(facts.name(function.full_name).to_owned());
            } else if let Some(&name) = program.stubs.get(&edge.target) {
                names.push(name.to_owned());
                let known = self.language(file).map(|language| language.canonical(name));
                names.extend(known.filter(|known| known != name));
            }
        }
        let Some(call) = call.filter(|call| call.callee != 0) else {
            return names;
        };
        let callee = program.node(file, call.callee);
        for meaning in self.meanings(callee).iter() {
            match meaning {
                Meaning::Outside(name) if names.is_empty() => names.push(name.clone()),
                Meaning::Class(class) => {
                    let name = self.class_name(*class).to_owned();
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
                _ => {}
            }
        }
        if names.is_empty() {
            names.extend(member.map(|member| format!("{ANYTHING}.{member}")));
        }
        names
    }
}
