//! What the order of running says of values: control flow by rows, tests and what they decide, exceptions and who handles them.
//!
//! Input of [`crate::flows`]: a value that is stored counts for a read only where control can come from the one to the other.

use serde::{Deserialize, Serialize};

use super::collect::Collector;
use super::{Expression, Place, Value};
use crate::kind::{NodeKind, Role};
use crate::passes::cfg::Way;
use crate::passes::ssa::Constant;
use crate::passes::{LocalEdge, op};

/// Order of running in the methods of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// By function: one more than its last row.
    pub ends: Vec<u32>,
    /// Control flow: each source less the one before, each target less its source; ascending by source.
    edges: Vec<(u32, i32)>,
    /// Edges that are taken in other ways than as a next step, in all their ways; written as `edges` are.
    ways: Vec<(u32, i32, Way)>,
    /// What conditions say of values.
    pub tests: Vec<Test>,
    /// What conditions say of being the only value of a type (`null`): [`Test::is`] says that it is.
    pub nulls: Vec<Test>,
    /// What conditions say of being a number below 0, which many functions give where they fail.
    pub negatives: Vec<Test>,
    /// Assignments through pointers, with the pointer: what it points to changes, and not where it points.
    pub through: Vec<Raise>,
    /// Places that get a value of which nothing is known: (row, place).
    pub unknown: Vec<(u32, Place)>,
    /// Resources of contexts, each with the row that leaves the context.
    pub contexts: Vec<Raise>,
    /// Values that are returned.
    pub returns: Vec<Raise>,
    /// Operands of choices: (choice, operand, row that reads it).
    pub arms: Vec<(Value, Value, u32)>,
    /// Values that are raised.
    pub raises: Vec<Raise>,
    /// Elements that are deleted: (collection, key, row).
    pub deleted: Vec<(Value, super::Key, u32)>,
    /// Handlers, each for a stretch of rows; inner ones behind outer ones.
    pub handlers: Vec<Handler>,
}

/// A condition: what its outcome says of a value in it, and which rows run by that outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// Row whose outcome decides.
    pub decides: u32,
    /// Rows of one of the arms, first and one behind the last; empty where the row only goes on after one outcome.
    pub arm: (u32, u32),
    /// The outcome after which that arm runs.
    pub arm_is: bool,
    /// A value in the condition.
    pub value: Value,
    /// With this outcome of the condition …
    pub when: bool,
    /// … the value came out so.
    pub is: bool,
}

/// A value and a row that does something with it: returns it, raises it, leaves its context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raise {
    /// The row.
    pub row: u32,
    /// The value.
    pub value: Value,
}

/// A handler of exceptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handler {
    /// Row of the handler.
    pub row: u32,
    /// Rows whose exceptions come here, first and one behind the last.
    pub body: (u32, u32),
    /// The variable that it binds, by position.
    pub variable: Option<u32>,
    /// It raises again what it takes.
    pub again: bool,
    /// Types that it takes; all where there are none.
    pub types: Vec<Value>,
}

/// What a comparison with a number asks for; the comparison is true where the answer is the one given.
#[derive(Clone, Copy)]
enum Compared {
    Negative(bool),
    Zero(bool),
}

impl Order {
    /// Keeps the control flow among the edges of a file.
    pub(crate) fn set_edges(&mut self, edges: &[LocalEdge]) {
        let mut flow: Vec<(u32, u32)> = edges
            .iter()
            .filter(|edge| edge.kind == crate::kind::EdgeKind::Cfg)
            .map(|edge| (edge.src, edge.dst))
            .collect();
        flow.sort_unstable();
        flow.dedup();
        let mut before = 0;
        self.edges = flow
            .into_iter()
            .map(|(src, dst)| {
                let step = src - before;
                before = src;
                (step, dst.cast_signed() - src.cast_signed())
            })
            .collect();
    }

    /// Keeps how rows go on.
    pub(crate) fn set_ways(&mut self, mut ways: Vec<(u32, u32, Way)>) {
        ways.sort_unstable();
        ways.dedup();
        let mut before = 0;
        self.ways = ways
            .into_iter()
            .map(|(src, dst, way)| {
                let step = src - before;
                before = src;
                (step, dst.cast_signed() - src.cast_signed(), way)
            })
            .collect();
    }

    /// Edges of the control flow, ascending, in each way that they are taken.
    pub fn steps(&self) -> Vec<(u32, u32, Way)> {
        let marked: Vec<(u32, u32, Way)> = self
            .ways
            .iter()
            .scan(0_u32, |src, &(step, span, way)| {
                *src += step;
                Some((*src, src.saturating_add_signed(span), way))
            })
            .collect();
        let mut steps: Vec<(u32, u32, Way)> = self
            .edges()
            .filter(|edge| {
                marked
                    .binary_search_by_key(edge, |&(src, dst, _)| (src, dst))
                    .is_err()
            })
            .map(|(src, dst)| (src, dst, Way::Step))
            .collect();
        steps.extend(marked);
        steps.sort_unstable();
        steps
    }

    /// Edges of the control flow, ascending.
    pub fn edges(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.edges.iter().scan(0_u32, |src, &(step, span)| {
            *src += step;
            Some((*src, src.saturating_add_signed(span)))
        })
    }
}

impl Collector<'_> {
    /// Conditions, exceptions and handlers of the file.
    pub(super) fn order(&mut self) {
        let ast = self.ast;
        let ends = crate::passes::ssa::ends(ast);
        let unknown = std::mem::take(&mut self.facts.order.unknown);
        let mut order = Order {
            unknown,
            ends: self
                .facts
                .functions
                .iter()
                .map(|function| ends[function.row as usize])
                .collect(),
            deleted: std::mem::take(&mut self.facts.order.deleted),
            through: std::mem::take(&mut self.facts.order.through),
            ..Order::default()
        };
        for row in 1..ast.len() as u32 {
            if self.ssa.dead[row as usize] {
                continue;
            }
            if self.role(row) == Role::Guard {
                let around = ast.parents[row as usize];
                let arm = (ends[row as usize], ends[around as usize]);
                self.tests(row, arm, true, &mut order);
            }
            match self.kind(row) {
                NodeKind::ControlStructure => match ast.name(row) {
                    "IF" | "WHILE" => {
                        let arm = self
                            .tree
                            .child(ast, row, Role::Then)
                            .or_else(|| self.tree.child(ast, row, Role::Body));
                        let condition = self.tree.child(ast, row, Role::Condition);
                        if let (Some(arm), Some(condition)) = (arm, condition) {
                            let arm = (arm, ends[arm as usize]);
                            self.tests(condition, arm, true, &mut order);
                        }
                    }
                    "THROW" => {
                        let mut children = self.tree.children(row);
                        let value = children.next().map_or(0, |child| self.value_of(child));
                        if value != 0 {
                            order.raises.push(Raise { row, value });
                        }
                    }
                    "TRY" => {
                        self.handlers(row, &ends, &mut order.handlers);
                        for child in self.tree.children(row) {
                            let value = self.value_of(child);
                            if self.role(child) == Role::Resource && value != 0 {
                                order.contexts.push(Raise { row, value });
                            }
                        }
                    }
                    _ => {}
                },
                NodeKind::Return => {
                    let values = self.tree.children(row).map(|child| self.value_of(child));
                    for value in values.filter(|&value| value != 0) {
                        order.returns.push(Raise { row, value });
                    }
                }
                NodeKind::Call => {
                    self.tests_of_call(row, &ends, &mut order);
                    let choice = self.value_of(row);
                    if matches!(
                        ast.name(row),
                        op::AND | op::OR | op::ELVIS | op::CONDITIONAL
                    ) {
                        for child in self.tree.children(row) {
                            let value = self.value_of(child);
                            if value != 0 && choice != 0 {
                                order.arms.push((choice, value, child));
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        order.arms.sort_unstable();
        self.facts.order = order;
    }

    /// What an operator picks of its operands. Each counts for itself: other tests decide.
    pub(super) fn decision(&mut self, values: Vec<Value>) -> Value {
        match self.choice(values) {
            value
                if matches!(
                    self.facts.expressions[value as usize],
                    Expression::Choice(_)
                ) =>
            {
                self.fresh(self.facts.expressions[value as usize].clone())
            }
            value => value,
        }
    }

    fn tests_of_call(&self, row: u32, ends: &[u32], order: &mut Order) {
        let part = |at| self.tree.argument(self.ast, row, at);
        match self.ast.name(row) {
            op::CONDITIONAL => {
                if let (Some(condition), Some(arm)) = (part(1), part(2)) {
                    self.tests(condition, (arm, ends[arm as usize]), true, order);
                }
            }
            name @ (op::AND | op::OR) => {
                let children: Vec<u32> = self.tree.children(row).collect();
                for pair in children.windows(2) {
                    let arm = (pair[1], ends[pair[1] as usize]);
                    self.tests(pair[0], arm, name == op::AND, order);
                }
            }
            op::ASSERT => {
                if let Some(condition) = self.tree.children(row).next() {
                    let first = (order.tests.len(), order.nulls.len());
                    self.tests(condition, (0, 0), true, order);
                    order.tests[first.0..]
                        .iter_mut()
                        .chain(&mut order.nulls[first.1..])
                        .for_each(|test| test.decides = row);
                }
            }
            _ => {}
        }
    }

    /// What both outcomes of a condition say of the values in it.
    fn tests(&self, condition: u32, arm: (u32, u32), arm_is: bool, order: &mut Order) {
        for when in [true, false] {
            let mut stack = vec![(condition, when)];
            while let Some((row, is)) = stack.pop() {
                let name = if self.kind(row) == NodeKind::Call {
                    self.ast.name(row)
                } else {
                    ""
                };
                match name {
                    op::NOT => stack.extend(self.tree.children(row).map(|child| (child, !is))),
                    op::AND if is => stack.extend(self.tree.children(row).map(|child| (child, is))),
                    op::OR if !is => stack.extend(self.tree.children(row).map(|child| (child, is))),
                    _ => {
                        let test = |value, is| Test {
                            decides: condition,
                            arm,
                            arm_is,
                            value,
                            when,
                            is,
                        };
                        if let Some((value, same)) = self.compared_with_null(row) {
                            order.nulls.push(test(value, is == same));
                        }
                        match self.compared_with_number(row) {
                            Some((value, Compared::Negative(below))) => {
                                order.negatives.push(test(value, is == below));
                            }
                            // Where pointers are numbers too, not being 0 is what counts as true.
                            Some((value, Compared::Zero(same))) if self.is_transparent() => {
                                order.tests.push(test(value, is != same));
                            }
                            _ => {}
                        }
                        let value = self.value_of(row);
                        if value != 0 {
                            order.tests.push(test(value, is));
                        }
                    }
                }
            }
        }
    }

    /// What a comparison holds against the only value of a type, and whether it asks for that or for any other.
    fn compared_with_null(&self, row: u32) -> Option<(Value, bool)> {
        let same = match (self.kind(row), self.ast.name(row)) {
            (NodeKind::Call, "<operator>.is" | "<operator>.equals") => true,
            (NodeKind::Call, "<operator>.isNot" | "<operator>.notEquals") => false,
            _ => return None,
        };
        let (left, right) = (
            self.tree.argument(self.ast, row, 1)?,
            self.tree.argument(self.ast, row, 2)?,
        );
        let is_null = |row| {
            self.kind(row) == NodeKind::Literal
                && !self.ast.name(row).is_empty()
                && super::hints::is_null(self.ast, row)
        };
        let other = match (is_null(left), is_null(right)) {
            (false, true) => left,
            (true, false) => right,
            _ => return None,
        };
        let value = self.value_of(other);
        (value != 0).then_some((value, same))
    }

    /// What a comparison with a whole number asks for, where that is whether something is 0 or below it.
    fn compared_with_number(&self, row: u32) -> Option<(Value, Compared)> {
        let operator = match self.kind(row) {
            NodeKind::Call => self.ast.name(row).strip_prefix("<operator>.")?,
            _ => return None,
        };
        let (left, right) = (
            self.tree.argument(self.ast, row, 1)?,
            self.tree.argument(self.ast, row, 2)?,
        );
        let number = |row| match self.constant(row) {
            Some(Constant::Int(number)) => Some(number),
            _ => None,
        };
        let (other, operator, number) = match (number(left), number(right)) {
            (None, Some(number)) => (left, operator, number),
            (Some(number), None) => {
                let turned = match operator {
                    "lessThan" => "greaterThan",
                    "lessEqualsThan" => "greaterEqualsThan",
                    "greaterThan" => "lessThan",
                    "greaterEqualsThan" => "lessEqualsThan",
                    same => same,
                };
                (right, turned, number)
            }
            _ => return None,
        };
        let compared = match (operator, number) {
            ("lessThan", 0) | ("lessEqualsThan" | "equals" | "is", -1) => Compared::Negative(true),
            ("greaterEqualsThan", 0) | ("greaterThan" | "notEquals" | "isNot", -1) => {
                Compared::Negative(false)
            }
            ("equals", 0) => Compared::Zero(true),
            ("notEquals", 0) => Compared::Zero(false),
            _ => return None,
        };
        // What is assigned in the condition is what is compared.
        let value = self.value_of(other);
        (value != 0).then_some((value, compared))
    }

    fn handlers(&mut self, row: u32, ends: &[u32], handlers: &mut Vec<Handler>) {
        let Some(body) = self.tree.child(self.ast, row, Role::Body) else {
            return;
        };
        let catches: Vec<u32> = self
            .tree
            .children(row)
            .filter(|&child| self.role(child) == Role::Catch)
            .collect();
        for catch in catches {
            let mut types = Vec::new();
            for child in self.tree.children(catch) {
                if matches!(self.role(child), Role::TypeHint | Role::Condition) {
                    if self.is_list(child) {
                        let items = self.tree.children(child);
                        types.extend(items.map(|item| self.value_of(item)));
                    } else {
                        types.push(self.value_of(child));
                    }
                }
            }
            let target = self.tree.child(self.ast, catch, Role::Target);
            let declared = target
                .and_then(|target| self.ast.reference(target))
                .and_then(|declaration| self.variable_of(declaration));
            let place = match (target, declared) {
                (Some(target), Some(variable)) => self.written_place(target, variable),
                _ => None,
            };
            handlers.push(Handler {
                row: catch,
                body: (body, ends[body as usize]),
                variable: match place {
                    Some(Place::Variable(variable)) => Some(variable),
                    _ => None,
                },
                again: (catch..ends[catch as usize]).any(|row| {
                    self.kind(row) == NodeKind::ControlStructure
                        && self.ast.name(row) == "THROW"
                        && self.tree.children(row).next().is_none()
                }),
                types,
            });
        }
    }
}
