//! States in a folder of sources: how long a search takes, and what it finds.

use std::path::Path;
use std::time::Instant;

use codegraph_cpg::passes;
use codegraph_cpg::states::{Budget, States};

use crate::{folders, programs};

/// Imports a folder and asks what becomes of files, sockets, locks, and results that may be null.
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
    let states = States::new(facts, &linked, rules);
    say!("indexed in {:?}", started.elapsed());
    let place = |node| {
        let (path, line) = lowered.place(&files, node);
        format!("{path}:{line}")
    };
    for (name, spec) in super::questions::packages() {
        let started = Instant::now();
        let found = states
            .find(&spec, Budget::default())
            .expect("a question that is taken");
        say!(
            "{name}: {} findings (and {} more), {} objects, {} steps, cut {}, {:?}",
            found.findings.len(),
            found.more,
            found.objects,
            found.steps,
            found.cut,
            started.elapsed()
        );
        for finding in &found.findings {
            say!(
                "  {} {} {:.2} {}",
                place(finding.node),
                finding.label,
                finding.confidence,
                folders::line(&files, &lowered, finding.node)
            );
            if std::env::var_os("STEPS").is_some() {
                for step in &finding.steps {
                    say!("      {:?} {}", step.kind, place(step.node));
                }
            }
        }
    }
}
