//! Values that flow, and names of what is outside.

use rustc_hash::FxHashMap;

use super::program::{NONE, Program, Symbol};

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(super) enum Kind {
    /// A function, called with all its parameters.
    Function,
    /// A method with its receiver; a pair in [`Pairs`].
    Bound,
    Class,
    /// A file as a module.
    Module,
    /// A module that only holds modules; by number of its name in [`Externals`].
    Namespace,
    /// Made by a call of just that class.
    Instance,
    /// Of that class or one below it.
    Declared,
    /// Members as seen from the ancestors of a class; a pair with the receiver in [`Pairs`].
    Super,
    /// Something outside of the project, by its name.
    External,
    /// An instance of a type outside of the project.
    ExternalInstance,
    /// A member of such an instance: it can be called, but of what it gives only a library's description tells.
    ExternalMember,
    /// From outside, of unknown type.
    Opaque,
    /// A list, dictionary or other object that holds values, by where it was made; see [`super::elements`].
    Collection,
    /// What a call of a generator gives, by its function.
    Generator,
    /// A member of something outside with its receiver; a pair in [`Pairs`].
    ExternalBound,
    /// A function around another value, see [`super::wrappers`].
    Closure,
    /// The same with its receiver; a pair in [`Pairs`].
    ClosureBound,
    /// Functions that a place holds beyond its limit, together; by the place that has them. See [`super::rest`].
    Rest,
}

const KINDS: [Kind; 18] = [
    Kind::Function,
    Kind::Bound,
    Kind::Class,
    Kind::Module,
    Kind::Namespace,
    Kind::Instance,
    Kind::Declared,
    Kind::Super,
    Kind::External,
    Kind::ExternalInstance,
    Kind::ExternalMember,
    Kind::Opaque,
    Kind::Collection,
    Kind::Generator,
    Kind::ExternalBound,
    Kind::Closure,
    Kind::ClosureBound,
    Kind::Rest,
];

/// A value: its kind in the upper five bits, the number of what it stands for in the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Val(u32);

impl Val {
    pub(super) const OPAQUE: Self = Self((Kind::Opaque as u32) << 27);

    pub(super) fn new(kind: Kind, number: u32) -> Self {
        debug_assert!(number < 1 << 27, "there are at most 2^27 things of a kind");
        Self((kind as u32) << 27 | number)
    }

    pub(super) fn kind(self) -> Kind {
        KINDS[(self.0 >> 27) as usize]
    }

    /// Spreads numbers that lie side by side (Fibonacci hashing, D. Knuth, TAOCP 3, 6.4).
    pub(super) fn hash(self) -> u32 {
        self.0.wrapping_mul(0x9e37_79b9) >> 16
    }

    pub(super) fn number(self) -> u32 {
        self.0 & 0x07ff_ffff
    }
}

/// Receivers with what is called on them.
#[derive(Default)]
pub(super) struct Pairs {
    list: Vec<(Val, u32)>,
    numbers: FxHashMap<(Val, u32), u32>,
}

impl Pairs {
    /// A value of a kind that goes with a receiver.
    pub(super) fn value(&mut self, kind: Kind, receiver: Val, number: u32) -> Val {
        let next = self.list.len() as u32;
        let at = *self.numbers.entry((receiver, number)).or_insert(next);
        if at == next {
            self.list.push((receiver, number));
        }
        Val::new(kind, at)
    }

    /// The receiver, and the number of what goes with it.
    pub(super) fn get(&self, value: Val) -> (Val, u32) {
        self.list[value.number() as usize]
    }
}

/// Parts after which a name outside of the project is followed no further: names in loops (`node = node.next`) would never end.
const DEPTH: u8 = 8;

/// Names of what is outside, each as (name before it, last part).
#[derive(Default)]
pub(super) struct Externals {
    parts: Vec<(u32, Symbol, u8)>,
    numbers: FxHashMap<(u32, Symbol), u32>,
}

impl Externals {
    /// The number of `name` in `parent` ([`NONE`] for none); none where names get too long.
    pub(super) fn member(&mut self, parent: u32, name: Symbol) -> Option<u32> {
        let depth = if parent == NONE {
            1
        } else {
            self.parts[parent as usize].2 + 1
        };
        if depth > DEPTH {
            return None;
        }
        let next = self.parts.len() as u32;
        let number = *self.numbers.entry((parent, name)).or_insert(next);
        if number == next {
            self.parts.push((parent, name, depth));
        }
        Some(number)
    }

    /// The number of a whole name.
    pub(super) fn path<'a>(
        &mut self,
        program: &mut Program<'a>,
        path: &'a str,
        separator: &str,
    ) -> Option<u32> {
        let mut at = NONE;
        for part in path.split(separator) {
            let symbol = program.symbol(part);
            at = self.member(at, symbol)?;
        }
        Some(at)
    }

    /// The number of `name` in `parent`, where it was met before.
    pub(super) fn known(&self, parent: u32, name: Symbol) -> Option<u32> {
        self.numbers.get(&(parent, name)).copied()
    }

    /// What the name is in, [`NONE`] for nothing.
    pub(super) fn parent(&self, number: u32) -> u32 {
        self.parts[number as usize].0
    }

    pub(super) fn last(&self, number: u32) -> Symbol {
        self.parts[number as usize].1
    }

    /// The whole name, its parts with dots between.
    pub(super) fn full_name(&self, program: &Program<'_>, number: u32) -> String {
        let mut parts = Vec::new();
        let mut at = number;
        while at != NONE {
            let (parent, name, _) = self.parts[at as usize];
            parts.push(program.text(name));
            at = parent;
        }
        parts.reverse();
        parts.join(".")
    }
}
