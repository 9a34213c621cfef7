//! Rules on states that objects get into.

use codegraph_sdk::Fault;
use codegraph_sdk::questions::states;

use super::patterns::searches;
use super::{Raw, Raws, place};
use crate::rules::{Rule, Search};

pub(super) fn search(rules: &[Rule], raws: &mut Raws) -> Result<(), Fault> {
    for (_, _, of) in searches(rules) {
        let Search::States(question) = of else {
            continue;
        };
        let found = states(&question.to_string(), 0, 0)?;
        raws.cut |= found.cut;
        raws.more += u64::from(found.more);
        for finding in found.all {
            // A rule that was not asked for may share the automaton of one that was.
            let Some(rule) = rules.iter().position(|rule| rule.id == finding.label) else {
                continue;
            };
            let at = finding
                .steps
                .iter()
                .rfind(|step| step.node == finding.node)
                .or_else(|| finding.steps.last());
            let Some(at) = at else { continue };
            raws.all.push(Raw {
                rule,
                source: String::new(),
                confidence: finding.confidence,
                node: finding.node,
                place: place(at),
                way: finding.steps.iter().map(place).collect(),
            });
        }
    }
    Ok(())
}
