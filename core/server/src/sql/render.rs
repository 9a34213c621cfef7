//! Results as text: a table for eyes, CSV for spreadsheets, JSON for programs.

use std::collections::BTreeSet;
use std::io;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{SqlError, SqlResult};

/// The widest a cell of a table gets, in columns of a terminal.
const MAX_CELL_WIDTH: usize = 60;

/// Renders a table with aligned columns; wide cells are cut, control characters are escaped. The drawing of a plan
/// (`EXPLAIN`) is given as it is.
pub fn table(result: &SqlResult) -> String {
    if let [key, plan] = result.columns.as_slice()
        && (key.name.as_str(), plan.name.as_str()) == ("explain_key", "explain_value")
    {
        let plans = result.rows.iter().filter_map(|row| row.get(1)?.as_str());
        return plans
            .map(|plan| plan.lines().map(drawing).collect::<String>())
            .collect();
    }
    let header: Vec<String> = result
        .columns
        .iter()
        .map(|column| cell(&column.name))
        .collect();
    let rows: Vec<Vec<String>> = result
        .rows
        .iter()
        .map(|row| row.iter().map(|value| cell(&plain(value))).collect())
        .collect();
    let widths: Vec<usize> = (0..header.len())
        .map(|index| {
            let cells = rows.iter().filter_map(|row| row.get(index));
            cells
                .chain([&header[index]])
                .map(|cell| cell.width())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let right: Vec<bool> = (0..header.len())
        .map(|index| is_numeric(result, index))
        .collect();
    let mut out = String::new();
    push_row(&mut out, &header, &widths, &right);
    let rule: Vec<String> = widths.iter().map(|&width| "─".repeat(width)).collect();
    push_row(&mut out, &rule, &widths, &right);
    for row in &rows {
        push_row(&mut out, row, &widths, &right);
    }
    out.push_str(&summary(result));
    out.push('\n');
    out
}

/// A line of a drawing: no cut, and nothing that moves the cursor.
fn drawing(line: &str) -> String {
    let line = line
        .chars()
        .filter(|&character| !character.is_control() && !is_bidirectional(character));
    line.chain(['\n']).collect()
}

fn is_numeric(result: &SqlResult, column: usize) -> bool {
    let mut cells = result.rows.iter().filter_map(|row| row.get(column));
    cells.clone().any(Value::is_number) && cells.all(|cell| cell.is_number() || cell.is_null())
}

fn push_row(out: &mut String, cells: &[String], widths: &[usize], right: &[bool]) {
    let mut line = String::new();
    for ((cell, &width), &right) in cells.iter().zip(widths).zip(right) {
        let padding = " ".repeat(width.saturating_sub(cell.width()));
        if !line.is_empty() {
            line.push_str("  ");
        }
        if right {
            line.push_str(&padding);
            line.push_str(cell);
        } else {
            line.push_str(cell);
            line.push_str(&padding);
        }
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// One line under a table: `3 rows (more exist), 12.3 ms`.
fn summary(result: &SqlResult) -> String {
    let rows = if result.row_count == 1 { "row" } else { "rows" };
    let more = if result.truncated {
        " (more exist)"
    } else {
        ""
    };
    format!(
        "{} {rows}{more}, {:.1} ms",
        result.row_count, result.execution_time_ms
    )
}

/// The text of a cell on one line, cut to the width of a column. What would move the cursor or change colours is shown
/// instead of sent.
fn cell(text: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for character in text.chars() {
        let shown = if character.is_control() || is_bidirectional(character) {
            character.escape_default().to_string()
        } else {
            character.to_string()
        };
        let more = shown.width();
        if width + more > MAX_CELL_WIDTH {
            while width + 1 > MAX_CELL_WIDTH
                && let Some(last) = out.pop()
            {
                width -= last.width().unwrap_or(0);
            }
            out.push('…');
            break;
        }
        width += more;
        out.push_str(&shown);
    }
    out
}

/// Characters that make a line read otherwise than it is written.
fn is_bidirectional(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Renders CSV (RFC 4180, a header line). NULL is an empty field.
///
/// A text that a spreadsheet would take for a formula — it begins with `=`, `+`, `-`, `@`, a tab or a carriage return —
/// gets a `'` in front, which spreadsheets hide. Numbers are left alone.
pub fn csv(result: &SqlResult) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(result.columns.iter().map(|column| harmless(&column.name)))?;
    for row in &result.rows {
        writer.write_record(row.iter().map(|value| match value {
            Value::Null => String::new(),
            Value::String(text) => harmless(text),
            other => other.to_string(),
        }))?;
    }
    writer
        .into_inner()
        .map_err(|error| io::Error::other(error.to_string()))
}

fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Renders JSON: `{"results": [{column: value, …}, …], "row_count", "execution_time_ms", "truncated", "columns"}`.
///
/// Columns keep their order; a name that repeats gets `_2`, `_3` … so that no value is lost.
pub fn json(result: &SqlResult) -> serde_json::Result<String> {
    serde_json::to_string(&Body::of(result))
}

/// Renders an error for a terminal: what is wrong and, where that is known, the line with a mark under the place.
pub fn error(sql: &str, error: &SqlError) -> String {
    let message = error.to_string();
    let Some(at) = error.position().filter(|&at| sql.is_char_boundary(at)) else {
        return message;
    };
    let start = sql[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = sql[start..].lines().next().unwrap_or_default();
    // A long line is shown from a little before the place.
    let before = &sql[start..at];
    let skip = before.chars().count().saturating_sub(MAX_CELL_WIDTH / 2);
    let before: String = before.chars().skip(skip).collect();
    let shown: String = line.chars().skip(skip).take(MAX_CELL_WIDTH).collect();
    let printable = |text: &str| -> String {
        let blank = |character: char| character.is_control() || is_bidirectional(character);
        text.chars()
            .map(|character| if blank(character) { ' ' } else { character })
            .collect()
    };
    format!(
        "{message}\n  {}\n  {}^",
        printable(&shown),
        " ".repeat(printable(&before).width())
    )
}

/// The body of an answer of the query API.
#[derive(Serialize)]
struct Body<'r> {
    results: Vec<Row<'r>>,
    row_count: usize,
    execution_time_ms: f64,
    truncated: bool,
    columns: &'r [super::Column],
    warnings: &'r [super::Warning],
}

impl<'r> Body<'r> {
    fn of(result: &'r SqlResult) -> Self {
        let names: std::rc::Rc<[String]> = unique_names(result).into();
        Self {
            results: result
                .rows
                .iter()
                .map(|cells| Row {
                    names: names.clone(),
                    cells,
                })
                .collect(),
            row_count: result.row_count,
            execution_time_ms: result.execution_time_ms,
            truncated: result.truncated,
            columns: &result.columns,
            warnings: &result.warnings,
        }
    }
}

struct Row<'r> {
    names: std::rc::Rc<[String]>,
    cells: &'r [Value],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.cells.len()))?;
        for (name, cell) in self.names.iter().zip(self.cells) {
            map.serialize_entry(name, cell)?;
        }
        map.end()
    }
}

fn unique_names(result: &SqlResult) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut names = Vec::new();
    for column in &result.columns {
        let mut name = column.name.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{}_{number}", column.name);
            number += 1;
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Column;
    use serde_json::json;

    fn result(names: &[&str], rows: Vec<Vec<Value>>) -> SqlResult {
        SqlResult {
            columns: names
                .iter()
                .map(|name| Column {
                    name: (*name).to_owned(),
                    kind: "VARCHAR".to_owned(),
                })
                .collect(),
            row_count: rows.len(),
            rows,
            truncated: true,
            execution_time_ms: 1.25,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn a_table_is_aligned_by_width_not_by_bytes() {
        let rows = vec![
            vec![json!("имя"), json!(7)],
            vec![json!("名前"), json!(1234)],
            vec![json!("a\nb\u{1b}[31m"), Value::Null],
        ];
        assert_eq!(
            table(&result(&["name", "n"], rows)),
            "name               n\n\
             ──────────────  ────\n\
             имя                7\n\
             名前            1234\n\
             a\\nb\\u{1b}[31m  NULL\n\
             3 rows (more exist), 1.2 ms\n"
        );
    }

    #[test]
    fn wide_cells_are_cut_to_the_column() {
        for text in ["x".repeat(200), "名".repeat(200), "e\u{301}".repeat(200)] {
            let cut = cell(&text);
            assert!(cut.width() <= MAX_CELL_WIDTH && cut.ends_with('…'), "{cut}");
        }
        assert_eq!(cell(&"x".repeat(60)), "x".repeat(60));
    }

    #[test]
    fn csv_texts_are_no_formulas() {
        let rows = vec![
            vec![json!("=1+1"), json!(-5)],
            vec![json!("a,\"b\""), Value::Null],
        ];
        let text = csv(&result(&["@name", "n"], rows)).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "'@name,n\n'=1+1,-5\n\"a,\"\"b\"\"\",\n"
        );
    }

    #[test]
    fn an_error_points_at_its_place() {
        let syntax = |position| SqlError::Syntax {
            message: "syntax error".to_owned(),
            position,
        };
        assert_eq!(error("SELECT 1", &syntax(None)), "syntax error");
        assert_eq!(
            error("имя\nSELECT\tFORM x", &syntax(Some(14))),
            "syntax error\n  SELECT FORM x\n         ^"
        );
        let long = format!("SELECT {} FORM", "x".repeat(500));
        let text = error(&long, &syntax(Some(508)));
        assert!(
            text.ends_with(&format!("FORM\n  {}^", " ".repeat(30))),
            "{text}"
        );
        // A place that is no place is left out.
        assert_eq!(error("я", &syntax(Some(1))), "syntax error");
        assert_eq!(error("x", &syntax(Some(9))), "syntax error");
    }

    #[test]
    fn json_keeps_order_and_every_column() {
        let text = json(&result(
            &["b", "a", "b"],
            vec![vec![json!(1), json!(2), json!(3)]],
        ))
        .unwrap();
        assert!(
            text.starts_with(r#"{"results":[{"b":1,"a":2,"b_2":3}],"row_count":1,"#),
            "{text}"
        );
    }
}
