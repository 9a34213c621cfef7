//! Statements that want more time, memory or disk than there is.

/// A name and what makes the statement.
pub(crate) type Bomb = (&'static str, fn() -> String);

/// All of them; those longer than a statement may be are here too.
pub(crate) const LIST: &[Bomb] = &[
    ("cross join", || {
        "SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000) c WHERE a.range + b.range = c.range".into()
    }),
    ("cross join sorted", || {
        "SELECT * FROM range(100000) a, range(100000) b ORDER BY hash(a.range * b.range)".into()
    }),
    ("recursion without end", || {
        "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT max(n) FROM x"
            .into()
    }),
    ("recursion that doubles", || {
        "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x, range(2)) SELECT count(*) FROM x".into()
    }),
    ("repeat to 3 GB", || {
        "SELECT length(repeat('x', 3000000000))".into()
    }),
    ("repeat in a loop", || {
        "SELECT sum(length(repeat('x' || i, 100000000))) FROM range(1000) t(i)".into()
    }),
    ("list of 300 million", || {
        "SELECT len(list(i)) FROM range(300000000) t(i)".into()
    }),
    ("string_agg", || {
        "SELECT length(string_agg(i::VARCHAR, ',')) FROM range(300000000) t(i)".into()
    }),
    ("sort of 200 million", || {
        "SELECT i FROM range(200000000) t(i) ORDER BY hash(i) LIMIT 5 OFFSET 199999990".into()
    }),
    ("distinct of 200 million", || {
        "SELECT count(*) FROM (SELECT DISTINCT hash(i) FROM range(200000000) t(i))".into()
    }),
    ("window over 100 million", || {
        "SELECT sum(i) OVER (ORDER BY hash(i)) FROM range(100000000) t(i)".into()
    }),
    ("temporary table", || {
        "CREATE TEMP TABLE x AS SELECT * FROM range(300000000)".into()
    }),
    ("pivot", || {
        let values: Vec<String> = (0..4000).map(|value| value.to_string()).collect();
        format!(
            "PIVOT (SELECT i % 4000 AS a, i AS b FROM range(2000000) t(i)) ON a IN ({}) USING sum(b), max(b), min(b)",
            values.join(",")
        )
    }),
    ("100,000 columns", || {
        format!("SELECT {}", vec!["1"; 100_000].join(","))
    }),
    ("columns to the limit", || {
        format!("SELECT {}", vec!["1"; 15_000].join(","))
    }),
    ("20,000 unions", || {
        vec!["SELECT 1"; 20_000].join(" UNION ALL ")
    }),
    ("unions to the limit", || {
        vec!["SELECT 1"; 1_700].join(" UNION ALL ")
    }),
    ("unions with names to the limit", || {
        vec!["FROM nodes_file"; 1_200].join(" UNION ALL ")
    }),
    ("20,000 parentheses", || {
        format!("SELECT {}1{}", "(".repeat(20_000), ")".repeat(20_000))
    }),
    ("parentheses to the limit", || {
        format!("SELECT {}1{}", "(".repeat(15_000), ")".repeat(15_000))
    }),
    ("subqueries to the limit", || {
        format!("SELECT {}1{}", "(SELECT ".repeat(3_000), ")".repeat(3_000))
    }),
    ("200,000 NOT", || {
        format!("SELECT {} true", "NOT ".repeat(200_000))
    }),
    ("NOT to the limit", || {
        format!("SELECT {} true", "NOT ".repeat(8_000))
    }),
    ("additions to the limit", || {
        format!("SELECT {}", vec!["1"; 16_000].join("+"))
    }),
    ("CASE in CASE", || {
        format!(
            "SELECT {}1{}",
            "CASE WHEN true THEN ".repeat(1_200),
            " END".repeat(1_200)
        )
    }),
    ("calls in calls", || {
        format!("SELECT {}1{}", "abs(".repeat(6_000), ")".repeat(6_000))
    }),
    ("lists in lists", || {
        format!("SELECT {}{}", "[".repeat(16_000), "]".repeat(16_000))
    }),
    ("JSON of depth 200,000", || {
        "SELECT json_structure((repeat('[', 200000) || repeat(']', 200000))::JSON)".into()
    }),
    ("JSON to a type", || {
        "SELECT json_transform(repeat('[', 100000) || repeat(']', 100000), '\"JSON\"')".into()
    }),
    ("unnest of a thousand million", || {
        "SELECT count(*), max(x) FROM (SELECT unnest(range(1000000000)) AS x)".into()
    }),
    ("rows without end", || {
        "SELECT * FROM range(1000000000000)".into()
    }),
    ("wide rows", || {
        "SELECT repeat('x', 1000000) AS a FROM range(100000) LIMIT 5000".into()
    }),
    ("one wide row", || {
        "SELECT repeat('x', 100000000) AS a".into()
    }),
    ("one long list", || "SELECT range(20000000) AS a".into()),
    ("IN list to the limit", || {
        let values: Vec<String> = (0..5000).map(|value| value.to_string()).collect();
        format!(
            "SELECT count(*) FROM range(1000000000) t(i) WHERE i IN ({})",
            values.join(",")
        )
    }),
    ("regular expression", || {
        "SELECT regexp_matches(repeat('a', 5000000), '(a|aa|a*)*b') FROM range(1000)".into()
    }),
    ("regular expression with counts", || {
        "SELECT regexp_matches('x', '((((a{1,100}){1,100}){1,100}){1,100}){1,100}')".into()
    }),
    ("LIKE", || {
        format!(
            "SELECT count(*) FROM range(1000) WHERE repeat('a', 1000000) LIKE '{}b'",
            "%a".repeat(2000)
        )
    }),
    ("levenshtein", || {
        "SELECT levenshtein(repeat('a', 1000000), repeat('b', 1000000))".into()
    }),
    ("factorial", || {
        "SELECT sum(gamma(i)), sum(factorial(i % 30)) FROM range(100000000000) t(i)".into()
    }),
    ("format width", || {
        "SELECT length(format('{:>2000000000}', 'x')), length(lpad('x', 2000000000, 'y'))".into()
    }),
    ("bit string", || "SELECT bitstring('1', 2000000000)".into()),
    ("CTEs that double", || {
        use std::fmt::Write as _;
        let mut sql = String::from("WITH c0 AS (SELECT 1 AS a)");
        for level in 1..60 {
            let _ = write!(
                sql,
                ", c{level} AS (SELECT a FROM c{0} UNION ALL SELECT a FROM c{0})",
                level - 1
            );
        }
        sql + " SELECT count(*) FROM c59"
    }),
    ("joins to the limit", || {
        let joins: Vec<String> = (0..150)
            .map(|index| format!("nodes_file f{index}"))
            .collect();
        format!("SELECT count(*) FROM {}", joins.join(", "))
    }),
    ("grouping sets", || {
        let columns: Vec<String> = (0..16)
            .map(|index| format!("i % {} AS c{index}", index + 2))
            .collect();
        let names: Vec<String> = (0..16).map(|index| format!("c{index}")).collect();
        format!(
            "SELECT count(*) FROM (SELECT {} FROM range(1000000) t(i)) GROUP BY CUBE ({})",
            columns.join(","),
            names.join(",")
        )
    }),
    ("sleep", || "SELECT sleep_ms(60000)".into()),
];
