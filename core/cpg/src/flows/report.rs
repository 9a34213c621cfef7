//! Results: sinks that were reached, and the ways to them.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::ends::Site;
use super::engine::Engine;
use super::path::Step;
use super::program::NONE;
use super::state::Fact;
use super::{Flow, FlowStep, Found, Position, StepKind};
use crate::NodeId;
use crate::passes::facts::Slot;

/// Contexts that are looked at to tell which sources reach a sink.
const MOST_CONTEXTS: usize = 2_000;
/// Steps of a flow that are given.
const LONGEST: usize = 400;

impl Engine<'_, '_> {
    /// Takes down a sink that a fact reaches as an argument.
    pub(super) fn sink(&mut self, id: u32, fact: Fact, call: u32, position: u32, site: &Site) {
        if site.sinks.is_empty() {
            return;
        }
        let program = self.program;
        let (file, call) = program.call(call);
        let argument = call.arguments[position as usize];
        let path = self.paths.get(fact.path).clone();
        let mut content = &path[..];
        for (sink, wanted) in &site.sinks {
            let fits = match (wanted, argument.slot) {
                (Position::AnyArgument, _) => true,
                (Position::Argument(at), Slot::Position(given)) => *at == given,
                (Position::Argument(at), Slot::Unpacked(first)) => {
                    content = &path[path.len().min(1)..];
                    *at >= first
                        && path
                            .first()
                            .is_none_or(|&step| Step::Index(u32::from(*at - first)).reads(step))
                }
                (Position::Named(name), Slot::Keyword(given)) => {
                    program.files[file as usize].name(given) == name
                }
                _ => false,
            };
            if fits && content.iter().all(|step| step.is_element()) && self.holds(fact, call.row) {
                self.reached.push((*sink, (file, call.row), id));
            }
        }
    }

    /// Takes down a sink that a fact reaches as the receiver.
    pub(super) fn sink_receiver(&mut self, id: u32, fact: Fact, call: u32, site: &Site) {
        let (file, call) = self.program.call(call);
        for (sink, wanted) in &site.sinks {
            if *wanted == Position::Receiver && self.holds(fact, call.row) {
                self.reached.push((*sink, (file, call.row), id));
            }
        }
    }

    /// Sources from which a fact can come, each with the calls on the way: (invocation, fact of the caller), the innermost first.
    fn entries(&self, fact: u32) -> Vec<(u32, Vec<u32>)> {
        let context = self.state.facts[fact as usize].context;
        let mut found = Vec::new();
        let mut seen = FxHashSet::from_iter([context]);
        let mut work = std::collections::VecDeque::from([(context, Vec::new())]);
        while let Some((context, way)) = work.pop_front() {
            if self.state.contexts[context as usize].function == NONE {
                found.push((context, way));
                continue;
            }
            for &(_, caller) in &self.state.contexts[context as usize].callers {
                let next = self.state.facts[caller as usize].context;
                if seen.len() < MOST_CONTEXTS && seen.insert(next) {
                    let mut way = way.clone();
                    way.push(caller);
                    work.push_back((next, way));
                }
            }
        }
        found
    }

    /// The way to a fact, last step first; `callers` are the facts that entered the methods it is in.
    fn way(&self, fact: u32, callers: &[u32]) -> (Vec<FlowStep>, f32) {
        let mut steps = Vec::new();
        let mut stack: Vec<u32> = callers.iter().rev().copied().collect();
        let mut confidence = 1.0_f32;
        let mut at = fact;
        for caller in callers.iter().chain([&fact]) {
            confidence *= self.state.origins[*caller as usize].confidence;
        }
        while steps.len() < LONGEST {
            let origin = self.state.origins[at as usize];
            let ordinal = self.program.files[origin.file as usize].ordinal;
            steps.push(FlowStep {
                node: NodeId::new(ordinal, origin.row),
                kind: origin.kind,
            });
            if origin.kind == StepKind::Argument {
                let Some(caller) = stack.pop() else { break };
                at = caller;
                continue;
            }
            if origin.before == NONE {
                break;
            }
            if origin.via != NONE {
                stack.push(origin.via);
            }
            at = origin.before;
        }
        steps.reverse();
        (steps, confidence.clamp(0.0, 1.0))
    }
}

/// Flows by sink, then source, each pair of places once: the shortest of its ways.
pub(super) fn found(engine: &Engine<'_, '_>) -> Found {
    type Place = (NodeId, String);
    let mut flows: BTreeMap<(Place, Place), Flow> = BTreeMap::new();
    let labels: BTreeMap<u32, u32> = engine.sources.iter().copied().collect();
    for &(sink, (file, row), fact) in &engine.reached {
        let node = NodeId::new(engine.program.files[file as usize].ordinal, row);
        let sink = &engine.spec.sinks[sink as usize].label;
        for (context, callers) in engine.entries(fact) {
            let Some(&source) = labels.get(&context) else {
                continue;
            };
            let source = &engine.spec.sources[source as usize].label;
            let (mut steps, confidence) = engine.way(fact, &callers);
            steps.push(FlowStep {
                node,
                kind: StepKind::Sink,
            });
            steps.dedup();
            let first = steps[0].node;
            let key = ((node, sink.clone()), (first, source.clone()));
            let better = flows.get(&key).is_none_or(|known| {
                (known.confidence, -(known.steps.len() as i64))
                    < (confidence, -(steps.len() as i64))
            });
            if better {
                let flow = Flow {
                    source: source.clone(),
                    sink: sink.clone(),
                    steps,
                    confidence,
                };
                flows.insert(key, flow);
            }
        }
    }
    let more = flows.len().saturating_sub(engine.budget.flows);
    Found {
        flows: flows.into_values().take(engine.budget.flows).collect(),
        more,
        steps: engine.steps,
        cut: !engine.state.work.is_empty(),
    }
}
