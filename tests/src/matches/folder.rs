//! Matches in a folder of sources: how long a search takes, and what it finds.

use std::path::Path;
use std::time::Instant;

use codegraph_cpg::matches::{Budget, Matches};
use codegraph_cpg::passes;

use crate::{folders, programs};

/// Imports a folder and asks the questions of the truth set.
///
/// # Panics
/// Panics where the importer was not built or a file cannot be read.
pub(crate) async fn folder(root: &Path) {
    let work = tempfile::tempdir().expect("a temporary folder");
    let (host, language) = programs::host(work.path()).await;
    let files = folders::sources(root);
    let lowered = programs::lower(&host, &language, &files).await;
    let facts = &lowered.facts;
    let rules = std::slice::from_ref(&language.rules);
    let started = Instant::now();
    let linked = passes::link(facts, rules);
    say!("{} files, linked in {:?}", facts.len(), started.elapsed());
    let started = Instant::now();
    let matches = Matches::new(facts, &linked, rules);
    say!("indexed in {:?}", started.elapsed());
    let started = Instant::now();
    let found = matches
        .find(&super::questions::truth(), Budget::default())
        .expect("a question that is taken");
    say!(
        "{} matches (and {} more), {} steps, cut {}, {:?}",
        found.matches.len(),
        found.more,
        found.steps,
        found.cut,
        started.elapsed()
    );
    for one in &found.matches {
        let (path, line) = lowered.place(&files, one.node);
        let captures: Vec<_> = one
            .captures
            .iter()
            .map(|(name, capture)| format!("{name}={:?}", capture.text))
            .collect();
        say!(
            "  {path}:{line} {} {:.2} {:?} {} {}",
            one.label,
            one.confidence,
            one.resolution,
            folders::line(&files, &lowered, one.node),
            captures.join(" ")
        );
    }
}
