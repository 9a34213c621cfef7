//! Values and calls by inclusion constraints, solved with difference propagation.
//!
//! After L. O. Andersen (1994) with calls resolved on the fly; fields by class, methods without contexts. Every value carries the tier
//! in which it came here: the worst step on its way, the best of its ways. Tiers only get better and sets only grow, so the order of
//! work does not change the result, except where a set is full; the order is fixed anyway.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::hierarchy::Hierarchy;
use super::imports::Imports;
use super::program::{FileAt, NONE, Node, Program, Symbol};
use super::value::{Externals, Kind, Val};
use crate::passes::Resolution;

/// Values that one place can hold; a place with more holds the first ones, and its file has a gap.
pub(super) const MOST_VALUES: usize = 64;

/// How members change on their way to where they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Through {
    Copy,
    /// Read of an instance: methods get their receiver, properties run.
    Instance,
    /// Read of a class: only methods of the class get a receiver.
    Class,
}

/// What happens with each value of a place.
#[derive(Clone, Copy, Debug)]
enum Use {
    /// It flows to a place.
    Flow {
        to: Node,
        tier: Resolution,
        through: Through,
    },
    /// A member of it is read.
    Read {
        to: Node,
        name: Symbol,
        file: FileAt,
    },
    /// A member of it is written.
    Write { from: Node, name: Symbol },
    /// It is called.
    Call(u32),
    /// It is a type of which there is an instance.
    Instance { to: Node, tier: Resolution },
}

/// A target of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Target {
    Function(u32),
    External(u32),
}

pub(super) struct Solver<'p, 'a> {
    pub(super) program: &'p Program<'a>,
    pub(super) imports: &'p mut Imports<'a>,
    pub(super) hierarchy: &'p mut Hierarchy,
    pub(super) externals: &'p mut Externals,
    values: Vec<SmallVec<[(Val, Resolution); 2]>>,
    /// First use of each place; uses are linked lists.
    first_use: Vec<u32>,
    uses: Vec<(Use, u32)>,
    work: VecDeque<(Node, Val, Resolution)>,
    /// Names of members that are written somewhere.
    pub(super) written: FxHashSet<Symbol>,
    fields: FxHashMap<(u32, Symbol), Node>,
    /// By call: where its result goes; none where nobody uses it.
    pub(super) results: Vec<Node>,
    /// Targets of calls as they were found; the same one may come again with a better tier.
    pub(super) targets: Vec<(u32, Target, Resolution)>,
    /// Properties that reads run: (place of the read, method, tier).
    pub(super) properties: Vec<(Node, u32, Resolution)>,
    pub(super) linked: FxHashSet<(u32, u32)>,
    /// Places with too many values.
    pub(super) full: FxHashSet<Node>,
    /// Calls of a type with too many overrides below it: (class, name).
    pub(super) cut: FxHashSet<(u32, Symbol)>,
    steps: u64,
}

impl<'p, 'a> Solver<'p, 'a> {
    pub(super) fn new(
        program: &'p Program<'a>,
        imports: &'p mut Imports<'a>,
        hierarchy: &'p mut Hierarchy,
        externals: &'p mut Externals,
    ) -> Self {
        let ends = program.ends();
        let nodes = (ends.variables + ends.expressions + ends.functions) as usize;
        Self {
            program,
            imports,
            hierarchy,
            externals,
            values: vec![SmallVec::new(); nodes],
            first_use: vec![NONE; nodes],
            uses: Vec::new(),
            work: VecDeque::new(),
            written: FxHashSet::default(),
            fields: FxHashMap::default(),
            results: vec![NONE; ends.calls as usize],
            targets: Vec::new(),
            properties: Vec::new(),
            linked: FxHashSet::default(),
            full: FxHashSet::default(),
            cut: FxHashSet::default(),
            // About a hundred times what real projects take; far from what a machine cannot do.
            steps: 20_000_000 + 200 * nodes as u64,
        }
    }

    pub(super) fn values(&self, node: Node) -> &[(Val, Resolution)] {
        &self.values[node as usize]
    }

    /// A value comes to a place.
    pub(super) fn add(&mut self, node: Node, value: Val, tier: Resolution) {
        let set = &mut self.values[node as usize];
        if let Some(entry) = set.iter_mut().find(|entry| entry.0 == value) {
            if entry.1 <= tier {
                return;
            }
            entry.1 = tier;
        } else if set.len() >= MOST_VALUES {
            self.full.insert(node);
            return;
        } else {
            set.push((value, tier));
        }
        self.work.push_back((node, value, tier));
    }

    fn on(&mut self, node: Node, use_: Use) {
        let next = self.first_use[node as usize];
        self.first_use[node as usize] = self.uses.len() as u32;
        self.uses.push((use_, next));
        for at in 0..self.values[node as usize].len() {
            let (value, tier) = self.values[node as usize][at];
            self.apply(use_, value, tier);
        }
    }

    pub(super) fn flow(&mut self, from: Node, to: Node, tier: Resolution, through: Through) {
        if from != to {
            self.on(from, Use::Flow { to, tier, through });
        }
    }

    pub(super) fn read(&mut self, base: Node, to: Node, name: Symbol, file: FileAt) {
        self.on(base, Use::Read { to, name, file });
    }

    pub(super) fn write(&mut self, base: Node, from: Node, name: Symbol) {
        self.on(base, Use::Write { from, name });
    }

    pub(super) fn call(&mut self, callee: Node, call: u32) {
        self.on(callee, Use::Call(call));
    }

    pub(super) fn instance(&mut self, class: Node, to: Node, tier: Resolution) {
        self.on(class, Use::Instance { to, tier });
    }

    /// Works until nothing changes. False where the budget ended first: what was found so far holds.
    pub(super) fn solve(&mut self) -> bool {
        while let Some((node, value, tier)) = self.work.pop_front() {
            // A better tier came meanwhile and is in the queue on its own.
            if self.values[node as usize]
                .iter()
                .any(|&(other, better)| other == value && better < tier)
            {
                continue;
            }
            let mut at = self.first_use[node as usize];
            while at != NONE {
                let spent = 1 + std::mem::take(&mut self.hierarchy.visited);
                let Some(left) = self.steps.checked_sub(spent) else {
                    return false;
                };
                self.steps = left;
                let (use_, next) = self.uses[at as usize];
                self.apply(use_, value, tier);
                at = next;
            }
        }
        true
    }

    fn apply(&mut self, use_: Use, value: Val, tier: Resolution) {
        match use_ {
            Use::Flow {
                to,
                tier: least,
                through,
            } => self.pass(to, value, tier.max(least), through),
            Use::Read { to, name, file } => self.read_value(to, name, file, value, tier),
            Use::Write { from, name } => self.write_value(from, name, value),
            Use::Call(call) => self.call_value(call, value, tier),
            Use::Instance { to, tier: least } => {
                let tier = tier.max(least);
                match value.kind() {
                    Kind::Class => self.add(to, Val::new(Kind::Declared, value.number()), tier),
                    Kind::External => {
                        self.add(to, Val::new(Kind::ExternalInstance, value.number()), tier);
                    }
                    _ => {}
                }
            }
        }
    }

    fn pass(&mut self, to: Node, value: Val, tier: Resolution, through: Through) {
        if through == Through::Copy || value.kind() != Kind::Function {
            self.add(to, value, tier);
            return;
        }
        let function = self.program.function(value.number());
        let is = |property| function.properties & property != 0;
        use crate::kind::property::{CLASS_METHOD, PROPERTY, STATIC};
        let is_member = function.class.is_some() && !is(STATIC);
        match through {
            Through::Instance if is_member && is(PROPERTY) => {
                // A setter has the same name and takes a value.
                if function
                    .parameters
                    .iter()
                    .filter(|parameter| !parameter.is_receiver && !parameter.optional)
                    .count()
                    == 0
                {
                    self.properties
                        .push((to, value.number(), tier.max(Resolution::Type)));
                    self.flow(
                        self.program.return_node(value.number()),
                        to,
                        tier.max(Resolution::Type),
                        Through::Copy,
                    );
                }
            }
            Through::Instance if is_member => {
                self.add(to, Val::new(Kind::Bound, value.number()), tier);
            }
            Through::Class if is(CLASS_METHOD) => {
                self.add(to, Val::new(Kind::Bound, value.number()), tier);
            }
            _ => self.add(to, value, tier),
        }
    }

    fn read_value(&mut self, to: Node, name: Symbol, file: FileAt, value: Val, tier: Resolution) {
        let program = self.program;
        match value.kind() {
            Kind::Module => {
                let tier = tier.max(Resolution::Import);
                let nodes = self.imports.module_member(program, value.number(), name);
                for &node in &nodes {
                    self.flow(node, to, tier, Through::Copy);
                }
                if nodes.is_empty()
                    && let Some(module) = self.imports.submodule(program, value.number(), name)
                {
                    self.add(to, module, tier);
                }
            }
            Kind::Namespace => {
                if let Some(member) = self.imports.namespace_member(
                    program,
                    self.externals,
                    file,
                    value.number(),
                    name,
                ) {
                    self.add(to, member, tier.max(Resolution::Import));
                }
            }
            Kind::Class => self.read_member(to, name, (value.number(), 0), tier, Through::Class),
            Kind::Instance => self.read_member(
                to,
                name,
                (value.number(), 0),
                tier.max(Resolution::Type),
                Through::Instance,
            ),
            Kind::Declared => {
                let tier = tier.max(Resolution::Type);
                self.read_member(to, name, (value.number(), 0), tier, Through::Instance);
                let below = tier.max(Resolution::Hierarchy);
                match self.hierarchy.overrides(program, value.number(), name) {
                    Some(nodes) => nodes
                        .into_iter()
                        .for_each(|node| self.flow(node, to, below, Through::Instance)),
                    None => {
                        if self.hierarchy.is_method(value.number(), name) {
                            self.cut.insert((value.number(), name));
                        }
                    }
                }
            }
            Kind::Super => self.read_super(to, name, value.number(), tier.max(Resolution::Type)),
            Kind::External => self.outside_member(
                to,
                (value.number(), Kind::External),
                name,
                tier.max(Resolution::Import),
            ),
            Kind::ExternalInstance => self.outside_member(
                to,
                (value.number(), Kind::ExternalMember),
                name,
                tier.max(Resolution::Type),
            ),
            Kind::ExternalMember | Kind::Opaque => self.add(to, Val::OPAQUE, tier),
            Kind::Function | Kind::Bound => {}
        }
    }

    fn outside_member(
        &mut self,
        to: Node,
        (parent, kind): (u32, Kind),
        name: Symbol,
        tier: Resolution,
    ) {
        let value = self
            .externals
            .member(parent, name)
            .map_or(Val::OPAQUE, |number| Val::new(kind, number));
        self.add(to, value, tier);
    }

    fn read_member(
        &mut self,
        to: Node,
        name: Symbol,
        class: (u32, usize),
        tier: Resolution,
        through: Through,
    ) {
        let (program, hierarchy) = (self.program, &*self.hierarchy);
        let written = self.written.contains(&name);
        let (fields, values, first_use) = (&mut self.fields, &mut self.values, &mut self.first_use);
        let field = |class| written.then(|| field_node(fields, values, first_use, class, name));
        let lookup = hierarchy.lookup(program, self.externals, class, name, field);
        for node in lookup.nodes {
            self.flow(node, to, tier, through);
        }
        if let Some(number) = lookup.outside {
            self.add(
                to,
                Val::new(Kind::ExternalMember, number),
                tier.max(Resolution::Type),
            );
        }
    }

    /// Members behind a class in the order of its ancestors, and in that of each class below it: there another one can come next.
    fn read_super(&mut self, to: Node, name: Symbol, class: u32, tier: Resolution) {
        self.read_member(to, name, (class, 1), tier, Through::Instance);
        let own = Val::new(Kind::Class, class);
        for below in self.hierarchy.below(class, super::hierarchy::OVERRIDES) {
            let ancestors = &self.hierarchy.ancestors[below as usize];
            let own_next = self.hierarchy.ancestors[class as usize].get(1).copied();
            if let Some(at) = ancestors.iter().position(|&ancestor| ancestor == own)
                && ancestors.get(at + 1).copied() != own_next
            {
                self.read_member(
                    to,
                    name,
                    (below, at + 1),
                    tier.max(Resolution::Hierarchy),
                    Through::Instance,
                );
            }
        }
    }

    fn write_value(&mut self, from: Node, name: Symbol, value: Val) {
        let to = match value.kind() {
            Kind::Module => self
                .program
                .module_variables
                .get(&(value.number(), name))
                .copied(),
            Kind::Class | Kind::Instance | Kind::Declared => {
                let class = value.number();
                let declared = self.program.members.get(&(class, name)).copied();
                Some(declared.unwrap_or_else(|| {
                    field_node(
                        &mut self.fields,
                        &mut self.values,
                        &mut self.first_use,
                        class,
                        name,
                    )
                }))
            }
            _ => None,
        };
        if let Some(to) = to {
            self.flow(from, to, Resolution::Type, Through::Copy);
        }
    }
}

/// The node of a field that no declaration has.
fn field_node(
    fields: &mut FxHashMap<(u32, Symbol), Node>,
    values: &mut Vec<SmallVec<[(Val, Resolution); 2]>>,
    first_use: &mut Vec<u32>,
    class: u32,
    name: Symbol,
) -> Node {
    *fields.entry((class, name)).or_insert_with(|| {
        values.push(SmallVec::new());
        first_use.push(NONE);
        values.len() as u32 - 1
    })
}
