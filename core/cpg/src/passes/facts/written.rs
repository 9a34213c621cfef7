//! What a file says as it is written: constants, arguments, what names get, and what stands in what.
//!
//! Input of [`crate::matches`]. Values tell where things come from; patterns ask besides for what stands at a place.

use serde::{Deserialize, Serialize};

use super::collect::Collector;
use super::{Name, Slot};
use crate::kind::{NodeKind, Role};
use crate::passes::op;
use crate::passes::ssa;

/// Stands in a template for a part that is not known.
pub const HOLE: char = '\u{fffc}';

/// Longest template that is kept.
const LONGEST: usize = 4096;

/// What stands in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Rows whose value is known, ascending.
    pub constants: Vec<Known>,
    /// Arguments of calls and operands of operators, ascending by the row of the call, then their own.
    pub arguments: Vec<Given>,
    /// Operators that compute something, ascending by row.
    pub operators: Vec<(u32, Name)>,
    /// Names that get a value, ascending by row.
    pub bindings: Vec<Binding>,
    /// Stretches of rows, ascending; inner ones behind outer ones.
    pub regions: Vec<Region>,
}

/// A row whose value is known before anything runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The row.
    pub row: u32,
    /// Its value.
    pub constant: Constant,
    /// It is written there, and not computed from what is written elsewhere.
    pub literal: bool,
}

/// A value that is known before anything runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Constant {
    /// The only value of its type (`null`).
    Null,
    /// A truth value.
    Truth(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Text(Name),
    /// A text with parts that are not known: a [`HOLE`] each.
    Template(Name),
    /// Any other literal, as it is written.
    Other(Name),
}

/// What kind of expression a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A literal.
    Literal,
    /// A name.
    Name,
    /// A member of something.
    Member,
    /// An element of something.
    Element,
    /// A call.
    Call,
    /// A function or type that is written there.
    Definition,
    /// A list, set, dictionary or comprehension.
    Collection,
    /// A tuple.
    Tuple,
    /// A text with computed parts.
    Template,
    /// Any other operator.
    Operator,
}

/// An argument of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Row of the call.
    pub call: u32,
    /// Which parameter it is for.
    pub slot: Slot,
    /// Its row.
    pub row: u32,
    /// What it is.
    pub form: Form,
}

/// A name that gets a value: a target, a parameter with a default, a constant key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The row that has the name.
    pub row: u32,
    /// The name.
    pub name: Name,
    /// The row of the value.
    pub value: u32,
    /// What the value is.
    pub form: Form,
    /// What has the name.
    pub kind: Named,
}

/// What has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    /// A variable.
    Variable,
    /// A member.
    Member,
    /// A constant key of a collection.
    Key,
    /// A parameter, by its default.
    Parameter,
}

/// A stretch of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// First row.
    pub start: u32,
    /// One behind the last.
    pub end: u32,
    /// What it is.
    pub kind: RegionKind,
}

/// What a stretch of rows is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegionKind {
    /// Body of a loop.
    Loop,
    /// What has a handler behind it.
    Try,
    /// A handler.
    Handler,
    /// What runs whatever happens.
    Finally,
    /// Body of a context.
    Context,
    /// What runs by a condition.
    Condition,
}

impl Written {
    /// The constant of a row.
    pub fn constant(&self, row: u32) -> Option<Known> {
        let at = self.constants.binary_search_by_key(&row, |known| known.row);
        at.ok().map(|at| self.constants[at])
    }

    /// The operator that stands at a row.
    pub fn operator(&self, row: u32) -> Option<Name> {
        let at = self.operators.binary_search_by_key(&row, |&(row, _)| row);
        at.ok().map(|at| self.operators[at].1)
    }

    /// Arguments of the call at a row.
    pub fn arguments(&self, call: u32) -> &[Given] {
        let first = self.arguments.partition_point(|given| given.call < call);
        let count = self.arguments[first..].partition_point(|given| given.call == call);
        &self.arguments[first..first + count]
    }
}

impl Collector<'_> {
    /// An operator with its operands.
    pub(super) fn operator(&mut self, row: u32) {
        let ast = self.ast;
        let name = ast.name(row);
        if self.form(row) != Form::Operator
            || matches!(
                name,
                op::ASSIGNMENT | op::KEY_VALUE | op::DECLARATION | op::APPEND
            )
        {
            return;
        }
        let name = self.name(name);
        self.facts.written.operators.push((row, name));
        for child in self.tree.children(row).collect::<Vec<_>>() {
            let Ok(at) = u16::try_from(ast.arguments[child as usize] - 1) else {
                continue;
            };
            let form = self.form(child);
            self.facts.written.arguments.push(Given {
                call: row,
                slot: Slot::Position(at),
                row: child,
                form,
            });
        }
    }

    /// What kind of expression a row is.
    pub(super) fn form(&self, row: u32) -> Form {
        match self.kind(row) {
            NodeKind::Literal => Form::Literal,
            NodeKind::Method | NodeKind::TypeDecl | NodeKind::MethodRef | NodeKind::TypeRef => {
                Form::Definition
            }
            NodeKind::Block => Form::Collection,
            NodeKind::Call => match self.ast.name(row) {
                name if op::is_field_access(name) => Form::Member,
                op::INDEX_ACCESS => Form::Element,
                op::TUPLE => Form::Tuple,
                op::LIST | op::DICT | op::SET => Form::Collection,
                op::FORMAT => Form::Template,
                name if op::is_operator(name) => Form::Operator,
                _ => Form::Call,
            },
            _ => Form::Name,
        }
    }

    /// Notes what a name gets.
    pub(super) fn binding(&mut self, row: u32, name: Name, value: u32, kind: Named) {
        let form = self.form(value);
        self.facts.written.bindings.push(Binding {
            row,
            name,
            value,
            form,
            kind,
        });
    }

    /// The target of an assignment gets the value of a row.
    pub(super) fn binding_of(&mut self, target: u32, value: u32) {
        let ast = self.ast;
        match self.kind(target) {
            NodeKind::Identifier => {
                let name = self.name(ast.name(target));
                self.binding(target, name, value, Named::Variable);
            }
            NodeKind::Call if op::is_field_access(ast.name(target)) => {
                if let Some(field) = self.tree.argument(ast, target, 2) {
                    let name = self.name(ast.name(field));
                    self.binding(target, name, value, Named::Member);
                }
            }
            NodeKind::Call if ast.name(target) == op::INDEX_ACCESS => {
                if let Some(index) = self.tree.argument(ast, target, 2)
                    && let Some(ssa::Constant::Text(text)) = self.constant(index)
                {
                    let name = self.owned_name(&text);
                    self.binding(target, name, value, Named::Key);
                }
            }
            _ => {}
        }
    }

    /// Constants and stretches of the file; sorts what was noted on the way.
    pub(super) fn written(&mut self) {
        let ends = ssa::ends(self.ast);
        self.constants();
        for row in 1..self.ast.len() as u32 {
            if self.ssa.dead[row as usize] {
                continue;
            }
            if self.kind(row) == NodeKind::Call {
                self.operator(row);
            }
            if let Some(kind) = self.region(row) {
                let end = ends[row as usize];
                let region = Region {
                    start: row,
                    end,
                    kind,
                };
                self.facts.written.regions.push(region);
            }
        }
        let written = &mut self.facts.written;
        written
            .arguments
            .sort_by_key(|given| (given.call, given.row));
        written.bindings.sort_by_key(|binding| binding.row);
    }

    fn region(&self, row: u32) -> Option<RegionKind> {
        let parent = self.ast.parents[row as usize];
        let name = if self.kind(parent) == NodeKind::ControlStructure {
            self.ast.name(parent)
        } else {
            ""
        };
        let has = |role| self.tree.child(self.ast, parent, role).is_some();
        match (name, self.role(row)) {
            ("FOR" | "WHILE" | "DO", Role::Body) => Some(RegionKind::Loop),
            ("TRY", Role::Body) if has(Role::Resource) => Some(RegionKind::Context),
            ("TRY", Role::Body) if has(Role::Catch) => Some(RegionKind::Try),
            ("TRY", Role::Catch) => Some(RegionKind::Handler),
            ("TRY", Role::Finally) => Some(RegionKind::Finally),
            ("IF", Role::Then | Role::Else) => Some(RegionKind::Condition),
            _ => None,
        }
    }

    fn constants(&mut self) {
        let ast = self.ast;
        let mut templates: Vec<(u32, Name)> = Vec::new();
        for row in (1..ast.len() as u32).rev() {
            if self.ssa.dead[row as usize] || self.role(row) == Role::Docstring {
                continue;
            }
            let literal = self.kind(row) == NodeKind::Literal;
            let constant = if let Some(constant) = self.ssa.constants.get(&row) {
                Some(constant.clone())
            } else if literal {
                self.ssa.literals.literal(ast, row)
            } else {
                None
            };
            let constant = match constant {
                Some(ssa::Constant::Null) => Constant::Null,
                Some(ssa::Constant::Truth(truth)) => Constant::Truth(truth),
                Some(ssa::Constant::Int(number)) => Constant::Int(number),
                Some(ssa::Constant::Text(text)) => Constant::Text(self.owned_name(&text)),
                None if literal && !ast.name(row).is_empty() => {
                    Constant::Other(self.name(ast.name(row)))
                }
                None => match self.template(row, &templates) {
                    Some(text) if text.len() <= LONGEST => {
                        let name = self.owned_name(&text);
                        templates.push((row, name));
                        Constant::Template(name)
                    }
                    _ => continue,
                },
            };
            self.facts.written.constants.push(Known {
                row,
                constant,
                literal,
            });
        }
        self.facts.written.constants.reverse();
    }

    /// A text that is put together of parts, some of which are known. `templates` are those of later rows, descending.
    fn template(&self, row: u32, templates: &[(u32, Name)]) -> Option<String> {
        if self.kind(row) != NodeKind::Call {
            return None;
        }
        let name = self.ast.name(row);
        let whole = name == op::FORMAT;
        if !whole && !matches!(name, op::ADDITION | op::ASSIGNMENT | op::MODULO) {
            return None;
        }
        let parts = self
            .tree
            .children(row)
            .filter(|&child| self.ast.arguments[child as usize] >= 1)
            .skip(usize::from(name == op::ASSIGNMENT))
            .take(if name == op::MODULO { 1 } else { usize::MAX });
        let mut text = String::new();
        let mut known = whole;
        for part in parts {
            let template = templates
                .binary_search_by(|(row, _)| part.cmp(row))
                .ok()
                .map(|at| self.facts.name(templates[at].1));
            match (template, self.constant(part)) {
                (Some(template), _) => {
                    known = true;
                    text.push_str(template);
                }
                (None, Some(ssa::Constant::Text(part))) => {
                    known = true;
                    text.push_str(&part);
                }
                _ => text.push(HOLE),
            }
            if text.len() > LONGEST {
                return None;
            }
        }
        known.then_some(text)
    }
}
