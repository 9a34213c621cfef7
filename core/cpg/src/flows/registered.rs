//! Functions that are registered, to be called by what registers them: routes, handlers, commands, jobs.

use super::engine::Engine;
use super::meaning::Meaning;
use super::program::{FileAt, Node};
use super::{Pattern, Position};
use crate::passes::facts::{Expression, Value};

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
        let mut found = Vec::new();
        match position {
            None => {
                for number in 0..program.ends().functions {
                    let (file, function) = program.function(number);
                    let mut decorators = function.decorators.iter();
                    if decorators.any(|&decorator| self.is_named(pattern, file, decorator)) {
                        found.push(number);
                    }
                }
            }
            Some(position) => {
                for at in 0..program.files.len() as u32 {
                    let facts = program.files[at as usize];
                    for (call, site) in (program.bases[at as usize].calls..).zip(&facts.calls) {
                        let names = self.names(at, site.row);
                        if !names.iter().any(|name| pattern.fits(name)) {
                            continue;
                        }
                        let given = self.at_position(at, call, position);
                        found.extend(given.and_then(|given| self.function_behind(given)));
                    }
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        for function in found {
            self.parameters_of(source, function, parameter);
        }
    }

    /// Whether a decorator, or the call that makes it, has a fitting name.
    fn is_named(&mut self, pattern: &Pattern, file: FileAt, decorator: Value) -> bool {
        let program = self.program;
        let facts = program.files[file as usize];
        if let Expression::Call(call) = facts.expressions[decorator as usize] {
            let names = self.names(file, facts.calls[call as usize].row);
            return names.iter().any(|name| pattern.fits(name));
        }
        let node = program.node(file, decorator);
        self.meanings(node).iter().any(|meaning| match meaning {
            Meaning::Outside(name) => pattern.fits(name),
            Meaning::Function(function) => {
                let (at, function) = program.function(*function);
                pattern.fits(program.files[at as usize].name(function.full_name))
            }
            _ => false,
        })
    }

    fn function_behind(&mut self, node: Node) -> Option<u32> {
        let meanings = self.meanings(node);
        meanings.iter().find_map(|meaning| match meaning {
            Meaning::Function(function) => Some(*function),
            _ => None,
        })
    }
}
