//! Flows in a folder of sources: how long a search takes, and what it finds.

use std::path::Path;
use std::time::Instant;

use codegraph_cpg::flows::{Budget, Endpoint, Flows, Pattern, Position, Spec, What};
use codegraph_cpg::passes;

use crate::programs;

/// Imports a folder and asks two questions: what requests bring, and what parameters of functions bring.
///
/// # Panics
/// Panics where the importer was not built or a file cannot be read.
pub(crate) async fn folder(root: &Path) {
    let work = tempfile::tempdir().expect("a temporary folder");
    let (host, language) = programs::host(work.path()).await;
    let mut stack = vec![root.to_path_buf()];
    let mut paths = Vec::new();
    while let Some(folder) = stack.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                stack.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let files: Vec<(String, Vec<u8>)> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(root).expect("below the folder");
            let source = std::fs::read(path).expect("a readable file");
            (name.to_string_lossy().into_owned(), source)
        })
        .collect();
    let lowered = programs::lower(&host, &language, &files).await;
    let facts = &lowered.facts;
    let rules = std::slice::from_ref(&language.rules);
    let started = Instant::now();
    let linked = passes::link(facts, rules);
    say!(
        "{} files, linked in {:?}, {}",
        facts.len(),
        started.elapsed(),
        memory()
    );
    let started = Instant::now();
    let flows = Flows::new(facts, &linked, rules);
    say!("indexed in {:?}, {}", started.elapsed(), memory());
    let line = |node: codegraph_cpg::NodeId| {
        let (path, line) = lowered.place(&files, node);
        format!("{path}:{line}")
    };
    for (name, spec) in [("requests", requests()), ("parameters", parameters())] {
        let started = Instant::now();
        let found = flows
            .find(
                &spec,
                Budget {
                    steps: 4_000_000,
                    flows: 1_000,
                },
            )
            .expect("a question that is taken");
        say!(
            "{name}: {} flows (and {} more), {} steps, cut {}, {:?}, {}",
            found.flows.len(),
            found.more,
            found.steps,
            found.cut,
            started.elapsed(),
            memory()
        );
        let step = found.flows.len().div_ceil(12).max(1);
        for flow in found.flows.iter().step_by(step) {
            say!("  {} -> {} {:.2}", flow.source, flow.sink, flow.confidence);
            for step in &flow.steps {
                say!("    {:?} {}", step.kind, line(step.node));
            }
        }
    }
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn sinks() -> Vec<Endpoint> {
    let call = |name: &str, at| Endpoint {
        what: What::Call(Pattern::new(name), Position::Argument(at)),
        label: name.to_owned(),
    };
    vec![
        call("os.system", 0),
        call("os.popen", 0),
        call("subprocess.*", 0),
        call("*.execute", 0),
        call("builtins.eval", 0),
        call("builtins.exec", 0),
        call("builtins.open", 0),
        call("builtins.__import__", 0),
        call("importlib.import_module", 0),
    ]
}

fn requests() -> Spec {
    let read = |name: &str| Endpoint {
        what: What::Read(Pattern::new(name)),
        label: name.to_owned(),
    };
    Spec {
        sources: vec![
            read("flask.request.*"),
            read("flask.globals.request.*"),
            read("*HttpRequest.GET"),
            read("*HttpRequest.POST"),
            read("*HttpRequest.COOKIES"),
            read("*HttpRequest.META"),
            read("*WSGIRequest.*"),
            read("os.environ"),
        ],
        sinks: sinks(),
        ..Spec::default()
    }
}

fn parameters() -> Spec {
    let source = Endpoint {
        what: What::Parameter(Pattern::new("*"), None),
        label: "parameter".to_owned(),
    };
    Spec {
        sources: vec![source],
        sinks: sinks(),
        ..Spec::default()
    }
}
