//! `codegraph flows`.

use super::program::World;

const APP: &str = r#"import os
import shlex


class Options:
    def __init__(self):
        self.target = os.environ["TARGET"]


def run(options):
    os.system("build " + options.target)


def quoted(options):
    os.system("build " + shlex.quote(options.target))


run(Options())
quoted(Options())
"#;

fn imported() -> World {
    let world = World::new();
    world.write("tool/tool.py", APP);
    world.import(&world.path("tool"), "tool");
    world
}

const QUESTION: [&str; 5] = ["flows", "--from", "os.environ", "--to", "os.system(0)"];

#[test]
fn a_way_has_all_its_steps_and_what_quotes_ends_it() {
    let world = imported();
    let all = world.json(&QUESTION);
    assert_eq!(all["total"], 2, "{all}");
    let quoting = [&QUESTION[..], &["--without", "shlex.quote"]].concat();
    let found = world.json(&quoting);
    assert_eq!(found["total"], 1, "{found}");
    assert_eq!(found["cut"], false, "{found}");
    let steps = found["flows"][0]["steps"].as_array().unwrap();
    let kinds: Vec<&str> = steps
        .iter()
        .map(|step| step["kind"].as_str().unwrap())
        .collect();
    assert_eq!((kinds[0], kinds[kinds.len() - 1]), ("source", "sink"));
    assert!(
        kinds.contains(&"argument") && kinds.contains(&"store"),
        "{kinds:?}"
    );
    let last = &steps[steps.len() - 1];
    assert_eq!(
        (&last["path"], &last["line"]),
        (&"tool.py".into(), &11.into())
    );
    for key in ["indexed_at", "analysis_gaps", "revision_id", "steps"] {
        assert!(!found[key].is_null(), "{key}: {found}");
    }
    // The second time it is read from what was kept: the same.
    assert_eq!(world.json(&quoting), found);
    let text = world.run(&quoting).text();
    assert!(
        text.contains("1. os.environ -> os.system(0)") && text.contains("tool.py:11"),
        "{text}"
    );
}

#[test]
fn nothing_found_is_no_error_and_has_a_code_of_its_own() {
    let world = imported();
    let ran = world.run(&["flows", "--from", "os.environ", "--to", "os.popen(0)"]);
    assert_eq!(ran.code(), Some(1), "{}", ran.errors());
    assert!(ran.text().contains("no way was found"), "{}", ran.text());
}

#[test]
fn a_search_that_ends_early_says_so() {
    let world = imported();
    let ran = world.run(&[&QUESTION[..], &["--steps", "3"]].concat());
    assert_eq!(ran.code(), Some(1), "{}", ran.errors());
    assert!(ran.text().contains("raise --steps"), "{}", ran.text());
}

#[test]
fn what_is_no_place_is_told_before_anything_is_read() {
    // There is not even a project.
    let world = World::new();
    for (from, to, says) in [
        ("os.environ", "os.system(0", "no `)`"),
        ("os.environ", "os.system(first)", "no position of a call"),
        ("os.environ", "os.system()", "a sink is an argument"),
        ("*", "os.system(0)", "names nothing"),
        ("os.environ", "os system(0)", "is no name"),
    ] {
        let ran = world.run(&["flows", "--from", from, "--to", to]);
        assert_eq!(ran.code(), Some(2), "{from} {to}");
        assert!(ran.errors().contains(says), "{from} {to}: {}", ran.errors());
    }
    let ran = world.run(&["flows", "--from", "os.environ"]);
    assert_eq!(ran.code(), Some(2));
    assert!(ran.errors().contains("--to"), "{}", ran.errors());
    let ran = world.run(&QUESTION);
    assert_eq!(ran.code(), Some(2));
    assert!(ran.errors().contains("no project"), "{}", ran.errors());
}
