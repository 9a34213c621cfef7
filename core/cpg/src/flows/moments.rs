//! When module bodies run a method: bodies run once, from top to bottom, before anything that only others call.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::engine::Engine;
use super::program::{FileAt, NONE, Node, Use};
use super::state::{ENTRY, NEVER, Origin};
use crate::passes::facts::Owner;

/// Methods that are looked at to tell who calls one.
const MOST_METHODS: usize = 400;

/// Rows of module bodies; none where not all of them are known.
pub(super) type Moments = Option<Rc<Vec<(FileAt, u32)>>>;

impl Engine<'_, '_> {
    /// Rows of module bodies at which a row runs: itself, or calls that lead to its method.
    pub(super) fn moments(&mut self, file: FileAt, row: u32) -> Moments {
        if self.is_module_body((file, row)) {
            return Some(Rc::new(vec![(file, row)]));
        }
        let function = self.program.function_of(file, row);
        if function == NONE {
            return None;
        }
        if let Some(known) = self.moments.get(&function) {
            return known.clone();
        }
        let found = self.module_calls(function).map(Rc::new);
        self.moments.insert(function, found.clone());
        found
    }

    fn module_calls(&mut self, function: u32) -> Option<Vec<(FileAt, u32)>> {
        let program = self.program;
        let mut seen = FxHashSet::from_iter([function]);
        let mut stack = vec![function];
        let mut found = Vec::new();
        while let Some(function) = stack.pop() {
            self.steps += 1;
            let (at, facts) = program.function(function);
            let mut rows: Vec<(FileAt, u32)> = program.callers(function).collect();
            // Methods may be called by whoever has an object; other code in classes runs with them.
            let is_plain = facts.class.is_none();
            if !is_plain && rows.is_empty() || seen.len() > MOST_METHODS {
                return None;
            }
            // Whoever is given the function may call it there and then.
            if let Some(&node) = program.function_nodes.get(&function) {
                rows.extend(self.handed_at(node)?);
            }
            let _ = at;
            for (file, row) in rows {
                if self.is_module_body((file, row)) {
                    found.push((file, row));
                    continue;
                }
                let around = program.function_of(file, row);
                if around == NONE {
                    return None;
                }
                if seen.insert(around) {
                    stack.push(around);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// Rows where a function is an argument; none where it goes elsewhere than into variables that are called or given.
    fn handed_at(&self, function: Node) -> Option<Vec<(FileAt, u32)>> {
        use crate::passes::facts::Place;
        let program = self.program;
        let mut rows = Vec::new();
        let mut stack = vec![function];
        let mut seen = FxHashSet::default();
        while let Some(node) = stack.pop() {
            if !seen.insert(node) {
                continue;
            }
            for at in program.uses(node) {
                match program.use_at(at) {
                    Use::Flow(flow) => {
                        let (file, flow) = program.flow(flow);
                        match flow.to {
                            Place::Variable(variable) => {
                                stack.push(program.bases[file as usize].variables + variable);
                            }
                            _ => return None,
                        }
                    }
                    Use::Argument(call, _) => {
                        let (file, call) = program.call(call);
                        rows.push((file, call.row));
                    }
                    Use::Callee(_) => {}
                    Use::Part(part) => stack.push(part),
                    _ => return None,
                }
            }
        }
        Some(rows)
    }

    /// Whether a method stores, of a source, into what a variable of a module holds.
    pub(super) fn is_stored_elsewhere(&self, context: u32, node: Node, since: u32) -> bool {
        let program = self.program;
        !matches!(since, ENTRY | NEVER)
            && self.state.contexts[context as usize].function == NONE
            && program.is_module_place(node)
            && !self.is_module_body((program.file(node), since))
    }

    /// Since when a variable of a module holds what a row of a method stores there: rows of the module's body.
    pub(super) fn since_stored(&mut self, variable: Node, origin: Origin) -> Vec<u32> {
        let program = self.program;
        let file = program.file(variable);
        if !matches!(program.owner(variable), Owner::Module)
            || self.is_module_body((origin.file, origin.row))
        {
            return vec![ENTRY];
        }
        match self.moments(origin.file, origin.row) {
            None => vec![ENTRY],
            Some(moments) if moments.is_empty() => vec![NEVER],
            Some(moments) if moments.iter().any(|&(other, _)| other != file) => vec![ENTRY],
            Some(moments) => moments.iter().map(|&(_, row)| row).collect(),
        }
    }
}
