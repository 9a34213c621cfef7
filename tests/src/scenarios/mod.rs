//! Scenarios, driven through the real host over graphs of real imports, against the cases in their folders.
//!
//! A document of `scenarios/<scenario>/cases/`, or of a scenario in `examples/`, is a small project, questions and what must be true of the answers;
//! [`case`] has the form. A scenario without cases fails: so does a case without questions.
//!
//! # To add a case
//!
//! Write it into a document of the scenario's `cases/` (or a new one), and run `cargo test -p codegraph-tests --test scenarios`.
//! `CASES=<part of a document's name>` runs only some, `SHOW_ANSWERS=1` prints what was answered.

mod case;
mod check;
mod world;

use std::path::{Path, PathBuf};

use case::Document;
use world::World;

/// Runs all cases of all scenarios; gives what is wrong.
///
/// # Panics
/// Panics where a plugin was not built, a document is malformed, or a scenario has no cases.
pub(crate) async fn run() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the root of the workspace");
    let world = World::start(root).await;
    let only = std::env::var_os("CASES")
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut wrong = Vec::new();
    for folder in scenarios(root) {
        let scenario = manifest_id(&folder);
        let documents = documents(&folder.join("cases"));
        assert!(
            !documents.is_empty(),
            "{scenario} has no cases: put some into {}",
            folder.join("cases").display()
        );
        for path in documents
            .iter()
            .filter(|path| path.to_string_lossy().contains(&only))
        {
            wrong.extend(document(&world, root, &scenario, path).await);
        }
    }
    wrong
}

async fn document(world: &World, root: &Path, scenario: &str, path: &Path) -> Vec<String> {
    let shown = path
        .strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string();
    let text = std::fs::read_to_string(path).expect("a readable document");
    let document = Document::parse(&text).unwrap_or_else(|problem| panic!("{shown}: {problem}"));
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let graph = world
        .import(&format!("{scenario}-{name}"), &document, root)
        .await;
    let mut wrong = Vec::new();
    for question in &document.questions {
        let answer = world.ask(scenario, question, graph.clone()).await;
        if std::env::var_os("SHOW_ANSWERS").is_some() {
            show(&format!("=== {shown}:{}\n{answer}", question.line));
        }
        let problems = check::problems(&question.expected, &answer);
        if !problems.is_empty() {
            let asked: String = question.text.chars().take(200).collect();
            wrong.push(format!(
                "{shown}:{} {asked:?}\n  {}\n{answer}",
                question.line,
                problems.join("\n  ")
            ));
        }
    }
    wrong
}

#[expect(clippy::print_stderr, reason = "asked for by whoever runs the test")]
fn show(text: &str) {
    eprintln!("{text}");
}

/// Folders of `scenarios/`, in order, then scenarios of `examples/`.
fn scenarios(root: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = entries(&root.join("scenarios"));
    folders.extend(entries(&root.join("examples")));
    folders.retain(|folder| folder.join("plugin.toml").exists());
    assert!(!folders.is_empty(), "there is no scenario in scenarios/");
    folders
}

fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = entries(folder);
    found.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    found.sort();
    found
}

fn manifest_id(folder: &Path) -> String {
    let text = std::fs::read_to_string(folder.join("plugin.toml")).expect("a readable manifest");
    let manifest: toml::Table = text.parse().expect("a manifest in TOML");
    manifest["id"].as_str().expect("an id").to_owned()
}
