//! What is answered: values, limits, errors, checks.

use std::time::{Duration, Instant};

use codegraph_server::sql::{Limits, MAX_SQL_BYTES, SqlError};
use serde_json::json;

use crate::sql::{CANARY, World, seen, short};

#[test]
fn values_of_every_type_come_as_json() {
    let world = World::new();
    let table = [
        ("NULL", json!(null)),
        ("true", json!(true)),
        ("9007199254740992", json!(9_007_199_254_740_992_i64)),
        ("9007199254740993", json!("9007199254740993")),
        ("-9007199254740993", json!("-9007199254740993")),
        (
            "18446744073709551615::UBIGINT",
            json!("18446744073709551615"),
        ),
        (
            "170141183460469231731687303715884105727::HUGEINT",
            json!("170141183460469231731687303715884105727"),
        ),
        ("1.5", json!(1.5)),
        ("0.1::FLOAT", json!(0.1)),
        ("1e300", json!(1e300)),
        ("'inf'::DOUBLE", json!("inf")),
        ("'nan'::DOUBLE", json!("nan")),
        (
            "12345678901234.567::DECIMAL(18,3)",
            json!("12345678901234.567"),
        ),
        ("1234567890.12::DECIMAL(18,2)", json!(1_234_567_890.12)),
        ("'текст'", json!("текст")),
        ("'a\u{1}b'", json!("a\u{1}b")),
        ("'a\\x00'::BLOB", json!("a\\x00")),
        ("'101'::BIT", json!("101")),
        ("DATE '2026-02-03'", json!("2026-02-03")),
        ("TIME '04:05:06'", json!("04:05:06")),
        (
            "TIMESTAMP '2026-02-03 04:05:06.789'",
            json!("2026-02-03T04:05:06.789"),
        ),
        (
            "TIMESTAMPTZ '2026-02-03 04:05:06+02'",
            json!("2026-02-03T02:05:06Z"),
        ),
        ("[1, NULL, 3]", json!([1, null, 3])),
        ("[[1], []]", json!([[1], []])),
        ("{'a': 1, 'b': [true]}", json!({"a": 1, "b": [true]})),
        ("MAP {'k': 1}", json!({"k": 1})),
        ("MAP {1: 'x'}", json!([{"key": 1, "value": "x"}])),
        ("[1, 2]::INTEGER[2]", json!([1, 2])),
        ("'b'::ENUM ('a', 'b')", json!("b")),
        ("'{\"a\": 1}'::JSON", json!("{\"a\": 1}")),
        ("union_value(n := 5)", json!(5)),
        (
            "'11111111-2222-3333-4444-555555555555'::UUID",
            json!("11111111-2222-3333-4444-555555555555"),
        ),
    ];
    let columns: Vec<String> = table
        .iter()
        .enumerate()
        .map(|(index, (value, _))| format!("{value} AS c{index}"))
        .collect();
    let result = world
        .run(&format!("SELECT {}", columns.join(", ")), &short())
        .unwrap();
    let wrong: Vec<String> = table
        .iter()
        .zip(&result.rows[0])
        .filter(|((_, expected), found)| expected != *found)
        .map(|((value, expected), found)| format!("{value}: expected {expected}, got {found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(result.columns[4].kind, "BIGINT");
    assert_eq!(result.columns[7].kind, "DECIMAL(2,1)");
}

#[test]
fn results_stop_at_rows_and_bytes() {
    let world = World::new();
    let limits = Limits {
        max_rows: 50,
        rows_without_limit: 10,
        max_bytes: 10_000,
        ..short()
    };
    let run = |sql: &str| world.run(sql, &limits);
    let rows = |sql: &str| {
        run(sql)
            .map(|result| (result.row_count, result.truncated))
            .unwrap()
    };
    assert_eq!(rows("FROM range(1000)"), (10, true));
    assert_eq!(rows("FROM range(10)"), (10, false));
    assert_eq!(rows("FROM range(1000) LIMIT 1000"), (50, true));
    assert_eq!(rows("FROM range(1000) LIMIT 20"), (20, false));
    assert_eq!(rows("SELECT repeat('x', 3000) FROM range(9)"), (3, true));
    assert!(matches!(
        run("SELECT repeat('x', 30000)"),
        Err(SqlError::TooLarge {
            limit_bytes: 10_000,
            ..
        })
    ));
    assert!(matches!(
        run(&format!("SELECT '{}'", "x".repeat(MAX_SQL_BYTES))),
        Err(SqlError::TooLarge {
            limit_bytes: MAX_SQL_BYTES,
            ..
        })
    ));
    // Cells that JSON writes six times as long are within the same limit.
    assert_eq!(
        rows("SELECT repeat(chr(1), 3000) FROM range(3)"),
        (3, false)
    );
}

#[test]
fn errors_say_what_and_where() {
    let world = World::new();
    let fails = |sql: &str| world.run(sql, &short()).unwrap_err();
    let SqlError::UnknownTable {
        name,
        suggestions,
        position,
    } = fails("SELECT 1 FROM nodes_fil")
    else {
        panic!("no such table");
    };
    assert_eq!((name.as_str(), position), ("nodes_fil", Some(14)));
    assert!(
        suggestions.contains(&"nodes_file".to_owned()),
        "{suggestions:?}"
    );
    let SqlError::UnknownColumn {
        name, suggestions, ..
    } = fails("SELECT nam FROM nodes_file")
    else {
        panic!("no such column");
    };
    assert_eq!(name, "nam");
    assert!(suggestions.contains(&"name".to_owned()), "{suggestions:?}");
    assert_eq!(fails("SELECT FORM FORM x").position(), Some(17));
    assert_eq!(fails("EXPLAIN SELECT FORM FORM x").position(), Some(25));
    assert!(matches!(
        fails("SELECT 'a'::INTEGER"),
        SqlError::Invalid { .. }
    ));
    assert!(matches!(fails(""), SqlError::Syntax { .. }));
    assert!(matches!(fails("-- nothing"), SqlError::Syntax { .. }));
    let missing = world.runner.run(
        &world.folder().join("graphs/2.duckdb"),
        "SELECT 1",
        &short(),
    );
    assert!(
        matches!(missing, Err(SqlError::CorruptGraph { .. })),
        "{missing:?}"
    );
    let text = world.folder().join("canary.txt");
    let answer = world.runner.run(&text, "SELECT 1", &short());
    assert!(
        matches!(answer, Err(SqlError::CorruptGraph { .. })),
        "{answer:?}"
    );
    assert!(!seen(&answer).contains(CANARY));
}

#[test]
fn validation_looks_up_names_and_does_not_run() {
    let world = World::new();
    let validate = |sql: &str| world.runner.validate(&world.graph(), sql, &short());
    let codes = |sql: &str| -> Vec<String> {
        validate(sql)
            .unwrap()
            .into_iter()
            .map(|warning| warning.code)
            .collect()
    };
    assert_eq!(
        codes("SELECT * FROM nodes_file"),
        ["select_star", "no_limit"]
    );
    assert_eq!(codes("SELECT name FROM nodes_file LIMIT 5"), [""; 0]);
    assert_eq!(codes("DESCRIBE nodes_file"), [""; 0]);
    assert!(matches!(
        validate("SELECT * FROM nowhere"),
        Err(SqlError::UnknownTable { .. })
    ));
    let began = Instant::now();
    assert_eq!(
        codes("SELECT count(*) FROM range(100000000000) LIMIT 1"),
        [""; 0]
    );
    assert!(began.elapsed() < Duration::from_secs(1), "it was run");
}

#[test]
fn the_api_refuses_comments_and_gives_fewer_rows() {
    let world = World::new();
    let run = |sql: &str| world.run(sql, &Limits::api());
    assert!(matches!(
        run("SELECT 1 -- x"),
        Err(SqlError::NotAllowed { .. })
    ));
    assert!(matches!(
        run("SELECT /* x */ 1"),
        Err(SqlError::NotAllowed { .. })
    ));
    assert_eq!(run("SELECT '-- x' AS a").unwrap().rows, [[json!("-- x")]]);
    assert_eq!(run("FROM range(2000)").unwrap().row_count, 100);
    assert_eq!(run("FROM range(2000) LIMIT 2000").unwrap().row_count, 1000);
}

#[test]
fn the_examples_of_the_page_are_sql_over_a_graph() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/sql.md")).unwrap();
    let blocks = page
        .split("```sql\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next());
    let shell = page
        .lines()
        .filter_map(|line| line.strip_prefix("codegraph sql \"")?.split('"').next());
    let statements: Vec<&str> = blocks
        .flat_map(|block| block.split(';'))
        .chain(shell)
        .map(str::trim)
        .collect();
    let world = World::new();
    let mut checked = 0;
    for statement in statements
        .into_iter()
        .filter(|statement| !statement.is_empty())
    {
        if let Err(error) = world.runner.validate(&world.graph(), statement, &short()) {
            panic!("{error}\n{statement}");
        }
        checked += 1;
    }
    assert!(checked >= 7, "{checked}");
}
