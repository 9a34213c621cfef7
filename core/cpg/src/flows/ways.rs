//! Ways back from a sink to the sources of what reaches it.
//!
//! All places of a source share their facts: which of them a fact comes from is found by going back along all ways in which facts came
//! about, the surest first (E. W. Dijkstra, 1959, over certainties instead of distances).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use rustc_hash::{FxHashMap, FxHashSet};

use super::engine::Engine;
use super::program::{FileAt, NONE};
use super::state::Origin;
use super::{Flow, FlowStep, LEAST_CERTAINTY, StepKind};
use crate::NodeId;

/// Contexts that are looked at to tell which sources reach a sink.
const MOST_CONTEXTS: usize = 2_000;
/// Facts that are looked at to tell which sources reach a sink.
const MOST_FACTS: usize = 50_000;
/// Places of sources that are told of one sink: the surest.
const MOST_SOURCES: usize = 100;
/// Steps of a flow that are given; of longer ones the middle is left out.
const LONGEST: usize = 400;

/// A fact on the way to the sink in the context of a method.
struct Arrival {
    context: u32,
    fact: u32,
    /// What it enters: the fact in that method, and the invocation; none for the sink's own.
    parent: Option<Entered>,
    confidence: f32,
}

/// A method that is entered: the arrival in it, and the invocation.
type Entered = (usize, u32);

/// Where a fact of a source goes on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Toward {
    /// Into a method, or none where the sink is there.
    Method(Option<Entered>),
    /// To a fact that came about by the origin of that number.
    Fact(usize, usize),
}

/// A fact of a source, and where it goes on.
struct Link {
    fact: u32,
    toward: Toward,
}

/// A place of a source: its first link, and the origin that tells the place.
#[derive(Clone, Copy)]
pub(super) struct Way {
    place: NodeId,
    source: u32,
    confidence: f32,
    link: usize,
}

/// All ways to one sink.
pub(super) struct Ways<'e, 'p, 'a> {
    engine: &'e Engine<'p, 'a>,
    arrivals: Vec<Arrival>,
    links: Vec<Link>,
    found: BTreeMap<(NodeId, u32), Way>,
    /// Not all that could be was looked at.
    pub(super) cut: bool,
}

impl<'e, 'p, 'a> Ways<'e, 'p, 'a> {
    /// Finds the sources of facts that reach one sink.
    pub(super) fn new(engine: &'e Engine<'p, 'a>, facts: &[u32]) -> Self {
        let mut this = Self {
            engine,
            arrivals: Vec::new(),
            links: Vec::new(),
            found: BTreeMap::new(),
            cut: false,
        };
        let roots = this.enter(facts);
        this.back(roots);
        this
    }

    /// By source, then its kind.
    pub(super) fn all(&self) -> impl Iterator<Item = Way> {
        self.found.values().copied()
    }

    /// Goes back to facts of sources through the callers of methods: the facts, and what they enter.
    fn enter(&mut self, facts: &[u32]) -> Vec<(f32, u32, Option<Entered>)> {
        let state = &self.engine.state;
        let mut roots = Vec::new();
        let mut seen = FxHashSet::default();
        for &fact in facts {
            let context = state.facts[fact as usize].context;
            let confidence = state.origins[fact as usize].confidence;
            if state.contexts[context as usize].function == NONE {
                roots.push((1.0, fact, None));
            } else if seen.insert(context) {
                self.arrivals.push(Arrival {
                    context,
                    fact,
                    parent: None,
                    confidence,
                });
            }
        }
        let mut at = 0;
        while at < self.arrivals.len() {
            let Arrival {
                context,
                confidence,
                ..
            } = self.arrivals[at];
            for &(invocation, caller) in &state.contexts[context as usize].callers {
                let next = state.facts[caller as usize].context;
                let confidence =
                    confidence * self.engine.invocations[invocation as usize].confidence;
                if state.contexts[next as usize].function == NONE {
                    roots.push((confidence, caller, Some((at, invocation))));
                } else if seen.len() >= MOST_CONTEXTS {
                    self.cut = true;
                } else if seen.insert(next) {
                    self.arrivals.push(Arrival {
                        context: next,
                        fact: caller,
                        parent: Some((at, invocation)),
                        confidence: confidence * state.origins[caller as usize].confidence,
                    });
                }
            }
            at += 1;
        }
        roots
    }

    /// Goes back from facts of sources to the places where those begin.
    fn back(&mut self, roots: Vec<(f32, u32, Option<Entered>)>) {
        let engine = self.engine;
        let state = &engine.state;
        let labels: FxHashMap<u32, u32> = engine.sources.iter().copied().collect();
        let mut heap = BinaryHeap::new();
        for (confidence, fact, method) in roots {
            let toward = Toward::Method(method);
            heap.push((confidence.to_bits(), Reverse((0_u32, fact, toward))));
        }
        let mut seen = FxHashSet::default();
        while let Some((bits, Reverse((steps, fact, toward)))) = heap.pop() {
            if !seen.insert(fact) {
                continue;
            }
            if seen.len() > MOST_FACTS {
                self.cut = true;
                return;
            }
            let confidence = f32::from_bits(bits);
            if confidence < LEAST_CERTAINTY {
                return;
            }
            let link = self.links.len();
            self.links.push(Link { fact, toward });
            for (number, origin) in state.ways(fact).enumerate() {
                let before = origin.follows();
                if before != NONE {
                    let own = state.origins[before as usize].confidence;
                    let factor = (origin.confidence / own).clamp(0.0, 1.0);
                    let toward = Toward::Fact(link, number);
                    let key = (confidence * factor).to_bits();
                    heap.push((key, Reverse((steps + 1, before, toward))));
                    continue;
                }
                let context = state.facts[fact as usize].context;
                let Some(&source) = labels.get(&context) else {
                    continue;
                };
                let place = engine.row_id((origin.file, origin.row));
                self.found.entry((place, source)).or_insert(Way {
                    place,
                    source,
                    confidence,
                    link,
                });
                if self.found.len() >= MOST_SOURCES {
                    return;
                }
            }
        }
    }

    /// A way with its steps.
    pub(super) fn flow(&self, way: Way, (sink, label): (NodeId, &str)) -> Flow {
        let step = |node, kind| FlowStep { node, kind };
        let mut steps = vec![step(way.place, StepKind::Source)];
        let mut at = way.link;
        let mut method = loop {
            match self.links[at].toward {
                Toward::Method(method) => break method,
                Toward::Fact(next, number) => {
                    let mut ways = self.engine.state.ways(self.links[next].fact);
                    if let Some(origin) = ways.nth(number) {
                        if origin.via != NONE {
                            steps.extend(self.inside(origin.before, (origin.file, origin.row)));
                        }
                        steps.push(self.step(origin));
                    }
                    at = next;
                }
            }
        };
        while let Some((at, invocation)) = method {
            let arrival = &self.arrivals[at];
            let call = &self.engine.invocations[invocation as usize];
            steps.extend(self.inside(arrival.fact, (call.file, call.row)));
            method = arrival.parent;
        }
        steps.push(step(sink, StepKind::Sink));
        steps.dedup();
        if steps.len() > LONGEST {
            steps.drain(LONGEST / 2..steps.len() - LONGEST / 2);
        }
        Flow {
            source: self.engine.spec.sources[way.source as usize].label.clone(),
            sink: label.to_owned(),
            steps,
            confidence: way.confidence.clamp(0.0, 1.0),
        }
    }

    fn step(&self, origin: &Origin) -> FlowStep {
        FlowStep {
            node: self.engine.row_id((origin.file, origin.row)),
            kind: origin.kind,
        }
    }

    /// Steps from where a method is entered, by a call, to a fact in it: all calls share what is in it.
    fn inside(&self, mut fact: u32, call: (FileAt, u32)) -> Vec<FlowStep> {
        let mut steps = Vec::new();
        let mut callers = Vec::new();
        while steps.len() < LONGEST {
            let origin = self.engine.state.origins[fact as usize];
            steps.push(self.step(&origin));
            if origin.kind == StepKind::Argument {
                let (caller, place) = callers.pop().unwrap_or((NONE, call));
                if let Some(first) = steps.last_mut() {
                    first.node = self.engine.row_id(place);
                }
                if caller == NONE {
                    break;
                }
                fact = caller;
                continue;
            }
            if origin.before == NONE {
                break;
            }
            if origin.via != NONE {
                callers.push((origin.via, (origin.file, origin.row)));
            }
            fact = origin.before;
        }
        steps.reverse();
        steps
    }
}
