//! Cases of importers: [`case`] has their form, [`mod@print`] that of graphs.

mod case;
mod print;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use codegraph_plugin_host::types::{FileContext, LanguageInfo};

use crate::{Bench, CasesError, Done, Failure};
use case::{Case, Source};

/// Runs the cases of a document.
pub(crate) async fn run(
    bench: &Bench,
    plugin: &str,
    path: &Path,
    text: &str,
) -> Result<Done, CasesError> {
    let malformed = |problem: String| CasesError::Malformed {
        path: path.into(),
        problem,
    };
    let languages: Vec<LanguageInfo> = bench
        .host()
        .languages()
        .into_iter()
        .filter(|language| language.plugin == plugin)
        .collect();
    let cases = case::parse(text).map_err(malformed)?;
    if cases.is_empty() {
        let problem = "there is no case: a fence with code, then one that says `graph`";
        return Err(malformed(problem.into()));
    }
    let (mut graphs, mut failures) = (Vec::new(), Vec::new());
    for case in &cases {
        let graph = graph(bench, &languages, case).await.map_err(malformed)?;
        let expected = &text[case.expected.clone()];
        if expected != graph {
            failures.push(Failure {
                document: path.into(),
                line: case.line,
                title: case.title.clone(),
                difference: case::difference(expected, &graph),
            });
        }
        graphs.push(graph);
    }
    Ok(Done {
        cases: cases.len(),
        failures,
        text: case::rewrite(text, &cases, &graphs),
        left: Vec::new(),
    })
}

async fn graph(bench: &Bench, languages: &[LanguageInfo], case: &Case) -> Result<String, String> {
    let mut graph = String::new();
    for source in &case.sources {
        let language = languages
            .iter()
            .find(|language| language.id == source.language)
            .ok_or_else(|| {
                let known: Vec<&str> = languages.iter().map(|known| known.id.as_str()).collect();
                format!(
                    "the code before line {} is in `{}`, which the plugin does not read; it reads: {}",
                    case.line,
                    source.language,
                    known.join(", ")
                )
            })?;
        let context = context(source, language);
        if case.sources.len() > 1 {
            let _ = writeln!(graph, "== {}", context.path);
        }
        let bytes: Arc<[u8]> = source.bytes.as_slice().into();
        match bench.host().lower(&language.plugin, context, bytes).await {
            Ok(lowered) => graph.push_str(&print::print(&lowered.ast, &source.bytes, &case.wanted)),
            Err(error) => {
                let _ = writeln!(graph, "refused: {error}");
            }
        }
    }
    Ok(graph)
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
