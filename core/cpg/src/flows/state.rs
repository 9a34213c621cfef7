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

/// Ranks of what is left to do, by certainty.
const RANKS: usize = 16;
/// By how much surer a way must be to be gone again.
const BETTER: f32 = 1.25;

/// Paths of one node after which others are kept to fewer steps, each time over.
const CROWD: u32 = 8;

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
    /// How sure the surest way from a source to its entry is.
    pub(super) certainty: f32,
    /// Contexts that its facts enter: (context, fact, certainty of the call).
    pub(super) enters: Vec<(u32, u32, f32)>,
    /// Facts that are too uncertain to be looked at.
    pub(super) parked: Vec<u32>,
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
    pub(super) fn new(function: u32, alias: bool) -> Self {
        Self {
            function,
            alias,
            callers: Vec::new(),
            exits: Vec::new(),
            requirement: None,
            narrowed: Vec::new(),
            narrowings: 0,
            certainty: if function == NONE { 1.0 } else { 0.0 },
            enters: Vec::new(),
            parked: Vec::new(),
        }
    }
}

impl Origin {
    /// The fact of the same context that it follows from, or of the one around it; [`NONE`] where a source is.
    pub(super) fn follows(&self) -> u32 {
        if self.via == NONE {
            self.before
        } else {
            self.via
        }
    }
}

#[derive(Default)]
pub(super) struct State {
    pub(super) facts: Vec<Fact>,
    pub(super) origins: Vec<Origin>,
    /// Of facts of sources: how else they came about. Sources of one kind share their facts; this tells them apart.
    others: FxHashMap<u32, Vec<Origin>>,
    numbers: FxHashMap<Fact, u32>,
    /// Facts of parts, by context and node.
    crowds: FxHashMap<(u32, Node), u32>,
    /// Contexts that are entered with a part, by function and node.
    entries: FxHashMap<(u32, Node), u32>,
    pub(super) contexts: Vec<Context>,
    known: FxHashMap<(u32, Node, PathId, bool), u32>,
    /// What is left to look at, the surest first.
    work: [VecDeque<u32>; RANKS],
}

impl State {
    /// Adds a fact; one that is known has come about in another way.
    pub(super) fn add(&mut self, fact: Fact, origin: Origin) {
        if let Some(new) = self.carry(fact, origin) {
            self.push(new);
            return;
        }
        let number = self.numbers[&fact];
        let known = &mut self.origins[number as usize];
        if origin.confidence > known.confidence * BETTER && origin.follows() != number {
            // What follows from it is surer, too.
            let before = std::mem::replace(known, origin);
            self.also(number, before);
            self.push(number);
        }
    }

    fn push(&mut self, fact: u32) {
        let rank = ((1.0 - self.certainty(fact)) * RANKS as f32) as usize;
        self.work[rank.min(RANKS - 1)].push_back(fact);
    }

    /// How sure it is that something of a source is there.
    pub(super) fn certainty(&self, fact: u32) -> f32 {
        let context = self.facts[fact as usize].context;
        self.contexts[context as usize].certainty * self.origins[fact as usize].confidence
    }

    /// The next fact to look at that is sure enough; the others wait until they are surer.
    pub(super) fn next(&mut self, least: f32) -> Option<u32> {
        loop {
            let fact = self.work.iter_mut().find_map(VecDeque::pop_front)?;
            if self.certainty(fact) >= least {
                return Some(fact);
            }
            let context = self.facts[fact as usize].context;
            self.contexts[context as usize].parked.push(fact);
        }
    }

    /// A fact enters a context by a call.
    pub(super) fn entered(&mut self, context: u32, from: u32, certainty: f32) {
        let around = self.facts[from as usize].context;
        let call = (context, from, certainty);
        self.contexts[around as usize].enters.push(call);
        let mut surer = vec![(context, self.certainty(from) * certainty)];
        while let Some((at, certainty)) = surer.pop() {
            let context = &mut self.contexts[at as usize];
            if certainty <= context.certainty * BETTER {
                continue;
            }
            context.certainty = certainty;
            for fact in std::mem::take(&mut context.parked) {
                self.push(fact);
            }
            let calls = &self.contexts[at as usize].enters;
            surer.extend(calls.iter().map(|&(to, fact, call)| {
                let own = self.origins[fact as usize].confidence;
                (to, certainty * own * call)
            }));
        }
    }

    /// Adds a fact that only stands for what leaves a method; its number, unless it is known.
    pub(super) fn carry(&mut self, fact: Fact, origin: Origin) -> Option<u32> {
        let next = self.facts.len() as u32;
        let number = *self.numbers.entry(fact).or_insert(next);
        if number != next {
            self.also(number, origin);
            return None;
        }
        self.facts.push(fact);
        self.origins.push(origin);
        if fact.path != 0 {
            *self.crowds.entry((fact.context, fact.node)).or_default() += 1;
        }
        Some(next)
    }

    /// Steps that another path of a node in a context keeps: in structures that lead back to themselves paths have no end, and all
    /// are of the same places.
    pub(super) fn room(&self, context: u32, node: Node) -> usize {
        kept(self.crowds.get(&(context, node)))
    }

    /// The same of paths with which a function is entered.
    pub(super) fn room_at_entry(&self, function: u32, node: Node) -> usize {
        kept(self.entries.get(&(function, node)))
    }

    /// Another way in which a fact came about.
    pub(super) fn also(&mut self, fact: u32, origin: Origin) {
        let context = self.facts[fact as usize].context;
        if self.contexts[context as usize].function == NONE && origin.follows() != fact {
            self.others.entry(fact).or_default().push(origin);
        }
    }

    /// All ways in which a fact of a source came about.
    pub(super) fn ways(&self, fact: u32) -> impl Iterator<Item = &Origin> {
        let others = self.others.get(&fact).into_iter().flatten();
        std::iter::once(&self.origins[fact as usize]).chain(others)
    }

    /// Looks at a known fact again: more is known of when it holds.
    pub(super) fn again(&mut self, fact: Fact) {
        if let Some(&known) = self.numbers.get(&fact) {
            self.push(known);
        }
    }

    /// A context of a source.
    pub(super) fn source(&mut self) -> u32 {
        self.contexts.push(Context::new(NONE, false));
        self.contexts.len() as u32 - 1
    }

    /// The context of a function that is entered with a fact, and whether it is new.
    pub(super) fn context(
        &mut self,
        function: u32,
        (node, path, alias): (Node, PathId, bool),
    ) -> (u32, bool) {
        let next = self.contexts.len() as u32;
        let context = *self
            .known
            .entry((function, node, path, alias))
            .or_insert(next);
        if context == next {
            self.contexts.push(Context::new(function, alias));
            if path != 0 {
                *self.entries.entry((function, node)).or_default() += 1;
            }
        }
        (context, context == next)
    }
}

/// Steps that are kept where so many paths are known.
fn kept(paths: Option<&u32>) -> usize {
    match paths.map_or(0, |count| count / CROWD) {
        0 => usize::MAX,
        1 => 2,
        _ => 1,
    }
}
