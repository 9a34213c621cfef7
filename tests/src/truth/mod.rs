//! The truth set of calls: `tests/truth/calls/README.md` describes it. `SHOW=1` lists what is missed and what is wrong.

mod score;

use std::collections::BTreeMap;

use codegraph_cpg::passes;
use codegraph_plugin_host::PluginHost;
use codegraph_plugin_host::types::LanguageInfo;

use crate::programs::{self, Program};
pub(crate) use score::Score;

/// A call: site (`main.py:6`), caller and callee.
pub(crate) type Call = (String, String, String);
/// Calls that a program makes.
pub(crate) type Calls = Vec<Call>;

/// What the linker finds of the programs in `tests/truth/calls`, against what they do.
///
/// # Panics
/// Panics where the importer was not built or a document cannot be read.
pub(crate) async fn calls() -> Score {
    let work = tempfile::tempdir().expect("a temporary folder");
    let (host, language) = programs::host(work.path()).await;
    let mut score = Score::default();
    for (topic, program) in programs::programs("calls", add_call) {
        let found = found(&host, &language, &program).await;
        score.add(&topic, &program, &found);
    }
    score
}

/// Reads a line of calls: `` - `main.py:6` `main.<module>` → `main.f` ``.
pub(crate) fn add_call(calls: &mut Calls, line: &str) {
    let Some(call) = line.strip_prefix("- `") else {
        return;
    };
    let parts: Vec<&str> = call.trim_end().trim_end_matches('`').split('`').collect();
    let &[site, _, caller, _, callee] = &parts[..] else {
        panic!("`{line}` is no call");
    };
    calls.push((site.to_owned(), caller.to_owned(), callee.to_owned()));
}

/// Calls that the linker finds, each with its tier.
async fn found(
    host: &PluginHost,
    language: &LanguageInfo,
    program: &Program<Calls>,
) -> BTreeMap<Call, &'static str> {
    let lowered = programs::lower(host, language, &program.files).await;
    let linked = passes::link(&lowered.facts, std::slice::from_ref(&language.rules));
    let name = |node: codegraph_cpg::NodeId| {
        let ast = &lowered.asts[node.file() as usize - 1];
        ast.detail(node.row()).to_owned()
    };
    let mut calls = BTreeMap::new();
    for edge in linked.calls.iter().filter(|edge| edge.target.file() != 0) {
        let callee = name(edge.target);
        if callee.ends_with("<module>") || callee.ends_with("<body>") {
            continue;
        }
        let (path, line) = lowered.place(&program.files, edge.site);
        let call = (format!("{path}:{line}"), name(edge.caller), callee);
        calls.insert(call, edge.resolution.text());
    }
    calls
}
