//! Programs of truth sets, through the real importer.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use codegraph_cpg::NodeId;
use codegraph_cpg::ast::FileAst;
use codegraph_cpg::passes::facts::FileFacts;
use codegraph_cpg::passes::{self, FileInfo};
use codegraph_cpg::rules::Rules;
use codegraph_plugin_host::types::{FileContext, LanguageInfo};
use codegraph_plugin_host::{Compiler, HostConfig, PluginHost};

/// A program with what its document says of it.
#[derive(Debug, Default)]
pub(crate) struct Program<Known> {
    pub(crate) title: String,
    /// (path, source).
    pub(crate) files: Vec<(String, String)>,
    pub(crate) known: Known,
}

/// A set of files as the importer and the local passes see it.
#[derive(Debug, Default)]
pub(crate) struct Lowered {
    pub(crate) asts: Vec<FileAst>,
    pub(crate) facts: Vec<FileFacts>,
}

/// All programs of a folder of `tests/truth`, with the topics that their documents are.
///
/// # Panics
/// Panics where a document cannot be read.
pub(crate) fn programs<Known: Default>(
    folder: &str,
    known: impl Fn(&mut Known, &str),
) -> Vec<(String, Program<Known>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("truth")
        .join(folder);
    let mut found = Vec::new();
    for path in documents(&folder) {
        let topic = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).expect("a readable document");
        found.extend(
            parse(&text, &known)
                .into_iter()
                .map(|program| (topic.clone(), program)),
        );
    }
    found
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

/// The programs of a document: a heading, files with their paths above; lines of its lists go to `known`.
fn parse<Known: Default>(document: &str, known: &impl Fn(&mut Known, &str)) -> Vec<Program<Known>> {
    let mut programs: Vec<Program<Known>> = Vec::new();
    let mut path = String::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            programs.push(Program {
                title: title.trim().to_owned(),
                files: Vec::new(),
                known: Known::default(),
            });
        }
        let Some(program) = programs.last_mut() else {
            continue;
        };
        if line.starts_with("```") {
            let source = lines.by_ref().take_while(|line| !line.starts_with("```"));
            let source = source.fold(String::new(), |text, line| text + line + "\n");
            program.files.push((std::mem::take(&mut path), source));
        } else if line.starts_with("- ") {
            known(&mut program.known, line);
        } else if line.starts_with('`') && line.ends_with('`') {
            line.trim_matches('`').clone_into(&mut path);
        }
    }
    programs.retain(|program| !program.files.is_empty());
    programs
}

/// The real host with a built importer, and its languages.
///
/// # Panics
/// Panics where the importer was not built.
pub(crate) async fn importer(work: &Path, id: &str) -> (Arc<PluginHost>, Vec<LanguageInfo>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the root of the workspace");
    let plugins = work.join("plugins");
    std::fs::create_dir_all(&plugins).expect("a folder for plugins");
    let file = format!("{id}.wasm");
    let wasm = root.join("target/debug/plugins").join(&file);
    std::fs::copy(&wasm, plugins.join(&file))
        .unwrap_or_else(|error| panic!("{}: {error}: run `make plugins`", wasm.display()));
    let config = HostConfig::new(
        vec![plugins],
        work.join("cache"),
        Compiler::InProcess,
        codegraph_model::Clock::fixed(jiff::Timestamp::default()),
    );
    let host = PluginHost::start(config).await.expect("the host starts");
    let languages = host.languages();
    assert!(
        !languages.is_empty(),
        "the importer was not loaded: {:?}",
        host.plugins()
    );
    (host, languages)
}

/// The real host with the importer that most truth sets are for.
///
/// # Panics
/// Panics where the importer was not built.
pub(crate) async fn host(work: &Path) -> (Arc<PluginHost>, LanguageInfo) {
    let (host, mut languages) = importer(work, "import-python").await;
    (host, languages.remove(0))
}

/// Lowers files given as (path, source), and runs the local passes over them.
///
/// # Panics
/// Panics where the importer refuses a file.
pub(crate) async fn lower<Source: AsRef<[u8]>>(
    host: &PluginHost,
    language: &LanguageInfo,
    files: &[(String, Source)],
) -> Lowered {
    let mut all = Lowered::default();
    for (ordinal, (path, source)) in (1..).zip(files) {
        let source = source.as_ref();
        let context = context(path, &language.rules);
        let info = FileInfo {
            ordinal,
            path: path.clone(),
            module: context.module.clone(),
            is_package: context.is_package,
        };
        let lowered = host
            .lower(&language.plugin, context, source.into())
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        let local = passes::local(&lowered.ast, source, &info, &language.rules);
        all.asts.push(lowered.ast);
        all.facts.push(local.facts);
    }
    all
}

impl Lowered {
    /// Path and line of a node, of the files that were lowered.
    pub(crate) fn place<'a, Source: AsRef<[u8]>>(
        &self,
        files: &'a [(String, Source)],
        node: NodeId,
    ) -> (&'a str, usize) {
        let at = node.file() as usize - 1;
        let (path, source) = &files[at];
        let start = self.asts[at].starts[node.row() as usize] as usize;
        let before = String::from_utf8_lossy(&source.as_ref()[..start]);
        (path, 1 + before.matches('\n').count())
    }
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
