//! Decides whether a statement may run: one statement, a `SELECT`, over the graph and nothing else.
//!
//! The judge is the engine's own parser: `json_serialize_sql` gives the syntax tree of `SELECT` statements (`WITH`,
//! `VALUES`, `FROM`, `DESCRIBE`, `SHOW`, `SUMMARIZE` are such) and refuses all others. So words in strings, names and
//! comments mean nothing here, and no second parser can disagree with the first.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::engine_error::NESTED_TOO_DEEPLY;
use super::lexer::{self, Kind};
use super::{SqlError, names};

/// The longest statement that is looked at. DuckDB's parser and planner need memory and time that no limit of the engine
/// covers, and both grow with the text.
pub const MAX_SQL_BYTES: usize = 32 * 1024;

/// A statement that passed the gate.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What will run.
    pub(super) sql: String,
    /// Whether the outermost query says how many rows it wants.
    pub(super) has_limit: bool,
    /// What a person may want to change.
    pub warnings: Vec<Warning>,
}

/// A remark on a statement that may run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// A stable name: `select_star`, `no_limit`.
    pub code: String,
    /// The remark in words.
    pub message: String,
}

impl Warning {
    fn new(code: &str, message: &str) -> Self {
        Self {
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }
}

/// What `json_serialize_sql` answers.
#[derive(Deserialize)]
struct Parsed {
    error: bool,
    #[serde(default)]
    error_type: String,
    #[serde(default)]
    error_message: String,
    #[serde(default)]
    position: Option<String>,
    #[serde(default)]
    statements: Vec<Value>,
}

/// Checks the text; `serialize` asks the engine for the syntax tree.
pub(super) fn check(
    sql: &str,
    comments: bool,
    serialize: impl FnOnce(&str) -> Result<String, SqlError>,
) -> Result<Checked, SqlError> {
    if sql.len() > MAX_SQL_BYTES {
        return Err(SqlError::TooLarge {
            what: "the statement".to_owned(),
            limit_bytes: MAX_SQL_BYTES,
        });
    }
    if sql.contains('\0') {
        return Err(SqlError::not_allowed(
            "the statement holds a NUL character",
            "remove it",
        ));
    }
    if !comments && lexer::tokens(sql).any(|token| token.kind == Kind::Comment) {
        return Err(SqlError::not_allowed(
            "comments are not allowed here",
            "send the statement without them",
        ));
    }
    let explain = explain_prefix(sql);
    let query = &sql[explain..];
    let tree = parse(query, serialize).map_err(|error| error.shifted(explain))?;
    inspect(&tree)?;
    let top = &tree["node"];
    Ok(Checked {
        // Whatever stood before the query is not run: the engine gets exactly what its parser was shown.
        sql: if explain > 0 {
            format!("EXPLAIN {query}")
        } else {
            query.to_owned()
        },
        has_limit: explain > 0 || has_limit(top) || is_description(top),
        warnings: if explain > 0 {
            Vec::new()
        } else {
            warnings(top)
        },
    })
}

/// The length of a leading `EXPLAIN` and all before it, 0 where there is none. `EXPLAIN ANALYZE` runs its query and is
/// left to the parser, which refuses it.
fn explain_prefix(sql: &str) -> usize {
    let mut words = lexer::tokens(sql).filter(|token| token.kind != Kind::Comment);
    let is = |token: Option<lexer::Token>, word: &str| {
        token.filter(|token| sql[token.start..token.end].eq_ignore_ascii_case(word))
    };
    let Some(explain) = is(words.next(), "explain") else {
        return 0;
    };
    if is(words.next(), "analyze").is_some() {
        return 0;
    }
    explain.end
}

fn parse(
    query: &str,
    serialize: impl FnOnce(&str) -> Result<String, SqlError>,
) -> Result<Value, SqlError> {
    let text = serialize(query)?;
    let parsed = read_tree(&text)?;
    if parsed.error {
        return Err(refused_by_parser(query, parsed));
    }
    let mut statements = parsed.statements;
    match (statements.pop(), statements.is_empty()) {
        (None, _) => Err(SqlError::Syntax {
            message: "there is no statement".to_owned(),
            position: None,
        }),
        (Some(statement), true) => Ok(statement),
        (Some(_), false) => Err(SqlError::not_allowed(
            "more than one statement",
            "send them one at a time",
        )),
    }
}

/// A tree is as deep as its statement; the reader's own limit of 128 levels would refuse ordinary ones. The engine's
/// limit on expressions and the stack that the caller gives bound it.
fn read_tree(text: &str) -> Result<Parsed, SqlError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.disable_recursion_limit();
    Parsed::deserialize(&mut reader).map_err(|error| SqlError::Invalid {
        message: format!("the statement cannot be checked: {error}"),
        position: None,
    })
}

fn refused_by_parser(query: &str, parsed: Parsed) -> SqlError {
    if parsed
        .error_message
        .starts_with("Max expression depth limit")
    {
        return SqlError::Invalid {
            message: NESTED_TOO_DEEPLY.to_owned(),
            position: None,
        };
    }
    if parsed.error_type == "parser" {
        return SqlError::Syntax {
            message: first_line(&parsed.error_message),
            position: parsed.position.and_then(|position| position.parse().ok()),
        };
    }
    let first = lexer::tokens(query)
        .find(|token| token.kind == Kind::Word)
        .map_or("this", |token| &query[token.start..token.end])
        .to_ascii_uppercase();
    let hint = match first.as_str() {
        "PIVOT" => "name the values: PIVOT … ON column IN (…) USING …",
        "EXPLAIN" => "use EXPLAIN without ANALYZE and options, on a SELECT",
        "PRAGMA" | "CALL" | "SHOW" => "`SHOW TABLES` and `DESCRIBE table` tell what there is",
        _ => {
            "SELECT, WITH, VALUES, FROM, DESCRIBE, SHOW, SUMMARIZE and EXPLAIN of such are allowed"
        }
    };
    SqlError::not_allowed(
        format!("{first} is not allowed, the graph can only be read"),
        hint,
    )
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

/// Looks at every function and every relation in the tree, wherever it stands.
fn inspect(tree: &Value) -> Result<(), SqlError> {
    match tree {
        Value::Array(items) => items.iter().try_for_each(inspect),
        Value::Object(node) => {
            inspect_node(node)?;
            node.values().try_for_each(inspect)
        }
        _ => Ok(()),
    }
}

fn inspect_node(node: &Map<String, Value>) -> Result<(), SqlError> {
    let text = |key: &str| node.get(key).and_then(Value::as_str);
    if let Some(name) = text("function_name") {
        names::scalar_function(name)?;
    }
    match text("type") {
        Some("TABLE_FUNCTION") => {
            let name = node
                .get("function")
                .and_then(|call| call["function_name"].as_str());
            // Without a name the tree is not what it was when this was written: refuse.
            names::table_function(name.unwrap_or_default())
        }
        Some("BASE_TABLE") => names::relation(
            text("schema_name").unwrap_or_default(),
            text("table_name").unwrap_or_default(),
        ),
        // `SHOW x` and `DESCRIBE 'x'` keep the name here, in quotes.
        Some("SHOW_REF") => names::relation(
            text("schema_name").unwrap_or_default(),
            text("table_name").unwrap_or_default().trim_matches('"'),
        ),
        Some("VALUE_PARAMETER") => Err(SqlError::not_allowed(
            "the statement has parameters",
            "write the values into the statement",
        )),
        _ => Ok(()),
    }
}

fn has_limit(query: &Value) -> bool {
    let modifiers = query["modifiers"].as_array();
    modifiers.is_some_and(|modifiers| {
        modifiers.iter().any(|modifier| {
            modifier["type"]
                .as_str()
                .is_some_and(|name| name.starts_with("LIMIT"))
        })
    })
}

/// `DESCRIBE`, `SHOW` and `SUMMARIZE` have as many rows as there are tables or columns.
fn is_description(query: &Value) -> bool {
    query["from_table"]["type"] == "SHOW_REF"
}

fn warnings(query: &Value) -> Vec<Warning> {
    if is_description(query) {
        return Vec::new();
    }
    let mut warnings = Vec::new();
    let has_star = query["select_list"].as_array().is_some_and(|columns| {
        columns
            .iter()
            .any(|column| column["class"] == "STAR" && column["columns"] == false)
    });
    if has_star {
        warnings.push(Warning::new(
            "select_star",
            "`SELECT *` reads every column, source text too: name those you need",
        ));
    }
    if !has_limit(query) {
        warnings.push(Warning::new(
            "no_limit",
            "there is no LIMIT: only the first rows are returned",
        ));
    }
    warnings
}
