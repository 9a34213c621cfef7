//! Parts that are gone behind a row: deleted elements, and what described functions take out or put others in the place of.

use super::described::Described;
use super::engine::Engine;
use super::path::{Path, Step};
use super::program::{Node, Program};
use crate::passes::library::{self, Base, Place};

/// Whether a part is gone where another one is: `Any` at the end stands for all elements.
pub(super) fn covers(gone: &[Step], path: &[Step]) -> bool {
    gone.len() <= path.len()
        && gone
            .iter()
            .zip(path)
            .all(|(gone, step)| gone == step || *gone == Step::Any && step.is_element())
}

/// Elements that rows delete, by the variable that holds the collection, each with its way and row.
pub(super) fn deleted(program: &Program<'_>) -> Vec<(Node, Path, u32)> {
    let mut found = Vec::new();
    for (at, file) in (0..).zip(&program.files) {
        for &(collection, key, row) in &file.order.deleted {
            let (root, mut path) = program.root(program.node(at, collection));
            path.push(program.step(at, key));
            found.push((root, path, row));
        }
    }
    found
}

impl Engine<'_, '_> {
    /// Parts of a node that a call surely takes out or replaces, by all descriptions that fit it.
    pub(super) fn replaced_outside(&mut self, call: u32, node: Node) -> Vec<Path> {
        let program = self.program;
        let (file, site) = program.call(call);
        if !self.invocations_at(file, site.row).is_empty() {
            return Vec::new();
        }
        let mut found: Option<Vec<Path>> = None;
        for described in self.descriptions(call).iter() {
            let own = self.replaced_by(described, node);
            found = Some(match found {
                None => own,
                Some(before) => before
                    .into_iter()
                    .filter(|path| own.contains(path))
                    .collect(),
            });
        }
        found.unwrap_or_default()
    }

    fn replaced_by(&self, described: &Described<'_>, node: Node) -> Vec<Path> {
        let mut found = Vec::new();
        for place in &described.function.replaces {
            let given = described.given.iter().any(|(given, outer, number, inner)| {
                *given == node
                    && Base::Parameter(*number) == place.base
                    && matches!(outer[..], [] | [Step::Receiver])
                    && inner.is_empty()
            });
            if given {
                self.gone(described, place, &mut found);
            }
        }
        found
    }

    /// The parts that a place means at a call; none where it needs a constant that the call has not.
    fn gone(&self, described: &Described<'_>, place: &Place, found: &mut Vec<Path>) {
        let Some((last, before)) = place.steps.split_last() else {
            return;
        };
        if before
            .iter()
            .any(|step| matches!(step, library::Step::Under(_) | library::Step::Any))
        {
            return;
        }
        let mut path = self.steps(
            described,
            &Place {
                base: place.base,
                steps: before.to_vec(),
            },
        );
        match *last {
            library::Step::Under(parameter) => {
                let named = described.function.parameters[parameter].starts_with("**");
                if named {
                    for (_, _, number, inner) in &described.given {
                        if let ([key @ Step::Text(_)], true) = (&inner[..], *number == parameter) {
                            let mut path = path.clone();
                            path.push(*key);
                            found.push(path);
                        }
                    }
                } else if let Some(key) = self.key(described, parameter) {
                    path.push(key);
                    found.push(path);
                }
            }
            library::Step::Any => {
                path.push(Step::Any);
                found.push(path);
            }
            _ => found.push(self.steps(described, place)),
        }
    }
}
