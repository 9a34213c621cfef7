//! Sparse conditional constant propagation over one method.
//!
//! Optimistic: a way counts as open once it was found open, a value as constant until something says otherwise. What no open way
//! reaches cannot run.

use std::collections::VecDeque;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::events::Event;
use super::rename::Names;
use super::{Analysis, NONE};
use crate::ast::FileAst;
use crate::kind::{NodeKind, Role};
use crate::passes::cfg::{self, Flow};
use crate::passes::op;
use crate::rules::Rules;

/// Longest text that is computed; longer ones are no constants.
const LONGEST: usize = 4096;

/// Marks the only value of a variable among versions; rows of variables are far below.
const ONLY: u32 = 1 << 31;

/// A value that is known before anything runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Constant {
    /// The only value of its type (`null`).
    Null,
    /// A truth value.
    Truth(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Text(Rc<str>),
}

impl Constant {
    /// Whether a condition holds with it; texts are left open, as languages differ.
    fn truth(&self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Truth(truth) => Some(*truth),
            Self::Int(number) => Some(*number != 0),
            Self::Text(text) => (!text.is_empty()).then_some(true),
        }
    }
}

/// How literals of a language are read: `true-literal`, `false-literal`, `text-type` of the rules.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    yes: Vec<String>,
    no: Vec<String>,
    text_types: Vec<String>,
    int_types: Vec<String>,
}

impl Texts {
    pub(super) fn new(rules: &Rules) -> Self {
        let words = |key| {
            rules
                .all(key)
                .flat_map(str::split_whitespace)
                .map(str::to_owned)
                .collect()
        };
        Self {
            yes: words("true-literal"),
            no: words("false-literal"),
            text_types: words("text-type"),
            int_types: words("int-type"),
        }
    }

    /// The value of a literal.
    pub(crate) fn literal(&self, ast: &FileAst, row: u32) -> Option<Constant> {
        let (name, kind) = (ast.name(row), ast.type_text(row));
        let is = |words: &[String], text: &str| words.iter().any(|word| word == text);
        if is(&self.text_types, kind) {
            return (name.len() <= LONGEST).then(|| Constant::Text(name.into()));
        }
        if is(&self.yes, name) {
            return Some(Constant::Truth(true));
        }
        if is(&self.no, name) {
            return Some(Constant::Truth(false));
        }
        if name == kind && !name.is_empty() {
            return Some(Constant::Null);
        }
        if is(&self.int_types, kind) {
            return whole_number(name).map(Constant::Int);
        }
        None
    }
}

/// A whole number as it is written: in tens, or with `0x`, `0o` or `0b` before it; `_` parts its digits.
pub(crate) fn whole_number(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let digits = text.replace('_', "").to_ascii_lowercase();
    let radix = match digits.get(..2) {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ => return digits.parse().ok(),
    };
    i64::from_str_radix(&digits[2..], radix).ok()
}

/// What is known of a value so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Not reached yet.
    Open,
    Constant(Constant),
    Varies,
}

impl Known {
    fn meet(&mut self, other: &Self) {
        if *self == Self::Open {
            *self = other.clone();
        } else if *other != Self::Open && self != other {
            *self = Self::Varies;
        }
    }
}

pub(super) struct Propagation<'r, 'a> {
    pub(super) analysis: &'r mut Analysis<'a>,
    pub(super) flow: &'r Flow,
    names: &'r Names,
    /// By point: value of its row.
    pub(super) rows: Vec<Known>,
    pub(super) reached: Vec<bool>,
    versions: FxHashMap<u32, Known>,
    /// Version: points that read it.
    readers: FxHashMap<u32, Vec<u32>>,
    open: FxHashSet<u32>,
    edges: VecDeque<(u32, u32)>,
    points: VecDeque<u32>,
}

impl<'r, 'a> Propagation<'r, 'a> {
    pub(super) fn new(analysis: &'r mut Analysis<'a>, flow: &'r Flow, names: &'r Names) -> Self {
        let points = flow.rows.len();
        Self {
            analysis,
            flow,
            names,
            rows: vec![Known::Open; points],
            reached: vec![false; points],
            versions: FxHashMap::default(),
            readers: FxHashMap::default(),
            open: FxHashSet::default(),
            edges: VecDeque::new(),
            points: VecDeque::new(),
        }
    }

    pub(super) fn run(mut self) {
        for (point, &row) in (0..).zip(&self.flow.rows) {
            let version = self.analysis.ssa.reads[row as usize];
            if version != NONE {
                self.readers.entry(version).or_default().push(point);
            } else if let Some(variable) = self.analysis.ast.reference(row)
                && self.analysis.ast.kinds[row as usize] == NodeKind::Identifier
                && self.analysis.events.only_write(variable).is_some()
            {
                let only = variable | ONLY;
                self.readers.entry(only).or_default().push(point);
            }
        }
        for (&point, meetings) in &self.names.meetings {
            for &(_, version) in meetings {
                let operands = self.analysis.ssa.versions[version as usize]
                    .operands
                    .clone();
                for operand in operands {
                    self.readers.entry(operand).or_default().push(point);
                }
            }
        }
        self.points.push_back(cfg::ENTRY);
        loop {
            if let Some((edge, to)) = self.edges.pop_front() {
                let first = !self.reached[to as usize];
                if self.open.insert(edge) && (first || self.names.meetings.contains_key(&to)) {
                    self.points.push_back(to);
                }
            } else if let Some(point) = self.points.pop_front() {
                self.visit(point);
            } else {
                break;
            }
        }
        self.finish();
    }

    fn visit(&mut self, point: u32) {
        let first = !std::mem::replace(&mut self.reached[point as usize], true);
        self.meet(point);
        let row = self.flow.rows[point as usize];
        let known = if point <= cfg::EXIT || row == 0 {
            Known::Varies
        } else {
            self.evaluate(row)
        };
        let changed = known != self.rows[point as usize];
        self.rows[point as usize] = known.clone();
        if point > cfg::EXIT && row != 0 && (changed || first) {
            self.write(row);
        }
        if changed && !first {
            self.points.extend(self.patterns(row));
        }
        if changed || first || self.is_pattern(row) {
            // What a row is part of is computed from it; it runs later, or has to be looked at again.
            let mut parent = self.analysis.ast.parents[row as usize];
            while parent != 0 && self.analysis.ast.kinds[parent as usize] == NodeKind::Block {
                parent = self.analysis.ast.parents[parent as usize];
            }
            let above = self.analysis.points[parent as usize];
            if above != NONE && self.reached[above as usize] {
                self.points.push_back(above);
            }
            let first_edge = self.flow.graph.offsets[point as usize];
            let truth = match &known {
                Known::Constant(constant) => constant.truth(),
                _ => None,
            };
            let kept = if point <= cfg::EXIT || row == 0 {
                None
            } else {
                self.decided(point, row)
            };
            let kept = kept.or_else(|| truth.and_then(|truth| self.kept(point, row, truth)));
            for (at, &next) in self.flow.graph.of(point).iter().enumerate() {
                if kept.as_ref().is_none_or(|kept| kept.contains(&next)) {
                    self.edges.push_back((first_edge + at as u32, next));
                }
            }
        }
    }

    /// Versions that meet at a point.
    fn meet(&mut self, point: u32) {
        let Some(meetings) = self.names.meetings.get(&point) else {
            return;
        };
        for &(_, version) in meetings {
            let mut known = Known::Open;
            let operands = self.names.operands.get(&version);
            for &(edge, operand) in operands.into_iter().flatten() {
                if operand != version && self.open.contains(&edge) {
                    let value = self.versions.get(&operand).cloned();
                    known.meet(&value.unwrap_or_else(|| self.initial(operand)));
                }
            }
            self.set(version, known);
        }
    }

    /// What a version that nothing wrote yet is: a parameter's argument is not known, all others are open.
    fn initial(&self, version: u32) -> Known {
        let version = &self.analysis.ssa.versions[version as usize];
        if version.definition == version.variable {
            Known::Varies
        } else {
            Known::Open
        }
    }

    fn set(&mut self, version: u32, known: Known) {
        let old = self.versions.get(&version);
        if old == Some(&known) || old == Some(&Known::Varies) {
            return;
        }
        self.versions.insert(version, known);
        if let Some(readers) = self.readers.get(&version) {
            self.points.extend(
                readers
                    .iter()
                    .filter(|&&point| self.reached[point as usize]),
            );
        }
    }

    /// What the events of a row give to variables.
    fn write(&mut self, row: u32) {
        let events: Vec<Event> = self.analysis.events.at(row).collect();
        for event in events {
            let Event::Write {
                variable,
                row: definition,
            } = event
            else {
                continue;
            };
            if self.analysis.events.only_write(variable) == Some(definition) {
                let known = self.written(row, definition);
                self.set(variable | ONLY, known);
            }
            if let Some(&version) = self.analysis.ssa.definitions.get(&definition) {
                let known = self.written(row, definition);
                self.set(version, known);
            }
        }
    }

    /// The value that a row writes to a target.
    fn written(&self, row: u32, target: u32) -> Known {
        let (ast, tree) = (self.analysis.ast, self.analysis.tree);
        let plain = ast.kinds[row as usize] == NodeKind::Call
            && ast.name(row) == op::ASSIGNMENT
            && tree.argument(ast, row, 1) == Some(target);
        if plain {
            tree.argument(ast, row, 2)
                .map_or(Known::Varies, |value| self.value(value))
        } else if ast.kinds[row as usize] == NodeKind::Call && op::updates(ast.name(row)) {
            self.value(row)
        } else {
            Known::Varies
        }
    }

    fn evaluate(&self, row: u32) -> Known {
        let ast = self.analysis.ast;
        let constant = |found: Option<Constant>| found.map_or(Known::Varies, Known::Constant);
        match ast.kinds[row as usize] {
            NodeKind::Literal => constant(self.analysis.ssa.literals.literal(ast, row)),
            NodeKind::Identifier if !self.analysis.events.targets.contains(&row) => {
                let version = self.analysis.ssa.reads[row as usize];
                if version != NONE {
                    let known = self.versions.get(&version).cloned();
                    return known.unwrap_or_else(|| self.initial(version));
                }
                let Some(variable) = ast.reference(row) else {
                    return Known::Varies;
                };
                if let Some(known) = self.versions.get(&(variable | ONLY)) {
                    return known.clone();
                }
                constant(self.analysis.fixed.get(&variable).cloned())
            }
            NodeKind::Call if op::is_operator(ast.name(row)) => self.operator(row),
            NodeKind::Call => constant(self.returned(row)),
            _ => Known::Varies,
        }
    }

    fn operator(&self, row: u32) -> Known {
        let (ast, tree) = (self.analysis.ast, self.analysis.tree);
        let name = ast.name(row);
        let mut operands = Vec::new();
        for child in tree.children(row) {
            if ast.arguments[child as usize] >= 1 {
                operands.push(self.value(child));
            }
        }
        match (name, &operands[..]) {
            (op::ASSIGNMENT, [_, value]) => value.clone(),
            (op::AND | op::OR, all) => {
                let stops = name == op::OR;
                for (at, known) in all.iter().enumerate() {
                    let Known::Constant(constant) = known else {
                        return known.clone();
                    };
                    if at + 1 == all.len() || constant.truth() == Some(stops) {
                        return known.clone();
                    }
                    if constant.truth().is_none() {
                        return Known::Varies;
                    }
                }
                Known::Varies
            }
            (op::CONDITIONAL, [condition, then, other]) => match condition {
                Known::Open => Known::Open,
                Known::Constant(constant) if constant.truth().is_some() => {
                    if constant.truth() == Some(true) {
                        then.clone()
                    } else {
                        other.clone()
                    }
                }
                _ => {
                    let mut known = then.clone();
                    known.meet(other);
                    known
                }
            },
            (_, all) if all.contains(&Known::Open) => Known::Open,
            (_, [Known::Constant(one)]) => {
                op::unary(name, one).map_or(Known::Varies, Known::Constant)
            }
            (_, [Known::Constant(left), Known::Constant(right)]) => op::binary(name, left, right)
                .filter(|value| !matches!(value, Constant::Text(text) if text.len() > LONGEST))
                .map_or(Known::Varies, Known::Constant),
            _ => Known::Varies,
        }
    }

    fn inside(&self, root: u32, row: u32) -> bool {
        (root..self.analysis.ends[root as usize]).contains(&row)
    }

    /// Ways on from a condition that always holds, or never; none where it decides nothing.
    fn kept(&self, point: u32, row: u32, truth: bool) -> Option<Vec<u32>> {
        let (ast, tree) = (self.analysis.ast, self.analysis.tree);
        let parent = ast.parents[row as usize];
        if parent == 0 {
            return None;
        }
        let (taken, left): (Vec<u32>, Vec<u32>) = match ast.kinds[parent as usize] {
            NodeKind::ControlStructure if ast.roles[row as usize] == Role::Condition => {
                let part = |roles: &[Role]| -> Vec<u32> {
                    tree.children(parent)
                        .filter(|&child| roles.contains(&ast.roles[child as usize]))
                        .collect()
                };
                let yes = part(&[Role::Then, Role::Body]);
                let no = part(&[Role::Else]);
                match (ast.name(parent), truth) {
                    ("IF" | "WHILE", true) => (yes, no),
                    ("IF" | "WHILE", false) => (no, yes),
                    _ => return None,
                }
            }
            NodeKind::Call => {
                let argument = |position| tree.argument(ast, parent, position);
                let own = ast.arguments[row as usize];
                match ast.name(parent) {
                    op::CONDITIONAL if own == 1 => {
                        let (then, other) = (argument(2)?, argument(3)?);
                        if truth {
                            (vec![then], vec![other])
                        } else {
                            (vec![other], vec![then])
                        }
                    }
                    name @ (op::AND | op::OR) => {
                        let later: Vec<u32> = tree
                            .children(parent)
                            .filter(|&child| ast.arguments[child as usize] > own)
                            .collect();
                        if later.is_empty() {
                            return None;
                        }
                        if truth == (name == op::AND) {
                            (later, Vec::new())
                        } else {
                            (Vec::new(), later)
                        }
                    }
                    _ => return None,
                }
            }
            _ => return None,
        };
        let row_of = |next: &u32| self.flow.rows[*next as usize];
        let among = |roots: &[u32], row: u32| roots.iter().any(|&root| self.inside(root, row));
        let next = self.flow.graph.of(point);
        let inside: Vec<u32> = next
            .iter()
            .copied()
            .filter(|next| among(&taken, row_of(next)))
            .collect();
        if !inside.is_empty() {
            return Some(inside);
        }
        // The branch that is taken has no rows of its own: all ways but those of the other one.
        Some(
            next.iter()
                .copied()
                .filter(|next| !among(&left, row_of(next)))
                .collect(),
        )
    }

    fn finish(self) {
        let Self {
            analysis,
            flow,
            rows,
            reached,
            ..
        } = self;
        for (point, &row) in flow.rows.iter().enumerate() {
            if point <= cfg::EXIT as usize || row == 0 {
                continue;
            }
            if !reached[point] {
                analysis.ssa.dead[row as usize] = true;
                continue;
            }
            let Known::Constant(constant) = &rows[point] else {
                continue;
            };
            if analysis.ast.kinds[row as usize] != NodeKind::Literal {
                analysis.ssa.constants.insert(row, constant.clone());
            }
            // A variable with this single value has it in the methods inside as well.
            let (ast, tree) = (analysis.ast, analysis.tree);
            if analysis.ast.kinds[row as usize] == NodeKind::Call
                && ast.name(row) == op::ASSIGNMENT
                && let Some(target) = tree.argument(ast, row, 1)
                && let Some(variable) = ast.reference(target)
                && analysis.events.only_write(variable) == Some(target)
            {
                analysis.fixed.insert(variable, constant.clone());
            }
        }
    }
}
