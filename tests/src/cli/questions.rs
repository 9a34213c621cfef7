//! Questions and SQL.

use super::program::World;

fn imported() -> World {
    let world = World::new();
    world.import(&world.shop(), "shop");
    world
}

#[test]
fn an_answer_has_its_evidence_and_says_how_fresh_it_is() {
    let answer = imported().json(&["ask", "Where is Store.find defined?"]);
    assert_eq!(answer["found"], true, "{answer}");
    assert_eq!(
        (&answer["language"], &answer["mode"]),
        (&"en".into(), &"deterministic".into()),
        "{answer}"
    );
    assert!(answer["confidence"].as_f64().unwrap() > 0.5, "{answer}");
    assert!(
        answer["answer"].as_str().unwrap().contains("shop/store.py"),
        "{answer}"
    );
    let evidence = &answer["evidence"][0];
    assert_eq!(evidence["source"], "shop/store.py:2", "{answer}");
    assert!(
        evidence["content"]
            .as_str()
            .unwrap()
            .contains("def find(self, sku)"),
        "{answer}"
    );
    for key in ["type", "relevance"] {
        assert!(!evidence[key].is_null(), "{key}: {answer}");
    }
    for key in [
        "request_id",
        "scenario_id",
        "indexed_at",
        "indexed_commit",
        "processing_time_ms",
        "revision_id",
    ] {
        assert!(!answer[key].is_null(), "{key}: {answer}");
    }
    assert_eq!(answer["analysis_gaps"]["count"], 0, "{answer}");
}

#[test]
fn the_answer_speaks_the_language_of_the_question() {
    let world = imported();
    assert_eq!(
        world.json(&["ask", "Где определён Store.find?"])["language"],
        "ru"
    );
    assert_eq!(
        world.json(&["ask", "Где определён Store.find?", "--language", "en"])["language"],
        "en"
    );
    let text = world.run(&["ask", "Кто вызывает Store.find?"]);
    assert_eq!(text.code(), Some(0), "{}", text.errors());
    assert!(text.text().contains("shop/cart.py:6"), "{}", text.text());
    let page = world.run(&["ask", "Who calls Store.find?", "--format", "markdown"]);
    assert!(page.text().contains("### Evidence"), "{}", page.text());
}

#[test]
fn what_is_not_there_is_said_and_has_its_exit_code() {
    let ran = imported().run(&["ask", "Where is `frobnicate` defined?", "--format", "json"]);
    assert_eq!(ran.code(), Some(1), "{}", ran.errors());
    let answer: serde_json::Value = serde_json::from_str(&ran.text()).unwrap();
    assert_eq!(
        (&answer["found"], &answer["confidence"]),
        (&false.into(), &0.0.into()),
        "{answer}"
    );
}

#[test]
fn the_project_is_the_one_named_or_the_last_imported() {
    let world = imported();
    world.write("other/other.py", "def only_here():\n    pass\n");
    world.import(&world.path("other"), "other");
    assert_eq!(
        world.json(&["ask", "Where is only_here defined?"])["project"],
        "other"
    );
    assert_eq!(
        world.json(&["ask", "Where is Store.find defined?", "--project", "shop"])["project"],
        "shop"
    );
}

#[test]
fn sql_in_three_formats() {
    let world = imported();
    let query = "SELECT name FROM nodes_method WHERE name = 'find' LIMIT 1";
    assert_eq!(
        world.json(&["sql", query])["results"],
        serde_json::json!([{ "name": "find" }])
    );
    assert_eq!(
        world
            .run(&["sql", query, "--format", "csv"])
            .text()
            .replace('\r', ""),
        "name\nfind\n"
    );
    assert!(world.run(&["sql", query]).text().contains("1 row"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::Stdio;
    let world = imported();
    let query = "SELECT i, repeat('x', 200) FROM range(5000) t(i) LIMIT 5000";
    let mut child = world
        .command(&["sql", query])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    assert!(
        !errors.contains("panicked") && !errors.contains("error"),
        "{errors}"
    );
}

#[test]
fn a_removed_project_is_gone_with_its_files() {
    let world = imported();
    assert_eq!(world.graphs().len(), 1);
    assert_eq!(world.run(&["project", "remove", "shop"]).code(), Some(0));
    assert!(world.graphs().is_empty());
    world
        .run(&["ask", "Where is Store.find?"])
        .assert_refused("there is no project yet");
}
