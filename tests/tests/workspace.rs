//! The workspace keeps its own rules: who may use whom, and what `core/` must not know.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which of our crates a crate may use: the table of ARCHITECTURE.md. A crate that is not here fails the test.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("sandbox", &[]),
    ("storage", &["model"]),
    ("auth", &["model", "storage"]),
    ("cpg", &["model"]),
    ("egress", &["model"]),
    ("search", &["model"]),
    ("plugin-host", &["model", "cpg", "egress", "sandbox"]),
    (
        "jobs",
        &[
            "model",
            "storage",
            "cpg",
            "egress",
            "search",
            "plugin-host",
            "sandbox",
        ],
    ),
    (
        "cases",
        &["model", "storage", "cpg", "egress", "plugin-host", "jobs"],
    ),
    // The library enqueues work through storage; only the program (main.rs and cli/) names jobs, as `main_uses_jobs_only_there` checks.
    (
        "server",
        &[
            "auth",
            "model",
            "storage",
            "cpg",
            "egress",
            "search",
            "plugin-host",
            "sandbox",
            "jobs",
            "cases",
        ],
    ),
    ("sdk", &[]),
    ("kit", &["sdk"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ has a parent")
        .to_path_buf()
}

/// Our packages with those of ours that they use, dev-dependencies left out, and the folder of each.
fn packages() -> BTreeMap<String, (PathBuf, BTreeSet<String>)> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let mut packages = BTreeMap::new();
    for package in metadata["packages"].as_array().expect("packages is a list") {
        let name = package["name"]
            .as_str()
            .unwrap_or_default()
            .trim_start_matches("codegraph-")
            .to_owned();
        let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap_or_default());
        let uses = package["dependencies"]
            .as_array()
            .expect("dependencies is a list")
            .iter()
            .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
            .filter_map(|dependency| {
                dependency["name"]
                    .as_str()?
                    .strip_prefix("codegraph-")
                    .map(str::to_owned)
            })
            .collect();
        packages.insert(
            name,
            (
                manifest
                    .parent()
                    .expect("a manifest has a folder")
                    .to_path_buf(),
                uses,
            ),
        );
    }
    packages
}

#[test]
fn crates_use_only_what_the_table_allows() {
    let table: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    for (name, (folder, uses)) in packages() {
        let place = folder
            .strip_prefix(root())
            .expect("a member lies below the root");
        let allowed: &[&str] =
            if place.starts_with("plugins") && name != "kit" || place.starts_with("scenarios") {
                &["sdk", "kit"]
            } else if place.starts_with("examples") {
                &["sdk"]
            } else if place == Path::new("tests") {
                continue;
            } else {
                table
                    .get(name.as_str())
                    .unwrap_or_else(|| panic!("codegraph-{name} is not in the table"))
            };
        for used in uses {
            assert!(
                allowed.contains(&used.as_str()),
                "codegraph-{name} must not use codegraph-{used}"
            );
        }
    }
}

#[test]
fn a_package_is_named_after_its_folder() {
    for (name, (folder, _)) in packages() {
        let last = folder
            .file_name()
            .and_then(|part| part.to_str())
            .unwrap_or_default()
            .replace('_', "-");
        assert_eq!(
            name,
            last,
            "the package in {} has another name",
            folder.display()
        );
    }
}

/// Every file below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder can be read") {
            let path = entry.expect("an entry can be read").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A source file's code: without comments and without its test module.
fn code_of(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file is UTF-8");
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
        .to_lowercase()
}

/// Names of plugins that are words of the formats that core speaks: OpenAPI's `security` of an operation, SARIF's tag; `entry_points` of a
/// domain.
const WORDS_OF_FORMATS: [&str; 2] = ["security", "entry_points"];

#[test]
fn core_names_no_language_and_no_scenario() {
    let mut names = Vec::new();
    for folder in ["plugins", "scenarios"] {
        for entry in fs::read_dir(root().join(folder)).expect("the folder exists") {
            let name = entry
                .expect("an entry can be read")
                .file_name()
                .to_string_lossy()
                .into_owned();
            let word = name.rsplit('-').next().unwrap_or_default();
            // A word of one or two letters stands in any text.
            if name != "kit" && word.len() > 2 && !WORDS_OF_FORMATS.contains(&word) {
                names.push(word.to_owned());
            }
        }
    }
    assert!(names.len() >= 2, "there are plugins to look for: {names:?}");
    for path in files(&root().join("core")) {
        let is_test = path
            .components()
            .any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")));
        if path.extension().is_none_or(|end| end != "rs") || is_test {
            continue;
        }
        let code = code_of(&path);
        for name in &names {
            assert!(
                !code.contains(name.as_str()),
                "{} names {name}",
                path.display()
            );
        }
    }
}

#[test]
fn main_uses_jobs_only_there() {
    let source = root().join("core/server/src");
    for path in files(&source) {
        let in_main = path == source.join("main.rs") || path.starts_with(source.join("cli"));
        if !in_main && path.extension().is_some_and(|end| end == "rs") {
            assert!(
                !code_of(&path).contains("codegraph_jobs")
                    && !code_of(&path).contains("codegraph_cases"),
                "{} names jobs or cases: the library only enqueues",
                path.display()
            );
        }
    }
}
