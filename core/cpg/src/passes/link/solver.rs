//! Values and calls by inclusion constraints, solved with difference propagation.
//!
//! After L. O. Andersen (1994) with calls resolved on the fly; fields by class, methods without contexts. Every value carries the tier
//! in which it came here: the worst step on its way, the best of its ways. Tiers only get better and sets only grow, so the order of
//! work does not change the result, except where a set is full; the order is fixed anyway.

use std::collections::VecDeque;
use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::effects::Known;
use super::elements::{Collections, Part};
use super::hierarchy::Hierarchy;
use super::imports::Imports;
use super::places::{Came, Places};
use super::program::{FileAt, NONE, Node, Program, Symbol};
use super::rest::Rests;
use super::value::{Externals, Kind, Pairs, Val};
use super::wrappers::{NOWHERE, Wrappers};
use crate::passes::Resolution;

/// Receivers of a method that are kept apart; with more, it is called on any instance of its class.
const RECEIVERS: usize = 12;

/// How members change on their way to where they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Through {
    Copy,
    /// Read of an instance: what its class defines gets it as the receiver, properties run.
    Instance(Val),
    /// Read of a class: only methods of the class get a receiver.
    Class(Val),
    /// Result of a function that was given what functions inside of it call.
    Wrap(Val),
}

/// What happens with each value of a place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Use {
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
    /// A member of it is written; `site` is where.
    Write { from: Node, name: Symbol, site: u32 },
    /// It is called.
    Call(u32),
    /// It is called, in no better tier than that.
    CallAtBest { call: u32, tier: Resolution },
    /// It is a type of which there is an instance.
    Instance {
        to: Node,
        tier: Resolution,
        /// It is of just that type.
        exact: bool,
    },
    /// An element of it is read.
    ElementRead { to: Node, part: Part },
    /// An element of it is written.
    ElementWrite { from: Node, part: Part },
    /// It is stepped through.
    Iterate { to: Node, file: FileAt },
    /// Its elements are handed on; what it returns in the end comes back.
    Delegate { to: Node },
    /// It is entered as a context.
    Enter { to: Node },
    /// It is an operand of an operation.
    Operate { operation: u32, position: u32 },
    /// It is the receiver of a method whose ancestors are asked for.
    Super { to: Node, class: u32 },
    /// It is what the functions that a function returns call.
    Wrapped { function: u32, result: Node },
    /// A dictionary gets its pairs.
    Merge { into: u32 },
    /// A member of it is read where its class has no method of another name.
    FieldUnless {
        to: Node,
        name: Symbol,
        unless: Symbol,
    },
    /// Its elements are asked for by something outside; `site` is where.
    Elements { to: Node, site: u32 },
    /// A step of an iterator: what its method for that gives.
    Step { to: Node, site: u32, file: FileAt },
}

/// What is still to be done.
#[derive(Clone, Copy, Debug)]
enum Work {
    /// All uses of a place get a value.
    Value(Node, u16, Val, Resolution),
    /// One use gets a value that was there before it.
    Use(Use, Val, Resolution),
}

/// How an argument is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    Position(u16),
    Keyword(Symbol),
    /// All from a position on.
    Unpacked(u16),
    UnpackedKeywords,
}

/// A call of the program, or one that something outside makes for it. The first ones have the numbers of the program's calls.
#[derive(Clone, Debug)]
pub(super) struct Invocation {
    /// Where it counts: a call, behind them operations, behind them other rows; see [`Solver::place_of`].
    pub(super) site: u32,
    pub(super) arguments: SmallVec<[(Given, Node); 2]>,
    pub(super) result: Node,
    pub(super) decorates: bool,
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
    pub(super) known: &'p Known<'a>,
    pub(super) pairs: Pairs,
    pub(super) collections: Collections,
    pub(super) wrappers: Wrappers,
    pub(super) rests: Rests,
    places: Places,
    /// The first place that was made on the way: those before it are variables, expressions and results of functions.
    pub(super) first_made: Node,
    /// First use of each place; uses are linked lists.
    first_use: Vec<u32>,
    uses: Vec<(Use, u32)>,
    /// Flows that came up while values moved, with the best tier of each: many values of one place lead to the same one.
    flows: FxHashMap<(Node, Node, Through), Resolution>,
    work: VecDeque<Work>,
    /// Names of members that are written somewhere.
    pub(super) written: FxHashSet<Symbol>,
    /// Names that files of linked languages call, or say as types.
    pub(super) outside_names: FxHashSet<Symbol>,
    fields: FxHashMap<(u32, Symbol), Node>,
    pub(super) invocations: Vec<Invocation>,
    /// Rows that make calls and are neither calls nor operations: (file, row, function around).
    pub(super) rows: Vec<(FileAt, u32, Option<u32>)>,
    row_numbers: FxHashMap<(FileAt, u32), u32>,
    /// Targets by site as they were found; the same one may come again with a better tier.
    pub(super) targets: Vec<(u32, Target, Resolution)>,
    /// Properties that reads run: (place of the read, method, tier).
    pub(super) properties: Vec<(Node, u32, Resolution)>,
    pub(super) linked: FxHashSet<(u32, u32, bool)>,
    /// Calls of things outside whose description was applied.
    pub(super) applied: FxHashSet<(u32, Val)>,
    /// By site: how many descriptions were applied there.
    pub(super) described: FxHashMap<u32, u32>,
    /// Functions that something calls.
    pub(super) reached: FxHashSet<u32>,
    /// By function: parameters that it returns as they are.
    pub(super) returned_parameters: Vec<SmallVec<[u16; 1]>>,
    /// Operations whose operands were looked at: (operation, position, method).
    pub(super) operated: FxHashSet<(u32, u32, Val)>,
    /// By class: members that hold an object by value, with the classes of those.
    pub(super) value_members: FxHashMap<u32, Vec<(Node, u32)>>,
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
        known: &'p Known<'a>,
    ) -> Self {
        let ends = program.ends();
        let nodes = (ends.variables + ends.expressions + 2 * ends.functions) as usize;
        Self {
            program,
            imports,
            hierarchy,
            externals,
            known,
            pairs: Pairs::default(),
            collections: Collections::default(),
            wrappers: Wrappers::new(program),
            rests: Rests::default(),
            places: Places::new(nodes),
            first_made: nodes as Node,
            first_use: vec![NONE; nodes],
            uses: Vec::new(),
            flows: FxHashMap::default(),
            work: VecDeque::new(),
            written: FxHashSet::default(),
            outside_names: FxHashSet::default(),
            fields: FxHashMap::default(),
            invocations: Vec::new(),
            rows: Vec::new(),
            row_numbers: FxHashMap::default(),
            targets: Vec::new(),
            properties: Vec::new(),
            linked: FxHashSet::default(),
            applied: FxHashSet::default(),
            described: FxHashMap::default(),
            reached: FxHashSet::default(),
            returned_parameters: vec![SmallVec::new(); ends.functions as usize],
            operated: FxHashSet::default(),
            value_members: FxHashMap::default(),
            cut: FxHashSet::default(),
            // About a hundred times what real projects take; far from what a machine cannot do.
            steps: 20_000_000 + 200 * nodes as u64,
        }
    }

    /// A new place.
    pub(super) fn fresh(&mut self) -> Node {
        self.first_use.push(NONE);
        self.places.push()
    }

    /// A new place for very many values.
    pub(super) fn fresh_wide(&mut self) -> Node {
        self.first_use.push(NONE);
        self.places.push_wide()
    }

    pub(super) fn is_wide(&self, node: Node) -> bool {
        self.places.is_wide(node)
    }

    /// A place loses a value.
    pub(super) fn refuse(&mut self, node: Node) {
        self.places.refuse(node);
    }

    /// What a generator's function yields.
    pub(super) fn yield_node(&self, function: u32) -> Node {
        let ends = self.program.ends();
        ends.variables + ends.expressions + ends.functions + function
    }

    /// The site of a row that is neither a call nor an operation.
    pub(super) fn row_site(&mut self, file: FileAt, row: u32, caller: Option<u32>) -> u32 {
        let ends = self.program.ends();
        let next = self.rows.len() as u32;
        let at = *self.row_numbers.entry((file, row)).or_insert(next);
        if at == next {
            self.rows.push((file, row, caller));
        }
        ends.calls + ends.operations + at
    }

    /// File, row and function of a site.
    pub(super) fn place_of(&self, site: u32) -> (FileAt, u32, Option<u32>) {
        let program = self.program;
        let ends = program.ends();
        if site < ends.calls {
            let (file, call) = super::invoke::call_site(program, site);
            return (file, call.row, call.caller);
        }
        let site = site - ends.calls;
        if site < ends.operations {
            let (file, operation) = super::operations::operation_at(program, site);
            return (file, operation.row, operation.caller);
        }
        self.rows[(site - ends.operations) as usize]
    }

    /// A call that something makes at a site, besides those that stand in the program.
    pub(super) fn invoke(
        &mut self,
        site: u32,
        arguments: SmallVec<[(Given, Node); 2]>,
        result: Node,
    ) -> u32 {
        self.invocations.push(Invocation {
            site,
            arguments,
            result,
            decorates: false,
        });
        self.invocations.len() as u32 - 1
    }

    pub(super) fn target(&mut self, site: u32, target: Target, tier: Resolution) {
        if site != NOWHERE {
            self.targets.push((site, target, tier));
        }
    }

    pub(super) fn values(&self, node: Node) -> &[(Val, Resolution)] {
        self.places.of(node)
    }

    /// Places that lost values.
    pub(super) fn full(&self) -> Vec<Node> {
        self.places.full()
    }

    /// A value comes to a place.
    pub(super) fn add(&mut self, node: Node, value: Val, tier: Resolution) {
        match self.places.add(node, value, tier) {
            Came::Changed(at) => self.work.push_back(Work::Value(node, at, value, tier)),
            Came::Full => self.spill(node, value, tier),
            Came::Known => {}
        }
    }

    /// What stands for values that a place has no room for comes to it: for that there always is room.
    pub(super) fn add_last(&mut self, node: Node, value: Val, tier: Resolution) {
        if let Came::Changed(at) = self.places.add_last(node, value, tier) {
            self.work.push_back(Work::Value(node, at, value, tier));
        }
    }

    pub(super) fn on(&mut self, node: Node, use_: Use) {
        let next = self.first_use[node as usize];
        self.first_use[node as usize] = self.uses.len() as u32;
        self.uses.push((use_, next));
        for &(value, tier) in self.places.of(node) {
            // Later, and not from here: uses make uses, to no known depth.
            self.work.push_back(Work::Use(use_, value, tier));
        }
    }

    pub(super) fn flow(&mut self, from: Node, to: Node, tier: Resolution, through: Through) {
        if from == to {
            return;
        }
        match self.flows.entry((from, to, through)) {
            Entry::Occupied(known) if *known.get() <= tier => return,
            Entry::Occupied(mut known) => {
                known.insert(tier);
            }
            Entry::Vacant(new) => {
                new.insert(tier);
            }
        }
        self.on(from, Use::Flow { to, tier, through });
    }

    pub(super) fn read(&mut self, base: Node, to: Node, name: Symbol, file: FileAt) {
        self.on(base, Use::Read { to, name, file });
    }

    pub(super) fn write(&mut self, base: Node, from: Node, name: Symbol, site: u32) {
        self.on(base, Use::Write { from, name, site });
    }

    pub(super) fn call(&mut self, callee: Node, call: u32) {
        self.on(callee, Use::Call(call));
    }

    pub(super) fn instance(&mut self, class: Node, to: Node, tier: Resolution) {
        let exact = false;
        self.on(class, Use::Instance { to, tier, exact });
    }

    /// Works until nothing changes. False where the budget ended first: what was found so far holds.
    pub(super) fn solve(&mut self) -> bool {
        while let Some(work) = self.work.pop_front() {
            let (node, at, value, tier) = match work {
                Work::Value(node, at, value, tier) => (node, at, value, tier),
                Work::Use(use_, value, tier) => {
                    let Some(left) = self.steps.checked_sub(1) else {
                        return false;
                    };
                    self.steps = left;
                    self.apply(use_, value, tier);
                    continue;
                }
            };
            // A better tier came meanwhile and is in the queue on its own.
            if self.places.of(node)[usize::from(at)].1 < tier {
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
            Use::Write { from, name, site } => self.write_value(from, name, value, site),
            Use::Call(call) => self.call_value(call, value, tier),
            Use::CallAtBest { call, tier: least } => self.call_value(call, value, tier.max(least)),
            Use::Instance {
                to,
                tier: least,
                exact,
            } => {
                let tier = tier.max(least);
                match value.kind() {
                    Kind::Class if exact => {
                        self.add(to, Val::new(Kind::Instance, value.number()), tier);
                    }
                    Kind::Class => self.add(to, Val::new(Kind::Declared, value.number()), tier),
                    Kind::External => {
                        self.add(to, Val::new(Kind::ExternalInstance, value.number()), tier);
                    }
                    _ => {}
                }
            }
            Use::ElementRead { to, part } => self.read_element(to, part, value, tier),
            Use::ElementWrite { from, part } => self.write_element(from, part, value),
            Use::Iterate { to, file } => self.iterate(to, file, value, tier),
            Use::Delegate { to } => self.delegate(to, value, tier),
            Use::Enter { to } => self.enter(to, value, tier),
            Use::Operate {
                operation,
                position,
            } => self.operate(operation, position, value, tier),
            Use::Super { to, class } => {
                if matches!(value.kind(), Kind::Instance | Kind::Declared | Kind::Class) {
                    let value = self.pairs.value(Kind::Super, value, class);
                    self.add(to, value, tier.max(Resolution::Type));
                }
            }
            Use::Wrapped { function, result } => {
                let from = self.program.return_node(function);
                self.flow(
                    from,
                    result,
                    tier.max(Resolution::Type),
                    Through::Wrap(value),
                );
            }
            Use::Merge { into } => self.merge(into, value),
            Use::FieldUnless { to, name, unless } => {
                let of_project = matches!(value.kind(), Kind::Instance | Kind::Declared);
                if of_project && !self.hierarchy.is_method(value.number(), unless) {
                    self.read_element(to, Part::Field(name), value, tier);
                }
            }
            Use::Elements { to, site } => self.elements_outside(to, site, value, tier),
            Use::Step { to, site, file } => self.step(to, (site, file), value, tier),
        }
    }

    fn pass(&mut self, to: Node, value: Val, tier: Resolution, through: Through) {
        use crate::kind::property::{CLASS_METHOD, PROPERTY, STATIC};
        if let (Through::Instance(_), Kind::Instance) = (through, value.kind()) {
            self.read_descriptor(to, value, tier);
            return;
        }
        if let (Through::Instance(receiver), Kind::Closure) = (through, value.kind()) {
            self.bind_closure(to, value, receiver, tier);
            return;
        }
        if through == Through::Copy || value.kind() != Kind::Function {
            self.add(to, value, tier);
            return;
        }
        if let Through::Wrap(wrapped) = through {
            let value = self.wrappers.value(wrapped, value.number());
            self.add(to, value, tier);
            return;
        }
        let function = self.program.function(value.number());
        let is = |property| function.properties & property != 0;
        match through {
            Through::Instance(_) if is(STATIC) => self.add(to, value, tier),
            Through::Instance(receiver) if is(CLASS_METHOD) => {
                let class = match receiver.kind() {
                    Kind::Instance | Kind::Declared => Val::new(Kind::Class, receiver.number()),
                    _ => receiver,
                };
                let bound = self.pairs.value(Kind::Bound, class, value.number());
                self.add(to, bound, tier);
            }
            Through::Instance(receiver) if is(PROPERTY) => {
                // A setter has the same name and takes a value.
                if !takes_value(function) {
                    let tier = tier.max(Resolution::Type);
                    self.properties.push((to, value.number(), tier));
                    self.receive(value.number(), receiver);
                    let from = self.program.return_node(value.number());
                    self.flow(from, to, tier, Through::Copy);
                }
            }
            Through::Instance(receiver) => {
                let bound = self.pairs.value(Kind::Bound, receiver, value.number());
                self.add(to, bound, tier);
            }
            Through::Class(receiver) if is(CLASS_METHOD) => {
                let bound = self.pairs.value(Kind::Bound, receiver, value.number());
                self.add(to, bound, tier);
            }
            _ => self.add(to, value, tier),
        }
    }

    /// A value that a class holds may say itself what reading it gives.
    fn read_descriptor(&mut self, to: Node, value: Val, tier: Resolution) {
        let program = self.program;
        let file = program.class_files[value.number() as usize];
        for &name in &program.language(file).descriptor {
            let (methods, _) = self
                .hierarchy
                .method(program, self.externals, value.number(), name);
            if methods.is_empty() {
                continue;
            }
            let tier = tier.max(Resolution::Type);
            for method in methods {
                self.properties.push((to, method, tier));
                self.receive(method, value);
                self.flow(program.return_node(method), to, tier, Through::Copy);
            }
            return;
        }
        self.add(to, value, tier);
    }

    /// A method gets a receiver.
    pub(super) fn receive(&mut self, function: u32, receiver: Val) {
        let program = self.program;
        let first = program.function(function).parameters.first();
        if let Some(parameter) = first {
            let file = program.function_files[function as usize];
            let node = program.bases[file as usize].variables + parameter.variable;
            let held = self.values(node);
            let receiver = match program.function(function).class {
                Some(class)
                    if held.len() >= RECEIVERS
                        && held.iter().all(|&(value, _)| value != receiver) =>
                {
                    let class = program.bases[file as usize].classes + class;
                    let kind = if receiver.kind() == Kind::Class {
                        Kind::Class
                    } else {
                        Kind::Declared
                    };
                    Val::new(kind, class)
                }
                _ => receiver,
            };
            self.add(node, receiver, Resolution::Type);
        }
    }

    pub(super) fn read_value(
        &mut self,
        to: Node,
        name: Symbol,
        file: FileAt,
        value: Val,
        tier: Resolution,
    ) {
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
            Kind::Class => {
                let found =
                    self.read_member(to, name, (value.number(), 0), tier, Through::Class(value));
                if !found && let Some(metaclass) = self.hierarchy.metaclass(value.number()) {
                    let through = Through::Instance(value);
                    self.read_member(to, name, (metaclass, 0), tier, through);
                }
            }
            Kind::Instance => {
                let tier = tier.max(Resolution::Type);
                let through = Through::Instance(value);
                self.read_member(to, name, (value.number(), 0), tier, through);
            }
            Kind::Declared => {
                let tier = tier.max(Resolution::Type);
                let through = Through::Instance(value);
                self.read_member(to, name, (value.number(), 0), tier, through);
                let below = tier.max(Resolution::Hierarchy);
                match self.hierarchy.overrides(program, value.number(), name) {
                    Some(nodes) => nodes
                        .into_iter()
                        .for_each(|node| self.flow(node, to, below, through)),
                    None => {
                        if self.hierarchy.is_method(value.number(), name) {
                            self.cut.insert((value.number(), name));
                        }
                    }
                }
            }
            Kind::Super => self.read_super(to, name, value, tier.max(Resolution::Type)),
            Kind::External => {
                let tier = tier.max(Resolution::Import);
                self.outside_member(to, (value.number(), None), name, tier);
            }
            Kind::ExternalInstance => {
                let tier = tier.max(Resolution::Type);
                self.outside_member(to, (value.number(), Some(value)), name, tier);
            }
            Kind::Collection => {
                let tier = tier.max(Resolution::Type);
                self.read_part(value, Part::Field(name), to, tier);
                match self.collection_type(value) {
                    NONE => self.add(to, Val::OPAQUE, tier),
                    kind => self.outside_member(to, (kind, Some(value)), name, tier),
                }
            }
            Kind::ExternalMember | Kind::ExternalBound | Kind::Opaque => {
                self.add(to, Val::OPAQUE, tier);
            }
            Kind::Function
            | Kind::Bound
            | Kind::Generator
            | Kind::Closure
            | Kind::ClosureBound
            | Kind::Rest => {}
        }
    }

    /// A member of something outside, on a receiver where there is one.
    fn outside_member(
        &mut self,
        to: Node,
        (parent, receiver): (u32, Option<Val>),
        name: Symbol,
        tier: Resolution,
    ) {
        let Some(number) = self.externals.member(parent, name) else {
            self.add(to, Val::OPAQUE, tier);
            return;
        };
        if let Some(value) = self.attribute(number) {
            self.add(to, value, tier);
            return;
        }
        let value = match receiver {
            Some(receiver) => self.pairs.value(Kind::ExternalBound, receiver, number),
            None => Val::new(Kind::External, number),
        };
        self.add(to, value, tier);
    }

    /// A member of a class or what is above it. Says whether something in the project has it.
    fn read_member(
        &mut self,
        to: Node,
        name: Symbol,
        class: (u32, usize),
        tier: Resolution,
        through: Through,
    ) -> bool {
        let (program, hierarchy) = (self.program, &*self.hierarchy);
        let written = self.written.contains(&name);
        let (fields, places, first_use) = (&mut self.fields, &mut self.places, &mut self.first_use);
        let field = |class| written.then(|| field_node(fields, places, first_use, class, name));
        let lookup = hierarchy.lookup(program, self.externals, class, name, field);
        for &(node, of_class) in &lookup.nodes {
            // What an instance holds itself is no method of it.
            let through = if of_class { through } else { Through::Copy };
            self.flow(node, to, tier, through);
        }
        let tier = tier.max(Resolution::Type);
        if let Some(number) = lookup.outside {
            let value = match through {
                Through::Instance(receiver) => {
                    self.pairs.value(Kind::ExternalBound, receiver, number)
                }
                _ => Val::new(Kind::ExternalMember, number),
            };
            self.add(to, value, tier);
        }
        if lookup.nodes.iter().all(|&(_, of_class)| !of_class)
            && let Through::Instance(receiver) = through
            && receiver.kind() != Kind::Class
        {
            self.missing_member(to, class.0, receiver, tier);
        }
        !lookup.nodes.is_empty()
    }

    /// Where no class has a member, a method for that may give it.
    fn missing_member(&mut self, to: Node, class: u32, receiver: Val, tier: Resolution) {
        let program = self.program;
        let language = program.language(program.class_files[class as usize]);
        for &name in &language.missing_member {
            let (methods, _) = self.hierarchy.method(program, self.externals, class, name);
            for method in methods {
                self.properties.push((to, method, tier));
                self.receive(method, receiver);
                self.flow(program.return_node(method), to, tier, Through::Copy);
            }
        }
    }

    /// Members behind a class in the order of the receiver's ancestors. Of a receiver that may be of a class below, in that of each
    /// class below: there another one can come next.
    fn read_super(&mut self, to: Node, name: Symbol, value: Val, tier: Resolution) {
        let (receiver, class) = self.pairs.get(value);
        let own = Val::new(Kind::Class, class);
        let through = if receiver.kind() == Kind::Class {
            Through::Class(receiver)
        } else {
            Through::Instance(receiver)
        };
        let behind = |this: &Self, of: u32| {
            let ancestors = &this.hierarchy.ancestors[of as usize];
            ancestors.iter().position(|&ancestor| ancestor == own)
        };
        let Some(at) = behind(self, receiver.number()) else {
            // A method of a metaclass: its receiver is a class, and instance of it.
            if let (Kind::Class, Some(metaclass)) =
                (receiver.kind(), self.hierarchy.metaclass(receiver.number()))
                && let Some(at) = behind(self, metaclass)
            {
                let through = Through::Instance(receiver);
                self.read_member(to, name, (metaclass, at + 1), tier, through);
            } else if receiver.kind() == Kind::Declared
                && self.hierarchy.ancestors[class as usize]
                    .contains(&Val::new(Kind::Class, receiver.number()))
            {
                // Only a class above is declared: what is in its place has the method's own class.
                self.read_member(to, name, (class, 1), tier, through);
            }
            return;
        };
        self.read_member(to, name, (receiver.number(), at + 1), tier, through);
        if receiver.kind() != Kind::Declared {
            return;
        }
        let next = |this: &Self, of: u32, at: usize| {
            this.hierarchy.ancestors[of as usize].get(at + 1).copied()
        };
        let own_next = next(self, receiver.number(), at);
        for below in self
            .hierarchy
            .below(receiver.number(), super::hierarchy::OVERRIDES)
        {
            if let Some(at) = behind(self, below)
                && next(self, below, at) != own_next
            {
                let tier = tier.max(Resolution::Hierarchy);
                self.read_member(to, name, (below, at + 1), tier, through);
            }
        }
    }

    fn write_value(&mut self, from: Node, name: Symbol, value: Val, site: u32) {
        let to = match value.kind() {
            Kind::Module => self
                .program
                .module_variables
                .get(&(value.number(), name))
                .copied(),
            Kind::Class | Kind::Instance | Kind::Declared => {
                let class = value.number();
                if value.kind() != Kind::Class
                    && self.set_property(from, (class, name), value, site)
                {
                    return;
                }
                let mut declared = self.program.members.get(&(class, name)).copied();
                let file = self.program.class_files[class as usize];
                // Where members are declared, what an ancestor declares is there and nowhere else.
                if declared.is_none() && self.program.language(file).linkage.is_some() {
                    declared = self.hierarchy.ancestors[class as usize]
                        .iter()
                        .filter(|ancestor| ancestor.kind() == Kind::Class)
                        .find_map(|ancestor| {
                            self.program
                                .members
                                .get(&(ancestor.number(), name))
                                .copied()
                        });
                }
                Some(declared.unwrap_or_else(|| {
                    field_node(
                        &mut self.fields,
                        &mut self.places,
                        &mut self.first_use,
                        class,
                        name,
                    )
                }))
            }
            Kind::Collection => {
                self.write_part(value, Part::Field(name), from);
                None
            }
            _ => None,
        };
        if let Some(to) = to {
            self.flow(from, to, Resolution::Type, Through::Copy);
        }
    }

    /// A write of a property runs its setter; says whether there is one.
    fn set_property(
        &mut self,
        from: Node,
        (class, name): (u32, Symbol),
        receiver: Val,
        site: u32,
    ) -> bool {
        let program = self.program;
        let (methods, _) = self.hierarchy.method(program, self.externals, class, name);
        let mut found = false;
        for method in methods {
            let function = program.function(method);
            if function.properties & crate::kind::property::PROPERTY != 0 && takes_value(function) {
                found = true;
                let invocation = self.invoke(
                    site,
                    SmallVec::from_slice(&[(Given::Position(0), from)]),
                    NONE,
                );
                self.call_function(invocation, method, Some(receiver), Resolution::Type);
            }
        }
        found
    }
}

/// Whether a call of a method has to give more than the receiver.
fn takes_value(function: &crate::passes::facts::Function) -> bool {
    function
        .parameters
        .iter()
        .any(|parameter| !parameter.is_receiver && !parameter.optional)
}

/// The node of a field that no declaration has.
fn field_node(
    fields: &mut FxHashMap<(u32, Symbol), Node>,
    places: &mut Places,
    first_use: &mut Vec<u32>,
    class: u32,
    name: Symbol,
) -> Node {
    *fields.entry((class, name)).or_insert_with(|| {
        first_use.push(NONE);
        places.push()
    })
}
