//! `codegraph scan`.

use std::collections::BTreeSet;
use std::path::Path;

use super::program::World;

const APP: &str = r#"import hashlib
import sqlite3

from flask import Flask, request

app = Flask(__name__)


def find(name):
    return sqlite3.connect("app.db").execute("SELECT * FROM item WHERE name = '" + name + "'")


@app.route("/search")
def search():
    return str(find(request.args["name"]).fetchall())


def digest(text):
    return hashlib.md5(text).hexdigest()
"#;

/// A path in the folder of the test, as an argument.
fn path(world: &World, name: &str) -> String {
    world.path(name).to_str().unwrap().to_owned()
}

fn app() -> World {
    let world = World::new();
    world.write("app/app.py", APP);
    world
}

#[test]
fn sarif_has_rules_places_ways_and_fingerprints() {
    let world = app();
    let folder = path(&world, "app");
    let file = path(&world, "app.sarif");
    let ran = world.run(&["scan", &folder, "--format", "sarif", "--output", &file]);
    assert_eq!(ran.code(), Some(0), "{}", ran.errors());
    assert_eq!(ran.text(), "", "all of it goes to the file");
    let log: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: BTreeSet<&str> = rules
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), rules.len(), "each rule once");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2, "{log:#}");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_i64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "app.py");
        let print = result["partialFingerprints"]["primaryLocationLineHash"].as_str();
        assert_eq!(print.unwrap().len(), 18, "{result:#}");
    }
    let injection = &results[0];
    assert_eq!(injection["ruleId"], "sql-injection");
    assert_eq!(injection["level"], "error");
    assert_eq!(
        injection["locations"][0]["physicalLocation"]["region"]["startLine"],
        10
    );
    let way = &injection["codeFlows"][0]["threadFlows"][0]["locations"];
    let lines: Vec<i64> = way
        .as_array()
        .unwrap()
        .iter()
        .map(|step| {
            step["location"]["physicalLocation"]["region"]["startLine"]
                .as_i64()
                .unwrap()
        })
        .collect();
    assert_eq!((lines[0], lines[lines.len() - 1]), (15, 10), "{way:#}");
    let tags = &rules[usize::try_from(injection["ruleIndex"].as_i64().unwrap()).unwrap()]["properties"]
        ["tags"];
    assert!(tags.to_string().contains("external/cwe/cwe-089"), "{tags}");
}

/// Fingerprints by rule.
fn prints(world: &World, folder: &str) -> Vec<(String, String)> {
    let scan = world.json(&["scan", folder]);
    let findings = scan["findings"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    findings
        .map(|one| (text(&one["rule"]), text(&one["fingerprint"])))
        .collect()
}

#[test]
fn fingerprints_outlive_edits_and_moves() {
    let world = app();
    let folder = path(&world, "app");
    let before = prints(&world, &folder);
    assert_eq!(before.len(), 2);
    assert_eq!(
        before,
        prints(&world, &folder),
        "the same code, the same findings"
    );
    world.write("app/app.py", format!("\"\"\"Longer.\"\"\"\n\n\n{APP}"));
    assert_eq!(before, prints(&world, &folder), "an edit above");
}

#[test]
fn the_exit_code_says_whether_the_worst_was_met() {
    let world = app();
    let folder = path(&world, "app");
    for (worst, code) in [("critical", 1), ("high", 1), ("low", 1)] {
        let ran = world.run(&["scan", &folder, "--fail-on", worst]);
        assert_eq!(ran.code(), Some(code), "{worst}: {}", ran.errors());
    }
    world.write(
        "app/app.py",
        "import hashlib\n\n\ndef digest(text):\n    return hashlib.md5(text).hexdigest()\n",
    );
    let ran = world.run(&["scan", &folder, "--fail-on", "high"]);
    assert_eq!(ran.code(), Some(0), "{}", ran.errors());
    assert!(
        ran.text().contains("1 findings: 1 medium"),
        "{}",
        ran.text()
    );
    world.write("app/app.py", "print('well')\n");
    let ran = world.run(&["scan", &folder, "--fail-on", "info"]);
    assert_eq!(ran.code(), Some(0), "{}", ran.errors());
    assert!(ran.text().contains("nothing was found"), "{}", ran.text());
}

#[test]
fn public_functions_of_a_library_count_when_asked() {
    let world = World::new();
    world.write(
        "library/run.py",
        "import os\n\n\ndef build(target):\n    os.system('make ' + target)\n",
    );
    let folder = path(&world, "library");
    let trusted = world.run(&["scan", &folder, "--fail-on", "info"]);
    assert_eq!(trusted.code(), Some(0), "{}", trusted.text());
    let public = world.run(&[
        "scan",
        &folder,
        "--untrusted",
        "public",
        "--fail-on",
        "high",
    ]);
    assert_eq!(public.code(), Some(1), "{}", public.text());
    assert!(public.text().contains("run.py:5"), "{}", public.text());
}

#[test]
fn markdown_is_a_page_and_the_seeded_flaws_of_the_shop_are_found() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let shop = root.join("examples/shop");
    let world = World::new();
    let scan = world.json(&["scan", shop.to_str().unwrap()]);
    let findings = scan["findings"].as_array().unwrap();
    let flaws: toml::Table =
        toml::from_str(&std::fs::read_to_string(shop.join("flaws.toml")).unwrap()).unwrap();
    let named = |file: &str, function: &str| {
        findings
            .iter()
            .filter(|one| {
                let symbol = one["symbol"].as_str().unwrap();
                one["place"]["path"] == file && symbol.rsplit(['.', ':']).next() == Some(function)
            })
            .collect::<Vec<_>>()
    };
    let mut wrong = Vec::new();
    for flaw in flaws["flaw"].as_array().unwrap() {
        let text = |key: &str| flaw.get(key).and_then(|value| value.as_str());
        let (file, function) = (text("file").unwrap(), text("function").unwrap());
        let is_imported = Path::new(file)
            .extension()
            .is_some_and(|ending| ending == "py" || ending == "c");
        if !is_imported || NOT_FOUND.contains(&function) {
            continue;
        }
        let cwe = flaw["cwe"].as_integer().unwrap();
        let hit = named(file, function)
            .into_iter()
            .any(|one| one["cwe"].as_array().unwrap().iter().any(|own| own == cwe));
        if !hit {
            wrong.push(format!("CWE-{cwe} of {file} {function} is not found"));
        }
        if let Some(safe) = text("safe") {
            let false_ones = named(file, safe);
            if !false_ones.is_empty() {
                wrong.push(format!("{file} {safe} is safe: {false_ones:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let page = world.run(&["scan", shop.to_str().unwrap(), "--format", "markdown"]);
    assert!(
        page.text().starts_with("# Security scan"),
        "{}",
        page.text()
    );
    assert!(page.text().contains("| critical |"), "{}", page.text());
}

/// Flaws of the shop that no rule sees yet: a comparison with a constant of the module counts where the constant is, and a loop
/// that runs once too often needs sizes.
const NOT_FOUND: [&str; 2] = ["is_admin", "stock_join"];

#[test]
fn what_cannot_be_scanned_or_written_is_told() {
    let world = app();
    let folder = path(&world, "app");
    let missing = path(&world, "missing");
    for (arguments, says) in [
        (vec!["scan", missing.as_str()], "missing"),
        (vec!["scan", &folder, "--format", "xml"], "sarif"),
        (vec!["scan", &folder, "--fail-on", "terrible"], "critical"),
        (vec!["scan", &folder, "--untrusted", "everything"], "public"),
        (
            vec!["scan", &folder, "--output", "/nowhere/at/all.json"],
            "cannot write",
        ),
        (vec!["scan"], "PATH"),
    ] {
        let ran = world.run(&arguments);
        assert_eq!(ran.code(), Some(2), "{arguments:?}");
        assert!(
            ran.errors().contains(says),
            "{arguments:?}: {}",
            ran.errors()
        );
    }
}

#[test]
fn a_time_limit_is_a_number_of_seconds() {
    let world = app();
    let folder = path(&world, "app");
    for wrong in ["0", "-1", "soon", "100000"] {
        let ran = world.run(&["scan", &folder, &format!("--time-limit={wrong}")]);
        assert_eq!(ran.code(), Some(2), "{wrong}");
        assert!(ran.errors().contains("--time-limit"), "{}", ran.errors());
    }
    let ran = world.run(&["scan", &folder, "--time-limit", "120"]);
    assert_eq!(ran.code(), Some(0), "{}", ran.errors());
}
