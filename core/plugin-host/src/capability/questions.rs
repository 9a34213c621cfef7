//! Questions that follow values: between generated types and the graph's own.

use codegraph_cpg::flows::{self, Endpoint, Guard, Pattern, Propagator, SpecError};
use codegraph_cpg::store::{ColumnBatch, ColumnData, Patience, QueryError};
use codegraph_cpg::{NodeId, matches, states};
use serde::de::DeserializeOwned;

use super::convert;
use super::graph::{GraphReader, least};
use crate::bindings::{graph, types};

/// Steps of a search, unless it asks for fewer.
const STEPS: u64 = 20_000_000;
/// Results of a search, unless it asks for fewer.
const RESULTS: u32 = 1_000;
/// Bytes of a question as JSON.
const QUESTION_BYTES: usize = 1 << 20;

/// An answer with rows, which are counted.
pub(super) trait Rows {
    fn rows(&self) -> u32;
}

impl Rows for graph::FlowAnswer {
    fn rows(&self) -> u32 {
        self.steps.rows
    }
}

impl Rows for graph::StateAnswer {
    fn rows(&self) -> u32 {
        self.steps.rows
    }
}

impl Rows for graph::PatternAnswer {
    fn rows(&self) -> u32 {
        self.rows.rows
    }
}

fn invalid(error: impl std::fmt::Display) -> QueryError {
    QueryError::Invalid(error.to_string())
}

/// Gives runs of rows their beginnings.
#[derive(Default)]
struct Runs(u32);

impl Runs {
    /// First row and number of rows.
    fn next(&mut self, rows: usize) -> (u32, u32) {
        let first = self.0;
        self.0 += rows as u32;
        (first, rows as u32)
    }
}

pub(super) fn flows(
    graph: &dyn GraphReader,
    spec: graph::FlowSpec,
    patience: &Patience,
) -> Result<graph::FlowAnswer, QueryError> {
    let budget = flows::Budget {
        steps: least(spec.max_steps, STEPS),
        flows: least(spec.max_flows, RESULTS) as usize,
    };
    let spec = flow_spec(spec).map_err(invalid)?;
    let found = graph.flows(&spec, budget, patience)?;
    let steps: Vec<(NodeId, &str)> = found
        .flows
        .iter()
        .flat_map(|flow| &flow.steps)
        .map(|step| (step.node, step.kind.text()))
        .collect();
    let mut runs = Runs::default();
    let flow = |flow: &flows::Flow| {
        let (first, steps) = runs.next(flow.steps.len());
        graph::Flow {
            source: flow.source.clone(),
            sink: flow.sink.clone(),
            confidence: f64::from(flow.confidence),
            first,
            steps,
        }
    };
    Ok(graph::FlowAnswer {
        flows: found.flows.iter().map(flow).collect(),
        steps: convert::batch(graph.with_places(&steps)?),
        more: u32::try_from(found.more).unwrap_or(u32::MAX),
        cut: found.cut,
        work: found.steps,
        extra: Vec::new(),
    })
}

fn flow_spec(spec: graph::FlowSpec) -> Result<flows::Spec, SpecError> {
    let ends = |list: Vec<graph::Endpoint>| -> Result<Vec<_>, SpecError> {
        list.into_iter().map(endpoint).collect()
    };
    let propagators = spec.propagators.into_iter().map(|propagator| {
        Ok(Propagator {
            callee: Pattern::new(propagator.callee),
            from: propagator.from.parse()?,
            to: propagator.to.parse()?,
        })
    });
    let guards = spec
        .guards
        .iter()
        .map(|guard| Guard::new(&guard.call, guard.holds));
    Ok(flows::Spec {
        sources: ends(spec.sources)?,
        sinks: ends(spec.sinks)?,
        sanitizers: spec.sanitizers.into_iter().map(Pattern::new).collect(),
        propagators: propagators.collect::<Result<_, _>>()?,
        guards: guards.collect::<Result<_, _>>()?,
    })
}

fn endpoint(endpoint: graph::Endpoint) -> Result<Endpoint, SpecError> {
    Ok(Endpoint {
        what: endpoint.place.parse()?,
        label: endpoint.label,
    })
}

/// Reads a question in JSON.
fn question<T: DeserializeOwned>(text: &str) -> Result<T, QueryError> {
    if text.len() > QUESTION_BYTES {
        return Err(invalid(format!(
            "the question has {} bytes: at most {QUESTION_BYTES}",
            text.len()
        )));
    }
    serde_json::from_str(text).map_err(|error| invalid(format!("the question: {error}")))
}

pub(super) fn states(
    graph: &dyn GraphReader,
    text: &str,
    limits: graph::SearchBudget,
    patience: &Patience,
) -> Result<graph::StateAnswer, QueryError> {
    let budget = states::Budget {
        steps: least(limits.steps, STEPS),
        findings: least(limits.results, RESULTS) as usize,
    };
    let found = graph.states(&question(text)?, budget, patience)?;
    let steps: Vec<(NodeId, &str)> = found
        .findings
        .iter()
        .flat_map(|finding| &finding.steps)
        .map(|step| (step.node, step.kind.text()))
        .collect();
    let mut runs = Runs::default();
    let finding = |finding: &states::Finding| {
        let (first, steps) = runs.next(finding.steps.len());
        graph::StateFinding {
            label: finding.label.clone(),
            state: finding.state.clone(),
            node: finding.node.0,
            created: finding.created.0,
            exceptional: finding.exceptional,
            confidence: f64::from(finding.confidence),
            first,
            steps,
        }
    };
    Ok(graph::StateAnswer {
        findings: found.findings.iter().map(finding).collect(),
        steps: convert::batch(graph.with_places(&steps)?),
        more: u32::try_from(found.more).unwrap_or(u32::MAX),
        cut: found.cut,
        work: found.steps,
        extra: Vec::new(),
    })
}

pub(super) fn patterns(
    graph: &dyn GraphReader,
    text: &str,
    limits: graph::SearchBudget,
    patience: &Patience,
) -> Result<graph::PatternAnswer, QueryError> {
    let budget = matches::Budget {
        steps: least(limits.steps, STEPS),
        matches: least(limits.results, RESULTS) as usize,
    };
    let found = graph.matches(&question(text)?, budget, patience)?;
    let mut places: Vec<(NodeId, &str)> = Vec::new();
    let mut constants: Vec<&str> = Vec::new();
    let mut runs = Runs::default();
    let mut hits = Vec::new();
    for hit in &found.matches {
        places.push((hit.node, ""));
        constants.push("");
        for (name, capture) in &hit.captures {
            places.push((capture.node, name));
            constants.push(capture.text.as_deref().unwrap_or_default());
        }
        let (first, rows) = runs.next(1 + hit.captures.len());
        hits.push(graph::PatternHit {
            label: hit.label.clone(),
            confidence: f64::from(hit.confidence),
            resolution: hit
                .resolution
                .map_or_else(String::new, |way| way.text().into()),
            first,
            rows,
        });
    }
    Ok(graph::PatternAnswer {
        hits,
        rows: with_constants(graph.with_places(&places)?, &constants),
        more: u32::try_from(found.more).unwrap_or(u32::MAX),
        cut: found.cut,
        work: found.steps,
        extra: Vec::new(),
    })
}

fn with_constants(mut rows: ColumnBatch, constants: &[&str]) -> types::Batch {
    rows.columns
        .push(ColumnData::texts(constants.iter().copied()));
    rows.nulls.push(Vec::new());
    convert::batch(rows)
}
