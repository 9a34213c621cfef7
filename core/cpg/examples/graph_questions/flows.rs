//! Flows: every group of sources against every group of sinks.
//!
//! A file of questions has tables `[sources.NAME]` with lists `read` (members and module variables), `result` (calls) and `parameter`
//! (functions, all their parameters), and tables `[sinks.NAME]` with lists `first` (calls, their first argument) and `any` (calls, any
//! argument). Entries are full names in which `*` stands for any text.

use crate::times::{Times, milliseconds};
use codegraph_cpg::flows::{Budget, Endpoint, Found, Pattern, Position, Spec, What};
use codegraph_cpg::store::{Graph, Interrupt, Patience, QueryError};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Steps of a search: what a person waits for, a twentieth of the usual budget.
const STEPS: u64 = 1_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sources: BTreeMap<String, Sources>,
    sinks: BTreeMap<String, Sinks>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Sources {
    read: Vec<String>,
    result: Vec<String>,
    parameter: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Sinks {
    first: Vec<String>,
    any: Vec<String>,
}

/// A question and what it is called.
pub(crate) struct Question {
    name: String,
    spec: Spec,
}

/// Reads a file of questions.
pub(crate) fn read(path: &Path) -> Result<Vec<Question>, Box<dyn Error>> {
    let named = |problem: String| format!("{}: {problem}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
    let file: File = toml::from_str(&text).map_err(|error| named(error.to_string()))?;
    let mut questions = Vec::new();
    for (from, sources) in &file.sources {
        for (to, sinks) in &file.sinks {
            let name = format!("{from} to {to}");
            let spec = Spec {
                sources: sources.endpoints(),
                sinks: sinks.endpoints(),
                ..Spec::default()
            };
            spec.check()
                .map_err(|problem| named(format!("{name}: {problem}")))?;
            questions.push(Question { name, spec });
        }
    }
    Ok(questions)
}

/// Asks each question twice: the second time shows what a server that was asked before takes.
pub(crate) fn measure(graph: &Graph, questions: &[Question]) -> Result<Value, Box<dyn Error>> {
    // Nothing is of that name: what this takes is loading.
    let nothing = Spec {
        sources: calls(&["<nothing>.source".to_owned()], &Position::Result),
        sinks: calls(&["<nothing>.sink".to_owned()], &Position::AnyArgument),
        ..Spec::default()
    };
    let began = Instant::now();
    search(graph, &nothing)?;
    let load = began.elapsed();

    let (mut first, mut again) = (Times::default(), Times::default());
    let mut each = Vec::new();
    for question in questions {
        let began = Instant::now();
        let found = first.take(|| search(graph, &question.spec))?;
        let took = began.elapsed();
        again.take(|| search(graph, &question.spec))?;
        each.push(json!({
            "question": question.name,
            "ms": milliseconds(took),
            "flows": found.flows.len() + found.more,
            "steps": found.steps,
            "cut": found.cut,
        }));
    }
    Ok(json!({
        "load_ms": milliseconds(load),
        "first": first.summary(),
        "again": again.summary(),
        "questions": each,
    }))
}

/// Asks one question; time is no limit here, it is what is measured.
fn search(graph: &Graph, spec: &Spec) -> Result<Arc<Found>, QueryError> {
    let budget = Budget {
        steps: STEPS,
        ..Budget::default()
    };
    let patience = Patience {
        milliseconds: u32::MAX,
        interrupt: Interrupt::default(),
    };
    graph.flows(spec, budget, &patience)
}

impl Sources {
    fn endpoints(&self) -> Vec<Endpoint> {
        let mut all = calls(&self.result, &Position::Result);
        all.extend(ends(&self.read, What::Read));
        all.extend(ends(&self.parameter, |of| What::Parameter(of, None)));
        all
    }
}

impl Sinks {
    fn endpoints(&self) -> Vec<Endpoint> {
        let mut all = calls(&self.first, &Position::Argument(0));
        all.extend(calls(&self.any, &Position::AnyArgument));
        all
    }
}

fn calls(names: &[String], position: &Position) -> Vec<Endpoint> {
    ends(names, |callee| What::Call(callee, position.clone()))
}

fn ends(names: &[String], what: impl Fn(Pattern) -> What) -> Vec<Endpoint> {
    names
        .iter()
        .map(|name| Endpoint {
            what: what(Pattern::new(name)),
            label: name.clone(),
        })
        .collect()
}
