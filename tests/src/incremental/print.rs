//! A graph as lines, in an order of their own. Nodes are told by their file's path and their number in it, so that two graphs of the
//! same files are the same lines whatever numbers the files have.

use std::path::Path;

use codegraph_cpg::console::{Budget, Console, Event, Options};

/// Nodes by what they are: external ones by name, others by path and row.
const PLACES: &str = "WITH place AS (SELECT id, CASE WHEN id >> 32 = 0 THEN 'external ' || kind || ' ' || full_name \
    ELSE filename || '#' || (id & 4294967295) END AS at FROM node)";

/// What is compared: name, columns, from where.
const RELATIONS: &[(&str, &str, &str)] = &[
    (
        "node",
        "p.at, t.* EXCLUDE (id)",
        "node AS t JOIN place AS p ON p.id = t.id",
    ),
    (
        "method",
        "p.at, q.at AS parent, m.at AS around, t.* EXCLUDE (id, parent_id, method_id)",
        "method AS t JOIN place AS p ON p.id = t.id LEFT JOIN place AS q ON q.id = t.parent_id LEFT JOIN place AS m ON m.id = t.method_id",
    ),
    (
        "type_decl",
        "p.at, q.at AS parent, m.at AS around, t.* EXCLUDE (id, parent_id, method_id)",
        "type_decl AS t JOIN place AS p ON p.id = t.id LEFT JOIN place AS q ON q.id = t.parent_id LEFT JOIN place AS m ON m.id = t.method_id",
    ),
    (
        "file",
        "p.at, t.* EXCLUDE (id)",
        "file AS t JOIN place AS p ON p.id = t.id",
    ),
    (
        "symbol",
        "p.at, t.* EXCLUDE (id)",
        "symbol AS t JOIN place AS p ON p.id = t.id",
    ),
    (
        "edge",
        "p.at, t.* EXCLUDE (src)",
        "edge AS t JOIN place AS p ON p.id = t.src",
    ),
    (
        "link",
        "p.at, q.at AS target, t.kind",
        "link AS t JOIN place AS p ON p.id = t.src JOIN place AS q ON q.id = t.dst",
    ),
    (
        "call_edge",
        "p.at, q.at AS target, t.* EXCLUDE (src, dst)",
        "call_edge AS t JOIN place AS p ON p.id = t.src JOIN place AS q ON q.id = t.dst",
    ),
    (
        "data_edge",
        "p.at, t.* EXCLUDE (src)",
        "data_edge AS t JOIN place AS p ON p.id = t.src",
    ),
    ("include", "t.*", "include AS t"),
    ("gap", "t.* EXCLUDE (file_id)", "analysis_gaps AS t"),
    (
        "boundary",
        "p.at, m.at AS around, t.* EXCLUDE (node_id, method_id)",
        "dynamic_boundaries AS t JOIN place AS p ON p.id = t.node_id LEFT JOIN place AS m ON m.id = t.method_id",
    ),
    (
        "source",
        "t.filename, t.size, md5(t.content)",
        "source_files AS t",
    ),
    ("document", "t.* EXCLUDE (file_id)", "document AS t"),
    (
        "facts",
        "p.at, hex(t.input_key), t.facts IS NULL",
        "file_facts AS t JOIN place AS p ON p.id = t.file_id",
    ),
    (
        "metadata",
        "key, value",
        "metadata WHERE key NOT IN ('project', 'revision', 'indexed_at', 'nodes_out_of_order')",
    ),
    // Nothing is there twice, and nothing points to what is not there.
    ("twice", "id", "node GROUP BY id HAVING count(*) > 1"),
    (
        "lost",
        "t.src, t.dst",
        "call_edge AS t WHERE t.src NOT IN (SELECT id FROM node) OR t.dst NOT IN (SELECT id FROM node)",
    ),
];

/// The lines of a graph.
///
/// # Panics
/// Panics where the file is no graph, or the schema is another one.
pub(crate) fn print(graph: &Path) -> Vec<String> {
    let options = Options {
        memory_bytes: 256 << 20,
        temporary_bytes: 0,
        temporary_folder: ".".into(),
        threads: 1,
        comments: false,
    };
    let console = Console::open(graph, &options).expect("a graph");
    let mut lines = Vec::new();
    for (name, columns, source) in RELATIONS {
        let sql = format!("{PLACES} SELECT {columns} FROM {source} ORDER BY ALL");
        let checked = console
            .check(&sql)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let budget = Budget {
            max_rows: 1 << 20,
            rows_without_limit: 1 << 20,
            max_bytes: 64 << 20,
        };
        let ended = console.run(&checked, budget, |event| {
            if let Event::Rows(rows) = event {
                let line = |row| format!("{name} {}", serde_json::Value::Array(row));
                lines.extend(rows.into_iter().map(line));
            }
            true
        });
        let ended = ended.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!ended.truncated, "{name} is too long");
    }
    lines
}

/// Lines that only one of the two has, the first few of them.
pub(crate) fn difference(expected: &[String], found: &[String]) -> String {
    let only = |mark: &str, of: &[String], other: &[String]| -> Vec<String> {
        of.iter()
            .filter(|line| !other.contains(line))
            .take(10)
            .map(|line| format!("{mark} {line}"))
            .collect()
    };
    [only("-", expected, found), only("+", found, expected)]
        .concat()
        .join("\n")
}
