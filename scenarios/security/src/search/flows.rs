//! Rules on where values from outside get to.
//!
//! One question with the sinks of all rules tells which of them can be reached at all; only those are asked for again, each with
//! what makes values harmless there.

use std::collections::BTreeSet;

use codegraph_sdk::Fault;
use codegraph_sdk::flows::{Flow as Way, FlowQuery, Flows};

use super::patterns::{Calls, searches};
use super::{Options, Raw, Raws, constants, place};
use crate::rules::{Flow, NUMBERS, Rule, Search, Source};

/// Confidence below which a way is not shown: half of its calls were guessed by name.
const LEAST: f64 = 0.25;
/// Steps of the question whether any sink is reached, and of the question for one rule: a call of a plugin ends after 30 s, and a
/// search that is cut says so, while a call that ends says nothing.
const STEPS_OF_ALL: u64 = 3_000_000;
const STEPS_OF_ONE: u64 = 400_000;

pub(super) fn search(
    rules: &[Rule],
    sources: &[Source],
    options: Options,
    calls: &Calls,
    raws: &mut Raws,
) -> Result<(), Fault> {
    let trusted = |source: &&Source| source.kind == "network" || options.public;
    let sources: Vec<&Source> = sources.iter().filter(trusted).collect();
    let searches: Vec<(usize, usize, &Flow)> = searches(rules)
        .filter_map(|(rule, search, of)| match of {
            Search::Flow(flow) => Some((rule, search, &**flow)),
            _ => None,
        })
        .filter(|(rule, search, flow)| flow.only.is_none() || calls.contains_key(&(*rule, *search)))
        .collect();
    let reached = reached(&searches, &sources)?;
    for (at, &(rule, search, flow)) in searches.iter().enumerate() {
        if flow.own.is_empty() && reached.as_ref().is_some_and(|all| !all.contains(&at)) {
            continue;
        }
        let found = one(flow, &sources)?;
        raws.cut |= found.cut;
        raws.more += u64::from(found.more);
        for way in &found.flows {
            let Some(last) = way.steps.last().filter(|_| way.confidence >= LEAST) else {
                continue;
            };
            let here = (last.path.clone(), last.line);
            let called = calls.get(&(rule, search));
            if called.is_some_and(|calls| !calls.contains(&here))
                || flow.fixed_prefix && constants::has_fixed_prefix(way)
            {
                continue;
            }
            raws.all.push(Raw {
                rule,
                source: source_of(way, flow, &sources, options),
                confidence: way.confidence,
                node: last.node,
                place: place(last),
                way: way.steps.iter().map(place).collect(),
            });
        }
    }
    Ok(())
}

/// Which searches any way leads to; none where that is not known, as the question did not end.
fn reached(
    searches: &[(usize, usize, &Flow)],
    sources: &[&Source],
) -> Result<Option<BTreeSet<usize>>, Fault> {
    let mut query = with_sources(FlowQuery::new(), sources);
    let mut any = false;
    for (at, (_, _, flow)) in searches.iter().enumerate() {
        if !flow.own.is_empty() {
            continue;
        }
        for sink in &flow.sinks {
            any = true;
            query = query.sink(sink, at.to_string());
        }
    }
    if !any {
        return Ok(Some(BTreeSet::new()));
    }
    for function in NUMBERS {
        query = query.sanitizer(function);
    }
    let found = query.at_most(STEPS_OF_ALL, 0).ask()?;
    if found.cut || found.more > 0 {
        return Ok(None);
    }
    let labels = found.flows.iter();
    Ok(Some(
        labels.filter_map(|way| way.sink.parse().ok()).collect(),
    ))
}

fn one(flow: &Flow, sources: &[&Source]) -> Result<Flows, Fault> {
    let mut query = FlowQuery::new();
    if flow.own.is_empty() {
        query = with_sources(query, sources);
    }
    for (at, own) in flow.own.iter().enumerate() {
        query = query.source(&own.place, at.to_string());
    }
    for sink in &flow.sinks {
        query = query.sink(sink, sink);
    }
    for function in NUMBERS
        .iter()
        .copied()
        .chain(flow.without.iter().map(String::as_str))
    {
        query = query.sanitizer(function);
    }
    for guard in &flow.guards {
        query = query.guard(guard, true);
    }
    query.at_most(STEPS_OF_ONE, 0).ask()
}

fn with_sources(mut query: FlowQuery, sources: &[&Source]) -> FlowQuery {
    for (at, source) in sources.iter().enumerate() {
        for place in &source.places {
            query = query.source(place, at.to_string());
        }
    }
    query
}

/// What a way begins with, in words.
fn source_of(way: &Way, flow: &Flow, sources: &[&Source], options: Options) -> String {
    let at = way.source.parse::<usize>().unwrap_or(usize::MAX);
    let own = flow.own.get(at).map(|own| (&own.en, &own.ru));
    let source = sources.get(at).map(|source| (&source.en, &source.ru));
    let texts = if flow.own.is_empty() { source } else { own };
    texts.map_or_else(String::new, |(en, ru)| {
        if options.russian { ru } else { en }.clone()
    })
}
