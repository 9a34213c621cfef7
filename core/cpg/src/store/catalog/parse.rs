//! Query files: their headers, and the binding of parameters.

use crate::kind::{EdgeKind, NodeKind, Role, property};
use crate::store::schema::views::node_types;
use crate::store::{ColumnInfo, ColumnType, QueryError, Value};
use std::fmt::Write as _;

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterType {
    /// A text.
    Text,
    /// A whole number.
    Int,
    /// A node id.
    Id,
    /// Node ids.
    Ids,
    /// A floating-point number, or a whole one.
    Real,
    /// A truth value.
    Bool,
}

impl ParameterType {
    const ALL: [Self; 6] = [
        Self::Text,
        Self::Int,
        Self::Id,
        Self::Ids,
        Self::Real,
        Self::Bool,
    ];

    /// The name in the catalogue.
    pub fn text(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "int",
            Self::Id => "id",
            Self::Ids => "ids",
            Self::Real => "real",
            Self::Bool => "bool",
        }
    }

    fn sql(self) -> &'static str {
        match self {
            Self::Text => "VARCHAR",
            Self::Int | Self::Id => "BIGINT",
            Self::Ids => "BIGINT[]",
            Self::Real => "DOUBLE",
            Self::Bool => "BOOLEAN",
        }
    }
}

/// A parameter of a query.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it takes.
    pub kind: ParameterType,
    /// It may be null; left out at the end, it is.
    pub optional: bool,
    /// What it means.
    pub doc: String,
}

/// A query of the catalogue.
#[derive(Clone, Debug)]
pub struct Query {
    /// Its name.
    pub name: String,
    /// What it answers.
    pub doc: String,
    /// Its parameters, in the order in which they are given.
    pub parameters: Vec<Parameter>,
    /// Its columns.
    pub columns: Vec<ColumnInfo>,
    /// Meanings of the columns.
    pub column_docs: Vec<String>,
    /// Its text with numbered parameters; the number after the last one is the limit.
    pub(in crate::store) sql: String,
}

impl Query {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (mut name, mut doc, mut body) = (String::new(), Vec::new(), Vec::new());
        let (mut parameters, mut columns, mut column_docs): (Vec<Parameter>, _, _) =
            (Vec::new(), Vec::new(), Vec::new());
        for line in text.lines() {
            let Some(comment) = line.strip_prefix("--").map(str::trim) else {
                body.push(line);
                continue;
            };
            let mut words = comment.splitn(4, ' ');
            match (words.next(), words.next(), words.next(), words.next()) {
                (Some("param"), Some(called), Some(kind), meaning) => {
                    let optional = kind.ends_with('?');
                    let kind = kind.trim_end_matches('?');
                    let known = ParameterType::ALL
                        .into_iter()
                        .find(|known| known.text() == kind);
                    let kind =
                        known.ok_or_else(|| format!("parameter type {kind:?} is not known"))?;
                    let doc = meaning.unwrap_or_default().trim().to_owned();
                    parameters.push(Parameter {
                        name: called.into(),
                        kind,
                        optional,
                        doc,
                    });
                }
                (Some("column"), Some(called), Some(kind), meaning) => {
                    let kind = ColumnType::parse(kind)
                        .ok_or_else(|| format!("column type {kind:?} is not known"))?;
                    columns.push(ColumnInfo {
                        name: called.into(),
                        kind,
                    });
                    column_docs.push(meaning.unwrap_or_default().trim().to_owned());
                }
                _ if name.is_empty() => comment.clone_into(&mut name),
                _ => doc.push(comment),
            }
        }
        if name.is_empty() || doc.is_empty() || columns.is_empty() {
            return Err("a query has a name, a description and columns".into());
        }
        let mut sql = body.join("\n").trim().trim_end_matches(';').to_owned();
        for (number, parameter) in parameters.iter().enumerate() {
            let placed = format!("CAST(${} AS {})", number + 1, parameter.kind.sql());
            let replaced = replace(&sql, &parameter.name, &placed);
            if replaced == sql {
                return Err(format!(
                    "{name} does not use its parameter {}",
                    parameter.name
                ));
            }
            sql = replaced;
        }
        sql = numbers(&sql)?;
        let _ = write!(sql, "\nLIMIT ${}", parameters.len() + 1);
        Ok(Self {
            name,
            doc: doc.join(" "),
            parameters,
            columns,
            column_docs,
            sql,
        })
    }

    /// Checks values against the parameters and puts them into the form in which they are bound.
    pub(crate) fn bind(&self, values: &[Value]) -> Result<Vec<duckdb::types::Value>, QueryError> {
        let problem = |problem: String| QueryError::Parameters {
            query: self.name.clone(),
            takes: self.takes(),
            problem,
        };
        if values.len() > self.parameters.len() {
            return Err(problem(format!("{} values were given", values.len())));
        }
        let mut bound = Vec::with_capacity(self.parameters.len() + 1);
        for (number, parameter) in self.parameters.iter().enumerate() {
            let value = values.get(number);
            let missing = || problem(format!("{} is missing", parameter.name));
            bound.push(match value {
                None | Some(Value::Null) if parameter.optional => duckdb::types::Value::Null,
                None => return Err(missing()),
                Some(value) => convert(parameter.kind, value).ok_or_else(|| {
                    problem(format!("{} was given {}", parameter.name, given(value)))
                })?,
            });
        }
        Ok(bound)
    }

    /// Names and types of the parameters.
    pub fn takes(&self) -> String {
        let one = |parameter: &Parameter| {
            format!(
                "{} {}{}",
                parameter.name,
                parameter.kind.text(),
                if parameter.optional { "?" } else { "" }
            )
        };
        self.parameters
            .iter()
            .map(one)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

fn convert(kind: ParameterType, value: &Value) -> Option<duckdb::types::Value> {
    use duckdb::types::Value as Bound;
    Some(match (kind, value) {
        // DuckDB's texts end nowhere but at their length; other readers stop at NUL, and no name has one.
        (ParameterType::Text, Value::Text(text)) => Bound::Text(text.replace('\0', "\u{fffd}")),
        (ParameterType::Int | ParameterType::Id, Value::Int(number)) => Bound::BigInt(*number),
        (ParameterType::Ids, Value::Int(number)) => Bound::Text(format!("[{number}]")),
        (ParameterType::Ids, Value::Ints(numbers)) => Bound::Text(format!(
            "[{}]",
            numbers
                .iter()
                .map(i64::to_string)
                .collect::<Vec<_>>()
                .join(",")
        )),
        (ParameterType::Real, Value::Real(number)) => Bound::Double(*number),
        (ParameterType::Real, Value::Int(number)) => Bound::Double(*number as f64),
        (ParameterType::Bool, Value::Truth(truth)) => Bound::Boolean(*truth),
        _ => return None,
    })
}

fn given(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Truth(_) => "a truth value",
        Value::Int(_) => "a whole number",
        Value::Real(_) => "a floating-point number",
        Value::Text(_) => "a text",
        Value::Texts(_) => "texts",
        Value::Ints(_) => "whole numbers",
    }
}

/// Replaces `$name` where it is a whole word.
fn replace(sql: &str, name: &str, with: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find('$') {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let word: usize = tail[1..]
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            .count();
        let (found, after) = tail.split_at(word + 1);
        out.push_str(if &found[1..] == name { with } else { found });
        rest = after;
    }
    out + rest
}

/// Replaces `{METHOD}`, `{role.base}`, `{edge.ref}` and `{property.static}` by the numbers in the tables, and `{NODE_TYPES}` by
/// the list of all node types.
fn numbers(sql: &str) -> Result<String, String> {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some((before, tail)) = rest.split_once('{') {
        let (name, after) = tail.split_once('}').ok_or("a brace is not closed")?;
        if name == "NODE_TYPES" {
            let _ = write!(out, "{before}{}", node_types());
            rest = after;
            continue;
        }
        let number = match name.split_once('.') {
            None => NodeKind::ALL
                .iter()
                .find(|kind| kind.text() == name)
                .map(|&kind| u32::from(kind as u8)),
            Some(("role", role)) => Role::ALL
                .iter()
                .find(|known| known.text() == role)
                .map(|&known| u32::from(known as u8)),
            Some(("edge", edge)) => EdgeKind::ALL
                .iter()
                .find(|known| known.text() == edge)
                .map(|&known| u32::from(known as u8)),
            Some(("property", bit)) => property::NAMES
                .iter()
                .position(|&known| known == bit)
                .map(|bit| 1 << bit),
            Some(_) => None,
        };
        let number =
            number.ok_or_else(|| format!("{{{name}}} is no kind, role, edge or property"))?;
        let _ = write!(out, "{before}{number}");
        rest = after;
    }
    Ok(out + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "-- things\n-- Things of a name.\n-- param name text  The name.\n-- param name_of ids?  Owners.\n-- column id id  It.\nSELECT id FROM t WHERE a = $name AND list_contains($name_of, b)\n";

    #[test]
    fn parameters_are_numbered_by_whole_names() {
        let query = Query::parse(TEXT).unwrap();
        assert_eq!(
            query.sql,
            "SELECT id FROM t WHERE a = CAST($1 AS VARCHAR) AND list_contains(CAST($2 AS BIGINT[]), b)\nLIMIT $3"
        );
        assert_eq!(
            (query.name.as_str(), query.takes().as_str()),
            ("things", "name text, name_of ids?")
        );
    }

    #[test]
    fn values_are_checked() {
        let query = Query::parse(TEXT).unwrap();
        assert!(query.bind(&[Value::Text("x".into())]).is_ok());
        assert!(
            query
                .bind(&[Value::Text("x".into()), Value::Ints(vec![1, 2])])
                .is_ok()
        );
        let message = |values: &[Value]| query.bind(values).unwrap_err().to_string();
        assert_eq!(
            message(&[]),
            "query things takes (name text, name_of ids?): name is missing"
        );
        assert!(message(&[Value::Int(1)]).ends_with("name was given a whole number"));
        assert!(message(&[Value::Null]).ends_with("name was given null"));
        assert!(
            message(&[Value::Text("x".into()), Value::Null, Value::Null])
                .ends_with("3 values were given")
        );
    }

    #[test]
    fn kinds_are_written_by_name() {
        assert_eq!(
            numbers("kind = {METHOD} AND p & {property.variadic} AND r = {edge.ref}").unwrap(),
            "kind = 3 AND p & 2 AND r = 1"
        );
        assert!(numbers("{edge.nothing}").is_err() && numbers("{METHOD").is_err());
    }

    #[test]
    fn a_header_must_be_whole() {
        assert!(Query::parse("SELECT 1").is_err());
        assert!(
            Query::parse("-- a\n-- b\n-- param x what  ?\n-- column id id  It.\nSELECT $x")
                .is_err()
        );
        assert!(
            Query::parse("-- a\n-- b\n-- param x text  ?\n-- column id id  It.\nSELECT 1").is_err()
        );
    }
}
