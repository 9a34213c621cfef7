//! The truth sets of calls of programs that are linked by name: `tests/truth/native-calls/README.md` describes the one that was
//! written by hand, `tests/truth/c-calls/README.md` those that were recorded.

mod calls;

use std::collections::BTreeSet;

use codegraph_cpg::passes::{self, FileInfo};
use codegraph_cpg::rules::Rules;
use codegraph_plugin_host::PluginHost;
use codegraph_plugin_host::types::{FileContext, LanguageInfo};

use crate::programs::{self, Lowered, Program};
use crate::truth::{Calls, Score, add_call};

/// Number of programs, and the calls that are missed or wrong.
///
/// # Panics
/// Panics where the importer was not built or a document cannot be read.
pub(crate) async fn differences() -> (usize, Vec<String>) {
    let work = tempfile::tempdir().expect("a temporary folder");
    let (host, languages) = programs::importer(work.path(), "import-c").await;
    let rules: Vec<Rules> = languages
        .iter()
        .map(|language| language.rules.clone())
        .collect();
    let all = programs::programs("native-calls", add_call);
    let mut differences = Vec::new();
    for (topic, program) in &all {
        let lowered = lower(&host, &languages, program).await;
        let found = calls(&lowered, program, &rules);
        let expected: BTreeSet<_> = program.known.iter().cloned().collect();
        let mut note = |what: &str, call: &(String, String, String)| {
            differences.push(format!("{what} {topic}, {}: {call:?}", program.title));
        };
        found
            .difference(&expected)
            .for_each(|call| note("wrong", call));
        expected
            .difference(&found)
            .for_each(|call| note("missed", call));
    }
    (all.len(), differences)
}

/// What the linker finds of the recorded programs in a folder of `tests/truth`, against what their runs did.
///
/// # Panics
/// Panics where the importer was not built or a document cannot be read.
pub(crate) async fn recorded(folder: &str) -> Score {
    let work = tempfile::tempdir().expect("a temporary folder");
    let (host, languages) = programs::importer(work.path(), "import-c").await;
    let rules: Vec<Rules> = languages
        .iter()
        .map(|language| language.rules.clone())
        .collect();
    let mut score = Score::default();
    for (topic, mut program) in programs::programs(folder, add_call) {
        let lowered = lower(&host, &languages, &program).await;
        let linked = passes::link(&lowered.facts, &rules);
        let sources = calls::Sources {
            files: &program.files,
            asts: &lowered.asts,
        };
        let found = sources.found(&linked.calls);
        for (_, caller, callee) in &mut program.known {
            *caller = sources.listed(caller);
            *callee = sources.listed(callee);
        }
        score.add(&topic, &program, &found);
    }
    score
}

async fn lower(host: &PluginHost, languages: &[LanguageInfo], program: &Program<Calls>) -> Lowered {
    let language = |path: &str| {
        let known = languages.iter().find(|language| {
            language
                .extensions
                .iter()
                .any(|extension| path.ends_with(extension.as_str()))
        });
        known.unwrap_or_else(|| panic!("no importer reads {path}"))
    };
    let mut outlines = Vec::new();
    for (path, source) in &program.files {
        let outline = host
            .outline(&language(path).plugin, path, source.as_bytes().into())
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        outlines.push((path, outline));
    }
    let mut all = Lowered::default();
    for (ordinal, (path, source)) in (1..).zip(&program.files) {
        let language = language(path);
        // What it includes, and what that includes.
        let mut seen = vec![path];
        let mut at = 0;
        while let Some(from) = seen.get(at) {
            at += 1;
            let own = outlines.iter().find(|(other, _)| other == from);
            let includes = own
                .map(|(_, outline)| outline.includes.clone())
                .unwrap_or_default();
            for (other, _) in &outlines {
                let is_meant = includes.iter().any(|name| other.ends_with(name.as_str()));
                if is_meant && !seen.contains(other) {
                    seen.push(other);
                }
            }
        }
        let included = outlines
            .iter()
            .filter(|(other, _)| seen[1..].contains(other));
        let context = FileContext {
            path: path.clone(),
            language: language.rules.language.clone(),
            included: included.map(|(_, outline)| outline.facts.clone()).collect(),
            ..FileContext::default()
        };
        let info = FileInfo {
            ordinal,
            path: path.clone(),
            ..FileInfo::default()
        };
        let lowered = host
            .lower(&language.plugin, context, source.as_bytes().into())
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        let local = passes::local(&lowered.ast, source.as_bytes(), &info, &language.rules);
        all.asts.push(lowered.ast);
        all.facts.push(local.facts);
    }
    all
}

/// Calls of functions that the program defines or declares.
fn calls(
    lowered: &Lowered,
    program: &Program<Calls>,
    rules: &[Rules],
) -> BTreeSet<(String, String, String)> {
    let linked = passes::link(&lowered.facts, rules);
    let name = |node: codegraph_cpg::NodeId| {
        let ast = &lowered.asts[node.file() as usize - 1];
        ast.detail(node.row()).to_owned()
    };
    let of_program = linked.calls.iter().filter(|edge| edge.target.file() != 0);
    of_program
        .map(|edge| {
            let (path, line) = lowered.place(&program.files, edge.site);
            (
                format!("{path}:{line}"),
                name(edge.caller),
                name(edge.target),
            )
        })
        .collect()
}
