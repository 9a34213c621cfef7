//! Texts of a graph that can be searched: documents by section, comments, docstrings, names.

use codegraph_model::{Text, TextKind, WantedTexts};
use duckdb::Connection;

use super::{Graph, QueryError, frame};

/// A section of a document has at most so many lines.
const SECTION: usize = 60;

/// Takes texts; false says that no more are wanted.
pub type Take<'a> = dyn FnMut(Text) -> bool + 'a;

impl Graph {
    /// Gives all texts that are wanted, file by file. False where `take` wanted no more.
    pub fn texts(&self, wanted: WantedTexts, take: &mut Take<'_>) -> Result<bool, QueryError> {
        self.with_connection(|connection| {
            let goes_on = documents(connection, wanted, take)?
                && (!wanted.comments || comments(connection, take)?)
                && symbols(connection, take)?;
            Ok(goes_on)
        })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn engine(error: duckdb::Error) -> QueryError {
    QueryError::Engine(error.to_string())
}

/// The text of a file as it was stored.
fn unpacked(content: &[u8], path: &str) -> Result<String, QueryError> {
    let bytes = frame::unpack_bytes(content)
        .map_err(|error| QueryError::Engine(format!("the text of {path:?}: {error}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn documents(
    connection: &Connection,
    wanted: WantedTexts,
    take: &mut Take<'_>,
) -> Result<bool, QueryError> {
    if !wanted.readmes && !wanted.documents {
        return Ok(true);
    }
    let mut statement = connection
        .prepare(
            "SELECT s.filename, s.content FROM source_files AS s JOIN file AS f ON f.id = s.file_id \
             WHERE f.role = 'documentation' ORDER BY s.filename",
        )
        .map_err(engine)?;
    let mut rows = statement.query([]).map_err(engine)?;
    while let Some(row) = rows.next().map_err(engine)? {
        let path: String = row.get(0).map_err(engine)?;
        let name = path.rsplit('/').next().unwrap_or(&path);
        let is_readme = name.to_lowercase().starts_with("readme");
        let (kind, is_wanted) = if is_readme {
            (TextKind::Readme, wanted.readmes)
        } else {
            (TextKind::Document, wanted.documents)
        };
        if !is_wanted {
            continue;
        }
        let content: Vec<u8> = row.get(1).map_err(engine)?;
        let text = unpacked(&content, &path)?;
        for section in sections(&text) {
            let whole = Text {
                kind,
                path: path.clone(),
                line: section.line,
                line_end: section.line + section.lines.len().max(1) as u32 - 1,
                name: section.heading.to_owned(),
                text: section.lines.join("\n"),
            };
            if !take(whole) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// A part of a document under one heading.
#[derive(Debug, PartialEq, Eq)]
struct Section<'a> {
    heading: &'a str,
    line: u32,
    lines: Vec<&'a str>,
}

/// Splits a document at its headings (`# …`, `== …`, underlined ones), and long stretches at a length.
fn sections(text: &str) -> Vec<Section<'_>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut in_code = false;
    for (number, line) in lines.iter().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        let heading = (!in_code)
            .then(|| heading(line, lines.get(number + 1).copied()))
            .flatten();
        let is_long = sections
            .last()
            .is_none_or(|section| section.lines.len() >= SECTION);
        if heading.is_some() || is_long {
            let before = sections.last().map_or("", |section| section.heading);
            sections.push(Section {
                heading: heading.unwrap_or(before),
                line: number as u32 + 1,
                lines: Vec::new(),
            });
        }
        if let Some(section) = sections.last_mut() {
            section.lines.push(line);
        }
    }
    sections.retain(|section| section.lines.iter().any(|line| !line.trim().is_empty()));
    sections
}

fn heading<'a>(line: &'a str, next: Option<&str>) -> Option<&'a str> {
    let marked = line.trim_start_matches('#');
    let hashes = line.len() - marked.len();
    if (1..=6).contains(&hashes) && marked.starts_with(' ') {
        return Some(marked.trim().trim_end_matches('#').trim());
    }
    let marked = line.trim_start_matches('=');
    if marked.len() < line.len() && marked.starts_with(' ') {
        return Some(marked.trim());
    }
    let next = next?.trim_end();
    let is_underline = next.len() >= 3
        && ["=", "-", "~", "^", "*"]
            .iter()
            .any(|mark| next.trim_start_matches(mark).is_empty());
    (is_underline && line.trim().len() >= 2 && line.trim().chars().any(char::is_alphanumeric))
        .then(|| line.trim())
}

/// A comment as the graph has it.
struct Comment {
    line: u32,
    line_end: u32,
    from: usize,
    to: usize,
}

fn comments(connection: &Connection, take: &mut Take<'_>) -> Result<bool, QueryError> {
    let mut files = connection
        .prepare(
            "SELECT s.filename, s.content FROM source_files AS s JOIN file AS f ON f.id = s.file_id \
             WHERE f.is_lowered ORDER BY s.filename",
        )
        .map_err(engine)?;
    let mut comments = connection
        .prepare(
            "SELECT line_number, line_number_end, \"offset\", offset_end FROM nodes_comment \
             WHERE filename = $1 ORDER BY \"offset\"",
        )
        .map_err(engine)?;
    let mut docstrings = connection
        .prepare(
            "SELECT full_name, docstring, line_number, line_number_end FROM method \
             WHERE filename = $1 AND docstring IS NOT NULL AND line_number IS NOT NULL \
             UNION ALL SELECT full_name, docstring, line_number, line_number_end FROM type_decl \
             WHERE filename = $1 AND docstring IS NOT NULL AND line_number IS NOT NULL \
             ORDER BY line_number, full_name",
        )
        .map_err(engine)?;
    let mut rows = files.query([]).map_err(engine)?;
    while let Some(row) = rows.next().map_err(engine)? {
        let path: String = row.get(0).map_err(engine)?;
        let content: Vec<u8> = row.get(1).map_err(engine)?;
        let text = unpacked(&content, &path)?;
        let found = comments
            .query_map([&path], |row| {
                Ok(Comment {
                    line: row.get::<_, Option<u32>>(0)?.unwrap_or(0),
                    line_end: row.get::<_, Option<u32>>(1)?.unwrap_or(0),
                    from: row.get::<_, Option<u32>>(2)?.unwrap_or(0) as usize,
                    to: row.get::<_, Option<u32>>(3)?.unwrap_or(0) as usize,
                })
            })
            .and_then(Iterator::collect::<Result<Vec<Comment>, _>>)
            .map_err(engine)?;
        for (line, line_end, text) in joined(&found, &text) {
            let comment = Text {
                kind: TextKind::Comment,
                path: path.clone(),
                line,
                line_end,
                name: String::new(),
                text,
            };
            if !take(comment) {
                return Ok(false);
            }
        }
        let found = docstrings
            .query_map([&path], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .and_then(Iterator::collect::<Result<Vec<(String, String, u32, Option<u32>)>, _>>)
            .map_err(engine)?;
        for (name, docstring, first, last) in found {
            let last = last.unwrap_or(first);
            let line = place_of(&text, &docstring, first, last).unwrap_or(first);
            let lines = docstring.lines().count().max(1) as u32;
            let docstring = Text {
                kind: TextKind::Comment,
                path: path.clone(),
                line,
                line_end: (line + lines - 1).min(last.max(line)),
                name,
                text: docstring,
            };
            if !take(docstring) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Comments with their whole text; those on lines behind each other are one.
fn joined(comments: &[Comment], text: &str) -> Vec<(u32, u32, String)> {
    let mut joined: Vec<(u32, u32, String)> = Vec::new();
    for comment in comments {
        let Some(code) = text.get(comment.from..comment.to) else {
            continue;
        };
        match joined.last_mut() {
            Some((_, end, before)) if *end + 1 == comment.line => {
                *end = comment.line_end;
                before.push('\n');
                before.push_str(code);
            }
            _ => joined.push((
                comment.line,
                comment.line_end.max(comment.line),
                code.to_owned(),
            )),
        }
    }
    joined.retain(|(_, _, text)| text.chars().any(char::is_alphanumeric));
    joined
}

/// The line on which a docstring begins: the first between two lines that holds its first line.
fn place_of(text: &str, docstring: &str, first: u32, last: u32) -> Option<u32> {
    let wanted = docstring
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())?;
    let skipped = docstring
        .lines()
        .take_while(|line| line.trim().is_empty())
        .count() as u32;
    let count = (last.max(first) - first + 1) as usize;
    let mut lines = text.lines().skip(first.max(1) as usize - 1).take(count);
    let at = lines.position(|line| line.contains(wanted))? as u32;
    Some((first + at).saturating_sub(skipped).max(first))
}

fn symbols(connection: &Connection, take: &mut Take<'_>) -> Result<bool, QueryError> {
    let mut statement = connection
        .prepare(
            "SELECT filename, line_number, line_number_end, full_name, code FROM symbol \
             WHERE NOT is_external AND filename IS NOT NULL AND filename <> '' \
             ORDER BY filename, line_number, full_name",
        )
        .map_err(engine)?;
    let mut rows = statement.query([]).map_err(engine)?;
    while let Some(row) = rows.next().map_err(engine)? {
        let line = row
            .get::<_, Option<u32>>(1)
            .map_err(engine)?
            .unwrap_or(1)
            .max(1);
        let line_end = row.get::<_, Option<u32>>(2).map_err(engine)?;
        let symbol = Text {
            kind: TextKind::Symbol,
            path: row.get(0).map_err(engine)?,
            line,
            line_end: line_end.unwrap_or(line).max(line),
            name: row.get(3).map_err(engine)?,
            text: row
                .get::<_, Option<String>>(4)
                .map_err(engine)?
                .unwrap_or_default(),
        };
        if !take(symbol) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(text: &str) -> Vec<(&str, u32)> {
        let sections = sections(text);
        sections
            .iter()
            .map(|section| (section.heading, section.line))
            .collect()
    }

    #[test]
    fn documents_have_sections() {
        let text = "intro\n\n# One #\na\n```sh\n# no heading\n```\nTwo\n---\nb\n\n== Три\nc\n---\n";
        assert_eq!(
            headings(text),
            [("", 1), ("One", 3), ("Two", 8), ("Три", 12)]
        );
        assert!(headings("\n\n  \n").is_empty());
        let long = "line\n".repeat(150);
        assert_eq!(headings(&long), [("", 1), ("", 61), ("", 121)]);
    }

    #[test]
    fn comments_behind_each_other_are_one() {
        let text = "# a\n# b\nx = 1\n# c\n#\n";
        let comment = |line, from, to| Comment {
            line,
            line_end: line,
            from,
            to,
        };
        let comments = [
            comment(1, 0, 3),
            comment(2, 4, 7),
            comment(4, 14, 17),
            comment(9, 90, 99),
        ];
        assert_eq!(
            joined(&comments, text),
            [(1, 2, "# a\n# b".to_owned()), (4, 4, "# c".to_owned())]
        );
    }

    #[test]
    fn a_docstring_stands_where_its_text_does() {
        let text = "x = 1\ndef f():\n    \"\"\"\n    Says so.\n    \"\"\"\n";
        assert_eq!(place_of(text, "Says so.", 2, 5), Some(4));
        assert_eq!(place_of(text, "\nSays so.\n", 2, 5), Some(3));
        assert_eq!(place_of(text, "Nothing", 2, 5), None);
        assert_eq!(place_of(text, "", 2, 5), None);
    }
}
