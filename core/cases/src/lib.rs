//! Cases of plugins: documents in Markdown, run through the real host with the built plugin.
//!
//! An importer's case is code and the graph that comes of it ([`importer`]'s documentation has the form), a scenario's a small
//! project, questions, and what must be true of the answers. `codegraph plugin test` and the repository's own tests share this.
//!
//! What is wrong with documents and plugins is an error ([`CasesError`]); what a plugin does otherwise than a case says is a
//! [`Failure`].

mod bench;
mod documents;
mod error;
mod importer;
mod scenario;

use std::fmt;
use std::path::{Path, PathBuf};

pub use bench::Bench;
pub use documents::documents;
pub use error::CasesError;

/// What came of cases.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// Cases that ran: graphs of importers, questions of scenarios.
    pub cases: usize,
    /// Those that are not as their documents say.
    pub failures: Vec<Failure>,
    /// Documents that were written anew.
    pub updated: Vec<PathBuf>,
}

impl Report {
    /// Adds another one.
    pub fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.failures.extend(other.failures);
        self.updated.extend(other.updated);
    }
}

/// A case that is not as its document says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Failure {
    /// The document.
    pub document: PathBuf,
    /// Line of the fence, from 1.
    pub line: usize,
    /// The heading above it, or the question.
    pub title: String,
    /// What differs: lines with `-` are expected, with `+` found.
    pub difference: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{} {}\n{}",
            self.document.display(),
            self.line,
            self.title,
            self.difference
        )
    }
}

/// How cases are run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Writes what was found into the documents, as far as it has one right form: graphs of importers; intent, found, confidence and
    /// `cites only` of scenarios, and expectations that are empty.
    pub update: bool,
    /// Folder from which a document's `project` is named.
    pub root: PathBuf,
}

/// Runs a plugin's cases: documents, or folders of them.
pub async fn run(
    bench: &Bench,
    plugin: &str,
    places: &[PathBuf],
    options: &Options,
) -> Result<Report, CasesError> {
    let mut all = Vec::new();
    for place in places {
        all.extend(documents(place)?);
    }
    let mut report = Report::default();
    for path in all {
        report.add(document(bench, plugin, &path, options).await?);
    }
    Ok(report)
}

/// Runs the cases of one document.
pub async fn document(
    bench: &Bench,
    plugin: &str,
    path: &Path,
    options: &Options,
) -> Result<Report, CasesError> {
    let text = documents::read(path)?;
    let done = if bench.is_importer(plugin)? {
        importer::run(bench, plugin, path, &text).await?
    } else {
        scenario::run(bench, plugin, path, &text, options).await?
    };
    let mut report = Report {
        cases: done.cases,
        failures: done.failures,
        updated: Vec::new(),
    };
    if options.update && done.text != text {
        documents::write(path, &done.text)?;
        report.failures = done.left;
        report.updated.push(path.to_owned());
    }
    Ok(report)
}

/// A document that was run.
struct Done {
    cases: usize,
    failures: Vec<Failure>,
    /// The document as it would be with what was found.
    text: String,
    /// Failures that are left when it is written so.
    left: Vec<Failure>,
}
