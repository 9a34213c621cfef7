//! Importers, driven through the real host with the built component, against the cases in their folders.
//!
//! # To add a case
//!
//! Write code and an empty `graph` fence into a file of `plugins/<importer>/cases/`, run the test with `UPDATE_CASES=1`, and read
//! what it wrote: nothing is right because it was recorded.

mod built;
mod case;
mod print;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use codegraph_plugin_host::types::{FileContext, LanguageInfo};
use codegraph_plugin_host::{Compiler, HostConfig, PluginHost};

use case::{Case, Source};

/// Runs all cases of all importers; gives what differs.
///
/// # Panics
/// Panics where a plugin was not built, or a folder has no cases.
pub(crate) async fn run() -> Vec<String> {
    let importers = built::importers();
    assert!(!importers.is_empty(), "there is no importer in plugins/");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for importer in &importers {
        let target = folder.path().join(format!("{}.wasm", importer.id));
        std::fs::copy(&importer.wasm, target).expect("a copy of the plugin");
    }
    let config = HostConfig::new(
        vec![folder.path().to_owned()],
        folder.path().join("cache"),
        Compiler::InProcess,
        // Nothing here depends on the time.
        codegraph_model::Clock::fixed(jiff::Timestamp::default()),
    );
    let host = PluginHost::start(config).await.expect("the host starts");
    let mut differences = Vec::new();
    for importer in &importers {
        let languages: Vec<LanguageInfo> = host
            .languages()
            .into_iter()
            .filter(|language| language.plugin == importer.id)
            .collect();
        assert!(
            !languages.is_empty(),
            "{} was not loaded: {:?}",
            importer.id,
            host.plugins()
        );
        let documents = documents(&importer.folder.join("cases"));
        assert!(
            !documents.is_empty(),
            "{} has no cases: put some into its folder cases/",
            importer.id
        );
        for document in documents {
            differences.extend(compare(&host, &languages, &document).await);
        }
    }
    differences
}

/// Markdown files of a folder, in order.
fn documents(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    found.sort();
    found
}

async fn compare(host: &PluginHost, languages: &[LanguageInfo], path: &Path) -> Vec<String> {
    let shown = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let document = std::fs::read_to_string(path).expect("a readable document");
    let cases = case::parse(&document).unwrap_or_else(|error| panic!("{shown}: {error}"));
    assert!(
        !cases.is_empty(),
        "{shown} has no case: a fence with code, then one that says `graph`"
    );
    let mut graphs = Vec::new();
    let mut differences = Vec::new();
    for case in &cases {
        let graph = graph(host, languages, case).await;
        let expected = &document[case.expected.clone()];
        if expected != graph {
            let difference = case::difference(expected, &graph);
            differences.push(format!(
                "{shown}:{} {}\n{difference}",
                case.line, case.title
            ));
        }
        graphs.push(graph);
    }
    if std::env::var_os("UPDATE_CASES").is_some() && !differences.is_empty() {
        std::fs::write(path, case::rewrite(&document, &cases, &graphs))
            .expect("a writable document");
        differences.clear();
    }
    differences
}

async fn graph(host: &PluginHost, languages: &[LanguageInfo], case: &Case) -> String {
    let mut graph = String::new();
    for source in &case.sources {
        let language = languages
            .iter()
            .find(|language| language.id == source.language)
            .unwrap_or_else(|| {
                panic!(
                    "line {}: no importer reads `{}`",
                    case.line, source.language
                )
            });
        let context = context(source, language);
        if case.sources.len() > 1 {
            let _ = writeln!(graph, "== {}", context.path);
        }
        let bytes: Arc<[u8]> = source.bytes.as_slice().into();
        match host.lower(&language.plugin, context, bytes).await {
            Ok(lowered) => graph.push_str(&print::print(&lowered.ast, &source.bytes, &case.wanted)),
            Err(error) => {
                let _ = writeln!(graph, "refused: {error}");
            }
        }
    }
    graph
}

/// What the host would know of a file: its path gives its module's name by the language's rules.
fn context(source: &Source, language: &LanguageInfo) -> FileContext {
    let extension = language.extensions.first().map_or("", String::as_str);
    let path = source
        .path
        .clone()
        .unwrap_or_else(|| format!("example{extension}"));
    let stem = path
        .rsplit_once('.')
        .map_or(path.as_str(), |(stem, _)| stem);
    let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    let is_package = language
        .rules
        .all("module-index")
        .any(|index| index == name);
    let module = if is_package { folder } else { stem }.replace('/', language.rules.separator());
    FileContext {
        path,
        module,
        is_package,
        language: language.id.clone(),
        ..FileContext::default()
    }
}
