//! The truth set of states of C programs: `tests/truth/native-states/README.md` describes it.

use std::collections::BTreeSet;
use std::path::Path;

use codegraph_cpg::passes;
use codegraph_cpg::states::{Budget, Spec, States};

use crate::programs;
use crate::score::Score;
use crate::states::{Lines, Program};

/// What the search finds of the programs in `tests/truth/native-states`, against what their runs have shown.
///
/// # Panics
/// Panics where the importer was not built or a document cannot be read.
pub(crate) async fn run() -> Score {
    let work = tempfile::tempdir().expect("a temporary folder");
    let (host, languages) = programs::importer(work.path(), "import-c").await;
    let language = languages
        .iter()
        .find(|language| language.extensions.iter().any(|own| own == ".c"))
        .expect("the importer reads C");
    let rules = std::slice::from_ref(&language.rules);
    let questions = questions();
    let mut score = Score::default();
    for (topic, program) in programs::programs("native-states", |(), _| {}) {
        let lowered = programs::lower(&host, language, &program.files).await;
        let linked = passes::link(&lowered.facts, rules);
        let states = States::new(&lowered.facts, &linked, rules);
        let mut found = Lines::new();
        for question in &questions {
            let answer = states
                .find(question, Budget::default())
                .unwrap_or_else(|error| panic!("{}: {error}", program.title));
            assert!(!answer.cut, "{}: the budget was too small", program.title);
            for finding in answer.findings {
                let node = if finding.node == finding.created {
                    finding.steps[0].node
                } else {
                    finding.node
                };
                let (path, line) = lowered.place(&program.files, node);
                found.insert((path.to_owned(), line, finding.label));
            }
        }
        score.add(&topic, &program.title, &labels(&program), &found);
    }
    score
}

/// The questions of the set.
fn questions() -> Vec<Spec> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("truth/native-states/questions.json");
    let text = std::fs::read_to_string(path).expect("questions");
    serde_json::from_str(&text).expect("questions that can be read")
}

/// What the lines of a program are labelled with.
fn labels(program: &Program) -> Lines {
    let mut labels = BTreeSet::new();
    for (path, source) in &program.files {
        for (number, line) in (1..).zip(source.lines()) {
            let Some((_, text)) = line.rsplit_once(" // ") else {
                continue;
            };
            let words = text.split(',').map(str::trim).filter(|word| *word != "ok");
            labels.extend(words.map(|word| (path.clone(), number, word.to_owned())));
        }
    }
    labels
}
