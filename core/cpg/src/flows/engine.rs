//! The search itself: work, when facts hold, what leaves a method and what comes back.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::bind::Invocation;
use super::described::Described;
use super::ends::{Guarded, Site};
use super::language::Language;
use super::meaning::{Meaning, Meanings};
use super::moments::Moments;
use super::named::Named;
use super::order::Order;
use super::path::{Path, PathId, Paths, Step};
use super::program::{FileAt, NONE, Node, Program};
use super::state::{ENTRY, Exit, Fact, NEVER, Origin, Requirement, State};
use super::{Budget, LEAST_CERTAINTY, Spec, StepKind};
use crate::passes::facts::{Expression, Place};
use crate::stop::Stop;

/// Fields that a path goes through: more of them lead around in graphs of objects, and make most of the work.
const MOST_FIELDS: usize = 3;
/// Certainty of what is kept to fewer steps than it had.
pub(super) const WIDENED: f32 = 0.8;
/// Steps of paths whose objects are looked for in methods that ran before.
pub(super) const MOST_ALIAS_STEPS: usize = 3;

pub(super) struct Engine<'p, 'a> {
    pub(super) program: &'p Program<'a>,
    pub(super) languages: &'p [Language],
    pub(super) named: &'p Named,
    pub(super) spec: &'p Spec,
    pub(super) budget: Budget,
    pub(super) steps: u64,
    /// The budget ended the search.
    pub(super) cut: bool,
    pub(super) paths: Paths,
    pub(super) state: State,
    pub(super) order: Order,
    meaning: Meanings,
    /// What the question says of calls, by the number of their name.
    pub(super) said: FxHashMap<u32, Rc<Site>>,
    /// What it says of all others.
    pub(super) nothing: Rc<Site>,
    pub(super) sites: FxHashMap<(FileAt, u32), Rc<Site>>,
    pub(super) guards: FxHashMap<Node, Vec<Guarded>>,
    /// (context, source): one of all places of a source, and those that are narrower.
    pub(super) sources: Vec<(u32, u32)>,
    pub(super) invocations: Vec<Invocation>,
    pub(super) at_site: FxHashMap<(FileAt, u32), Rc<Vec<u32>>>,
    /// Sinks that were reached: (sink, row of the call, fact).
    pub(super) reached: Vec<(u32, (FileAt, u32), u32)>,
    /// Variable: stores into parts of what it holds, as (way, row).
    pub(super) overwrites: FxHashMap<Node, Vec<(Path, u32)>>,
    /// Sources that are handed on as values.
    pub(super) handed: FxHashSet<u32>,
    pub(super) described: FxHashMap<u32, Rc<Vec<Described<'p>>>>,
    pub(super) in_calls: FxHashMap<Node, Rc<Vec<(Path, u32)>>>,
    /// What left methods that no context is of, by (context, exit, path, method).
    pub(super) globals: FxHashMap<(u32, Exit, PathId, u32), u32>,
    pub(super) narrowed: FxHashMap<(u32, Requirement), u32>,
    /// Whether a requirement tells callers apart.
    pub(super) excluding: FxHashMap<Requirement, bool>,
    pub(super) moments: FxHashMap<u32, Moments>,
    /// By file: rows behind calls that do not come back.
    pub(super) ended: FxHashMap<FileAt, Rc<FxHashSet<u32>>>,
    /// Facts of variables of modules, as (context, variable, path): rows that store them.
    pub(super) stored_at: FxHashMap<(u32, Node, PathId), Vec<(FileAt, u32)>>,
}

impl<'p, 'a> Engine<'p, 'a> {
    pub(super) fn new(
        program: &'p Program<'a>,
        languages: &'p [Language],
        named: &'p Named,
        spec: &'p Spec,
        budget: Budget,
    ) -> Self {
        let mut overwrites: FxHashMap<Node, Vec<(Path, u32)>> = FxHashMap::default();
        for &(base, number) in &program.stores {
            let (file, flow) = program.flow(number);
            let last = match flow.to {
                Place::Member(_, name) => Step::Field(program.name(file, name)),
                Place::Element(_, key) => program.step(file, key),
                Place::Variable(_) => continue,
            };
            let (root, mut path) = program.root(base);
            path.push(last);
            let unique = path.iter().all(|step| {
                !matches!(
                    step,
                    Step::Any | Step::From(_) | Step::Between(..) | Step::Keys
                )
            });
            if unique && flow.row != 0 {
                let root = program.same(root);
                overwrites.entry(root).or_default().push((path, flow.row));
            }
        }
        for (root, path, row) in super::removed::deleted(program) {
            let root = program.same(root);
            overwrites.entry(root).or_default().push((path, row));
        }
        Self {
            program,
            languages,
            named,
            spec,
            budget,
            steps: 0,
            cut: false,
            paths: Paths::new(),
            state: State::default(),
            order: Order::default(),
            meaning: Meanings::default(),
            said: super::ends::said(spec, named),
            nothing: Rc::default(),
            sites: FxHashMap::default(),
            guards: FxHashMap::default(),
            sources: Vec::new(),
            invocations: Vec::new(),
            at_site: FxHashMap::default(),
            reached: Vec::new(),
            overwrites,
            handed: FxHashSet::default(),
            described: FxHashMap::default(),
            in_calls: FxHashMap::default(),
            globals: FxHashMap::default(),
            narrowed: FxHashMap::default(),
            excluding: FxHashMap::default(),
            moments: FxHashMap::default(),
            ended: FxHashMap::default(),
            stored_at: FxHashMap::default(),
        }
    }

    /// Searches until nothing is left to do or the budget ends; false where `stop` said to end it.
    pub(super) fn run(&mut self, stop: &dyn Fn() -> bool) -> bool {
        // Most projects call nothing of what a question looks for.
        if self.said.values().all(|said| said.sinks.is_empty()) {
            return true;
        }
        let mut stop = Stop::new(stop);
        self.begin();
        while let Some(fact) = self.state.next(LEAST_CERTAINTY) {
            if self.steps >= self.budget.steps {
                self.cut = true;
                break;
            }
            if stop.after(self.steps) {
                return false;
            }
            self.steps += 1;
            self.forward(fact);
            let held = self.state.facts[fact as usize];
            if held.alias && held.path != 0 {
                self.backward(fact);
            }
        }
        true
    }

    pub(super) fn language(&self, file: FileAt) -> Option<&'p Language> {
        let id = &self.program.files[file as usize].language;
        self.languages.iter().find(|language| language.id == *id)
    }

    pub(super) fn meanings(&mut self, node: Node) -> Rc<Vec<Meaning>> {
        self.meaning.of(self.program, self.languages, node)
    }

    pub(super) fn ancestors(&mut self, class: u32) -> Vec<u32> {
        self.meaning.ancestors(self.program, self.languages, class)
    }

    /// A fact that follows from another one, in the same context.
    pub(super) fn emit(
        &mut self,
        from: u32,
        node: Node,
        path: &[Step],
        (since, alias): (u32, bool),
        (kind, file, row, factor): (StepKind, FileAt, u32, f32),
    ) {
        let context = self.state.facts[from as usize].context;
        let confidence = self.state.origins[from as usize].confidence * factor;
        let origin = Origin {
            before: from,
            via: NONE,
            kind,
            file,
            row,
            confidence,
        };
        self.put(context, node, path, (since, alias), origin);
    }

    /// Adds a fact to a context; what belongs to others leaves it.
    pub(super) fn put(
        &mut self,
        context: u32,
        node: Node,
        path: &[Step],
        (mut since, alias): (u32, bool),
        mut origin: Origin,
    ) {
        let room = self.state.room(context, node);
        let mut path = path;
        if path.len() > room {
            path = &path[..room];
            origin.confidence *= WIDENED;
        }
        if room == 1 && !path.is_empty() && since != NEVER {
            since = ENTRY;
        }
        if repeats(path) || self.has_no_parts(node, path) || self.is_kept_by_class(node, path) {
            return;
        }
        if self.is_stored_elsewhere(context, node, since) {
            self.store_global(self.plain(context), node, path, origin);
            return;
        }
        let path = self.paths.id(path);
        let fact = if path == 0 {
            if since == NEVER && !self.is_of_module(node) {
                return;
            }
            let since = if self.has_one_place(node) {
                since
            } else {
                ENTRY
            };
            Fact {
                context,
                node,
                path,
                since,
                alias: false,
            }
        } else {
            Fact {
                context,
                node,
                path,
                since,
                alias,
            }
        };
        self.state.add(fact, origin);
    }

    /// Whether a path leads into a constant: that has no parts, whoever else names it.
    fn has_no_parts(&self, node: Node, path: &[Step]) -> bool {
        !path.is_empty()
            && !self.program.is_variable(node)
            && matches!(*self.program.expression(node).1, Expression::Literal(_))
    }

    /// Whether a node is a variable of a module that keeps one place.
    fn is_of_module(&self, node: Node) -> bool {
        use crate::passes::facts::Owner;
        self.has_one_place(node) && matches!(self.program.owner(node), Owner::Module)
    }

    /// Whether a path is a member of a class itself: those have variables of their own.
    fn is_kept_by_class(&mut self, node: Node, path: &[Step]) -> bool {
        if !matches!(path.first(), Some(Step::Field(_))) {
            return false;
        }
        let meanings = self.meanings(node);
        !meanings.is_empty()
            && meanings
                .iter()
                .all(|meaning| matches!(meaning, Meaning::Class(_)))
    }

    /// The function whose context a fact is in, or that its node belongs to.
    pub(super) fn around(&self, fact: Fact) -> u32 {
        match self.state.contexts[fact.context as usize].function {
            NONE => self.program.home(fact.node),
            function => function,
        }
    }
}

/// Whether a path goes through the same field again and again: objects that lead back to themselves have no end of such paths, all of
/// the same places.
fn repeats(path: &[Step]) -> bool {
    let fields = path.iter().filter(|step| matches!(step, Step::Field(_)));
    fields.count() > MOST_FIELDS
        || path.iter().enumerate().any(|(at, step)| {
            matches!(
                step,
                Step::Field(_) | Step::Capture(_) | Step::Receiver | Step::Call
            ) && path[..at].iter().filter(|&other| other == step).count() > 1
        })
}
