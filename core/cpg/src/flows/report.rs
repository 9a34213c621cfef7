//! Results: sinks that were reached, and the ways to them.

use std::collections::BTreeMap;

use super::ends::Site;
use super::engine::Engine;
use super::path::Step;
use super::program::FileAt;
use super::state::Fact;
use super::ways::Ways;
use super::{Found, Position};
use crate::NodeId;
use crate::passes::facts::Slot;

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
}

/// Flows by sink, then source, each pair of places once: the surest of its ways.
pub(super) fn found(engine: &Engine<'_, '_>) -> Found {
    let mut sinks: BTreeMap<(NodeId, &str), Vec<u32>> = BTreeMap::new();
    for &(sink, place, fact) in &engine.reached {
        let label = &engine.spec.sinks[sink as usize].label;
        let facts = sinks.entry((engine.row_id(place), label)).or_default();
        facts.push(fact);
    }
    let mut found = Found {
        steps: engine.steps,
        cut: engine.cut,
        ..Found::default()
    };
    for ((node, label), mut facts) in sinks {
        facts.sort_unstable();
        facts.dedup();
        let ways = Ways::new(engine, &facts);
        found.cut |= ways.cut;
        for way in ways.all() {
            if found.flows.len() < engine.budget.flows {
                found.flows.push(ways.flow(way, (node, label)));
            } else {
                found.more += 1;
            }
        }
    }
    found
}

impl Engine<'_, '_> {
    pub(super) fn row_id(&self, (file, row): (FileAt, u32)) -> NodeId {
        NodeId::new(self.program.files[file as usize].ordinal, row)
    }
}
