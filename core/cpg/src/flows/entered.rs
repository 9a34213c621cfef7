//! Contexts of described classes: what entering one gives is a part of it.

use super::engine::Engine;
use super::path::Path;
use super::program::Node;
use crate::passes::facts::{Expression, protocol};
use crate::passes::library::{Base, Made, Step as Part};

/// Values that are looked at to tell what is entered.
const MOST_VALUES: usize = 20;

impl Engine<'_, '_> {
    /// Ways from a value to what entering it gives, by the descriptions of the classes that make it; none where nothing is said.
    pub(super) fn entered_outside(&mut self, node: Node) -> Vec<Path> {
        let program = self.program;
        let mut found = Vec::new();
        let mut seen = vec![node];
        let mut at = 0;
        while let Some(&node) = seen.get(at).filter(|_| at < MOST_VALUES) {
            at += 1;
            let file = program.file(node);
            let mut next = Vec::new();
            if program.is_variable(node) {
                let sources = program.sources(node);
                next.extend(sources.map(|flow| program.node(file, program.flow(flow).1.from)));
            } else {
                match program.expression(node).1 {
                    Expression::Choice(values) => {
                        next.extend(values.iter().map(|&value| program.node(file, value)));
                    }
                    &Expression::Call(call) => {
                        let row = program.files[file as usize].calls[call as usize].row;
                        for name in self.names(file, row) {
                            self.ways_in(file, &name, &mut found);
                        }
                    }
                    _ => {}
                }
            }
            for node in next {
                if !seen.contains(&node) {
                    seen.push(node);
                }
            }
        }
        found
    }

    /// What entering an instance of a described class gives, as ways from it.
    fn ways_in(&self, file: u32, class: &str, found: &mut Vec<Path>) {
        let Some(language) = self.language(file) else {
            return;
        };
        let entering = [protocol::ENTER, protocol::ENTER_ASYNC];
        for method in entering
            .iter()
            .flat_map(|operator| language.methods_of(operator))
        {
            let Some(function) = language.described(&format!("{class}.{method}")) else {
                continue;
            };
            for made in &function.returns {
                let Made::Same(place) = made else { continue };
                let plain = place
                    .steps
                    .iter()
                    .all(|step| matches!(step, Part::Field(_)));
                if place.base == Base::Parameter(0) && plain && !place.steps.is_empty() {
                    let way = super::invoke::steps_of(self, place, &|_| None);
                    if !found.contains(&way) {
                        found.push(way);
                    }
                }
            }
        }
    }
}
