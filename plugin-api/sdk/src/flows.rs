//! Questions for flows of values.

use crate::bindings::scenario::codegraph::plugin::graph as generated;
use crate::{Batch, Column, Fault, TextColumn};

/// A question: does what comes from one place get to another one?
///
/// Places are texts, see `flow-spec` in `plugin-api/wit/scenario.wit`: `os.system(0)`, `flask.request.*`, `@shop.views.*`.
///
/// ```no_run
/// # use codegraph_sdk::flows::FlowQuery;
/// # fn f() -> Result<(), codegraph_sdk::Fault> {
/// let found = FlowQuery::new()
///     .source("flask.request.*", "request")
///     .sink("os.system(0)", "command")
///     .sanitizer("shlex.quote")
///     .ask()?;
/// for flow in &found.flows {
///     let (first, last) = (&flow.steps[0], &flow.steps[flow.steps.len() - 1]);
///     println!("{}:{} -> {}:{}", first.path, first.line, last.path, last.line);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FlowQuery(generated::FlowSpec);

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flows {
    /// By sink, then source.
    pub flows: Vec<Flow>,
    /// Flows that were found and are not among them.
    pub more: u32,
    /// The search ended by its budget: there may be others.
    pub cut: bool,
    /// Steps that it took.
    pub work: u64,
}

/// A way from a source to a sink.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    /// Label of the source.
    pub source: String,
    /// Label of the sink.
    pub sink: String,
    /// From 0 to 1.
    pub confidence: f64,
    /// From source to sink.
    pub steps: Vec<FlowStep>,
}

/// A step of a flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowStep {
    /// The row.
    pub node: u64,
    /// What happens there: `source`, `assignment`, `store`, `load`, `argument`, `return` …
    pub kind: String,
    /// Path of the file.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Source text, at most 200 bytes.
    pub code: String,
}

impl Default for FlowQuery {
    fn default() -> Self {
        Self(generated::FlowSpec {
            sources: Vec::new(),
            sinks: Vec::new(),
            sanitizers: Vec::new(),
            propagators: Vec::new(),
            guards: Vec::new(),
            max_steps: 0,
            max_flows: 0,
            extra: Vec::new(),
        })
    }
}

impl FlowQuery {
    /// Starts without any place.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a place where values come in.
    #[must_use]
    pub fn source(mut self, place: impl Into<String>, label: impl Into<String>) -> Self {
        self.0.sources.push(endpoint(place.into(), label.into()));
        self
    }

    /// Adds a place where they are looked for.
    #[must_use]
    pub fn sink(mut self, place: impl Into<String>, label: impl Into<String>) -> Self {
        self.0.sinks.push(endpoint(place.into(), label.into()));
        self
    }

    /// Adds a function that gives back harmless values.
    #[must_use]
    pub fn sanitizer(mut self, function: impl Into<String>) -> Self {
        self.0.sanitizers.push(function.into());
        self
    }

    /// Adds a call that passes content from one of its positions to another one.
    #[must_use]
    pub fn propagator(
        mut self,
        callee: impl Into<String>,
        from: impl Into<String>,
        to: impl Into<String>,
    ) -> Self {
        self.0.propagators.push(generated::Propagator {
            callee: callee.into(),
            from: from.into(),
            to: to.into(),
        });
        self
    }

    /// Adds a call (`valid(0)`) that tells by the outcome `holds` that its argument is harmless.
    #[must_use]
    pub fn guard(mut self, call: impl Into<String>, holds: bool) -> Self {
        self.0.guards.push(generated::Guard {
            call: call.into(),
            holds,
        });
        self
    }

    /// Lowers the host's bounds on steps and on flows that are given; 0 leaves them.
    #[must_use]
    pub fn at_most(mut self, steps: u64, flows: u32) -> Self {
        self.0.max_steps = steps;
        self.0.max_flows = flows;
        self
    }

    /// Asks the host.
    ///
    /// # Errors
    /// [`Fault::InvalidInput`] for a place that is none, [`Fault::Denied`] without the capability `graph.flows`, [`Fault::Budget`]
    /// where time ended the search.
    pub fn ask(&self) -> Result<Flows, Fault> {
        read(generated::flows(&self.0)?)
    }
}

fn endpoint(place: String, label: String) -> generated::Endpoint {
    generated::Endpoint { place, label }
}

fn read(answer: generated::FlowAnswer) -> Result<Flows, Fault> {
    let steps = steps(&answer.steps).ok_or_else(|| {
        Fault::Internal("the steps of flows are not what the contract says".into())
    })?;
    let flow = |flow: generated::Flow| {
        let own = steps
            .get(flow.first as usize..)?
            .get(..flow.steps as usize)?;
        Some(Flow {
            source: flow.source,
            sink: flow.sink,
            confidence: flow.confidence,
            steps: own.to_vec(),
        })
    };
    let flows = answer.flows.into_iter().map(flow).collect::<Option<_>>();
    Ok(Flows {
        flows: flows
            .ok_or_else(|| Fault::Internal("a flow names steps that are not there".into()))?,
        more: answer.more,
        cut: answer.cut,
        work: answer.work,
    })
}

fn steps(batch: &Batch) -> Option<Vec<FlowStep>> {
    let [
        Column::Ids(nodes),
        Column::Texts(kinds),
        Column::Texts(paths),
        Column::Ints(lines),
        Column::Texts(codes),
    ] = &batch.columns[..]
    else {
        return None;
    };
    (0..batch.rows as usize)
        .map(|row| {
            Some(FlowStep {
                node: *nodes.get(row)?,
                kind: text(kinds, row)?,
                path: text(paths, row)?,
                line: u32::try_from(*lines.get(row)?).ok()?,
                code: text(codes, row)?,
            })
        })
        .collect()
}

fn text(texts: &TextColumn, row: usize) -> Option<String> {
    let (from, to) = (*texts.offsets.get(row)?, *texts.offsets.get(row + 1)?);
    let bytes = texts.bytes.get(from as usize..to as usize)?;
    Some(String::from_utf8_lossy(bytes).into_owned())
}
