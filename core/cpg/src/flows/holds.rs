//! When facts hold: past what overwrites them, and behind what guards against them.

use std::rc::Rc;

use super::ends::Guarded;
use super::engine::Engine;
use super::order::Barrier;
use super::path::{Path, Step};
use super::program::{FileAt, NONE, Node, Use};
use super::removed::covers;
use super::state::{ENTRY, Fact, NEVER};

impl Engine<'_, '_> {
    /// Rows that overwrite what a fact is of.
    pub(super) fn overwritten(&mut self, fact: Fact) -> Vec<u32> {
        let (root, prefix) = self.program.root(fact.node);
        let path = self.paths.get(fact.path).clone();
        let mut rows = Vec::new();
        let holder = self.program.same(root);
        let stored = self.overwrites.get(&holder).map_or(&[][..], |all| all);
        if root == fact.node {
            for (store, row) in stored {
                if path.starts_with(store) {
                    rows.push(*row);
                }
            }
            if fact.path != 0 {
                for (store, row) in self.overwritten_in_calls(holder).iter() {
                    if covers(store, &path) {
                        rows.push(*row);
                    }
                }
            }
            if (fact.path == 0 || self.program.is_module_place(root)) && self.has_one_place(root) {
                rows.extend(self.program.written_at(root));
            }
        } else if !prefix.is_empty() && fact.path != 0 {
            let whole: Path = prefix.iter().chain(&path).copied().collect();
            for (store, row) in stored {
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
    pub(super) fn overwritten_in_calls(&mut self, root: Node) -> Rc<Vec<(Path, u32)>> {
        if let Some(known) = self.in_calls.get(&root) {
            return Rc::clone(known);
        }
        // A method that calls itself finds nothing here.
        self.in_calls.insert(root, Rc::default());
        let program = self.program;
        let mut found = Vec::new();
        let mut calls = Vec::new();
        for held in program.copies(root) {
            for at in program.uses(held) {
                match program.use_at(at) {
                    Use::Argument(call, _) => calls.push((call, held)),
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
        }
        for (call, node) in calls {
            let (file, site) = program.call(call);
            let gone = self.replaced_outside(call, node);
            found.extend(gone.into_iter().map(|path| (path, site.row)));
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
                        .leaves(program, at, function.row, &barrier, &mut self.steps)
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
        if self.is_ended(file, row) || self.is_guarded(fact, file, row) {
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

    /// Whether tests keep a fact from all rows that return its node.
    pub(super) fn kept_in(&mut self, fact: Fact, function: u32) -> bool {
        let program = self.program;
        let file = program.file(fact.node);
        let (mut rows, mut others) = (Vec::new(), Vec::new());
        for returned in &program.files[file as usize].order.returns {
            if program.function_of(file, returned.row) == function {
                others.push(returned.row);
                if program.node(file, returned.value) == fact.node {
                    rows.push(returned.row);
                }
            }
        }
        !rows.is_empty()
            && rows.into_iter().all(|row| {
                // Another return on every way out has its value instead.
                let rows = others.iter().copied().filter(|&other| other != row);
                let barrier = Barrier {
                    rows: rows.collect(),
                    edge: None,
                };
                !self.holds(fact, row)
                    || !self
                        .order
                        .leaves(program, file, row, &barrier, &mut self.steps)
            })
    }

    /// Whether a fact still holds when its method ends.
    pub(super) fn leaves(&mut self, fact: Fact) -> bool {
        let program = self.program;
        if fact.since == NEVER {
            return false;
        }
        // A variable of a module is there for whoever reads it.
        if fact.path == 0 && !self.has_one_place(fact.node) || program.is_module_place(fact.node) {
            return true;
        }
        let file = program.file(fact.node);
        let function = self.around(fact);
        if function == NONE {
            return true;
        }
        let start = if fact.since == ENTRY {
            program.function(function).1.row
        } else {
            fact.since
        };
        let rows = self.overwritten(fact);
        let barrier = Barrier { rows, edge: None };
        self.order
            .leaves(program, file, start, &barrier, &mut self.steps)
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

    /// Whether a variable keeps one place for values that differ along its method.
    pub(super) fn has_one_place(&self, node: Node) -> bool {
        let program = self.program;
        if !program.is_variable(node) || program.base_variable(node) != node {
            return false;
        }
        program.written_at(node).nth(1).is_some()
    }
}
