//! The truth set of flows: `tests/truth/flows/README.md` describes it. `SHOW=1` lists what is missed and what is wrong.

/// Writes a line to standard output, which `--nocapture` shows.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let line = format!($($text)*) + "\n";
        std::io::stdout().write_all(line.as_bytes()).expect("standard output takes text");
    }};
}

mod folder;
mod score;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use codegraph_cpg::flows::{Budget, Endpoint, Flows, Guard, Pattern, Position, Spec, What};
use codegraph_cpg::passes::{self, FileInfo};
use codegraph_cpg::rules::Rules;
use codegraph_plugin_host::types::{FileContext, LanguageInfo};
use codegraph_plugin_host::{Compiler, HostConfig, PluginHost};

pub(crate) use folder::folder;
pub(crate) use score::Score;

/// A program: files with their paths.
#[derive(Debug, Default)]
struct Program {
    title: String,
    files: Vec<(String, String)>,
}

/// What the search finds of the programs in `tests/truth/flows`, against what they do.
///
/// # Panics
/// Panics where the importer was not built or a document cannot be read.
pub(crate) async fn run() -> Score {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("truth/flows");
    let work = tempfile::tempdir().expect("a temporary folder");
    let (host, language) = host(work.path()).await;
    let only = std::env::var_os("ONLY")
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut score = Score::default();
    for path in documents(&folder) {
        let topic = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).expect("a readable document");
        for program in parse(&text) {
            if !only.is_empty() && !program.title.contains(&only) && topic != only {
                continue;
            }
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

/// The programs of a document: a heading, then files with their paths above.
fn parse(document: &str) -> Vec<Program> {
    let mut programs: Vec<Program> = Vec::new();
    let mut path = String::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            let title = title.trim().to_owned();
            programs.push(Program {
                title,
                files: Vec::new(),
            });
        }
        let Some(program) = programs.last_mut() else {
            continue;
        };
        if line.starts_with("```") {
            let source = lines.by_ref().take_while(|line| !line.starts_with("```"));
            let source = source.fold(String::new(), |text, line| text + line + "\n");
            program.files.push((std::mem::take(&mut path), source));
        } else if line.starts_with('`') && line.ends_with('`') {
            line.trim_matches('`').clone_into(&mut path);
        }
    }
    programs.retain(|program| !program.files.is_empty());
    programs
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

/// `taint.source()` must not get to `taint.sink(0)`, but through `taint.clean` or behind `taint.valid`.
fn spec() -> Spec {
    let end = |name: &str, position| Endpoint {
        what: What::Call(Pattern::new(name), position),
        label: name.to_owned(),
    };
    Spec {
        sources: vec![end("taint.source", Position::Result)],
        sinks: vec![end("taint.sink", Position::Argument(0))],
        sanitizers: vec![Pattern::new("taint.clean")],
        propagators: Vec::new(),
        guards: vec![Guard {
            callee: Pattern::new("taint.valid"),
            argument: 0,
            holds: true,
        }],
    }
}

/// Lines with sinks that input reaches, as (path, line).
async fn found(
    host: &PluginHost,
    language: &LanguageInfo,
    program: &Program,
) -> BTreeSet<(String, usize)> {
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
    let rules = std::slice::from_ref(&language.rules);
    let linked = passes::link(&facts, rules);
    let line = |node: codegraph_cpg::NodeId| {
        let at = node.file() as usize - 1;
        let (path, source) = &program.files[at];
        let start = asts[at].starts[node.row() as usize] as usize;
        let before = source.as_bytes()[..start]
            .iter()
            .filter(|&&byte| byte == b'\n');
        (path.clone(), 1 + before.count())
    };
    let answer = Flows::new(&facts, &linked, rules)
        .find(&spec(), Budget::default())
        .unwrap_or_else(|error| panic!("{}: {error}", program.title));
    assert!(!answer.cut, "{}: the budget was too small", program.title);
    if std::env::var_os("DEBUG").is_some() {
        say!("{facts:#?}\n{:#?}\n{:#?}", linked.calls, linked.stubs);
    }
    if std::env::var_os("STEPS").is_some() {
        for flow in &answer.flows {
            let steps = flow.steps.iter().map(|step| (line(step.node).1, step.kind));
            say!("{} {:?}", program.title, steps.collect::<Vec<_>>());
        }
    }
    let last = answer.flows.iter().filter_map(|flow| flow.steps.last());
    last.map(|step| line(step.node)).collect()
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
