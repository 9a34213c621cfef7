//! Functions that are registered, to be called by what registers them: routes, handlers, commands, jobs.

use super::engine::Engine;
use super::meaning::Meaning;
use super::program::Node;
use super::{Pattern, Position};

impl Engine<'_, '_> {
    /// Seeds the parameters of functions that something registers: as a decorator, or as the function that is given to it.
    pub(super) fn registered(
        &mut self,
        source: u32,
        pattern: &Pattern,
        position: Option<&Position>,
        parameter: Option<u16>,
    ) {
        let program = self.program;
        let named = self.named;
        let mut found = match position {
            None => named.decorated.all_fitting(pattern),
            Some(position) => {
                let mut found = Vec::new();
                for call in named.calls.all_fitting(pattern) {
                    let given = self.at_position(program.call(call).0, call, position);
                    found.extend(given.and_then(|given| self.function_behind(given)));
                }
                found
            }
        };
        found.sort_unstable();
        found.dedup();
        for function in found {
            self.parameters_of(source, function, parameter);
        }
    }

    fn function_behind(&mut self, node: Node) -> Option<u32> {
        let meanings = self.meanings(node);
        meanings.iter().find_map(|meaning| match meaning {
            Meaning::Function(function) => Some(*function),
            _ => None,
        })
    }
}
