//! The truth set of states: `tests/truth/states/README.md` describes it. `SHOW=1` lists what is missed and what is wrong.

/// Writes a line to standard output, which `--nocapture` shows.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let line = format!($($text)*) + "\n";
        std::io::stdout().write_all(line.as_bytes()).expect("standard output takes text");
    }};
}

pub(crate) mod folder;
pub(crate) mod questions;
mod vary;

use std::collections::BTreeSet;

use codegraph_cpg::passes;
use codegraph_cpg::states::{Budget, Finding, States, StepKind};
use codegraph_plugin_host::PluginHost;
use codegraph_plugin_host::types::LanguageInfo;

use crate::programs;
use crate::score::Score;
pub(crate) use folder::folder;
pub(crate) use vary::vary;

/// A program; what is known of it stands in its source.
pub(crate) type Program = programs::Program<()>;

/// A line and what is wrong there: (path, line, label).
pub(crate) type Lines = BTreeSet<(String, usize, String)>;

/// What the search finds of the programs in `tests/truth/states`, against what they do.
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
    for (topic, program) in programs::programs("states", |(), _| {}) {
        if !only.is_empty() && !program.title.contains(&only) && topic != only {
            continue;
        }
        let found = found(&host, &language, &program).await;
        score.add(&topic, &program.title, &labels(&program), &found);
    }
    score
}

/// What the lines of a program are labelled with.
pub(crate) fn labels(program: &Program) -> Lines {
    let mut labels = Lines::new();
    for (path, source) in &program.files {
        for (number, line) in (1..).zip(source.lines()) {
            let Some((_, text)) = line.rsplit_once("  # ") else {
                continue;
            };
            for label in text.split(',').map(str::trim) {
                if label != "ok" {
                    labels.insert((path.clone(), number, label.to_owned()));
                }
            }
        }
    }
    labels
}

/// What is found of a program.
pub(crate) async fn found(host: &PluginHost, language: &LanguageInfo, program: &Program) -> Lines {
    let lowered = programs::lower(host, language, &program.files).await;
    let facts = &lowered.facts;
    let rules = std::slice::from_ref(&language.rules);
    let linked = passes::link(facts, rules);
    let states = States::new(facts, &linked, rules);
    if std::env::var_os("DEBUG").is_some() {
        say!("{facts:#?}\n{:#?}\n{:#?}", linked.calls, linked.stubs);
    }
    let mut lines = Lines::new();
    for spec in questions::truth() {
        let answer = states
            .find(&spec, Budget::default())
            .unwrap_or_else(|error| panic!("{}: {error}", program.title));
        assert!(!answer.cut, "{}: the budget was too small", program.title);
        for finding in &answer.findings {
            if std::env::var_os("STEPS").is_some() {
                let steps = finding
                    .steps
                    .iter()
                    .map(|step| (lowered.place(&program.files, step.node).1, step.kind));
                say!(
                    "{} {} {:.2} {:?}",
                    program.title,
                    finding.label,
                    finding.confidence,
                    steps.collect::<Vec<_>>()
                );
            }
            let node = if finding.node == finding.created {
                finding.steps[0].node
            } else {
                finding.node
            };
            let (path, line) = lowered.place(&program.files, node);
            lines.insert((path.to_owned(), line, label(finding)));
        }
    }
    // What is wrong without an exception is not said again for one.
    let plain = lines.clone();
    lines.retain(|(path, line, label)| {
        label
            .strip_suffix(" on exception")
            .is_none_or(|label| !plain.contains(&(path.clone(), *line, label.to_owned())))
    });
    lines
}

/// The label of a finding as the programs have it: an exception on the way counts, also where it is handled.
fn label(finding: &Finding) -> String {
    let thrown = finding
        .steps
        .iter()
        .any(|step| step.kind == StepKind::Exception);
    let at_end = finding.node == finding.created;
    if thrown && at_end && !finding.label.ends_with(" on exception") {
        format!("{} on exception", finding.label)
    } else {
        finding.label.clone()
    }
}
