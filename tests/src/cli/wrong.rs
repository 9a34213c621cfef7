//! Wrong inputs of every command: one clear sentence, exit code 2, nothing left behind.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use super::program::World;

#[test]
fn imports_that_cannot_be() {
    let world = World::new();
    let file = world.write("file.py", "x = 1\n");
    std::fs::create_dir(world.path("empty")).unwrap();
    world.write("docs/a.md", "# only documents\n");
    let shop = world.shop();
    let shop = shop.to_str().unwrap();
    let docs = world.path("docs");
    for (arguments, words) in [
        (vec!["import", "nowhere"], "there is no folder"),
        (
            vec!["import", file.to_str().unwrap()],
            "is a file: give the folder",
        ),
        (vec!["import", "empty"], "there are no files to import"),
        (
            vec!["import", docs.to_str().unwrap()],
            "importers are installed for: c, cpp, python",
        ),
        (
            vec!["import", shop, "--language", "klingon"],
            "there is no importer for 'klingon'",
        ),
        (vec!["import", shop, "--include", "[a"], "'[a' is no glob"),
        (
            vec!["import", shop, "--include", "*.nothing"],
            "there are no files to import",
        ),
        (
            vec!["import", shop, "--branch", "main"],
            "--branch goes with a git URL",
        ),
        (
            vec!["import", shop, "--project", "a/b"],
            "has the character '/'",
        ),
        (vec!["import", shop, "--project", ""], "name is empty"),
        (vec!["import", ""], "the path is empty"),
        (vec!["import"], "PATH|URL"),
        (vec!["import", "http://git.example.org/x"], "https://"),
        (vec!["import", "ext::sh -c id"], "not allowed"),
        (
            vec!["import", "git@git.example.org:x/y"],
            "ssh is not supported",
        ),
    ] {
        world.run(&arguments).assert_refused(words);
    }
    assert!(world.work_folders().is_empty() && world.graphs().is_empty());
    assert_eq!(world.json(&["project", "list"])["total"], 0);
}

#[test]
fn questions_that_cannot_be() {
    let world = World::new();
    world
        .run(&["ask", "Where is main?"])
        .assert_refused("there is no project yet");
    assert!(!world.data().exists(), "a question makes no data folder");
    world.import(&world.shop(), "shop");
    let long = "x".repeat(10_001);
    for (arguments, words) in [
        (vec!["ask", ""], "the question is empty"),
        (vec!["ask", " \n "], "the question is empty"),
        (
            vec!["ask", long.as_str()],
            "10001 characters, at most 10000",
        ),
        (
            vec!["ask", "x", "--project", "none"],
            "there is no project 'none'; there are: shop",
        ),
        (
            vec!["ask", "x", "--project", "a/b"],
            "there is no project 'a/b'",
        ),
        (
            vec!["ask", "x", "--scenario", "none"],
            "there is no scenario 'none'; there are: entry_points, onboarding, security",
        ),
        (vec!["ask", "x", "--language", "de"], "invalid value 'de'"),
        (vec!["ask"], "<QUESTION>"),
    ] {
        world.run(&arguments).assert_refused(words);
    }
}

#[test]
fn sql_that_cannot_be() {
    let world = World::new();
    world
        .run(&["sql", "SELECT 1"])
        .assert_refused("there is no project yet");
    world.import(&world.shop(), "shop");
    for query in [
        "",
        "DROP TABLE node",
        "SELECT 1; SELECT 2",
        "SELECT * FROM nowhere",
        "SELECT * FROM read_csv('/etc/passwd')",
    ] {
        world.run(&["sql", query]).assert_refused("error: ");
    }
    world
        .run(&["sql", "SELECT 1", "--project", "none"])
        .assert_refused("there is no project 'none'");
}

#[test]
fn arguments_that_are_no_text() {
    let world = World::new();
    let bad = OsStr::from_bytes(b"\xff");
    world
        .run(&[OsStr::new("ask"), bad])
        .assert_refused("invalid UTF-8");
    world
        .run(&[OsStr::new("sql"), bad])
        .assert_refused("invalid UTF-8");
    world
        .run(&[OsStr::new("import"), bad])
        .assert_refused("is no UTF-8");
}

#[test]
fn commands_that_are_not_there() {
    let world = World::new();
    world
        .run(&["imports"])
        .assert_refused("unrecognized subcommand 'imports'");
    world
        .run(&["project", "remove", "none"])
        .assert_refused("there is no project yet");
    world
        .run(&["plugin", "list", "--format", "xml"])
        .assert_refused("invalid value 'xml'");
    let help = world.run(&["--help"]);
    assert_eq!(help.code(), Some(0));
    assert!(help.text().contains("Exit codes:"), "{}", help.text());
}

#[test]
fn a_damaged_database_is_named() {
    let world = World::new();
    let shop = world.shop();
    world.import(&shop, "shop");
    std::fs::write(
        world.data().join("codegraph.db"),
        "no database at all, but long enough ".repeat(500),
    )
    .unwrap();
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(world.data().join(format!("codegraph.db{suffix}")));
    }
    world
        .run(&["ask", "Where is Store.find?"])
        .assert_refused("restore it from a backup");
}

#[test]
fn a_damaged_graph_is_named_and_imported_anew() {
    let world = World::new();
    let shop = world.shop();
    world.import(&shop, "shop");
    let graph = world.graphs().pop().unwrap();
    std::fs::write(&graph, "no graph").unwrap();
    world
        .run(&["ask", "Where is Store.find?"])
        .assert_refused("import the project again");
    world.import(&shop, "shop");
    assert_eq!(
        world.json(&["ask", "Where is Store.find defined?"])["found"],
        true
    );
}
