//! `plugin test`, on the example plugin as a third party has it: a component and a folder of documents.

use std::path::{Path, PathBuf};

use super::program::{World, program};

const CASES: &str = r#"# Reads of the environment

```python path=run.py
import os

def f():
    os.system(os.environ["WHAT"])
```

```ask en
what reaches commands?
```

```expect
intent: command_flows
found: yes
says: the environment reaches `os.system`
cites: run.py:4 os.system
```
"#;

/// The example's component, copied to the folder of the test.
fn component(world: &World) -> PathBuf {
    let target = program();
    let target = target
        .parent()
        .and_then(Path::parent)
        .expect("the program lies in target/<profile>");
    let built = target.join("wasm32-wasip2/plugin/codegraph_command_flows.wasm");
    assert!(
        built.is_file(),
        "{} is needed: run `make plugins` (scripts/plugins)",
        built.display()
    );
    let copy = world.write("flows/mine.wasm", "");
    std::fs::copy(built, &copy).unwrap();
    copy
}

#[test]
fn cases_of_a_third_party_run_through_the_host() {
    let world = World::new();
    component(&world);
    let document = world.write("flows/cases/environment.md", CASES);
    let ran = world.run(&["plugin", "test", "flows"]);
    assert_eq!(ran.code(), Some(0), "{}{}", ran.text(), ran.errors());
    assert_eq!(ran.text(), "command-flows: 1 cases, 0 failed\n");

    // What fails is shown, and the document stays as it is.
    let wrong = CASES
        .replace("found: yes", "found: no")
        .replace("the environment reaches", "the weather reaches");
    std::fs::write(&document, &wrong).unwrap();
    let ran = world.run(&[
        "plugin",
        "test",
        "flows/mine.wasm",
        "--cases",
        "flows/cases",
    ]);
    assert_eq!(ran.code(), Some(1), "{}", ran.errors());
    for words in [
        "environment.md:10 \"what reaches commands?\"",
        "found is true, not false",
        "it does not say \"the weather reaches",
        "    | - `run.py:4`: the environment reaches",
        "1 cases, 1 failed",
    ] {
        assert!(ran.text().contains(words), "{words}: {}", ran.text());
    }
    assert_eq!(std::fs::read_to_string(&document).unwrap(), wrong);

    // `--update` writes what has one right form; words are a person's, and go on to fail.
    let ran = world.run(&["plugin", "test", "flows", "--update"]);
    assert_eq!(ran.code(), Some(1), "{}", ran.text());
    assert!(
        ran.text().contains("written anew, read it: "),
        "{}",
        ran.text()
    );
    let written = std::fs::read_to_string(&document).unwrap();
    assert_eq!(written, wrong.replace("found: no", "found: yes"));
    std::fs::write(&document, written.replace("the weather", "the environment")).unwrap();
    let report = world.json(&["plugin", "test", "flows", "--update"]);
    assert_eq!(report["cases"], 1);
    assert_eq!(report["updated"], serde_json::json!([]));
}

#[test]
fn cases_that_cannot_be_run() {
    let world = World::new();
    component(&world);
    let refused = |arguments: &[&str], words: &str| {
        let mut all = vec!["plugin", "test"];
        all.extend(arguments);
        world.run(&all).assert_refused(words);
    };
    refused(&["nowhere"], "there is no nowhere");
    refused(&["flows"], "there is no ");
    world.write("flows/cases/notes.txt", "no document");
    refused(&["flows"], "there are no cases in");
    let document = world.write("flows/cases/a.md", [0xFF, 0xFE, b'\n']);
    refused(&["flows"], "is no text in UTF-8");
    std::fs::File::create(&document)
        .unwrap()
        .set_len(9 << 20)
        .unwrap();
    refused(&["flows"], "a document of cases has at most");
    for (text, words) in [
        ("# Nothing\n", "names a `project`"),
        ("```python path=a.py\nx = 1\n", "is not closed"),
        (
            "```python path=../a.py\nx = 1\n```\n",
            "no path below the project's folder",
        ),
        (
            "```text path=a.txt\nx\n```\n```ask en\nx\n```\n```expect\nfound: no\n```\n",
            "its project cannot be imported",
        ),
    ] {
        std::fs::write(&document, text).unwrap();
        refused(&["flows"], words);
    }
    std::fs::write(&document, CASES).unwrap();
    world.write("flows/mine.wasm", "no component");
    refused(&["flows"], "plugin ");
    world.write("bare/cases/a.md", CASES);
    refused(&["bare"], "has no component: build it with");
}
