//! Questions that follow values: between generated types and the graph's own.

use codegraph_cpg::flows::{self, Endpoint, Found, Guard, Pattern, Propagator, Spec, SpecError};
use codegraph_cpg::store::ColumnBatch;

use super::convert;
use crate::bindings::graph;

pub(super) fn flow_spec(spec: graph::FlowSpec) -> Result<Spec, SpecError> {
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
    Ok(Spec {
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

pub(super) fn flow_answer(found: &Found, steps: ColumnBatch) -> graph::FlowAnswer {
    let mut first = 0;
    let flow = |flow: &flows::Flow| {
        let steps = flow.steps.len() as u32;
        let one = graph::Flow {
            source: flow.source.clone(),
            sink: flow.sink.clone(),
            confidence: f64::from(flow.confidence),
            first,
            steps,
        };
        first += steps;
        one
    };
    graph::FlowAnswer {
        flows: found.flows.iter().map(flow).collect(),
        steps: convert::batch(steps),
        more: u32::try_from(found.more).unwrap_or(u32::MAX),
        cut: found.cut,
        work: found.steps,
        extra: Vec::new(),
    }
}
