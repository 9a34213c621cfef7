//! What stands behind a value: functions, classes, modules, things outside, and the calls that make it.

use super::constants::{Subject, constants};
use super::{Captured, Matcher};
use crate::NodeId;
use crate::flows::meaning::Meaning;
use crate::passes::facts::Expression;

/// Most entries of one value.
const MOST: usize = 32;

impl Matcher<'_, '_> {
    /// What stands behind a value, each once, in the order of rows.
    pub(super) fn origins(&mut self, subject: Subject) -> Vec<Captured> {
        if subject.value == 0 {
            return Vec::new();
        }
        let mut found: Vec<Captured> = self
            .things(subject)
            .into_iter()
            .map(|(one, _)| one)
            .collect();
        found.extend(self.makers(subject));
        found.sort_by(|a, b| (a.node, &a.text).cmp(&(b.node, &b.text)));
        found.dedup_by(|a, b| (a.node, &a.text) == (b.node, &b.text));
        found.truncate(MOST);
        found
    }

    /// Functions, classes and modules with their rows, and what is outside with the row of the value; whether it is a function.
    pub(super) fn things(&mut self, subject: Subject) -> Vec<(Captured, bool)> {
        let program = self.sites.program;
        let Subject { file, row, value } = subject;
        let here = NodeId::new(program.files[file as usize].ordinal, row);
        let meanings = self.sites.meanings(program.node(file, value));
        let things = meanings.iter().filter_map(|meaning| {
            let (node, name) = match meaning {
                Meaning::Function(number) => {
                    let (at, function) = program.function(*number);
                    let facts = program.files[at as usize];
                    let name = facts.name(function.full_name);
                    (NodeId::new(facts.ordinal, function.row), name)
                }
                Meaning::Class(number) => {
                    let at = program
                        .bases
                        .partition_point(|base| base.classes <= *number)
                        - 1;
                    let facts = program.files[at];
                    let class = &facts.classes[(number - program.bases[at].classes) as usize];
                    (
                        NodeId::new(facts.ordinal, class.row),
                        facts.name(class.full_name),
                    )
                }
                Meaning::Module(at) => {
                    let facts = program.files[*at as usize];
                    (NodeId::new(facts.ordinal, 0), facts.module.as_str())
                }
                Meaning::Outside(name) => (here, name.as_str()),
                Meaning::Instance(_) | Meaning::Collection(_) => return None,
            };
            let captured = Captured {
                node,
                text: Some(name.to_owned()),
                root: None,
            };
            Some((captured, matches!(meaning, Meaning::Function(_))))
        });
        things.collect()
    }

    /// Calls whose result the value can be.
    fn makers(&mut self, subject: Subject) -> Vec<Captured> {
        let ends = constants(&mut self.sites, subject).ends;
        let program = self.sites.program;
        let mut found = Vec::new();
        for Subject { file, value, .. } in ends {
            let facts = program.files[file as usize];
            if let Expression::Call(call) = facts.expressions[value as usize]
                && !facts.calls[call as usize].decorates
            {
                found.push(Captured {
                    node: NodeId::new(facts.ordinal, facts.calls[call as usize].row),
                    text: None,
                    root: None,
                });
            }
        }
        found
    }
}
