//! Versions of variables: where ways meet, and which one each read sees.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::events::Event;
use super::{Analysis, NONE, Version};
use crate::kind::{NodeKind, property};
use crate::passes::cfg::{self, Flow};
use crate::passes::dominators::Graph;
use crate::passes::op;

/// Where versions of a method's variables meet.
#[derive(Default)]
pub(super) struct Names {
    /// Point: (variable, version) pairs that meet there.
    pub(super) meetings: BTreeMap<u32, Vec<(u32, u32)>>,
    /// Version: operands with the edge of the flow that brings each, edges by their position in the graph's list.
    pub(super) operands: FxHashMap<u32, Vec<(u32, u32)>>,
}

pub(super) struct Renaming<'r, 'a> {
    analysis: &'r mut Analysis<'a>,
    flow: &'r Flow,
    idom: &'r [u32],
    /// Variables with versions, in the order in which the flow first writes them.
    variables: Vec<u32>,
    numbers: FxHashMap<u32, u32>,
    /// By number of the variable: versions that hold, the innermost last.
    stacks: Vec<Vec<u32>>,
    captured: Vec<u32>,
    names: Names,
    first: u32,
}

impl<'r, 'a> Renaming<'r, 'a> {
    pub(super) fn new(analysis: &'r mut Analysis<'a>, flow: &'r Flow, idom: &'r [u32]) -> Self {
        let first = analysis.ssa.versions.len() as u32;
        Self {
            analysis,
            flow,
            idom,
            variables: Vec::new(),
            numbers: FxHashMap::default(),
            stacks: Vec::new(),
            captured: Vec::new(),
            names: Names::default(),
            first,
        }
    }

    pub(super) fn run(mut self) -> Names {
        let writes = self.writes();
        if self.variables.is_empty() {
            return self.names;
        }
        let frontier = self.frontier();
        self.place(&writes, &frontier);
        self.walk();
        self.keep_used();
        self.names
    }

    fn number(&mut self, variable: u32) -> u32 {
        if let Some(&number) = self.numbers.get(&variable) {
            return number;
        }
        let number = self.variables.len() as u32;
        self.numbers.insert(variable, number);
        self.variables.push(variable);
        let initial = self.version(variable, variable);
        self.stacks.push(vec![initial]);
        // What a module holds, other files can import.
        let method = self.flow.rows[cfg::ENTRY as usize];
        if self.analysis.ast.has(method, property::MODULE)
            || self.analysis.events.is_captured(variable)
        {
            self.captured.push(number);
        }
        number
    }

    fn version(&mut self, variable: u32, definition: u32) -> u32 {
        let versions = &mut self.analysis.ssa.versions;
        versions.push(Version {
            variable,
            definition,
            ..Version::default()
        });
        versions.len() as u32 - 1
    }

    /// By number of the variable: points that write it.
    fn writes(&mut self) -> Vec<Vec<u32>> {
        let mut writes: Vec<Vec<u32>> = Vec::new();
        for point in 0..self.flow.rows.len() as u32 {
            let row = self.flow.rows[point as usize];
            if point <= cfg::EXIT || row == 0 {
                continue;
            }
            let found: Vec<u32> = self
                .analysis
                .events
                .at(row)
                .filter_map(|event| match event {
                    Event::Write { variable, .. } => Some(variable),
                    Event::Read { .. } => None,
                })
                .filter(|&variable| self.analysis.events.has_versions(variable))
                .collect();
            for variable in found {
                let number = self.number(variable) as usize;
                writes.resize_with(self.variables.len(), Vec::new);
                if writes[number].last() != Some(&point) {
                    writes[number].push(point);
                }
            }
        }
        writes
    }

    /// Dominance frontiers: where the rule of each point ends.
    fn frontier(&self) -> Vec<Vec<u32>> {
        let points = self.flow.graph.len();
        let backward = self.flow.graph.reversed();
        let mut frontier: Vec<Vec<u32>> = vec![Vec::new(); points];
        for join in 0..points as u32 {
            let before = backward.of(join);
            if before.len() < 2 || self.idom[join as usize] == NONE {
                continue;
            }
            for &from in before {
                let mut runner = from;
                // Where a way was walked already, all above it has the join too.
                while runner != self.idom[join as usize]
                    && (runner == cfg::ENTRY || self.idom[runner as usize] != NONE)
                    && frontier[runner as usize].last() != Some(&join)
                {
                    frontier[runner as usize].push(join);
                    if runner == cfg::ENTRY {
                        break;
                    }
                    runner = self.idom[runner as usize];
                }
            }
        }
        frontier
    }

    fn place(&mut self, writes: &[Vec<u32>], frontier: &[Vec<u32>]) {
        let mut has = vec![NONE; frontier.len()];
        for (number, points) in (0..).zip(writes) {
            let variable = self.variables[number as usize];
            let mut work = points.clone();
            // What a variable begins with counts as written on entry.
            work.push(cfg::ENTRY);
            while let Some(point) = work.pop() {
                for &join in &frontier[point as usize] {
                    if std::mem::replace(&mut has[join as usize], number) == number {
                        continue;
                    }
                    let version = self.version(variable, 0);
                    self.names
                        .meetings
                        .entry(join)
                        .or_default()
                        .push((number, version));
                    work.push(join);
                }
            }
        }
    }

    /// Walks down the dominator tree with the versions that hold.
    fn walk(&mut self) {
        enum Step {
            Enter(u32),
            Leave(u32),
        }
        let pairs: Vec<(u32, u32)> = (0..self.idom.len() as u32)
            .filter(|&point| self.idom[point as usize] != NONE)
            .map(|point| (self.idom[point as usize], point))
            .collect();
        let children = Graph::new(self.idom.len(), &pairs);
        let mut pushed: Vec<u32> = Vec::new();
        let mut steps = vec![Step::Enter(cfg::ENTRY)];
        while let Some(step) = steps.pop() {
            match step {
                Step::Enter(point) => {
                    let before = pushed.len() as u32;
                    self.enter(point, &mut pushed);
                    steps.push(Step::Leave(before));
                    steps.extend(
                        children
                            .of(point)
                            .iter()
                            .rev()
                            .map(|&child| Step::Enter(child)),
                    );
                }
                Step::Leave(before) => {
                    for number in pushed.drain(before as usize..) {
                        self.stacks[number as usize].pop();
                    }
                }
            }
        }
    }

    fn top(&self, number: u32) -> u32 {
        self.stacks[number as usize].last().copied().unwrap_or(NONE)
    }

    fn enter(&mut self, point: u32, pushed: &mut Vec<u32>) {
        if let Some(meetings) = self.names.meetings.get(&point) {
            for &(number, version) in meetings {
                self.stacks[number as usize].push(version);
                pushed.push(number);
            }
        }
        let row = self.flow.rows[point as usize];
        if point > cfg::EXIT && row != 0 {
            let events: Vec<Event> = self.analysis.events.at(row).collect();
            for event in events {
                match event {
                    Event::Read { variable } => {
                        if let Some(&number) = self.numbers.get(&variable) {
                            self.analysis.ssa.reads[row as usize] = self.top(number);
                        }
                    }
                    Event::Write {
                        variable,
                        row: definition,
                    } => {
                        if let Some(&number) = self.numbers.get(&variable) {
                            let version = self.version(variable, definition);
                            self.analysis.ssa.definitions.insert(definition, version);
                            self.stacks[number as usize].push(version);
                            pushed.push(number);
                        }
                    }
                }
            }
        }
        if point == cfg::EXIT || self.runs_code(row) {
            for at in 0..self.captured.len() {
                let version = self.top(self.captured[at]);
                self.analysis.ssa.versions[version as usize].exposed = true;
            }
        }
        let first_edge = self.flow.graph.offsets[point as usize];
        for (edge, &next) in (first_edge..).zip(self.flow.graph.of(point)) {
            let Some(meetings) = self.names.meetings.get(&next) else {
                continue;
            };
            for &(number, version) in meetings {
                let operand = self.stacks[number as usize].last().copied().unwrap_or(NONE);
                let by_edge = self.names.operands.entry(version).or_default();
                by_edge.push((edge, operand));
                let operands = &mut self.analysis.ssa.versions[version as usize].operands;
                if operand != version && !operands.contains(&operand) {
                    operands.push(operand);
                }
            }
        }
    }

    /// Whether other methods may run when a row does.
    fn runs_code(&self, row: u32) -> bool {
        let ast = self.analysis.ast;
        ast.kinds[row as usize] == NodeKind::Call
            && (!op::is_operator(ast.name(row)) || op::suspends(ast.name(row)))
    }

    fn keep_used(&mut self) {
        let versions = &mut self.analysis.ssa.versions;
        let mut work: Vec<u32> = (self.first..versions.len() as u32)
            .filter(|&version| versions[version as usize].exposed)
            .collect();
        for &row in &self.flow.rows {
            let version = self.analysis.ssa.reads[row as usize];
            if version != NONE {
                work.push(version);
            }
        }
        while let Some(version) = work.pop() {
            let version = &mut versions[version as usize];
            if !std::mem::replace(&mut version.used, true) {
                work.extend(&version.operands);
            }
        }
    }
}
