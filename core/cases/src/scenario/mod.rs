//! Cases of scenarios: [`case`] has their form.

mod answer;
mod case;
mod check;
mod update;

use std::path::Path;
use std::sync::Arc;

use codegraph_cpg::store::Graph;

use crate::{Bench, CasesError, Done, Failure, Options};
use answer::{Answer, ask};
use case::Document;

/// Characters of a question that a failure shows.
const SHOWN: usize = 200;

/// Runs the cases of a document.
pub(crate) async fn run(
    bench: &Bench,
    plugin: &str,
    path: &Path,
    text: &str,
    options: &Options,
) -> Result<Done, CasesError> {
    let document = Document::parse(text).map_err(|problem| CasesError::Malformed {
        path: path.into(),
        problem,
    })?;
    let graph = import(bench, plugin, path, &document, options).await?;
    let (mut failures, mut left) = (Vec::new(), Vec::new());
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    // From the end on, so that what is written does not move what is still to come.
    for question in document.questions.iter().rev() {
        let answer = ask(bench.host(), plugin, question, graph.clone()).await;
        let failure = |problems: &[String]| Failure {
            document: path.into(),
            line: question.line,
            title: format!(
                "{:?}",
                question.text.chars().take(SHOWN).collect::<String>()
            ),
            difference: difference(problems, &answer),
        };
        let mut problems = check::problems(&question.expected, &answer);
        if question.expected.is_empty() {
            problems.push("nothing is expected of it".to_owned());
        }
        if problems.is_empty() {
            continue;
        }
        failures.push(failure(&problems));
        let written = update::expectation(&lines[question.lines.clone()], &answer);
        let expected =
            case::Expected::parse(&written.iter().map(String::as_str).collect::<Vec<_>>());
        let problems = expected.map_or_else(
            |problem| vec![problem],
            |expected| check::problems(&expected, &answer),
        );
        if !problems.is_empty() {
            left.push(failure(&problems));
        }
        lines.splice(question.lines.clone(), written);
    }
    failures.reverse();
    left.reverse();
    Ok(Done {
        cases: document.questions.len(),
        failures,
        text: lines.join("\n"),
        left,
    })
}

fn difference(problems: &[String], answer: &Answer) -> String {
    format!("  {}\n{answer}\n", problems.join("\n  "))
}

/// Imports the project of a document.
async fn import(
    bench: &Bench,
    plugin: &str,
    path: &Path,
    document: &Document,
    options: &Options,
) -> Result<Arc<Graph>, CasesError> {
    let folder = tempfile::tempdir().map_err(CasesError::io("make", std::env::temp_dir()))?;
    let source = if let Some(project) = &document.project {
        options.root.join(project)
    } else {
        for (file, text) in &document.files {
            let file = folder.path().join("shop").join(file);
            let above = file.parent().unwrap_or(folder.path());
            std::fs::create_dir_all(above).map_err(CasesError::io("make", above))?;
            std::fs::write(&file, text).map_err(CasesError::io("write", &file))?;
        }
        folder.path().join("shop")
    };
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    bench
        .import(&format!("{plugin}-{stem}"), &source)
        .await
        .map_err(|reason| CasesError::Import {
            path: path.into(),
            reason,
        })
}
