//! Exceptions, from where they are raised to where they are handled.

use super::StepKind;
use super::engine::Engine;
use super::meaning::Meaning;
use super::path::{Path, Step};
use super::program::FileAt;
use super::state::{Exit, Fact, NEVER, Origin};

impl Engine<'_, '_> {
    /// An exception goes to the nearest handler around a row that may take it, else out of the method.
    pub(super) fn raised(
        &mut self,
        context: u32,
        (file, row): (FileAt, u32),
        path: &[Step],
        origin: Origin,
    ) {
        let program = self.program;
        let facts = program.files[file as usize];
        let function = program.function_of(file, row);
        let raised: Vec<Meaning> = facts
            .order
            .raises
            .iter()
            .find(|raise| raise.row == row)
            .map(|raise| {
                self.meanings(program.node(file, raise.value))
                    .as_ref()
                    .clone()
            })
            .unwrap_or_default();
        let mut around: Vec<_> = facts
            .order
            .handlers
            .iter()
            .filter(|handler| handler.body.0 <= row && row < handler.body.1)
            .filter(|handler| program.function_of(file, handler.row) == function)
            .collect();
        around.sort_by_key(|handler| (std::cmp::Reverse(handler.body.0), handler.row));
        for handler in around {
            if !self.takes(file, &handler.types, &raised) {
                continue;
            }
            if let Some(variable) = handler.variable {
                let node = program.bases[file as usize].variables + variable;
                let origin = Origin {
                    kind: StepKind::Exception,
                    file,
                    row: handler.row,
                    ..origin
                };
                self.put(context, node, path, (handler.row, !path.is_empty()), origin);
            }
            if handler.again {
                continue;
            }
            return;
        }
        let id = self.paths.id(path);
        let node = program.function_nodes.get(&function).copied().unwrap_or(0);
        let fact = Fact {
            context,
            node,
            path: id,
            since: NEVER,
            alias: false,
        };
        let origin = Origin {
            kind: StepKind::Exception,
            file,
            row,
            ..origin
        };
        if let Some(carrier) = self.state.carry(fact, origin) {
            let path = Path::from_slice(path);
            self.exit(carrier, Exit::Raise, &path);
        }
    }

    /// Whether a handler takes what is raised.
    pub(super) fn takes(&mut self, file: FileAt, types: &[u32], raised: &[Meaning]) -> bool {
        if types.is_empty() || raised.is_empty() {
            return true;
        }
        let program = self.program;
        for &value in types {
            for wanted in self.meanings(program.node(file, value)).iter() {
                for one in raised {
                    let fits = match (wanted, one) {
                        (Meaning::Class(wanted), Meaning::Instance(one) | Meaning::Class(one)) => {
                            self.ancestors(*one).contains(wanted)
                        }
                        (
                            Meaning::Outside(wanted),
                            Meaning::Collection(one) | Meaning::Outside(one),
                        ) => {
                            let last =
                                |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
                            last(wanted) == last(one)
                                || self
                                    .language(file)
                                    .is_some_and(|language| language.is_above(wanted, one))
                        }
                        (Meaning::Outside(_), Meaning::Instance(_) | Meaning::Class(_)) => true,
                        _ => false,
                    };
                    if fits {
                        return true;
                    }
                }
            }
        }
        false
    }
}
