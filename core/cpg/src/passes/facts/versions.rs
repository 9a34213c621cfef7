//! Values of locals that differ along their method, as variables of their own.

use super::collect::Collector;
use super::{Expression, Flow, Owner, Place, Value, Variable};
use crate::passes::ssa::{Events, NONE};

impl Collector<'_> {
    /// What a read of a local gives: one of its values where the flow tells which, else whatever it holds.
    pub(super) fn read_version(&mut self, row: u32) -> Option<Value> {
        let version = self.ssa.reads[row as usize];
        if version == NONE {
            return None;
        }
        let variable = self.version_variable(version);
        Some(match variable {
            Some(variable) => self.value(Expression::Variable(variable)),
            None => 0,
        })
    }

    /// The variable of a version; none for what nothing wrote yet.
    fn version_variable(&mut self, version: u32) -> Option<u32> {
        let known = self.version_variables[version as usize];
        if known != NONE {
            return Some(known);
        }
        let found = &self.ssa.versions[version as usize];
        let base = self.declared[found.variable as usize];
        let variable = if found.definition == found.variable {
            // What nothing wrote yet has its declared type all the same.
            if !Events::is_parameter(self.ast, found.variable) && self.words.type_words.is_empty() {
                return None;
            }
            base
        } else {
            let Variable {
                name,
                row,
                properties,
                ..
            } = self.facts.variables[base as usize];
            self.facts.variables.push(Variable {
                name,
                row,
                owner: Owner::Version(base),
                properties,
            });
            let version = self.facts.variables.len() as u32 - 1;
            self.keep_exact(row, version);
            version
        };
        self.version_variables[version as usize] = variable;
        Some(variable)
    }

    /// Where a write of a local goes; none where nothing reads what it writes.
    pub(super) fn written_place(&mut self, target: u32, variable: u32) -> Option<Place> {
        let Some(&version) = self.ssa.definitions.get(&target) else {
            return Some(Place::Variable(variable));
        };
        if !self.ssa.versions[version as usize].used {
            return None;
        }
        self.version_variable(version).map(Place::Variable)
    }

    /// Values that meet, and those that other methods see.
    pub(super) fn versions(&mut self) {
        for at in 0..self.ssa.versions.len() as u32 {
            let version = &self.ssa.versions[at as usize];
            if !version.used {
                continue;
            }
            let (exposed, row) = (version.exposed, version.variable);
            let operands = version.operands.clone();
            let Some(to) = self.version_variable(at) else {
                continue;
            };
            for operand in operands {
                if let Some(from) = self.version_variable(operand) {
                    self.move_between(to, from);
                }
            }
            let base = self.declared[row as usize];
            if exposed && base != to {
                self.move_between(base, to);
            }
        }
    }

    fn move_between(&mut self, to: u32, from: u32) {
        let from = self.value(Expression::Variable(from));
        self.facts.flows.push(Flow {
            row: 0,
            to: Place::Variable(to),
            from,
            caller: None,
        });
    }
}
