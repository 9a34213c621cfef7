//! The truth set of matches: `tests/truth/matches/README.md` describes it. `SHOW=1` lists what is missed and what is wrong.

/// Writes a line to standard output, which `--nocapture` shows.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let line = format!($($text)*) + "\n";
        std::io::stdout().write_all(line.as_bytes()).expect("standard output takes text");
    }};
}

mod folder;
mod questions;

use std::collections::BTreeSet;

use codegraph_cpg::matches::{Budget, Matches};
use codegraph_cpg::passes;
use codegraph_plugin_host::PluginHost;
use codegraph_plugin_host::types::LanguageInfo;

use crate::programs;
use crate::score::Score;
pub(crate) use folder::folder;

/// A program; what is known of it stands in its source.
type Program = programs::Program<()>;

/// A line and what is there: (path, line, label).
type Lines = BTreeSet<(String, usize, String)>;

/// What is found of the programs in `tests/truth/matches`, against their labels.
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
    for (topic, program) in programs::programs("matches", |(), _| {}) {
        if !only.is_empty() && !program.title.contains(&only) && topic != only {
            continue;
        }
        let found = found(&host, &language, &program).await;
        score.add(&topic, &program.title, &labels(&program), &found);
    }
    score
}

/// Checks that variations of all programs give what the programs give. How many there were.
///
/// # Panics
/// Panics where a variation gives something else.
pub(crate) async fn variations() -> usize {
    let work = tempfile::tempdir().expect("a temporary folder");
    let (host, language) = programs::host(work.path()).await;
    let mut checked = 0;
    for (topic, program) in programs::programs("matches", |(), _| {}) {
        let before = found(&host, &language, &program).await;
        for (name, change) in [
            ("renamed", rename as fn(&str) -> String),
            ("spread", spread as fn(&str) -> String),
        ] {
            let files = program
                .files
                .iter()
                .map(|(path, source)| (path.clone(), change(source)))
                .collect();
            let varied = Program {
                title: program.title.clone(),
                files,
                known: (),
            };
            let after = found(&host, &language, &varied).await;
            let lines = |lines: &Lines| -> Vec<(String, String)> {
                let all = lines.iter();
                let mut found: Vec<_> = all
                    .map(|(path, _, label)| (path.clone(), label.clone()))
                    .collect();
                found.sort();
                found
            };
            assert_eq!(
                lines(&after),
                lines(&before),
                "{topic} {} {name}",
                program.title
            );
            checked += 1;
        }
    }
    checked
}

/// Gives names that only the program knows other ones.
fn rename(source: &str) -> String {
    let own = ["value", "options", "helper", "text"];
    let mut text = String::new();
    let mut word = String::new();
    for c in source.chars() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        // Keywords of calls of libraries, and members, are not the program's.
        let is_own = own.contains(&word.as_str()) && !text.ends_with('.') && c != '=';
        text.push_str(&word);
        if is_own {
            text.push_str("_of_ours");
        }
        word.clear();
        text.push(c);
    }
    text + &word
}

/// A blank line and a comment before each statement at the left.
fn spread(source: &str) -> String {
    source
        .lines()
        .map(|line| {
            let plain = line.starts_with(|c: char| c.is_alphabetic())
                && !["else", "elif", "except", "finally"]
                    .iter()
                    .any(|word| line.starts_with(word));
            if plain {
                format!("\n# between\n{line}\n")
            } else {
                format!("{line}\n")
            }
        })
        .collect()
}

/// What the lines of a program are labelled with.
fn labels(program: &Program) -> Lines {
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

async fn found(host: &PluginHost, language: &LanguageInfo, program: &Program) -> Lines {
    let lowered = programs::lower(host, language, &program.files).await;
    let facts = &lowered.facts;
    let rules = std::slice::from_ref(&language.rules);
    let linked = passes::link(facts, rules);
    if std::env::var_os("DEBUG").is_some() {
        say!("{facts:#?}\n{:#?}\n{:#?}", linked.calls, linked.stubs);
    }
    let answer = Matches::new(facts, &linked, rules)
        .find(&questions::truth(), Budget::default())
        .unwrap_or_else(|error| panic!("{}: {error}", program.title));
    assert!(!answer.cut, "{}: the budget was too small", program.title);
    answer
        .matches
        .iter()
        .map(|found| {
            let (path, line) = lowered.place(&program.files, found.node);
            (path.to_owned(), line, found.label.clone())
        })
        .collect()
}
