//! Truth sets: `tests/truth/*/README.md` describes them. `SHOW=1` lists what is missed and what is wrong.

mod program;
mod score;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use codegraph_cpg::passes::{self, FileInfo};
use codegraph_cpg::rules::Rules;
use codegraph_plugin_host::types::{FileContext, LanguageInfo};
use codegraph_plugin_host::{Compiler, HostConfig, PluginHost};

use program::Program;
pub(crate) use score::Score;

/// A call: site (`main.py:6`), caller and callee.
type Call = (String, String, String);

/// What the linker finds of the programs in `tests/truth/calls`, against what they do.
///
/// # Panics
/// Panics where the importer was not built or a document cannot be read.
pub(crate) async fn calls() -> Score {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("truth/calls");
    let work = tempfile::tempdir().expect("a temporary folder");
    let (host, language) = host(work.path()).await;
    let mut score = Score::default();
    for path in documents(&folder) {
        let topic = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).expect("a readable document");
        for program in program::parse(&text) {
            let found = found(&host, &language, &program).await;
            score.add(&topic, &program, &found);
        }
    }
    score
}

fn documents(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder with documents");
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "md")
                && path.file_stem().is_some_and(|stem| stem != "README")
        })
        .collect();
    found.sort();
    found
}

async fn host(work: &Path) -> (Arc<PluginHost>, LanguageInfo) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the root of the workspace");
    let plugins = work.join("plugins");
    std::fs::create_dir_all(&plugins).expect("a folder for plugins");
    let wasm = root.join("target/debug/plugins/import-python.wasm");
    std::fs::copy(&wasm, plugins.join("import-python.wasm"))
        .unwrap_or_else(|error| panic!("{}: {error}: run `make plugins`", wasm.display()));
    let config = HostConfig::new(
        vec![plugins],
        work.join("cache"),
        Compiler::InProcess,
        codegraph_model::Clock::fixed(jiff::Timestamp::default()),
    );
    let host = PluginHost::start(config).await.expect("the host starts");
    let language = host
        .languages()
        .into_iter()
        .find(|language| language.id == "python")
        .unwrap_or_else(|| panic!("the importer was not loaded: {:?}", host.plugins()));
    (host, language)
}

/// Calls that the linker finds, each with its tier.
async fn found(
    host: &PluginHost,
    language: &LanguageInfo,
    program: &Program,
) -> BTreeMap<Call, &'static str> {
    let mut asts = Vec::new();
    let mut facts = Vec::new();
    for (ordinal, (path, source)) in (1..).zip(&program.files) {
        let context = context(path, &language.rules);
        let info = FileInfo {
            ordinal,
            path: path.clone(),
            module: context.module.clone(),
            is_package: context.is_package,
        };
        let bytes: Arc<[u8]> = source.as_bytes().into();
        let lowered = host
            .lower(&language.plugin, context, bytes)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", program.title));
        let local = passes::local(&lowered.ast, source.as_bytes(), &info, &language.rules);
        asts.push(lowered.ast);
        facts.push(local.facts);
    }
    let linked = passes::link(&facts, std::slice::from_ref(&language.rules));
    let mut calls = BTreeMap::new();
    for edge in &linked.calls {
        if edge.target.file() == 0 {
            continue;
        }
        let at = edge.site.file() as usize - 1;
        let (path, source) = &program.files[at];
        let start = asts[at].starts[edge.site.row() as usize] as usize;
        let line = 1 + source.as_bytes()[..start]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count();
        let caller = asts[at].detail(edge.caller.row()).to_owned();
        let callee = asts[edge.target.file() as usize - 1]
            .detail(edge.target.row())
            .to_owned();
        if callee.ends_with("<module>") || callee.ends_with("<body>") {
            continue;
        }
        calls.insert(
            (format!("{path}:{line}"), caller, callee),
            edge.resolution.text(),
        );
    }
    calls
}

fn context(path: &str, rules: &Rules) -> FileContext {
    let stem = path.trim_end_matches(".py");
    let is_package = stem == "__init__" || stem.ends_with("/__init__");
    let module = stem
        .trim_end_matches("__init__")
        .trim_end_matches('/')
        .replace('/', rules.separator());
    FileContext {
        path: path.to_owned(),
        module,
        is_package,
        language: rules.language.clone(),
        ..FileContext::default()
    }
}

/// Expected calls of a program.
fn expected(program: &Program) -> BTreeSet<Call> {
    program.calls.iter().cloned().collect()
}
