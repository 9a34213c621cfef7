//! `config` and `plugin list`.

use super::program::World;

#[test]
fn each_value_says_where_it_came_from() {
    let world = World::new();
    world.write(
        "home/.config/codegraph/config.toml",
        "[import]\nmax_files = 5\n",
    );
    world.write(".env", "DATABASE_URL=postgres://me:s3cret@db/codegraph\n");
    let shown = world.json(&["config"]);
    let of = |key: &str| {
        shown["config"]
            .as_array()
            .unwrap()
            .iter()
            .find(|entry| entry["key"] == key)
            .unwrap()
            .clone()
    };
    assert_eq!(of("import.max_files")["value"], 5);
    assert!(
        of("import.max_files")["source"]
            .as_str()
            .unwrap()
            .ends_with("codegraph/config.toml")
    );
    assert_eq!(of("database.url")["value"], "postgres://***@db/codegraph");
    assert_eq!(of("database.url")["source"], ".env variable DATABASE_URL");
    assert_eq!(
        of("paths.data_dir")["source"],
        "environment variable CODEGRAPH_DATA_DIR"
    );
    assert!(!shown.to_string().contains("s3cret"));
    // What cannot be used is refused when it is needed, without the password.
    world.write("x/x.py", "x = 1\n");
    let ran = world.run(&["import", "x"]);
    ran.assert_refused("the database server db:5432 cannot be reached");
    assert!(!ran.errors().contains("s3cret"));
}

#[test]
fn mistakes_are_named_with_key_and_place() {
    let world = World::new();
    let file = world.write("wrong.toml", "[import]\nmax_filez = 5\n");
    world
        .run(&["config", "--config", file.to_str().unwrap()])
        .assert_refused("import.max_filez");
    world
        .run(&["config", "--config", "none.toml"])
        .assert_refused("none.toml");
    let mut command = world.command(&["config"]);
    let output = command
        .env("CODEGRAPH_IMPORT_MAX_FILES", "many")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        errors.contains("CODEGRAPH_IMPORT_MAX_FILES") && errors.contains("'many'"),
        "{errors}"
    );
}

#[test]
fn plugins_are_listed_with_their_state() {
    let world = World::new();
    let listed = world.json(&["plugin", "list"]);
    let plugins = listed["plugins"].as_array().unwrap();
    assert!(
        plugins
            .iter()
            .any(|plugin| plugin["kind"] == "importer" && plugin["state"] == "ready"),
        "{listed}"
    );
    assert!(
        plugins
            .iter()
            .any(|plugin| plugin["kind"] == "scenario" && plugin["state"] == "ready"),
        "{listed}"
    );
    world.write("more/broken.wasm", "no component");
    let mut command = world.command(&["plugin", "list"]);
    let output = command
        .env("CODEGRAPH_PLUGIN_DIR", world.path("more"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("broken") && text.contains("refused: "),
        "{text}"
    );
}
