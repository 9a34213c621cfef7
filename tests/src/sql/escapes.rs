//! Statements that try to reach out of the graph, and twins that only look so.

use codegraph_server::sql::SqlError;

/// What must become of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Understood and refused by the gate.
    Refused,
    /// Not SQL to the engine's parser.
    Syntax,
    /// The engine knows no such function, table or column.
    Unknown,
    /// Harmless: it must be answered.
    Answers,
}

impl Class {
    pub(crate) fn of(answer: Result<(), &SqlError>) -> Option<Self> {
        match answer {
            Ok(()) => Some(Self::Answers),
            Err(SqlError::NotAllowed { .. }) => Some(Self::Refused),
            Err(SqlError::Syntax { .. }) => Some(Self::Syntax),
            Err(
                SqlError::UnknownTable { .. }
                | SqlError::UnknownColumn { .. }
                | SqlError::Invalid { .. },
            ) => Some(Self::Unknown),
            Err(_) => None,
        }
    }
}

use Class::{Answers, Refused, Syntax, Unknown};

/// Group, statement, class. `{dir}` is the folder of the canaries and of `graphs/1.duckdb`.
pub(crate) const TABLE: &[(&str, &str, Class)] = &[
    // files: table functions
    (
        "read",
        "SELECT * FROM read_text('{dir}/canary.txt')",
        Refused,
    ),
    (
        "read",
        "SELECT * FROM read_blob('{dir}/canary.txt')",
        Refused,
    ),
    (
        "read",
        "SELECT * FROM read_csv('{dir}/canary.csv')",
        Refused,
    ),
    (
        "read",
        "SELECT * FROM read_csv_auto('{dir}/canary.csv')",
        Refused,
    ),
    (
        "read",
        "SELECT * FROM read_json('{dir}/canary.json')",
        Refused,
    ),
    (
        "read",
        "SELECT * FROM read_json_auto('{dir}/canary.json')",
        Refused,
    ),
    (
        "read",
        "SELECT * FROM read_json_objects('{dir}/canary.json')",
        Refused,
    ),
    (
        "read",
        "SELECT * FROM read_ndjson('{dir}/canary.json')",
        Refused,
    ),
    (
        "read",
        "SELECT * FROM read_ndjson_objects('{dir}/canary.json')",
        Refused,
    ),
    (
        "read",
        "SELECT * FROM read_parquet('{dir}/canary.csv')",
        Refused,
    ),
    (
        "read",
        "SELECT * FROM parquet_scan('{dir}/canary.csv')",
        Refused,
    ),
    (
        "read",
        "SELECT * FROM parquet_metadata('{dir}/canary.csv')",
        Refused,
    ),
    (
        "read",
        "SELECT * FROM parquet_schema('{dir}/canary.csv')",
        Refused,
    ),
    (
        "read",
        "SELECT * FROM parquet_kv_metadata('{dir}/canary.csv')",
        Refused,
    ),
    (
        "read",
        "SELECT * FROM sniff_csv('{dir}/canary.csv')",
        Refused,
    ),
    (
        "read",
        "SELECT * FROM read_duckdb('{dir}/graphs/1.duckdb')",
        Refused,
    ),
    ("read", "SELECT * FROM glob('{dir}/*')", Refused),
    ("read", "SELECT * FROM glob('/*')", Refused),
    (
        "read",
        "SELECT * FROM read_text(['/etc/passwd', '/etc/hostname'])",
        Refused,
    ),
    ("read", "SELECT * FROM arrow_scan(1, 2, 3)", Refused),
    ("read", "SELECT * FROM seq_scan('nodes_file')", Refused),
    // files: replacement scans
    ("replacement", "SELECT * FROM '{dir}/canary.csv'", Refused),
    ("replacement", "SELECT * FROM \"{dir}/canary.csv\"", Refused),
    ("replacement", "FROM '{dir}/canary.json'", Refused),
    ("replacement", "FROM 'canary.csv'", Refused),
    ("replacement", "FROM '*.csv'", Refused),
    ("replacement", "FROM '{dir}/graphs/1.duckdb'", Refused),
    ("replacement", "FROM '/proc/self/environ'", Refused),
    ("replacement", "DESCRIBE '{dir}/canary.csv'", Refused),
    ("replacement", "SUMMARIZE '{dir}/canary.csv'", Refused),
    (
        "replacement",
        "SELECT * FROM 'file:{dir}/canary.csv'",
        Refused,
    ),
    // network
    (
        "network",
        "SELECT * FROM 'https://127.0.0.1/canary.csv'",
        Refused,
    ),
    (
        "network",
        "SELECT * FROM read_csv('http://127.0.0.1:9/canary.csv')",
        Refused,
    ),
    (
        "network",
        "SELECT * FROM 's3://bucket/canary.parquet'",
        Refused,
    ),
    // files: writing
    ("write", "COPY nodes_file TO '{dir}/out.csv'", Refused),
    (
        "write",
        "COPY (SELECT 1) TO '{dir}/out.parquet' (FORMAT parquet)",
        Refused,
    ),
    ("write", "COPY nodes_file FROM '{dir}/canary.csv'", Refused),
    ("write", "EXPORT DATABASE '{dir}/export'", Refused),
    ("write", "IMPORT DATABASE '{dir}'", Refused),
    ("write", "COPY FROM DATABASE a TO b", Refused),
    // databases and extensions
    ("attach", "ATTACH '{dir}/graphs/1.duckdb' AS other", Refused),
    ("attach", "ATTACH ':memory:' AS other", Refused),
    (
        "attach",
        "ATTACH '{dir}/x.db' AS other (TYPE sqlite)",
        Refused,
    ),
    ("attach", "DETACH other", Refused),
    ("attach", "USE system", Refused),
    ("extension", "INSTALL httpfs", Refused),
    ("extension", "FORCE INSTALL httpfs FROM community", Refused),
    ("extension", "LOAD httpfs", Refused),
    ("extension", "LOAD '{dir}/canary.txt'", Refused),
    ("extension", "UPDATE EXTENSIONS", Refused),
    // settings
    ("setting", "SET threads = 8", Refused),
    (
        "setting",
        "SET GLOBAL enable_external_access = true",
        Refused,
    ),
    ("setting", "SET lock_configuration = false", Refused),
    ("setting", "RESET memory_limit", Refused),
    ("setting", "SET VARIABLE x = 1", Refused),
    ("setting", "PRAGMA database_list", Refused),
    ("setting", "PRAGMA enable_profiling", Refused),
    ("setting", "PRAGMA import_database('{dir}')", Refused),
    ("setting", "CALL pragma_database_size()", Refused),
    ("setting", "CALL enable_logging()", Refused),
    // changes
    ("change", "CREATE TABLE x (a INTEGER)", Refused),
    ("change", "CREATE TEMP TABLE x AS SELECT 1", Refused),
    ("change", "CREATE OR REPLACE VIEW x AS SELECT 1", Refused),
    (
        "change",
        "CREATE MACRO x() AS TABLE FROM read_text('{dir}/canary.txt')",
        Refused,
    ),
    (
        "change",
        "CREATE SECRET x (TYPE http, BEARER_TOKEN 'x')",
        Refused,
    ),
    ("change", "CREATE SEQUENCE x", Refused),
    ("change", "CREATE TYPE x AS ENUM ('a')", Refused),
    ("change", "INSERT INTO nodes_file VALUES (1)", Refused),
    ("change", "UPDATE nodes_file SET name = 'x'", Refused),
    ("change", "DELETE FROM nodes_file", Refused),
    ("change", "TRUNCATE nodes_file", Refused),
    ("change", "DROP VIEW nodes_file", Refused),
    (
        "change",
        "ALTER TABLE nodes_file ADD COLUMN x INTEGER",
        Refused,
    ),
    ("change", "COMMENT ON VIEW nodes_file IS 'x'", Refused),
    ("change", "CHECKPOINT", Refused),
    ("change", "VACUUM", Refused),
    ("change", "BEGIN TRANSACTION", Refused),
    ("change", "SELECT * FROM checkpoint()", Refused),
    ("change", "SELECT * FROM force_checkpoint()", Refused),
    ("change", "SELECT nextval('x')", Refused),
    ("change", "SELECT write_log('x')", Refused),
    ("change", "SELECT 1 INTO x", Syntax),
    // SQL inside SQL
    (
        "indirect",
        "SELECT * FROM query('FROM read_text(''{dir}/canary.txt'')')",
        Refused,
    ),
    (
        "indirect",
        "SELECT * FROM query_table('nodes_file')",
        Refused,
    ),
    (
        "indirect",
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
        Refused,
    ),
    (
        "indirect",
        "SELECT json_serialize_plan('FROM read_text(''{dir}/canary.txt'')')",
        Refused,
    ),
    ("indirect", "PREPARE x AS SELECT 1", Refused),
    ("indirect", "EXECUTE x", Refused),
    ("indirect", "SELECT $1", Refused),
    ("indirect", "EXPLAIN ANALYZE SELECT 1", Refused),
    ("indirect", "EXPLAIN DELETE FROM nodes_file", Refused),
    (
        "indirect",
        "EXPLAIN ANALYZE INSERT INTO nodes_file VALUES (1)",
        Refused,
    ),
    (
        "indirect",
        "EXPLAIN SELECT * FROM read_text('{dir}/canary.txt')",
        Refused,
    ),
    (
        "indirect",
        "WITH x AS (DELETE FROM nodes_file RETURNING *) SELECT * FROM x",
        Syntax,
    ),
    (
        "indirect",
        "PIVOT nodes_file ON name USING count(*)",
        Refused,
    ),
    (
        "indirect",
        "SELECT * FROM sql_auto_complete('SELECT')",
        Refused,
    ),
    ("indirect", "SELECT * FROM test_all_types()", Refused),
    // more than one statement, comments, letters that look alike
    ("several", "SELECT 1; DROP VIEW nodes_file", Refused),
    ("several", "SELECT 1; SELECT 2", Refused),
    ("several", "DROP VIEW nodes_file; SELECT 1", Refused),
    ("several", "SELECT 1;;;ATTACH 'x'", Refused),
    ("several", "SELECT 1 -- \n; DROP VIEW nodes_file", Refused),
    ("comment", "/* SELECT */ DROP VIEW nodes_file", Refused),
    ("comment", "-- SELECT 1\nATTACH 'x'", Refused),
    ("comment", "SEL/**/ECT 1", Syntax),
    ("comment", "SELECT * FROM read_/**/text('x')", Unknown),
    (
        "comment",
        "SELECT * FROM /* nodes_file */ read_text('{dir}/canary.txt')",
        Refused,
    ),
    ("comment", "EXPLAIN /* x */ ANALYZE SELECT 1", Refused),
    (
        "comment",
        "EXPLAIN -- x\n SELECT 1; DROP VIEW nodes_file",
        Refused,
    ),
    ("unicode", "\u{ff24}ROP VIEW nodes_file", Syntax),
    ("unicode", "DROP\u{a0}VIEW nodes_file", Refused),
    ("unicode", "SELECT 1;\u{a0}DROP VIEW nodes_file", Refused),
    ("unicode", "SELECT 1\u{37e} DROP VIEW nodes_file", Syntax),
    (
        "unicode",
        "SELECT * FROM read_text\u{200b}('{dir}/canary.txt')",
        Refused,
    ),
    ("unicode", "SELECT 1\0; DROP VIEW nodes_file", Refused),
    // the same wrapped
    (
        "wrapped",
        "WITH x AS (SELECT * FROM read_text('{dir}/canary.txt')) SELECT * FROM x",
        Refused,
    ),
    (
        "wrapped",
        "SELECT (SELECT content FROM read_text('{dir}/canary.txt'))",
        Refused,
    ),
    (
        "wrapped",
        "SELECT 1 WHERE EXISTS (FROM glob('{dir}/*'))",
        Refused,
    ),
    (
        "wrapped",
        "SELECT 1 UNION ALL SELECT content FROM read_text('{dir}/canary.txt')",
        Refused,
    ),
    (
        "wrapped",
        "SELECT * FROM range(1) t, LATERAL (FROM read_text('{dir}/canary.txt'))",
        Refused,
    ),
    (
        "wrapped",
        "VALUES ((SELECT content FROM read_text('{dir}/canary.txt')))",
        Refused,
    ),
    (
        "wrapped",
        "DESCRIBE SELECT * FROM read_csv('{dir}/canary.csv')",
        Refused,
    ),
    (
        "wrapped",
        "SUMMARIZE SELECT * FROM read_csv('{dir}/canary.csv')",
        Refused,
    ),
    (
        "wrapped",
        "SELECT * FROM (DESCRIBE '{dir}/canary.csv')",
        Refused,
    ),
    (
        "wrapped",
        "PIVOT (FROM read_csv('{dir}/canary.csv')) ON a IN (1) USING count(*)",
        Refused,
    ),
    (
        "wrapped",
        "SELECT 1 ORDER BY (SELECT count(*) FROM glob('{dir}/*'))",
        Refused,
    ),
    (
        "wrapped",
        "SELECT 1 LIMIT (SELECT count(*) FROM glob('{dir}/*'))",
        Refused,
    ),
    (
        "wrapped",
        "SELECT [x FOR x IN (SELECT list(file) FROM glob('{dir}/*'))]",
        Refused,
    ),
    (
        "wrapped",
        "WITH RECURSIVE x AS (SELECT 1 AS a UNION ALL SELECT a FROM x, glob('/*')) FROM x",
        Refused,
    ),
    (
        "wrapped",
        "SELECT * FROM main.read_text('{dir}/canary.txt')",
        Refused,
    ),
    (
        "wrapped",
        "SELECT * FROM system.main.read_text('{dir}/canary.txt')",
        Refused,
    ),
    (
        "wrapped",
        "SELECT * FROM \"read_text\"('{dir}/canary.txt')",
        Refused,
    ),
    (
        "wrapped",
        "SELECT * FROM READ_TEXT('{dir}/canary.txt')",
        Refused,
    ),
    (
        "wrapped",
        "SELECT x.read_text() FROM (SELECT '{dir}/canary.txt' AS x)",
        Unknown,
    ),
    // what tells of the machine
    ("leak", "SELECT current_setting('temp_directory')", Refused),
    (
        "leak",
        "SELECT x.current_setting() FROM (SELECT 'temp_directory' AS x)",
        Refused,
    ),
    ("leak", "SELECT * FROM duckdb_settings()", Refused),
    ("leak", "SELECT * FROM duckdb_databases()", Refused),
    ("leak", "SELECT * FROM duckdb_databases", Refused),
    (
        "leak",
        "SELECT * FROM system.main.duckdb_databases",
        Refused,
    ),
    ("leak", "SELECT * FROM pragma_database_list", Refused),
    ("leak", "SELECT * FROM pragma_database_list()", Refused),
    ("leak", "SELECT * FROM pg_catalog.pg_settings", Refused),
    ("leak", "SELECT * FROM pg_settings", Refused),
    ("leak", "SELECT * FROM duckdb_secrets()", Refused),
    (
        "leak",
        "SELECT * FROM which_secret('s3://x', 's3')",
        Refused,
    ),
    ("leak", "SELECT * FROM duckdb_extensions()", Refused),
    ("leak", "SELECT * FROM duckdb_logs", Refused),
    ("leak", "SELECT * FROM duckdb_temporary_files()", Refused),
    ("leak", "SELECT * FROM duckdb_memory()", Refused),
    ("leak", "SELECT * FROM duckdb_variables()", Refused),
    ("leak", "SELECT * FROM pragma_storage_info('file')", Refused),
    ("leak", "SELECT getenv('HOME')", Refused),
    ("leak", "SELECT getvariable('x')", Refused),
    ("leak", "SELECT * FROM nowhere", Unknown),
    (
        "leak",
        "SELECT * FROM nodes_file WHERE name = 1 / 'x'",
        Unknown,
    ),
    // twins that only look so
    (
        "twin",
        "SELECT 'DROP TABLE x; -- ATTACH ''y'' /* COPY */' AS text",
        Answers,
    ),
    (
        "twin",
        "SELECT 1 AS \"delete\", 2 AS \"update -- x\"",
        Answers,
    ),
    (
        "twin",
        "SELECT $$INSERT INTO x; CREATE$$, e'\\'; DROP'",
        Answers,
    ),
    (
        "twin",
        "SELECT name FROM nodes_file WHERE name LIKE '%truncate%'",
        Answers,
    ),
    (
        "twin",
        "SELECT 'read_text(''/etc/passwd'')' AS call",
        Answers,
    ),
    ("twin", "SELECT 1 -- a comment at the end", Answers),
    ("twin", "/* a comment */ SELECT 1 /* another */;", Answers),
    (
        "twin",
        "WITH x AS (SELECT name FROM nodes_file LIMIT 3) SELECT count(*) FROM x",
        Answers,
    ),
    ("twin", "FROM nodes_file SELECT name LIMIT 2", Answers),
    ("twin", "VALUES (1, 'a'), (2, 'b')", Answers),
    (
        "twin",
        "SELECT * FROM range(3), generate_series(1, 2), unnest([1, 2])",
        Answers,
    ),
    ("twin", "SELECT * FROM json_each('{\"a\": 1}')", Answers),
    ("twin", "SHOW TABLES", Answers),
    ("twin", "DESCRIBE nodes_file", Answers),
    ("twin", "SUMMARIZE SELECT name FROM nodes_file", Answers),
    (
        "twin",
        "SELECT table_name FROM information_schema.tables",
        Answers,
    ),
    ("twin", "EXPLAIN SELECT name FROM nodes_file", Answers),
    (
        "twin",
        "PIVOT (SELECT 1 AS a, 2 AS b) ON a IN (1, 2) USING sum(b)",
        Answers,
    ),
    (
        "twin",
        "SELECT list_transform([1, 2], lambda x: x + 1), {'a': 1}.a, MAP {'k': 1}",
        Answers,
    ),
    (
        "twin",
        "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < 9) SELECT max(n) FROM x",
        Answers,
    ),
    (
        "twin",
        "SELECT count(*) OVER (), row_number() OVER (ORDER BY name) FROM nodes_file QUALIFY row_number() OVER (ORDER BY name) < 3",
        Answers,
    ),
];
