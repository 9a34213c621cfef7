//! What happens at each row of a file.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::flows::program::{FileAt, Node, Program};
use crate::passes::facts::{Constant, Expression, FileFacts, Owner, Place, Test, Value, Way};

/// A value comes to a place; nothing is known of the value where it is 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Write {
    pub(super) row: u32,
    pub(super) to: Place,
    pub(super) from: Value,
}

/// Rows of a file with what they do; each list ascends by its row.
pub(super) struct Index {
    steps: Vec<(u32, u32, Way)>,
    /// (row, position in the facts).
    operations: Vec<(u32, u32)>,
    reads: Vec<(u32, u32)>,
    writes: Vec<Write>,
    returns: Vec<(u32, Value)>,
    /// (row that leaves the context, resource).
    contexts: Vec<(u32, Value)>,
    /// (row, choice, operand).
    arms: Vec<(u32, Value, Value)>,
    tests: Vec<(u32, Test)>,
    nulls: Vec<(u32, Test)>,
    negatives: Vec<(u32, Test)>,
    /// (row, pointer): what a pointer leads to is read or written there.
    reached: Vec<(u32, Value)>,
    through: Vec<(u32, Value)>,
    /// Rows at which variables only move within what they hold.
    moves: FxHashSet<u32>,
    /// Choices whose operand the way tells.
    pub(super) choices: FxHashSet<Value>,
    pub(super) handlers: FxHashSet<u32>,
    /// Collections that nothing gets: they are taken apart where they stand.
    pub(super) lost: FxHashSet<Value>,
    /// Variables that other methods read or write.
    pub(super) shared: FxHashSet<Node>,
    /// Variables that are tested more than once, or set to constants.
    pub(super) switches: FxHashSet<Node>,
    /// Row of a write: what it surely writes.
    pub(super) constants: FxHashMap<u32, Constant>,
}

/// Collections that stand in no flow, call, operation or other expression.
fn lost(facts: &FileFacts) -> FxHashSet<Value> {
    let mut lost: FxHashSet<Value> = (0..)
        .zip(&facts.expressions)
        .filter(|(_, expression)| matches!(expression, Expression::Collection(..)))
        .map(|(value, _)| value)
        .collect();
    for expression in &facts.expressions {
        match expression {
            Expression::Member(base, _)
            | Expression::Element(base, _)
            | Expression::Iterated(base)
            | Expression::Entered(base) => {
                lost.remove(base);
            }
            Expression::Merged(one, other) => {
                lost.remove(one);
                lost.remove(other);
            }
            Expression::Choice(values) => values.iter().for_each(|value| {
                lost.remove(value);
            }),
            _ => {}
        }
    }
    let flows = facts.flows.iter().map(|flow| flow.from);
    let calls = facts.calls.iter().flat_map(|call| {
        let arguments = call.arguments.iter().map(|argument| argument.value);
        arguments.chain(std::iter::once(call.callee))
    });
    let operands = facts.operations.iter().flat_map(|one| &one.operands);
    let left = facts.functions.iter().flat_map(|function| {
        let defaults = function.parameters.iter().map(|one| one.default);
        let given = function.returns.iter().chain(&function.yields).copied();
        given.chain(defaults)
    });
    let raised = facts.order.raises.iter().map(|raise| raise.value);
    for value in flows
        .chain(calls)
        .chain(operands.copied())
        .chain(left)
        .chain(raised)
    {
        lost.remove(&value);
    }
    lost
}

/// Elements that no operation reads: what pointers lead to.
fn reached(facts: &FileFacts) -> Vec<(u32, Value)> {
    let read: FxHashSet<u32> = facts.operations.iter().map(|one| one.row).collect();
    let mut found: Vec<(u32, Value)> = facts
        .expressions
        .iter()
        .zip(&facts.rows)
        .filter_map(|(expression, &row)| match expression {
            Expression::Element(base, _) if row != 0 && !read.contains(&row) => Some((row, *base)),
            _ => None,
        })
        .collect();
    found.sort_unstable();
    found
}

/// Operators that count on or back from what they are applied to.
fn moves(facts: &FileFacts) -> FxHashSet<u32> {
    let is_move = |operator: &str| {
        matches!(
            operator.strip_prefix("<operator>."),
            Some(
                "preIncrement"
                    | "preDecrement"
                    | "postIncrement"
                    | "postDecrement"
                    | "assignmentPlus"
                    | "assignmentMinus"
            )
        )
    };
    facts
        .operations
        .iter()
        .filter(|one| is_move(facts.name(one.operator)))
        .map(|one| one.row)
        .collect()
}

fn at<T>(list: &[T], row: u32, key: impl Fn(&T) -> u32) -> &[T] {
    let first = list.partition_point(|entry| key(entry) < row);
    let count = list[first..].partition_point(|entry| key(entry) == row);
    &list[first..first + count]
}

impl Index {
    pub(super) fn new(program: &Program<'_>, file: FileAt) -> Self {
        let facts = program.files[file as usize];
        let order = &facts.order;
        let mut writes: Vec<Write> = order
            .unknown
            .iter()
            .map(|&(row, to)| Write { row, to, from: 0 })
            .chain(facts.flows.iter().filter(|flow| flow.row != 0).map(|flow| {
                let (row, to, from) = (flow.row, flow.to, flow.from);
                Write { row, to, from }
            }))
            .collect();
        // What is not known comes first: a declared type may be, beside the value.
        writes.sort_by_key(|write| (write.row, write.from != 0));
        let numbered = |rows: Vec<u32>| {
            let mut found: Vec<(u32, u32)> = rows.into_iter().zip(0..).collect();
            found.sort_unstable();
            found
        };
        let pairs = |list: &[crate::passes::facts::Raise]| {
            let mut found: Vec<(u32, Value)> =
                list.iter().map(|raise| (raise.row, raise.value)).collect();
            found.sort_unstable();
            found
        };
        let by_decision = |list: &[Test]| {
            let mut found: Vec<(u32, Test)> =
                list.iter().map(|test| (test.decides, *test)).collect();
            found.sort_by_key(|&(row, _)| row);
            found
        };
        let mut arms: Vec<(u32, Value, Value)> = order
            .arms
            .iter()
            .map(|&(choice, operand, row)| (row, choice, operand))
            .collect();
        arms.sort_unstable();
        let mut this = Self {
            steps: order.steps(),
            operations: numbered(facts.operations.iter().map(|one| one.row).collect()),
            reads: numbered(facts.reads.iter().map(|one| one.row).collect()),
            writes,
            returns: pairs(&order.returns),
            contexts: pairs(&order.contexts),
            choices: arms.iter().map(|&(_, choice, _)| choice).collect(),
            arms,
            tests: by_decision(&order.tests),
            nulls: by_decision(&order.nulls),
            negatives: by_decision(&order.negatives),
            reached: reached(facts),
            through: pairs(&order.through),
            moves: moves(facts),
            handlers: order.handlers.iter().map(|handler| handler.row).collect(),
            lost: lost(facts),
            shared: FxHashSet::default(),
            switches: FxHashSet::default(),
            constants: FxHashMap::default(),
        };
        this.constants = this
            .writes
            .iter()
            .filter_map(|write| {
                let known = facts.written.constant(write.row)?;
                Some((write.row, known.constant))
            })
            .collect();
        this.find_shared(program, file);
        this.find_switches(program, file);
        this
    }

    fn find_shared(&mut self, program: &Program<'_>, file: FileAt) {
        let facts = program.files[file as usize];
        let base = program.bases[file as usize];
        let module = program.ends().functions;
        let mut note = |value: Value, row: u32| {
            let mut value = value;
            loop {
                match facts.expressions[value as usize] {
                    Expression::Member(inner, _)
                    | Expression::Element(inner, _)
                    | Expression::Iterated(inner)
                    | Expression::Entered(inner) => value = inner,
                    Expression::Variable(variable) => {
                        let node = program.base_variable(base.variables + variable);
                        let home = match program.owner(node) {
                            Owner::Function(function) => base.functions + function,
                            Owner::Module => module,
                            _ => return,
                        };
                        let user = program.function_of(file, row);
                        let own = home == user
                            || home == module
                                && (user >= module
                                    || program.function(user).1.properties
                                        & crate::kind::property::MODULE
                                        != 0);
                        if !own {
                            self.shared.insert(node);
                        }
                        return;
                    }
                    _ => return,
                }
            }
        };
        for call in &facts.calls {
            note(call.callee, call.row);
            for argument in &call.arguments {
                note(argument.value, call.row);
            }
        }
        for read in &facts.reads {
            note(read.value, read.row);
        }
        for operation in &facts.operations {
            for &operand in &operation.operands {
                note(operand, operation.row);
            }
        }
        for write in &self.writes {
            note(write.from, write.row);
            match write.to {
                Place::Member(inner, _) | Place::Element(inner, _) => note(inner, write.row),
                Place::Variable(_) => {}
            }
        }
        for raise in facts.order.returns.iter().chain(&facts.order.raises) {
            note(raise.value, raise.row);
        }
        for test in &facts.order.tests {
            note(test.value, test.decides);
        }
        // What another file imports by name lives on.
        let own = 0..facts.variables.len() as u32;
        let imported = own
            .map(|variable| base.variables + variable)
            .filter(|node| program.importers.contains_key(node));
        self.shared.extend(imported);
        for write in &self.writes {
            if let Place::Variable(variable) = write.to {
                let node = program.base_variable(base.variables + variable);
                let user = program.function_of(file, write.row);
                let own = match program.owner(node) {
                    Owner::Function(function) => base.functions + function == user,
                    Owner::Module => {
                        user >= module
                            || program.function(user).1.properties & crate::kind::property::MODULE
                                != 0
                    }
                    _ => true,
                };
                if !own {
                    self.shared.insert(node);
                }
            }
        }
    }

    fn find_switches(&mut self, program: &Program<'_>, file: FileAt) {
        let facts = program.files[file as usize];
        let base = program.bases[file as usize].variables;
        let mut rows: FxHashMap<Node, FxHashSet<u32>> = FxHashMap::default();
        for (row, test) in self.tests.iter().chain(&self.nulls) {
            if let Expression::Variable(variable) = facts.expressions[test.value as usize] {
                let node = program.base_variable(base + variable);
                rows.entry(node).or_default().insert(*row);
            }
        }
        for write in &self.writes {
            if let Place::Variable(variable) = write.to
                && self.constants.contains_key(&write.row)
            {
                let node = program.base_variable(base + variable);
                if let Some(rows) = rows.get_mut(&node) {
                    rows.insert(write.row);
                }
            }
        }
        self.switches = rows
            .into_iter()
            .filter(|(node, rows)| rows.len() > 1 && !self.shared.contains(node))
            .map(|(node, _)| node)
            .collect();
    }

    pub(super) fn steps(&self, row: u32) -> &[(u32, u32, Way)] {
        at(&self.steps, row, |&(src, ..)| src)
    }

    /// Whether a row raises by itself: it has no other way on.
    pub(super) fn raises(&self, row: u32) -> bool {
        let steps = self.steps(row);
        !steps.is_empty() && steps.iter().all(|&(.., way)| way == Way::Throw)
    }

    /// Whether a row has a place in the control flow.
    pub(super) fn is_point(&self, row: u32) -> bool {
        !self.steps(row).is_empty()
    }

    pub(super) fn operations(&self, row: u32) -> impl Iterator<Item = u32> + '_ {
        let found = at(&self.operations, row, |&(row, _)| row);
        found.iter().map(|&(_, number)| number)
    }

    pub(super) fn reads(&self, row: u32) -> impl Iterator<Item = u32> + '_ {
        let found = at(&self.reads, row, |&(row, _)| row);
        found.iter().map(|&(_, number)| number)
    }

    pub(super) fn writes(&self, row: u32) -> &[Write] {
        at(&self.writes, row, |write| write.row)
    }

    pub(super) fn returns(&self, row: u32) -> &[(u32, Value)] {
        at(&self.returns, row, |&(row, _)| row)
    }

    pub(super) fn contexts(&self, row: u32) -> &[(u32, Value)] {
        at(&self.contexts, row, |&(row, _)| row)
    }

    pub(super) fn arms(&self, row: u32) -> &[(u32, Value, Value)] {
        at(&self.arms, row, |&(row, ..)| row)
    }

    pub(super) fn tests(&self, row: u32) -> impl Iterator<Item = &Test> {
        at(&self.tests, row, |&(row, _)| row)
            .iter()
            .map(|(_, test)| test)
    }

    pub(super) fn negatives(&self, row: u32) -> impl Iterator<Item = &Test> {
        at(&self.negatives, row, |&(row, _)| row)
            .iter()
            .map(|(_, test)| test)
    }

    pub(super) fn reached(&self, row: u32) -> &[(u32, Value)] {
        at(&self.reached, row, |&(row, _)| row)
    }

    /// Pointers through which a row writes.
    pub(super) fn through(&self, row: u32) -> &[(u32, Value)] {
        at(&self.through, row, |&(row, _)| row)
    }

    /// Whether what a row writes moves only within what it held before.
    pub(super) fn moves(&self, row: u32) -> bool {
        self.moves.contains(&row)
    }

    pub(super) fn nulls(&self, row: u32) -> impl Iterator<Item = &Test> {
        at(&self.nulls, row, |&(row, _)| row)
            .iter()
            .map(|(_, test)| test)
    }

    /// Tests in whose arm a row stands.
    pub(super) fn arms_around(&self, row: u32) -> impl Iterator<Item = &Test> {
        self.tests
            .iter()
            .take_while(move |&&(decides, _)| decides < row)
            .map(|(_, test)| test)
            .filter(move |test| (test.arm.0..test.arm.1).contains(&row))
    }

    /// Whether something writes a variable between two rows.
    pub(super) fn is_written(
        &self,
        program: &Program<'_>,
        base: u32,
        node: Node,
        rows: std::ops::Range<u32>,
    ) -> bool {
        let first = self.writes.partition_point(|write| write.row < rows.start);
        self.writes[first..]
            .iter()
            .take_while(|write| write.row < rows.end)
            .any(|write| {
                matches!(write.to, Place::Variable(variable)
                    if program.base_variable(base + variable) == node)
            })
    }
}
