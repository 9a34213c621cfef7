//! The search itself: work, when facts hold, what leaves a method and what comes back.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::bind::{Into, Invocation};
use super::ends::{Guarded, Site};
use super::language::Language;
use super::meaning::{Meaning, Meanings};
use super::order::{Barrier, Order};
use super::path::{Path, PathId, Paths, Step, behind};
use super::program::{FileAt, NONE, Node, Program, Use};
use super::state::{ENTRY, Exit, Fact, NEVER, Origin, State};
use super::{Budget, Spec, StepKind};
use crate::passes::facts::{Owner, Place};

/// Fields that a path goes through: more of them lead around in graphs of objects, and make most of the work.
const MOST_FIELDS: usize = 3;
/// Steps of paths whose objects are looked for in methods that ran before.
const MOST_ALIAS_STEPS: usize = 3;

pub(super) struct Engine<'p, 'a> {
    pub(super) program: &'p Program<'a>,
    pub(super) languages: &'p [Language],
    pub(super) spec: &'p Spec,
    pub(super) budget: Budget,
    pub(super) steps: u64,
    pub(super) paths: Paths,
    pub(super) state: State,
    pub(super) order: Order,
    meaning: Meanings,
    pub(super) sites: FxHashMap<(FileAt, u32), Rc<Site>>,
    pub(super) guards: FxHashMap<Node, Vec<Guarded>>,
    /// (context, source).
    pub(super) sources: Vec<(u32, u32)>,
    pub(super) invocations: Vec<Invocation>,
    pub(super) at_site: FxHashMap<(FileAt, u32), Rc<Vec<u32>>>,
    /// Sinks that were reached: (sink, row of the call, fact).
    pub(super) reached: Vec<(u32, (FileAt, u32), u32)>,
    /// Variable: stores into parts of what it holds, as (way, row).
    overwrites: FxHashMap<Node, Vec<(Path, u32)>>,
    /// Sources that are handed on as values.
    pub(super) handed: FxHashSet<u32>,
    in_calls: FxHashMap<Node, Rc<Vec<(Path, u32)>>>,
    globals: FxHashSet<(u32, Exit, PathId)>,
}

impl<'p, 'a> Engine<'p, 'a> {
    pub(super) fn new(
        program: &'p Program<'a>,
        languages: &'p [Language],
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
            let unique = path
                .iter()
                .all(|step| !matches!(step, Step::Any | Step::From(_) | Step::Keys));
            if unique && flow.row != 0 {
                overwrites.entry(root).or_default().push((path, flow.row));
            }
        }
        Self {
            program,
            languages,
            spec,
            budget,
            steps: 0,
            paths: Paths::new(),
            state: State::default(),
            order: Order::default(),
            meaning: Meanings::default(),
            sites: FxHashMap::default(),
            guards: FxHashMap::default(),
            sources: Vec::new(),
            invocations: Vec::new(),
            at_site: FxHashMap::default(),
            reached: Vec::new(),
            overwrites,
            handed: FxHashSet::default(),
            in_calls: FxHashMap::default(),
            globals: FxHashSet::default(),
        }
    }

    pub(super) fn run(&mut self) {
        self.begin();
        while let Some(fact) = self.state.work.pop_front() {
            if self.steps >= self.budget.steps {
                self.state.work.push_front(fact);
                break;
            }
            self.steps += 1;
            self.forward(fact);
            let held = self.state.facts[fact as usize];
            if held.alias && held.path != 0 {
                self.backward(fact);
            }
        }
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
        (since, alias): (u32, bool),
        origin: Origin,
    ) {
        if repeats(path) || self.is_kept_by_class(node, path) {
            return;
        }
        let path = self.paths.id(path);
        let fact = if path == 0 {
            if since == NEVER {
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

    /// Whether a variable keeps one place for values that differ along its method.
    pub(super) fn has_one_place(&self, node: Node) -> bool {
        let program = self.program;
        if !program.is_variable(node) || program.base_variable(node) != node {
            return false;
        }
        let rows = program.sources(node).map(|flow| program.flow(flow).1.row);
        rows.filter(|&row| row != 0).nth(1).is_some()
    }

    /// The function whose context a fact is in, or that its node belongs to.
    pub(super) fn around(&self, fact: Fact) -> u32 {
        match self.state.contexts[fact.context as usize].function {
            NONE => self.program.home(fact.node),
            function => function,
        }
    }

    /// Rows that overwrite what a fact is of.
    pub(super) fn overwritten(&mut self, fact: Fact) -> Vec<u32> {
        let (root, prefix) = self.program.root(fact.node);
        let path = self.paths.get(fact.path).clone();
        let mut rows = Vec::new();
        if root == fact.node {
            for (store, row) in self.overwrites.get(&root).into_iter().flatten() {
                if path.starts_with(store) {
                    rows.push(*row);
                }
            }
            if fact.path != 0 {
                for (store, row) in self.overwritten_in_calls(root).iter() {
                    if path.starts_with(store) {
                        rows.push(*row);
                    }
                }
            }
            if fact.path == 0 && self.has_one_place(root) {
                let program = self.program;
                rows.extend(program.sources(root).map(|flow| program.flow(flow).1.row));
            }
        } else if !prefix.is_empty() && fact.path != 0 {
            let whole: Path = prefix.iter().chain(&path).copied().collect();
            for (store, row) in self.overwrites.get(&root).into_iter().flatten() {
                if store.len() > prefix.len() && whole.starts_with(store) {
                    rows.push(*row);
                }
            }
        }
        rows.retain(|&row| row != 0 && row != fact.since);
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// Parts of what a variable holds that calls surely overwrite: the only method that runs stores into its parameter on every way.
    fn overwritten_in_calls(&mut self, root: Node) -> Rc<Vec<(Path, u32)>> {
        if let Some(known) = self.in_calls.get(&root) {
            return Rc::clone(known);
        }
        // A method that calls itself finds nothing here.
        self.in_calls.insert(root, Rc::default());
        let program = self.program;
        let mut found = Vec::new();
        let mut calls = Vec::new();
        for at in program.uses(root) {
            match program.use_at(at) {
                Use::Argument(call, _) => calls.push((call, root)),
                Use::Part(part) => {
                    for at in program.uses(part) {
                        if let Use::Callee(call) = program.use_at(at) {
                            calls.push((call, part));
                        }
                    }
                }
                _ => {}
            }
        }
        for (call, node) in calls {
            let (file, site) = program.call(call);
            let invocations = self.invocations_at(file, site.row);
            let [invocation] = invocations[..] else {
                continue;
            };
            let invocation = self.invocations[invocation as usize].clone();
            let (at, function) = program.function(invocation.function);
            for binding in invocation
                .bindings
                .iter()
                .filter(|binding| binding.node == node)
            {
                if !matches!(binding.outer[..], [] | [Step::Receiver]) || !binding.inner.is_empty()
                {
                    continue;
                }
                let stores = self
                    .overwrites
                    .get(&binding.parameter)
                    .cloned()
                    .unwrap_or_default();
                for (path, _) in &stores {
                    let mut rows: Vec<u32> = stores
                        .iter()
                        .filter(|(other, _)| other == path)
                        .map(|&(_, row)| row)
                        .collect();
                    rows.sort_unstable();
                    let barrier = Barrier { rows, edge: None };
                    if !self
                        .order
                        .leaves(program, at, function.row, barrier, &mut self.steps)
                    {
                        found.push((path.clone(), site.row));
                    }
                }
            }
        }
        let found = Rc::new(found);
        self.in_calls.insert(root, Rc::clone(&found));
        found
    }

    /// Whether a fact holds when a row of its method runs.
    pub(super) fn holds(&mut self, fact: Fact, row: u32) -> bool {
        let program = self.program;
        if fact.since == NEVER {
            return false;
        }
        if row == 0 {
            return true;
        }
        let file = program.file(fact.node);
        if self.is_guarded(fact, file, row) {
            return false;
        }
        if fact.path == 0 && fact.since == ENTRY && !self.has_one_place(fact.node) {
            return true;
        }
        let function = program.function_of(file, row);
        let rows = self.overwritten(fact);
        let start = if fact.since == ENTRY {
            if rows.is_empty() || function == NONE {
                return true;
            }
            program.function(function).1.row
        } else {
            if program.function_of(file, fact.since) != function {
                return true;
            }
            fact.since
        };
        if !self.order.is_point(program, file, row) || !self.order.is_point(program, file, start) {
            return true;
        }
        let barrier = Barrier { rows, edge: None };
        self.order
            .after(program, file, start, barrier, &mut self.steps)
            .contains(&row)
    }

    pub(super) fn is_guarded(&mut self, fact: Fact, file: FileAt, row: u32) -> bool {
        if self.guards.is_empty() {
            return false;
        }
        let (root, prefix) = self.program.root(fact.node);
        let Some(guards) = self.guards.get(&root) else {
            return false;
        };
        let whole: Path = prefix
            .iter()
            .chain(self.paths.get(fact.path))
            .copied()
            .collect();
        let fitting: Vec<Guarded> = guards
            .iter()
            .filter(|guard| guard.file == file && whole.starts_with(&guard.path))
            .cloned()
            .collect();
        let function = self.program.function_of(file, row);
        if function == NONE {
            return false;
        }
        let start = self.program.function(function).1.row;
        fitting.iter().any(|guard| {
            let test = guard.test;
            if self.program.function_of(file, test.decides) != function
                || !self.order.is_point(self.program, file, row)
                || row == test.decides
            {
                return false;
            }
            let barrier = if test.arm == (0, 0) {
                if !guard.outcome {
                    return false;
                }
                Barrier {
                    rows: vec![test.decides],
                    edge: None,
                }
            } else {
                let inside = guard.outcome == test.arm_is;
                Barrier {
                    rows: Vec::new(),
                    edge: Some((test.decides, test.arm, inside)),
                }
            };
            let reached = self
                .order
                .after(self.program, file, start, barrier, &mut self.steps);
            !reached.contains(&row)
        })
    }

    /// How a fact goes on through a row: since when it holds behind it. None where it does not.
    pub(super) fn pass(&mut self, fact: Fact, row: u32, whole: bool) -> Option<(u32, bool)> {
        if row == 0 {
            return Some((fact.since, fact.alias));
        }
        if self.holds(fact, row) {
            Some((row, false))
        } else if fact.alias && !whole {
            Some((fact.since, true))
        } else {
            None
        }
    }

    /// A fact leaves its method.
    pub(super) fn exit(&mut self, from: u32, exit: Exit, path: &[Step]) {
        self.exit_of(from, exit, path, None);
    }

    /// A fact leaves a method that is not the one of its node: what that gives back is a variable around it.
    pub(super) fn exit_of(&mut self, from: u32, exit: Exit, path: &[Step], function: Option<u32>) {
        let fact = self.state.facts[from as usize];
        let path = self.paths.id(path);
        let context = &mut self.state.contexts[fact.context as usize];
        if context.function != NONE {
            if context
                .exits
                .iter()
                .any(|&(other, p, _)| (other, p) == (exit, path))
            {
                return;
            }
            context.exits.push((exit, path, from));
            for (invocation, caller) in context.callers.clone() {
                self.leave(invocation, caller, (exit, path), from);
            }
            return;
        }
        // Of a source: it goes to whoever calls the method.
        if let Exit::Global(variable) = exit {
            let origin = self.state.origins[from as usize];
            let at = (StepKind::Assignment, origin.file, origin.row, 1.0);
            let steps = self.paths.get(path).clone();
            self.emit(from, variable, &steps, (ENTRY, path != 0), at);
            return;
        }
        let function = match exit {
            Exit::Capture(_) | Exit::Raise => {
                let origin = self.state.origins[from as usize];
                self.program.function_of(origin.file, origin.row)
            }
            _ => function.unwrap_or_else(|| self.around(fact)),
        };
        if function == NONE
            || !self
                .globals
                .insert((fact.context, exit, path ^ function << 12))
        {
            return;
        }
        let mut by_value = false;
        for (file, row) in self.program.callers(function).collect::<Vec<_>>() {
            if exit == Exit::Return && self.is_handed(function, file, row) {
                by_value = true;
                continue;
            }
            for &invocation in self.invocations_at(file, row).iter() {
                if self.invocations[invocation as usize].function == function {
                    self.leave(invocation, NONE, (exit, path), from);
                }
            }
        }
        if by_value && let Some(&node) = self.program.function_nodes.get(&function) {
            // Whoever has the function has what calling it gives: contexts of those who hand it on stay apart.
            let mut steps = Path::from_slice(&[Step::Call]);
            steps.extend(self.paths.get(path).iter().copied());
            let (file, facts) = self.program.function(function);
            let at = (StepKind::Return, file, facts.row, 1.0);
            self.emit(from, node, &steps, (ENTRY, false), at);
        }
    }

    /// Whether a call at a row calls a value that was handed to where it stands, and the function has an expression that means it.
    pub(super) fn is_handed(&mut self, function: u32, file: FileAt, row: u32) -> bool {
        let program = self.program;
        if !program.function_nodes.contains_key(&function) {
            return false;
        }
        let Some(call) = program.call_at(file, row) else {
            return false;
        };
        self.is_parameter(file, call)
    }

    /// Whether what a call calls is a parameter, of its own method or of one around.
    pub(super) fn is_parameter(&mut self, file: FileAt, call: u32) -> bool {
        let program = self.program;
        let callee = program.call(call).1.callee;
        let node = program.node(file, callee);
        if callee == 0 || !program.is_variable(node) {
            return false;
        }
        let Owner::Function(owner) = program.owner(node) else {
            return false;
        };
        let own = program.base_variable(node) - program.bases[file as usize].variables;
        program.files[file as usize].functions[owner as usize]
            .parameters
            .iter()
            .any(|parameter| parameter.variable == own)
    }

    /// A fact comes back from a callee: `caller` entered it, none for a source.
    pub(super) fn leave(
        &mut self,
        invocation: u32,
        caller: u32,
        (exit, path): (Exit, PathId),
        from: u32,
    ) {
        self.steps += 1;
        let Invocation {
            file,
            row,
            confidence,
            bindings,
            into,
            callee,
            ..
        } = self.invocations[invocation as usize].clone();
        let path = self.paths.get(path).clone();
        let own = self.state.origins[from as usize].confidence;
        let (context, before, since) = if caller == NONE {
            (
                self.state.facts[from as usize].context,
                confidence * own,
                row,
            )
        } else {
            let fact = self.state.facts[caller as usize];
            let entered = self.state.facts[from as usize].context;
            let alias = self.state.contexts[entered as usize].alias;
            let since = if alias { fact.since } else { row };
            let before = self.state.origins[caller as usize].confidence * confidence * own;
            (fact.context, before, since)
        };
        let origin = Origin {
            before: from,
            via: caller,
            kind: StepKind::Return,
            file,
            row,
            confidence: before,
        };
        let alias = caller != NONE && since != row;
        match exit {
            Exit::Return | Exit::Yield => {
                let mut steps = Path::new();
                if exit == Exit::Yield && !matches!(into, Into::Elements(_)) {
                    steps.push(Step::Any);
                }
                steps.extend(path.iter().copied());
                if self.site(file, row).sanitizes {
                    return;
                }
                match into {
                    Into::Nothing => {}
                    Into::Node(node) => self.put(context, node, &steps, (since, alias), origin),
                    Into::Elements(node) => {
                        let inner = if exit == Exit::Yield {
                            Some(&steps[..])
                        } else {
                            behind(&[Step::Any], &steps).or_else(|| behind(&[Step::Keys], &steps))
                        };
                        if let Some(inner) = inner {
                            let inner = Path::from_slice(inner);
                            self.put(context, node, &inner, (since, alias), origin);
                        }
                    }
                    Into::Library(call, name, base, place) => {
                        let mut whole = place;
                        whole.extend(steps);
                        self.returned_to(context, (call, &name, base), &whole, origin);
                    }
                }
            }
            Exit::Parameter(parameter) => {
                let given = bindings
                    .iter()
                    .any(|binding| binding.parameter == parameter);
                if let Some(&default) = self.program.defaults.get(&parameter).filter(|_| !given) {
                    self.put(context, default, &path, (ENTRY, true), origin);
                }
                for binding in bindings
                    .iter()
                    .filter(|binding| binding.parameter == parameter)
                {
                    let rest = if path.starts_with(&binding.inner) {
                        &path[binding.inner.len()..]
                    } else {
                        continue;
                    };
                    let steps: Path = binding.outer.iter().chain(rest).copied().collect();
                    self.put(context, binding.node, &steps, (since, true), origin);
                }
            }
            Exit::Capture(variable) => {
                if let Some((node, outer)) = callee {
                    let mut steps = outer;
                    steps.push(Step::Capture(variable));
                    steps.extend(path);
                    self.put(context, node, &steps, (since, true), origin);
                }
            }
            Exit::Global(variable) => self.to_global(context, variable, &path, origin),
            Exit::Raise => self.raised(context, (file, row), &path, origin),
        }
    }

    /// A variable of a module or class gets a fact: it is kept by the source, whoever wrote it.
    fn to_global(&mut self, context: u32, variable: Node, path: &[Step], origin: Origin) {
        let program = self.program;
        let function = self.state.contexts[context as usize].function;
        if function == NONE {
            let home = program.home(variable);
            let file = program.file(variable);
            let module = matches!(program.owner(variable), Owner::Module);
            let same = file == origin.file && program.function_of(file, origin.row) == home;
            let since = if module && same { origin.row } else { ENTRY };
            self.put(context, variable, path, (since, !path.is_empty()), origin);
            return;
        }
        // Handed on by a fact that stands for it: the exit of the method in between.
        let id = self.paths.id(path);
        let exit = Exit::Global(variable);
        let known = &self.state.contexts[context as usize].exits;
        if known.iter().any(|&(other, p, _)| (other, p) == (exit, id)) {
            return;
        }
        let carrier = self.state.facts.len() as u32;
        let fact = Fact {
            context,
            node: variable,
            path: id,
            since: NEVER,
            alias: false,
        };
        self.state.add(fact, origin);
        if self.state.facts.len() as u32 == carrier {
            return;
        }
        self.state.work.pop_back();
        let context = &mut self.state.contexts[context as usize];
        context.exits.push((exit, id, carrier));
        for (invocation, caller) in context.callers.clone() {
            self.leave(invocation, caller, (exit, id), carrier);
        }
    }

    /// A method is entered with a fact.
    pub(super) fn enter(
        &mut self,
        from: u32,
        invocation: u32,
        parameter: Node,
        path: &[Step],
        alias: bool,
    ) {
        let id = self.paths.id(path);
        if alias && (id == 0 || path.len() > MOST_ALIAS_STEPS) {
            return;
        }
        let Invocation {
            file,
            row,
            function,
            ..
        } = self.invocations[invocation as usize];
        let (context, new) = self.state.enter(function, (parameter, id, alias));
        let callers = &mut self.state.contexts[context as usize].callers;
        if callers.contains(&(invocation, from)) {
            return;
        }
        callers.push((invocation, from));
        if new {
            let since = if alias { NEVER } else { ENTRY };
            let fact = Fact {
                context,
                node: parameter,
                path: id,
                since,
                alias,
            };
            let origin = Origin {
                before: from,
                via: NONE,
                kind: StepKind::Argument,
                file,
                row,
                confidence: 1.0,
            };
            self.state.add(fact, origin);
        }
        let exits = self.state.contexts[context as usize].exits.clone();
        for (exit, path, fact) in exits {
            self.leave(invocation, from, (exit, path), fact);
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
