//! The plugins of this tree against the cases in their folders, as `codegraph plugin test` runs those of others.
//!
//! `CASES=<part of a document's name>` runs only some, `UPDATE_CASES=1` writes what was found into them: read it, nothing is right
//! because it was recorded.

pub(crate) mod built;

use std::path::PathBuf;

use codegraph_cases::{Bench, Options, Report, document, documents};
use codegraph_plugin_host::Compiler;

/// A host with all plugins of this tree.
///
/// # Panics
/// Panics where a plugin was not built, or cannot be called.
pub(crate) async fn bench() -> Bench {
    let files: Vec<PathBuf> = built::all().into_iter().map(|plugin| plugin.wasm).collect();
    let bench = Bench::start(&files, Vec::new(), Compiler::InProcess, None)
        .await
        .expect("the host starts");
    bench.tested().expect("all plugins are loaded");
    bench
}

/// Runs all cases of all plugins of a kind.
///
/// # Panics
/// Panics where a plugin has no cases, or a document is malformed.
pub(crate) async fn run(kind: &str) -> Report {
    let bench = bench().await;
    let only = std::env::var_os("CASES")
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let options = Options {
        update: std::env::var_os("UPDATE_CASES").is_some(),
        root: built::root().to_owned(),
    };
    let mut report = Report::default();
    let plugins = built::all()
        .into_iter()
        .filter(|plugin| plugin.kind == kind);
    for plugin in plugins {
        let found = documents(&plugin.folder.join("cases"));
        for path in found.unwrap_or_else(|error| panic!("{}: {error}", plugin.id)) {
            if path.to_string_lossy().contains(&only) {
                let done = document(&bench, &plugin.id, &path, &options).await;
                report.add(done.unwrap_or_else(|error| panic!("{error}")));
            }
        }
    }
    assert!(report.cases > 0, "there is no {kind} with cases");
    report
}
