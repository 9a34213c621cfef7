//! What collections and other objects hold, each by where it was made.
//!
//! Elements under constant keys are apart, up to [`KEYS`] of them; the rest is together. A read under a constant key sees its own
//! values and those stored under keys that are not known.

use rustc_hash::FxHashMap;

use super::program::{FileAt, NONE, Node, Symbol};
use super::solver::{Solver, Through};
use super::value::{Kind, Val};
use crate::passes::Resolution;
use crate::passes::facts::Key;

/// Constant keys of one collection that are kept apart.
const KEYS: u32 = 64;

/// A part of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// Everything that it holds.
    All,
    /// What is under keys that are not known.
    Unknown,
    Index(u32),
    /// What is at a position or behind it.
    From(u32),
    Text(Symbol),
    /// The keys themselves.
    Keys,
    /// A field of an object of a library.
    Field(Symbol),
}

impl Part {
    /// The part that a key of a file means.
    pub(super) fn of(solver: &Solver<'_, '_>, file: FileAt, key: Key) -> Self {
        match key {
            Key::Any => Self::All,
            Key::Index(at) => Self::Index(at),
            Key::From(at) | Key::Between(at, _) => Self::From(at),
            Key::Text(name) => Self::Text(solver.program.name(file, name)),
            Key::Keys => Self::Keys,
        }
    }
}

/// Collections of the program.
#[derive(Default)]
pub(super) struct Collections {
    /// (type outside of the project, [`NONE`] where not known; constant keys so far).
    list: Vec<(u32, u32)>,
    /// By who made it: its node, or (call, type).
    made: FxHashMap<(u32, u32), u32>,
    parts: FxHashMap<(u32, Part), Node>,
    /// By collection: parts under constant keys, and parts from a position on.
    keyed: FxHashMap<u32, Vec<(Part, Node)>>,
    /// By collection: dictionaries that have its pairs too.
    followers: FxHashMap<u32, Vec<u32>>,
}

impl Solver<'_, '_> {
    /// The collection that is made at a place, of an external type.
    pub(super) fn collection(&mut self, at: u32, kind: u32) -> Val {
        let next = self.collections.list.len() as u32;
        let number = *self.collections.made.entry((at, kind)).or_insert(next);
        if number == next {
            self.collections.list.push((kind, 0));
        }
        Val::new(Kind::Collection, number)
    }

    /// The type of a collection, [`NONE`] where it is not known.
    pub(super) fn collection_type(&self, value: Val) -> u32 {
        self.collections.list[value.number() as usize].0
    }

    /// The collection that a description needs between two steps of a place.
    pub(super) fn between(&mut self, site: u32, depth: u32) -> Val {
        let next = self.collections.list.len() as u32;
        let key = (1 << 31 | site, u32::MAX - depth);
        let number = *self.collections.made.entry(key).or_insert(next);
        if number == next {
            self.collections.list.push((NONE, 0));
        }
        Val::new(Kind::Collection, number)
    }

    fn part(&mut self, collection: u32, part: Part) -> Node {
        if let Some(&node) = self.collections.parts.get(&(collection, part)) {
            return node;
        }
        let node = self.fresh();
        self.collections.parts.insert((collection, part), node);
        if matches!(part, Part::Unknown | Part::Index(_) | Part::Text(_)) {
            let all = self.part(collection, Part::All);
            self.flow(node, all, Resolution::Type, Through::Copy);
        }
        self.keep_parts(collection, part, node);
        node
    }

    /// A new part flows to those that include it, and into the dictionaries that have the pairs of this one.
    fn keep_parts(&mut self, collection: u32, part: Part, node: Node) {
        if !matches!(
            part,
            Part::Unknown | Part::Index(_) | Part::Text(_) | Part::From(_) | Part::Keys
        ) {
            return;
        }
        let known = self.collections.keyed.entry(collection).or_default();
        let others = known.clone();
        known.push((part, node));
        for (other, other_node) in others {
            if includes(part, other) {
                self.flow(other_node, node, Resolution::Type, Through::Copy);
            } else if includes(other, part) {
                self.flow(node, other_node, Resolution::Type, Through::Copy);
            }
        }
        let followers = self.collections.followers.get(&collection).cloned();
        for follower in followers.into_iter().flatten() {
            self.follow(part, node, follower);
        }
    }

    fn follow(&mut self, part: Part, node: Node, follower: u32) {
        if matches!(part, Part::From(_)) {
            return;
        }
        self.write_part(Val::new(Kind::Collection, follower), part, node);
    }

    /// A dictionary gets the pairs of a value.
    pub(super) fn merge(&mut self, into: u32, value: Val) {
        if value.kind() != Kind::Collection || value.number() == into {
            return;
        }
        let followers = self
            .collections
            .followers
            .entry(value.number())
            .or_default();
        if followers.contains(&into) {
            return;
        }
        followers.push(into);
        let parts = self.collections.keyed.get(&value.number()).cloned();
        for (part, node) in parts.into_iter().flatten() {
            self.follow(part, node, into);
        }
    }

    /// Everything under a part flows to a place.
    pub(super) fn read_part(&mut self, collection: Val, part: Part, to: Node, tier: Resolution) {
        let tier = tier.max(Resolution::Type);
        let own = self.part(collection.number(), part);
        self.flow(own, to, tier, Through::Copy);
        if matches!(part, Part::Index(_) | Part::Text(_)) {
            let unknown = self.part(collection.number(), Part::Unknown);
            self.flow(unknown, to, tier, Through::Copy);
        }
    }

    /// A place flows into a part.
    pub(super) fn write_part(&mut self, collection: Val, part: Part, from: Node) {
        let number = collection.number();
        let part = match part {
            Part::All | Part::From(_) => Part::Unknown,
            Part::Index(_) | Part::Text(_)
                if !self.collections.parts.contains_key(&(number, part)) =>
            {
                let keys = &mut self.collections.list[number as usize].1;
                *keys += 1;
                if *keys > KEYS { Part::Unknown } else { part }
            }
            other => other,
        };
        let to = self.part(number, part);
        self.flow(from, to, Resolution::Type, Through::Copy);
    }

    /// A value's element is read.
    pub(super) fn read_element(&mut self, to: Node, part: Part, value: Val, tier: Resolution) {
        if let (Part::Field(name), Kind::Instance | Kind::Declared | Kind::Class) =
            (part, value.kind())
        {
            let file = self.program.class_files[value.number() as usize];
            self.read_value(to, name, file, value, tier);
            return;
        }
        match value.kind() {
            Kind::Collection => self.read_part(value, part, to, tier),
            Kind::Generator => {
                let yields = self.yield_node(value.number());
                self.flow(yields, to, tier.max(Resolution::Type), Through::Copy);
            }
            // A type with arguments in brackets.
            Kind::Class | Kind::External => self.add(to, value, tier),
            Kind::ExternalInstance | Kind::ExternalMember | Kind::ExternalBound | Kind::Opaque => {
                self.add(to, Val::OPAQUE, tier);
            }
            _ => {}
        }
    }

    /// A value's element is written.
    pub(super) fn write_element(&mut self, from: Node, part: Part, value: Val) {
        if value.kind() == Kind::Collection {
            self.write_part(value, part, from);
        }
    }

    /// Stepping through a value.
    pub(super) fn iterate(&mut self, to: Node, file: FileAt, value: Val, tier: Resolution) {
        let part = if value.kind() == Kind::Collection && self.is_dictionary(file, value) {
            Part::Keys
        } else {
            Part::All
        };
        match value.kind() {
            // Classes are stepped through as enumerations are.
            Kind::Class => self.add(
                to,
                Val::new(Kind::Instance, value.number()),
                tier.max(Resolution::Type),
            ),
            _ => self.read_element(to, part, value, tier),
        }
    }

    /// What a generator returns when it ends.
    pub(super) fn delegate(&mut self, to: Node, value: Val, tier: Resolution) {
        match value.kind() {
            Kind::Generator => {
                let returned = self.program.return_node(value.number());
                self.flow(returned, to, tier.max(Resolution::Type), Through::Copy);
            }
            Kind::ExternalInstance | Kind::ExternalMember | Kind::ExternalBound | Kind::Opaque => {
                self.add(to, Val::OPAQUE, tier);
            }
            _ => {}
        }
    }

    fn is_dictionary(&self, file: FileAt, value: Val) -> bool {
        let kind = self.collection_type(value);
        let name = self.program.language(file).dictionary;
        kind != NONE && !name.is_empty() && self.program.text(self.externals.last(kind)) == name
    }
}

/// Whether a part has what another one has.
fn includes(part: Part, other: Part) -> bool {
    match (part, other) {
        (Part::From(from), Part::Index(at)) => at >= from,
        (Part::From(_), Part::Unknown) => true,
        _ => false,
    }
}
