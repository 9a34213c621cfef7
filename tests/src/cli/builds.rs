//! Projects whose files are put together by their build: tables in files of any name, folders and definitions of commands.

use std::fmt::Write as _;

use super::program::World;

/// Names of the methods that a method calls.
fn callees(world: &World, project: &str, caller: &str) -> Vec<String> {
    let statement = format!(
        "SELECT DISTINCT callee.full_name AS name FROM edges_call e JOIN nodes_call c ON c.id = e.src \
         JOIN nodes_method callee ON callee.id = e.dst JOIN nodes_method caller ON caller.id = c.method_id \
         WHERE caller.name = '{caller}' ORDER BY name"
    );
    let rows = world.json(&["sql", "--project", project, &statement]);
    let rows = rows["results"].as_array().unwrap();
    let name = |row: &serde_json::Value| row["name"].as_str().unwrap().to_owned();
    rows.iter().map(name).collect()
}

const COUNT: usize = 150;

fn commands(world: &World, project: &str, element: impl Fn(usize) -> String) {
    let mut functions = String::new();
    let mut table = String::new();
    for number in 0..COUNT {
        let _ = writeln!(functions, "void command_{number}(int a) {{ }}");
        let _ = writeln!(table, "{}", element(number));
    }
    world.write(&format!("{project}/src/functions.c"), functions);
    world.write(&format!("{project}/src/commands.def"), table);
    world.write(
        &format!("{project}/src/server.h"),
        "struct command { const char *name; int arity; void (*run)(int); };\n",
    );
}

const RUN: &str = "void call(struct command *c) { c->run(1); }\n";

#[test]
fn a_table_that_is_included_where_it_stands_says_what_is_called() {
    let world = World::new();
    commands(&world, "part", |number| {
        format!("COMMAND(c{number}, command_{number})")
    });
    let table = "#include \"server.h\"\n#define COMMAND(name, f) { #name, 1, f },\nstruct command commands[] = {\n#include \"commands.def\"\n};\n";
    world.write("part/src/main.c", format!("{table}{RUN}"));
    let report = world.import(&world.path("part"), "part");
    assert_eq!(report["files_by_language"]["c"], 4, "{report}");
    assert_eq!(callees(&world, "part", "call").len(), COUNT);
}

#[test]
fn a_whole_table_in_a_file_of_any_name_is_read_as_what_includes_it() {
    let world = World::new();
    commands(&world, "whole", |number| {
        let (open, close) = match number {
            0 => ("struct command commands[] = {", ""),
            last if last == COUNT - 1 => ("", "};"),
            _ => ("", ""),
        };
        format!("{open}{{ \"c{number}\", 1, command_{number} }},{close}")
    });
    world.write(
        "whole/src/main.c",
        format!("#include \"server.h\"\n#include \"commands.def\"\n{RUN}"),
    );
    world.write(
        "whole/src/not_included.def",
        "struct command other = { 0 };\n",
    );
    let report = world.import(&world.path("whole"), "whole");
    assert_eq!(report["files_by_language"]["c"], 4, "{report}");
    assert_eq!(report["gaps_by_reason"]["unknown_kind"], 1, "{report}");
    assert_eq!(callees(&world, "whole", "call").len(), COUNT);
}

#[test]
fn folders_and_definitions_of_the_build_count() {
    let world = World::new();
    world.write(
        "built/one/api.h",
        "#define RUN(x) first(x)\nvoid first(int);\n",
    );
    world.write(
        "built/two/api.h",
        "#define RUN(x) second(x)\nvoid second(int);\n",
    );
    world.write(
        "built/app/main.c",
        "#include \"api.h\"\nEXPORTED int start(void) { RUN(1); return 0; }\n",
    );
    let database = r#"[{"directory": "/elsewhere/p/build", "file": "../app/main.c",
        "command": "cc -I/usr/include -I../two -DEXPORTED='__attribute__((visibility(\"default\")))' -c ../app/main.c"}]"#;
    world.write("built/build/compile_commands.json", database);
    let report = world.import(&world.path("built"), "built");
    // The folder of the system is told, and not read.
    assert_eq!(report["gaps_by_reason"]["build_file"], 1, "{report}");
    assert_eq!(
        report["gaps_by_reason"].get("syntax_error"),
        None,
        "{report}"
    );
    assert_eq!(callees(&world, "built", "RUN"), ["first", "second"]);
    let called = world.json(&[
        "sql",
        "--project",
        "built",
        "SELECT m.filename AS file FROM edges_call e JOIN nodes_method m ON m.id = e.dst WHERE m.name = 'RUN'",
    ]);
    assert_eq!(
        called["results"],
        serde_json::json!([{ "file": "two/api.h" }])
    );
}

#[test]
fn a_broken_description_of_the_build_is_a_gap() {
    let world = World::new();
    let texts = ["", "{", "[{\"file\": []}]", "\u{0}"];
    // What is no text is not given to an importer.
    let reasons = ["build_file", "build_file", "build_file", "binary"];
    for (number, (text, reason)) in texts.iter().zip(reasons).enumerate() {
        let project = format!("broken-{number}");
        world.write(
            &format!("{project}/main.c"),
            "int f(void) { return g(); }\n",
        );
        world.write(&format!("{project}/compile_commands.json"), text);
        let report = world.import(&world.path(&project), &project);
        assert_eq!(report["files_by_language"]["c"], 1, "{report}");
        assert_eq!(report["gaps_by_reason"][reason], 1, "{report}");
    }
}
