//! What the search knows: facts, contexts with their callers and exits, and the work that is left.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::StepKind;
use super::path::PathId;
use super::program::{FileAt, NONE, Node, Symbol};

/// A fact has held since before its method began.
pub(super) const ENTRY: u32 = 0;
/// A fact does not hold in this method yet; only who else means the object is looked for.
pub(super) const NEVER: u32 = u32::MAX;

/// What comes in is at a part of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fact {
    pub(super) context: u32,
    pub(super) node: Node,
    pub(super) path: PathId,
    /// Row since which it holds, [`ENTRY`] or [`NEVER`].
    pub(super) since: u32,
    /// It was stored into an object: whoever else means that object is looked for backwards too.
    pub(super) alias: bool,
}

/// How a fact came about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    pub(super) before: u32,
    /// The fact in the caller, where this one came back from a callee.
    pub(super) via: u32,
    pub(super) kind: StepKind,
    pub(super) file: FileAt,
    pub(super) row: u32,
    pub(super) confidence: f32,
}

/// Where a fact leaves a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Exit {
    Return,
    Yield,
    /// An object that a parameter brought.
    Parameter(Node),
    /// A variable of a method around.
    Capture(Node),
    /// A variable of a module or class.
    Global(Node),
    Raise,
}

/// A method entered with one fact; the first ones are of the sources, which belong to no method.
#[derive(Debug)]
pub(super) struct Context {
    /// The function; [`NONE`] for a source.
    pub(super) function: u32,
    pub(super) alias: bool,
    /// (invocation, fact of the caller).
    pub(super) callers: Vec<(u32, u32)>,
    pub(super) exits: Vec<(Exit, PathId, u32)>,
    /// The context that it is a narrower one of, and what its callers meet.
    pub(super) requirement: Option<(u32, Requirement)>,
    pub(super) narrowed: Vec<u32>,
    /// How many requirements it has.
    pub(super) narrowings: u32,
}

/// What a context remembers of its facts; see `narrow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Requirement {
    /// What a parameter of the function brought, or a method of that, was the target.
    Target {
        function: u32,
        parameter: Node,
        name: Option<Symbol>,
        target: u32,
    },
    /// It was read from a fact of a variable of a module, which a row of a module's body stored.
    Read { fact: u32, file: FileAt, row: u32 },
}

impl Context {
    fn new(function: u32, alias: bool) -> Self {
        Self {
            function,
            alias,
            callers: Vec::new(),
            exits: Vec::new(),
            requirement: None,
            narrowed: Vec::new(),
            narrowings: 0,
        }
    }
}

#[derive(Default)]
pub(super) struct State {
    pub(super) facts: Vec<Fact>,
    pub(super) origins: Vec<Origin>,
    numbers: FxHashMap<Fact, u32>,
    pub(super) contexts: Vec<Context>,
    entered: FxHashMap<(u32, Node, PathId, bool), u32>,
    pub(super) work: VecDeque<u32>,
}

impl State {
    /// Adds a fact, unless it is known.
    pub(super) fn add(&mut self, fact: Fact, origin: Origin) {
        let next = self.facts.len() as u32;
        if *self.numbers.entry(fact).or_insert(next) == next {
            self.facts.push(fact);
            self.origins.push(origin);
            self.work.push_back(next);
        }
    }

    /// Looks at a known fact again: more is known of when it holds.
    pub(super) fn again(&mut self, fact: Fact) {
        self.work.extend(self.numbers.get(&fact));
    }

    /// A context of a source.
    pub(super) fn source(&mut self) -> u32 {
        self.contexts.push(Context::new(NONE, false));
        self.contexts.len() as u32 - 1
    }

    /// The context of a function that is entered with a fact, and whether it is new.
    pub(super) fn enter(
        &mut self,
        function: u32,
        (node, path, alias): (Node, PathId, bool),
    ) -> (u32, bool) {
        let next = self.contexts.len() as u32;
        let context = *self
            .entered
            .entry((function, node, path, alias))
            .or_insert(next);
        if context == next {
            self.contexts.push(Context::new(function, alias));
        }
        (context, context == next)
    }
}
