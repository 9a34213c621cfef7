//! Objects that variables hold by value.

use super::collect::Collector;
use super::{Expression, Made, Object};
use crate::kind::{NodeKind, property};
use crate::passes::op;

impl Collector<'_> {
    /// Objects of locals and of the file, where the language destroys them with the variable (rule `destructor`).
    pub(super) fn objects(&mut self) {
        if self.words.destructor.is_none() {
            return;
        }
        let ast = self.ast;
        for row in 1..ast.len() as u32 {
            if self.kind(row) != NodeKind::Local
                || ast.has(row, property::DECLARATION)
                || self.ssa.dead[row as usize]
            {
                continue;
            }
            self.at = row;
            let Some((class, true)) = self.type_name(ast.type_text(row)) else {
                continue;
            };
            if !matches!(
                self.facts.expressions[class as usize],
                Expression::Global(_)
            ) {
                continue;
            }
            let made = match self.first_value(row) {
                None if self.kind(ast.parents[row as usize]) == NodeKind::ControlStructure => {
                    Made::Elsewhere
                }
                None => Made::Default,
                Some(value)
                    if self.is_construction(value)
                        || self.kind(value) == NodeKind::Call
                            && matches!(ast.name(value), op::INITIALIZER | op::LIST) =>
                {
                    Made::Elsewhere
                }
                Some(value) => {
                    let from = self.type_of(value, 16);
                    // What a call gives is made in its place.
                    let is_made = self.kind(value) == NodeKind::Call
                        && !op::is_operator(ast.name(value))
                        && from.as_ref().is_none_or(|from| from.ends_with("&&"))
                        && ast.name(value) != "move";
                    match from {
                        _ if is_made => Made::Elsewhere,
                        from => Made::From(from.map(|text| self.owned_name(&text))),
                    }
                }
            };
            let caller = self.caller(row);
            self.facts.objects.push(Object {
                row,
                caller,
                class,
                made,
            });
        }
    }
}
