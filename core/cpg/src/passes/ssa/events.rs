//! Where variables are read and written.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ast::FileAst;
use crate::kind::{NodeKind, Role, property};
use crate::passes::op;
use crate::passes::tree::Tree;

/// What happens to a variable when a row runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// The row itself reads it.
    Read { variable: u32 },
    /// It gets a value; `row` is the target, import or definition that says so.
    Write { variable: u32, row: u32 },
}

/// Reads and writes of all variables of a file.
#[derive(Debug, Default)]
pub(crate) struct Events {
    /// (row that runs, event); reads before writes.
    list: Vec<(u32, Event)>,
    variables: FxHashMap<u32, Use>,
    /// Rows of identifiers that are only written.
    pub(crate) targets: FxHashSet<u32>,
    /// Row of a definition: the variables that it binds.
    pub(crate) named: FxHashMap<u32, Vec<u32>>,
}

/// How a variable is used.
#[derive(Clone, Copy, Debug, Default)]
struct Use {
    method: u32,
    writes: u32,
    only_write: u32,
    shared: bool,
    captured: bool,
}

impl Events {
    pub(super) fn new(ast: &FileAst, tree: &Tree, method_of: &[u32]) -> Self {
        let module = (1..ast.len() as u32)
            .find(|&row| {
                ast.kinds[row as usize] == NodeKind::Method && ast.has(row, property::MODULE)
            })
            .unwrap_or(0);
        let mut collector = Collector {
            ast,
            tree,
            // Where the statement that writes a target runs.
            at: FxHashMap::default(),
            skipped: FxHashSet::default(),
            events: Self::default(),
        };
        collector.targets();
        let runs = |row: u32| match method_of[row as usize] {
            0 => module,
            method => method,
        };
        let mut events = collector.rows(&runs);
        events.list.sort_unstable();
        events
    }

    /// What happens when a row runs.
    pub(super) fn at(&self, row: u32) -> impl Iterator<Item = Event> {
        let first = self.list.partition_point(|&(at, _)| at < row);
        self.list[first..]
            .iter()
            .take_while(move |&&(at, _)| at == row)
            .map(|&(_, event)| event)
    }

    /// Whether each value of the variable gets a version of its own.
    pub(super) fn has_versions(&self, variable: u32) -> bool {
        self.variables
            .get(&variable)
            .is_some_and(|found| found.writes > 1 && !found.shared)
    }

    /// Whether methods other than its own read it.
    pub(crate) fn is_captured(&self, variable: u32) -> bool {
        self.variables
            .get(&variable)
            .is_some_and(|found| found.captured)
    }

    /// Reads, as (row, variable), ascending.
    pub(crate) fn reads(&self) -> impl Iterator<Item = (u32, u32)> {
        self.list.iter().filter_map(|&(row, event)| match event {
            Event::Read { variable } => Some((row, variable)),
            Event::Write { .. } => None,
        })
    }

    /// Whether a variable begins with an argument.
    pub(crate) fn is_parameter(&self, ast: &FileAst, variable: u32) -> bool {
        ast.kinds[variable as usize] == NodeKind::MethodParameterIn
    }

    /// The row that gives a variable its only value, a parameter's own among them.
    pub(crate) fn only_write_or_parameter(&self, variable: u32) -> Option<u32> {
        let found = self.variables.get(&variable)?;
        (found.writes == 1).then_some(found.only_write)
    }

    /// The row that gives a variable its only value.
    pub(crate) fn only_write(&self, variable: u32) -> Option<u32> {
        let found = self.variables.get(&variable)?;
        (found.writes == 1 && !found.shared && found.only_write != variable)
            .then_some(found.only_write)
    }
}

struct Collector<'a> {
    ast: &'a FileAst,
    tree: &'a Tree,
    at: FxHashMap<u32, u32>,
    skipped: FxHashSet<u32>,
    events: Events,
}

impl Collector<'_> {
    fn is_variable(&self, row: u32) -> bool {
        matches!(
            self.ast.kinds[row as usize],
            NodeKind::Local | NodeKind::MethodParameterIn
        )
    }

    fn variable(&self, row: u32) -> Option<u32> {
        self.ast
            .reference(row)
            .filter(|&declaration| self.is_variable(declaration))
    }

    /// Identifiers that are written, each with the row whose running writes it.
    fn targets(&mut self) {
        let ast = self.ast;
        for row in 1..ast.len() as u32 {
            if ast.roles[row as usize] == Role::Target {
                self.mark(row, None);
            }
            if ast.kinds[row as usize] != NodeKind::Call {
                continue;
            }
            let name = ast.name(row);
            match name {
                op::ASSIGNMENT => {
                    if let Some(target) = self.tree.argument(ast, row, 1) {
                        self.mark(target, Some(row));
                    }
                }
                op::DELETE => {
                    for child in self.tree.children(row) {
                        self.mark(child, Some(row));
                    }
                }
                op::DECLARATION => self.skipped.extend(self.tree.argument(ast, row, 1)),
                op::ADDRESS_OF => {
                    let variable = self
                        .tree
                        .argument(ast, row, 1)
                        .and_then(|child| self.variable(child));
                    if let Some(variable) = variable {
                        self.events.variables.entry(variable).or_default().shared = true;
                    }
                }
                _ => {}
            }
        }
    }

    fn mark(&mut self, row: u32, at: Option<u32>) {
        let mut stack = vec![row];
        while let Some(row) = stack.pop() {
            match self.ast.kinds[row as usize] {
                NodeKind::Identifier => {
                    self.events.targets.insert(row);
                    self.at.insert(row, at.unwrap_or(row));
                }
                NodeKind::Call if matches!(self.ast.name(row), op::TUPLE | op::LIST) => {
                    stack.extend(self.tree.children(row));
                }
                _ => {}
            }
        }
    }

    fn write(&mut self, runs: &impl Fn(u32) -> u32, at: u32, variable: u32, row: u32) {
        self.events
            .list
            .push((at, Event::Write { variable, row }));
        let method = runs(variable);
        let found = self.events.variables.entry(variable).or_default();
        found.method = method;
        found.writes += 1;
        found.only_write = row;
        found.shared |= runs(at) != method;
    }

    fn rows(mut self, runs: &impl Fn(u32) -> u32) -> Events {
        let ast = self.ast;
        for row in 1..ast.len() as u32 {
            match ast.kinds[row as usize] {
                // A parameter begins with its argument.
                NodeKind::MethodParameterIn => {
                    let found = self.events.variables.entry(row).or_default();
                    found.method = runs(row);
                    found.writes += 1;
                    found.only_write = row;
                }
                NodeKind::Local => {
                    let first = ast.refs.partition_point(|&(from, _)| from < row);
                    let definitions = ast.refs[first..]
                        .iter()
                        .take_while(|&&(from, _)| from == row);
                    for &(_, definition) in definitions {
                        if matches!(
                            ast.kinds[definition as usize],
                            NodeKind::Method | NodeKind::TypeDecl
                        ) {
                            self.events.named.entry(definition).or_default().push(row);
                            self.write(runs, definition, row, definition);
                        }
                    }
                }
                NodeKind::Import => {
                    if let Some(variable) = self.variable(row) {
                        self.write(runs, row, variable, row);
                    }
                }
                NodeKind::Identifier => self.identifier(runs, row),
                _ => {}
            }
        }
        self.events
    }

    fn identifier(&mut self, runs: &impl Fn(u32) -> u32, row: u32) {
        let Some(variable) = self.variable(row) else {
            return;
        };
        if let Some(&at) = self.at.get(&row) {
            self.write(runs, at, variable, row);
            return;
        }
        if self.skipped.contains(&row) {
            return;
        }
        self.events.list.push((row, Event::Read { variable }));
        let method = runs(variable);
        self.events.variables.entry(variable).or_default().captured |= runs(row) != method;
        let parent = self.ast.parents[row as usize];
        if self.ast.kinds[parent as usize] == NodeKind::Call
            && self.ast.arguments[row as usize] == 1
            && op::updates(self.ast.name(parent))
        {
            self.write(runs, parent, variable, row);
        }
    }
}
