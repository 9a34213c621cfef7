//! How facts enter methods and leave them.

use super::StepKind;
use super::bind::{Into, Invocation};
use super::engine::{Engine, MOST_ALIAS_STEPS, WIDENED};
use super::path::{Path, PathId, Step, behind};
use super::program::{FileAt, NONE, Node};
use super::state::{ENTRY, Exit, Fact, NEVER, Origin};
use crate::kind::property::GENERATOR;
use crate::passes::facts::Owner;

impl Engine<'_, '_> {
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
            let origin = Origin {
                before: from,
                via: NONE,
                kind: StepKind::Assignment,
                ..origin
            };
            let steps = self.paths.get(path).clone();
            let context = self.plain(fact.context);
            self.store_global(context, variable, &steps, origin);
            return;
        }
        let function = match exit {
            Exit::Capture(_) | Exit::Raise => {
                let origin = self.state.origins[from as usize];
                self.program.function_of(origin.file, origin.row)
            }
            _ => function.unwrap_or_else(|| self.around(fact)),
        };
        if function == NONE {
            return;
        }
        let key = (fact.context, exit, path, function);
        if let Some(&first) = self.globals.get(&key) {
            // Another place of the source leaves the same way.
            let origin = self.state.origins[from as usize];
            if first != from {
                self.state.also(first, origin);
            }
            return;
        }
        self.globals.insert(key, from);
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
            function,
            confidence,
            bindings,
            into,
            callee,
        } = self.invocations[invocation as usize].clone();
        let path = self.paths.get(path).clone();
        let own = self.state.origins[from as usize].confidence;
        let (context, before, since) = if caller == NONE {
            let context = self.state.facts[from as usize].context;
            let Some(context) = self.outer(context, invocation) else {
                return;
            };
            (context, confidence * own, row)
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
        let context = match self.chosen(invocation) {
            Some(requirement) if !matches!(exit, Exit::Global(_)) => {
                self.narrowed(context, requirement)
            }
            _ => context,
        };
        match exit {
            Exit::Return | Exit::Yield => {
                let mut steps = Path::new();
                let (_, function) = self.program.function(function);
                if exit == Exit::Yield && !matches!(into, Into::Elements(_)) {
                    steps.push(Step::Any);
                } else if exit == Exit::Return && function.properties & GENERATOR != 0 {
                    steps.push(Step::Returned);
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
            Exit::Global(variable) => self.reach_global(context, variable, &path, origin),
            Exit::Raise => self.raised(context, (file, row), &path, origin),
        }
    }

    /// A variable of a module or class gets a fact: it is kept by the source, whoever wrote it.
    pub(super) fn reach_global(
        &mut self,
        context: u32,
        variable: Node,
        path: &[Step],
        origin: Origin,
    ) {
        let program = self.program;
        let function = self.state.contexts[context as usize].function;
        if function == NONE {
            let context = self.plain(context);
            let home = program.home(variable);
            let file = program.file(variable);
            let module = matches!(program.owner(variable), Owner::Module);
            let same = file == origin.file && program.function_of(file, origin.row) == home;
            if module && same {
                let held = (origin.row, !path.is_empty());
                self.put(context, variable, path, held, origin);
            } else {
                self.store_global(context, variable, path, origin);
            }
            return;
        }
        // Handed on by a fact that stands for it: the exit of the method in between.
        let id = self.paths.id(path);
        let exit = Exit::Global(variable);
        let known = &self.state.contexts[context as usize].exits;
        if known.iter().any(|&(other, p, _)| (other, p) == (exit, id)) {
            return;
        }
        let fact = Fact {
            context,
            node: variable,
            path: id,
            since: NEVER,
            alias: false,
        };
        let Some(carrier) = self.state.carry(fact, origin) else {
            return;
        };
        let context = &mut self.state.contexts[context as usize];
        context.exits.push((exit, id, carrier));
        for (invocation, caller) in context.callers.clone() {
            self.leave(invocation, caller, (exit, id), carrier);
        }
    }

    /// A row stores into a variable of a module or class from elsewhere.
    pub(super) fn store_global(
        &mut self,
        context: u32,
        variable: Node,
        path: &[Step],
        origin: Origin,
    ) {
        let id = self.paths.id(path);
        let place = (origin.file, origin.row);
        let stored = self.stored_at.entry((context, variable, id)).or_default();
        let is_another = !stored.is_empty() && !stored.contains(&place);
        if !stored.contains(&place) {
            stored.push(place);
        }
        for since in self.since_stored(variable, origin) {
            self.put(context, variable, path, (since, id != 0), origin);
        }
        if is_another {
            self.state.again(Fact {
                context,
                node: variable,
                path: id,
                since: ENTRY,
                alias: id != 0,
            });
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
        let function = self.invocations[invocation as usize].function;
        let room = self.state.room_at_entry(function, parameter);
        let mut path = path;
        let mut certainty = 1.0;
        if path.len() > room {
            path = &path[..room];
            certainty = WIDENED;
        }
        let id = self.paths.id(path);
        if alias && (id == 0 || path.len() > MOST_ALIAS_STEPS) {
            return;
        }
        let Invocation { file, row, .. } = self.invocations[invocation as usize];
        let (context, new) = self.state.context(function, (parameter, id, alias));
        self.add_caller(context, (invocation, from));
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
                confidence: certainty,
            };
            self.state.add(fact, origin);
        }
    }
}
