//! Turns the engine's errors into ours. The console runs with `errors_as_json`, so nothing is guessed from prose but the
//! name that a syntax error lacks.

use serde::Deserialize;

use super::SqlError;

/// The fields that DuckDB writes with `errors_as_json`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct EngineError {
    exception_type: String,
    exception_message: String,
    /// Comma-separated.
    candidates: String,
    position: String,
    error_subtype: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
}

/// The engine's own words advise a setting that nobody here can change.
pub(super) const NESTED_TOO_DEEPLY: &str = "an expression is nested too deeply";

pub(super) fn translate(error: &duckdb::Error) -> SqlError {
    let text = match error {
        duckdb::Error::DuckDBFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    };
    translate_text(&text)
}

/// A message is JSON, sometimes behind a word or two of prose.
fn translate_text(text: &str) -> SqlError {
    let parsed = text
        .find('{')
        .and_then(|start| {
            serde_json::Deserializer::from_str(&text[start..])
                .into_iter()
                .next()
        })
        .and_then(Result::ok);
    match parsed {
        Some(error) => from_fields(error),
        None => from_prose(text),
    }
}

fn from_fields(error: EngineError) -> SqlError {
    let position = error.position.parse().ok();
    let message = clean(&error.exception_message);
    let suggestions = || {
        let names = error.candidates.split(',').map(str::trim);
        names
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    if message.starts_with("Max expression depth limit") {
        return SqlError::Invalid {
            message: NESTED_TOO_DEEPLY.to_owned(),
            position,
        };
    }
    match (error.exception_type.as_str(), error.error_subtype.as_str()) {
        ("Parser" | "Syntax", _) => SqlError::Syntax { message, position },
        ("Catalog", "MISSING_ENTRY") if error.kind == "Table" => SqlError::UnknownTable {
            suggestions: suggestions(),
            name: error.name,
            position,
        },
        ("Binder", "COLUMN_NOT_FOUND") => SqlError::UnknownColumn {
            suggestions: suggestions(),
            name: error.name,
            position,
        },
        ("Permission", _) => SqlError::not_allowed(
            "the statement reaches for a file",
            "only the tables of the graph can be read, `SHOW TABLES` lists them",
        ),
        ("Out of Memory", _) => SqlError::MemoryLimit,
        // The timer of the child interrupts; it fills in the limit.
        ("INTERRUPT" | "Interrupt", _) => SqlError::Timeout { ms: 0 },
        ("IO" | "Serialization" | "Corruption" | "FATAL" | "INTERNAL", _) => {
            SqlError::CorruptGraph { message }
        }
        _ => SqlError::Invalid { message, position },
    }
}

fn from_prose(text: &str) -> SqlError {
    let message = clean(text);
    let is = |name: &str| text.contains(name);
    if is("Max expression depth limit") {
        SqlError::Invalid {
            message: NESTED_TOO_DEEPLY.to_owned(),
            position: None,
        }
    } else if is("Out of Memory Error") || is("bad_alloc") {
        SqlError::MemoryLimit
    } else if is("INTERRUPT Error") || is("Interrupted!") {
        SqlError::Timeout { ms: 0 }
    } else if is("IO Error") || is("Serialization Error") || is("INTERNAL Error") {
        SqlError::CorruptGraph { message }
    } else if is("Parser Error") {
        SqlError::Syntax {
            message,
            position: None,
        }
    } else {
        SqlError::Invalid {
            message,
            position: None,
        }
    }
}

/// Keeps the first line of what the engine says and the candidates under it; drops advice about settings that nobody
/// here can change, links and stack traces.
fn clean(message: &str) -> String {
    let useful = message
        .lines()
        .take_while(|line| {
            !line.starts_with("Possible solutions") && !line.starts_with("Stack Trace")
        })
        .filter(|line| !line.contains("https://") && !line.trim().is_empty())
        .take(6)
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n");
    without_paths(&useful)
}

/// Replaces absolute paths: an answer says nothing of the machine. The engine quotes them.
fn without_paths(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    for (index, part) in message.split('"').enumerate() {
        if index > 0 {
            out.push('"');
        }
        // Odd parts stand between quotes.
        out.push_str(if index % 2 == 1 && part.starts_with('/') {
            "…"
        } else {
            part
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_with_suggestion() {
        let text = r#"{"exception_type":"Catalog","exception_message":"Table with name nodes_metod does not exist!","candidates":"nodes_method","position":"14","error_subtype":"MISSING_ENTRY","type":"Table","name":"nodes_metod"}"#;
        let error = translate_text(text);
        assert_eq!(
            error.to_string(),
            "there is no table `nodes_metod`, did you mean `nodes_method`?"
        );
        assert_eq!(error.position(), Some(14));
    }

    #[test]
    fn prose_before_json() {
        let text = r#"Parser Error: {"exception_type":"Parser","exception_message":"syntax error at or near \"t\"","error_subtype":"SYNTAX_ERROR","position":"17"}"#;
        assert_eq!(
            translate_text(text),
            SqlError::Syntax {
                message: "syntax error at or near \"t\"".into(),
                position: Some(17)
            }
        );
    }

    #[test]
    fn no_paths_and_no_advice() {
        let text = "IO Error: Cannot open file \"/var/data/graphs/7.duckdb\": No such file\nPossible solutions:\n* SET x";
        let SqlError::CorruptGraph { message } = translate_text(text) else {
            panic!("an IO error of a read-only console is a broken file");
        };
        assert_eq!(message, "IO Error: Cannot open file \"…\": No such file");
    }
}
