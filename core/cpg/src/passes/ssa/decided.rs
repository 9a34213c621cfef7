//! What constants decide besides conditions: which case of a switch fits, loops over nothing, and functions that return one literal.

use super::NONE;
use super::constants::{Constant, Known, Propagation};
use crate::kind::{NodeKind, Role, property};
use crate::passes::op;

impl Propagation<'_, '_> {
    /// Ways on from a row whose outcome no condition tells; none where nothing is decided.
    pub(super) fn decided(&self, point: u32, row: u32) -> Option<Vec<u32>> {
        let ast = self.analysis.ast;
        let into = match ast.kinds[row as usize] {
            NodeKind::ControlStructure if ast.name(row) == "FOR" && self.is_over_nothing(row) => {
                return self.ways(point, false, |next| {
                    self.within(row, &[Role::Target, Role::Guard, Role::Body], next)
                });
            }
            _ if ast.roles[row as usize] == Role::Condition => self.fits_case(row)?,
            _ => return None,
        };
        let case = ast.parents[row as usize];
        self.ways(point, into, |next| {
            self.within(case, &[Role::Guard, Role::Body, Role::Then], next)
        })
    }

    /// Points of the patterns that judge a row, the subject of a switch: they are looked at again where more is known of it.
    pub(super) fn patterns(&self, subject: u32) -> Vec<u32> {
        let (ast, tree) = (self.analysis.ast, self.analysis.tree);
        let switch = ast.parents[subject as usize];
        if ast.kinds[switch as usize] != NodeKind::ControlStructure
            || ast.name(switch) != "SWITCH"
            || ast.roles[subject as usize] != Role::Condition
        {
            return Vec::new();
        }
        let inside = tree
            .children(switch)
            .flat_map(|child| tree.children(child).chain(std::iter::once(child)));
        inside
            .filter(|&case| ast.roles[case as usize] == Role::SwitchCase)
            .flat_map(|case| tree.children(case))
            .filter(|&pattern| self.is_pattern(pattern))
            .map(|pattern| self.analysis.points[pattern as usize])
            .filter(|&point| point != NONE && self.reached[point as usize])
            .collect()
    }

    /// Whether a row is a literal that a case is for.
    pub(super) fn is_pattern(&self, row: u32) -> bool {
        let ast = self.analysis.ast;
        let case = ast.parents[row as usize];
        ast.kinds[row as usize] == NodeKind::Literal
            && ast.roles[row as usize] == Role::Condition
            && ast.roles[case as usize] == Role::SwitchCase
    }

    /// The ways on that lead into something, or those that do not; none where there are no such.
    fn ways(&self, point: u32, into: bool, leads: impl Fn(u32) -> bool) -> Option<Vec<u32>> {
        let next = self.flow.graph.of(point).iter().copied();
        let kept: Vec<u32> = next
            .filter(|&next| leads(self.flow.rows[next as usize]) == into)
            .collect();
        (!kept.is_empty()).then_some(kept)
    }

    /// Whether a row is part of a child of another one that has one of some roles.
    fn within(&self, around: u32, roles: &[Role], row: u32) -> bool {
        let (ast, tree) = (self.analysis.ast, self.analysis.tree);
        tree.children(around).any(|child| {
            roles.contains(&ast.roles[child as usize])
                && (child..self.analysis.ends[child as usize]).contains(&row)
        })
    }

    /// Whether a loop steps through a collection that is written out and has nothing in it.
    fn is_over_nothing(&self, row: u32) -> bool {
        let (ast, tree) = (self.analysis.ast, self.analysis.tree);
        let Some(iterable) = tree.child(ast, row, Role::Iterable) else {
            return false;
        };
        ast.kinds[iterable as usize] == NodeKind::Call
            && matches!(
                ast.name(iterable),
                op::LIST | op::TUPLE | op::SET | op::DICT
            )
            && tree.children(iterable).next().is_none()
    }

    /// Whether the pattern of a case fits, where that and the subject are constants of one kind.
    fn fits_case(&self, pattern: u32) -> Option<bool> {
        let (ast, tree) = (self.analysis.ast, self.analysis.tree);
        let case = ast.parents[pattern as usize];
        if !self.is_pattern(pattern) {
            return None;
        }
        let mut switch = ast.parents[case as usize];
        if ast.kinds[switch as usize] == NodeKind::Block {
            switch = ast.parents[switch as usize];
        }
        let subject = tree.child(ast, switch, Role::Condition)?;
        match (self.value(subject), self.value(pattern)) {
            (Known::Constant(subject), Known::Constant(pattern)) => match (&subject, &pattern) {
                (Constant::Text(_), Constant::Text(_)) | (Constant::Int(_), Constant::Int(_)) => {
                    Some(subject == pattern)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The literal that a call surely gives: its function is the only one of its name, and does nothing but return it.
    pub(super) fn returned(&self, row: u32) -> Option<Constant> {
        let (ast, tree) = (self.analysis.ast, self.analysis.tree);
        let callee = tree.child(ast, row, Role::Receiver)?;
        if ast.kinds[callee as usize] != NodeKind::Identifier {
            return None;
        }
        let variable = ast.reference(callee)?;
        let function = ast.reference(variable)?;
        let is_only = self.analysis.events.only_write(variable) == Some(function);
        let plain = ast.kinds[function as usize] == NodeKind::Method
            && !ast.has(function, property::GENERATOR | property::ASYNC)
            && !tree
                .children(function)
                .any(|child| ast.kinds[child as usize] == NodeKind::Annotation);
        if !is_only || !plain {
            return None;
        }
        let body = tree.child(ast, function, Role::Body)?;
        let mut statements = tree
            .children(body)
            .filter(|&child| ast.kinds[child as usize] != NodeKind::Comment);
        let (Some(only), None) = (statements.next(), statements.next()) else {
            return None;
        };
        let value = tree.children(only).next()?;
        let literal = ast.kinds[only as usize] == NodeKind::Return
            && ast.kinds[value as usize] == NodeKind::Literal;
        literal
            .then(|| self.analysis.ssa.literals.literal(ast, value))
            .flatten()
    }

    /// What is known of the row of an operand.
    pub(super) fn value(&self, row: u32) -> Known {
        match self.analysis.points[row as usize] {
            NONE => Known::Varies,
            point => self.rows[point as usize].clone(),
        }
    }
}
