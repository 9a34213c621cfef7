//! How fast a published graph answers, opened as a server opens it.
//!
//! `graph_questions GRAPH.duckdb [QUESTIONS.toml]` prints JSON: look-ups by name (`names` as a graph answers that is asked more than
//! a few times, `names_in_tables` by a query each), reachability over the call graph, and flows where a
//! file of questions is given (`flows` says what stands in it). Names and nodes are picked evenly over the graph, so that the same
//! graph is asked the same.

use codegraph_cpg::store::{GraphStore, StoreOptions};
use serde_json::{Value, json};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

mod flows;
mod methods;
mod names;
mod reach;
mod times;

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measuring program prints"
)]
fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let (graph, questions) = match arguments.as_slice() {
        [graph] => (graph, None),
        [graph, questions] => (graph, Some(questions.as_path())),
        _ => {
            eprintln!("usage: graph_questions GRAPH.duckdb [QUESTIONS.toml]");
            return ExitCode::from(2);
        }
    };
    match measure(graph, questions) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(path: &Path, questions: Option<&Path>) -> Result<Value, Box<dyn Error>> {
    // Read first: a mistake in it should not cost a run.
    let questions = questions.map(flows::read).transpose()?;
    let store = GraphStore::new(StoreOptions::default())?;
    // Asks the tables each time, as a program does that asks once.
    let tables = GraphStore::new(StoreOptions {
        names_bytes: 0,
        ..StoreOptions::default()
    })?;
    let began = Instant::now();
    let graph = store.open(path)?;
    let opened = times::milliseconds(began.elapsed());
    let methods = methods::all(&graph)?;
    if methods.is_empty() {
        return Err("the graph has no methods: there is nothing to ask".into());
    }
    let began = Instant::now();
    graph.warm_names()?;
    let warmed = times::milliseconds(began.elapsed());
    let mut report = json!({
        "open_ms": opened,
        "warm_names_ms": warmed,
        "methods": methods.len(),
        "warm_up": names::WARM_UP,
        "names": names::measure(&graph, &methods)?,
        "names_in_tables": names::measure(&*tables.open(path)?, &methods)?,
        "reach": reach::measure(&graph, &methods)?,
    });
    if let Some(questions) = questions {
        report["flows"] = flows::measure(&graph, &questions)?;
    }
    Ok(report)
}
