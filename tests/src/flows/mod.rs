//! The truth set of flows: `tests/truth/flows/README.md` describes it. `SHOW=1` lists what is missed and what is wrong.

/// Writes a line to standard output, which `--nocapture` shows.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let line = format!($($text)*) + "\n";
        std::io::stdout().write_all(line.as_bytes()).expect("standard output takes text");
    }};
}

mod folder;

use std::collections::BTreeSet;

use codegraph_cpg::flows::{Budget, Endpoint, Flows, Guard, Pattern, Position, Spec, What};
use codegraph_cpg::passes;
use codegraph_plugin_host::PluginHost;
use codegraph_plugin_host::types::LanguageInfo;

use crate::programs;
use crate::score::Score;
pub(crate) use folder::folder;

/// A program; what is known of its sinks stands in its source.
type Program = programs::Program<()>;

/// What the search finds of the programs in `tests/truth/flows`, against what they do.
///
/// # Panics
/// Panics where the importer was not built or a document cannot be read.
pub(crate) async fn run() -> Score {
    let work = tempfile::tempdir().expect("a temporary folder");
    let (host, language) = programs::host(work.path()).await;
    let only = std::env::var_os("ONLY")
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut score = Score::default();
    for (topic, program) in programs::programs("flows", |(), _| {}) {
        if !only.is_empty() && !program.title.contains(&only) && topic != only {
            continue;
        }
        let found = found(&host, &language, &program).await;
        let (expected, found) = labelled(&program, &found);
        score.add(&topic, &program.title, &expected, &found);
    }
    score
}

/// A line of a program: path, number, text.
type Line = (String, usize, String);

/// Of the lines that say whether input reaches them those that it does reach, and those that were found.
fn labelled(
    program: &Program,
    found: &BTreeSet<(String, usize)>,
) -> (BTreeSet<Line>, BTreeSet<Line>) {
    let (mut expected, mut reached) = (BTreeSet::new(), BTreeSet::new());
    for (path, source) in &program.files {
        for (number, text) in (1..).zip(source.lines()) {
            let line = (path.clone(), number, text.trim().to_owned());
            let is_flow = text.trim_end().ends_with("# flow");
            if !is_flow && !text.trim_end().ends_with("# no flow") {
                continue;
            }
            if found.contains(&(path.clone(), number)) {
                reached.insert(line.clone());
            }
            if is_flow {
                expected.insert(line);
            }
        }
    }
    (expected, reached)
}

/// `taint.source()` must not get to `taint.sink(0)`, but through `taint.clean` or behind `taint.valid`.
fn spec() -> Spec {
    let end = |name: &str, position| Endpoint {
        what: What::Call(Pattern::new(name), position),
        label: name.to_owned(),
    };
    Spec {
        sources: vec![end("taint.source", Position::Result)],
        sinks: vec![end("taint.sink", Position::Argument(0))],
        sanitizers: vec![Pattern::new("taint.clean")],
        propagators: Vec::new(),
        guards: vec![Guard {
            callee: Pattern::new("taint.valid"),
            position: Position::Argument(0),
            member: None,
            holds: true,
        }],
    }
}

/// Lines with sinks that input reaches, as (path, line).
async fn found(
    host: &PluginHost,
    language: &LanguageInfo,
    program: &Program,
) -> BTreeSet<(String, usize)> {
    let lowered = programs::lower(host, language, &program.files).await;
    let facts = &lowered.facts;
    let rules = std::slice::from_ref(&language.rules);
    let linked = passes::link(facts, rules);
    let line = |node: codegraph_cpg::NodeId| lowered.place(&program.files, node);
    let answer = Flows::new(facts, &linked, rules)
        .find(&spec(), Budget::default())
        .unwrap_or_else(|error| panic!("{}: {error}", program.title));
    assert!(!answer.cut, "{}: the budget was too small", program.title);
    if std::env::var_os("DEBUG").is_some() {
        say!("{facts:#?}\n{:#?}\n{:#?}", linked.calls, linked.stubs);
    }
    if std::env::var_os("STEPS").is_some() {
        for flow in &answer.flows {
            let steps = flow.steps.iter().map(|step| (line(step.node).1, step.kind));
            say!("{} {:?}", program.title, steps.collect::<Vec<_>>());
        }
    }
    let last = answer.flows.iter().filter_map(|flow| flow.steps.last());
    last.map(|step| line(step.node))
        .map(|(path, line)| (path.to_owned(), line))
        .collect()
}
