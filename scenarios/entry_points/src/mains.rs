//! Where programs begin: by a name that the language calls, by a test whether the file is run, and by what installs commands.

use std::collections::BTreeSet;

use codegraph_sdk::scenario::source;
use codegraph_sdk::{Fault, rows};
use serde_json::json;

use crate::data::Point;
use crate::find::{Draft, Search};
use crate::graph::{id, methods_around, named, place};
use crate::point::{Kind, Place};

/// Documentation of each way.
const C_MAIN: &str = "https://pubs.opengroup.org/onlinepubs/9799919799/functions/exec.html";
const NAME_TEST: &str = "https://docs.python.org/3/library/__main__.html#name-main";
const SCRIPTS: &str = "https://packaging.python.org/en/latest/specifications/entry-points/";

/// The files in which packages of the language's standard say what is installed as a command.
const MANIFESTS: [&str; 2] = ["pyproject.toml", "setup.cfg"];

pub(crate) fn search(search: &mut Search<'_>, kinds: &BTreeSet<Kind>) -> Result<(), Fault> {
    if kinds.contains(&Kind::Main) {
        mains(search)?;
    }
    if kinds.contains(&Kind::Command) {
        scripts(search)?;
    }
    Ok(())
}

fn point(kind: Kind, library: &str, from: &str) -> Point {
    Point {
        kind,
        library: library.to_owned(),
        from: from.to_owned(),
        decorator: Vec::new(),
        call: Vec::new(),
        by_name: Vec::new(),
        class: Vec::new(),
        without: Vec::new(),
        methods: Vec::new(),
        binding: Vec::new(),
        path: None,
        handler: None,
        name: None,
        verbs: None,
        otherwise: Vec::new(),
        verb_in_name: false,
        group: false,
        needs_handler: false,
        needs_name: false,
        object: crate::data::Owner::Receiver,
        trust: None,
        why: None,
    }
}

fn mains(search: &mut Search<'_>) -> Result<(), Fault> {
    let test = |at: u8| json!({ "label": "tested", "find": { "operator": ["<operator>.equals", [[at, { "text": "__main__" }]]] } });
    let rules = vec![
        json!({ "label": "main", "find": { "method": { "name": "main" } } }),
        json!({ "label": "main", "find": { "method": { "name": "wmain" } } }),
        json!({ "label": "main", "find": { "method": { "name": "WinMain" } } }),
        test(0),
        test(1),
    ];
    let hits = search.ask(&rules)?;
    let tests: BTreeSet<u64> = hits
        .iter()
        .filter(|hit| hit.label == "tested" && hit.place.code.contains("__name__"))
        .map(|hit| hit.place.node)
        .collect();
    let around = methods_around(&tests)?;
    for hit in hits {
        if hit.label == "main" {
            let entry = search.entry(
                &point(Kind::Main, "C", C_MAIN),
                hit.place.node,
                place(&hit.place),
                1.0,
            );
            search.drafts.push(Draft {
                entry,
                handlers: vec![hit.place.node],
                methods: Vec::new(),
            });
            continue;
        }
        let Some(&module) = around.get(&hit.place.node) else {
            continue;
        };
        // What the file does when it is run: calls below the test.
        let mut handlers = Vec::new();
        for row in rows::ask("callees", &[id(module)], 0)?.iter() {
            let is_own = !row.truth("is_external")? && row.text("kind")? == "METHOD";
            if is_own && row.small("call_line")? > hit.place.line {
                handlers.push(row.id("id")?);
            }
        }
        handlers.dedup();
        handlers.truncate(1);
        let mut entry = search.entry(
            &point(Kind::Main, "Python", NAME_TEST),
            hit.place.node,
            place(&hit.place),
            hit.confidence,
        );
        entry.name.clone_from(&hit.place.path);
        search.drafts.push(Draft {
            entry,
            handlers,
            methods: Vec::new(),
        });
    }
    Ok(())
}

/// Commands that an installer makes: `name = package.module:function`.
fn scripts(search: &mut Search<'_>) -> Result<(), Fault> {
    for manifest in MANIFESTS {
        let Ok(text) = source(manifest, 1, 0) else {
            continue;
        };
        for (line, name, target) in commands(&text) {
            let (module, function) = target.split_once(':').unwrap_or((&target, ""));
            let function = function.split('[').next().unwrap_or_default().trim();
            let mut handlers = named(&format!("{module}.{function}"))?;
            if handlers.is_empty() {
                // A package may take the function from a module of its own.
                handlers = reexported(module, function)?;
            }
            let place = Place {
                path: manifest.to_owned(),
                line,
            };
            let mut entry = search.entry(
                &point(Kind::Command, "console_scripts", SCRIPTS),
                0,
                place,
                1.0,
            );
            entry.name = name;
            search.drafts.push(Draft {
                entry,
                handlers,
                methods: Vec::new(),
            });
        }
    }
    Ok(())
}

/// A function that a package's modules define, where only one does.
fn reexported(module: &str, function: &str) -> Result<Vec<u64>, Fault> {
    use codegraph_sdk::scenario::Value;
    let rows = rows::ask("symbol_lookup", &[Value::Text(function.to_owned())], 50)?;
    let mut found = Vec::new();
    for row in rows.iter() {
        let inside = row.text("full_name")?.starts_with(&format!("{module}."));
        if inside && row.text("kind")? == "METHOD" && !row.truth("is_external")? {
            found.push(row.id("id")?);
        }
    }
    if found.len() > 1 {
        found.clear();
    }
    Ok(found)
}

/// Lines of the tables that list commands: number, name, target.
fn commands(text: &str) -> Vec<(u32, String, String)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(text.lines()) {
        let plain = line.trim();
        if plain.starts_with('[') {
            inside = matches!(
                plain,
                "[project.scripts]" | "[project.gui-scripts]" | "[tool.poetry.scripts]"
            );
            continue;
        }
        // In `setup.cfg` it is a key with indented lines.
        if plain == "console_scripts =" || plain == "console_scripts=" {
            inside = true;
            continue;
        }
        let Some((name, target)) = plain
            .split_once('=')
            .filter(|_| inside && !plain.starts_with('#'))
        else {
            continue;
        };
        let clean = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
        let target = clean(target);
        if target.contains(':') && !target.contains(' ') {
            found.push((number, clean(name), target));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn commands_of_manifests() {
        let toml = "[project]\nname = \"a:b\"\n[project.scripts]\nshop = \"shop.cli:main\"\n# x = \"a:b\"\n[other]\nq = \"a:b\"\n";
        assert_eq!(commands(toml), [(4, "shop".into(), "shop.cli:main".into())]);
        let cfg = "[options.entry_points]\nconsole_scripts =\n    shop = shop.cli:main\n    run = shop:go [x]\n";
        assert_eq!(commands(cfg).len(), 1);
        assert!(commands("\u{0}[[[=:=:\n").is_empty());
    }
}
