//! What is included in the middle of something stands where it is included.

use codegraph_import_c::{lower_file, outlined};
use codegraph_kit::testing::Collector;
use codegraph_sdk::importer::FileContext;

fn lower(source: &str, included: &[(&str, &str)]) -> Collector {
    let included = included
        .iter()
        .map(|(path, text)| outlined(path, text.as_bytes()).1)
        .collect();
    let context = FileContext {
        path: "src/main.c".into(),
        module: String::new(),
        is_package: false,
        language: "c".into(),
        included,
        extra: Vec::new(),
    };
    let mut collector = Collector::new(source.len());
    lower_file(&context, source.as_bytes(), &mut collector)
        .map(|_| ())
        .unwrap();
    collector.finish().unwrap();
    collector
}

/// Source texts of the rows with a name.
fn places<'a>(rows: &Collector, source: &'a str, name: &str) -> Vec<&'a str> {
    let named = rows.names.iter().zip(&rows.spans);
    let named = named.filter(|&(&own, _)| rows.texts[own as usize] == name);
    named
        .map(|(_, &(start, end))| &source[start as usize..end as usize])
        .collect()
}

const TABLE: &str = "#define COMMAND(name, f) { #name, f },\n\
                     struct command { const char *name; void (*run)(void); };\n\
                     static struct command commands[] = {\n\
                     #include \"commands.def\"\n\
                     };\n\
                     void behind(void) { commands[0].run(); }\n";

#[test]
fn rows_of_what_is_put_in_have_the_place_of_the_directive() {
    let list = "COMMAND(get, get_command)\nCOMMAND(set, set_command)\n";
    let rows = lower(TABLE, &[("src/commands.def", list)]);
    for name in ["get", "get_command", "set_command"] {
        assert_eq!(
            places(&rows, TABLE, name),
            ["#include \"commands.def\""],
            "{name}"
        );
    }
    assert_eq!(
        places(&rows, TABLE, "behind"),
        ["void behind(void) { commands[0].run(); }"]
    );
    assert!(rows.gaps.is_empty(), "{:?}", rows.gaps);
}

#[test]
fn statements_and_parts_of_types_are_put_in_too() {
    let source = "enum kind {\n#include \"kinds.h\"\n};\nint f(int a)\n{\n    switch (a) {\n#include \"cases.inc\"\n    }\n    return 0;\n}\n";
    let rows = lower(
        source,
        &[
            ("src/kinds.h", "FIRST,\nSECOND,\n"),
            ("src/cases.inc", "case FIRST: return g();\n"),
        ],
    );
    assert_eq!(places(&rows, source, "SECOND"), ["#include \"kinds.h\""]);
    assert_eq!(places(&rows, source, "g"), ["#include \"cases.inc\""]);
    assert!(rows.gaps.is_empty(), "{:?}", rows.gaps);
}

#[test]
fn what_is_too_long_is_a_gap() {
    let list = "{ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 },\n".repeat(7_000);
    let source =
        "int a[][10] = {\n".to_owned() + &"#include \"list.h\"\n".repeat(40) + "};\nint b;\n";
    let rows = lower(&source, &[("list.h", &list)]);
    assert!(
        rows.gaps.iter().any(|gap| gap.reason == "include_limit"),
        "{:?}",
        rows.gaps
    );
    let directive = rows
        .gaps
        .iter()
        .find(|gap| gap.reason == "include_limit")
        .unwrap();
    assert_eq!(
        &source[directive.start as usize..directive.end as usize],
        "#include \"list.h\""
    );
    assert_eq!(places(&rows, &source, "b"), ["b"]);
}

#[test]
fn broken_fragments_break_nothing() {
    for fragment in [
        "} } }",
        "{ { (",
        "\"open",
        "#if 1\n{ 1 },",
        "{ COMMAND(",
        "\u{0}\u{1},",
        "/* open",
    ] {
        for cut in (0..=TABLE.len()).step_by(5) {
            let list = format!("{fragment},\n{fragment},");
            if TABLE.is_char_boundary(cut) {
                lower(&TABLE[..cut], &[("src/commands.def", &list)]);
            }
        }
    }
}
