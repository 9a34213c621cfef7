//! Cases as Markdown: prose, a fence with code, a fence with the graph that comes of it.
//!
//! ````markdown
//! ## Names bound anywhere in a function are local
//!
//! ```python path=pkg/mod.py
//! def f(): …
//! ```
//!
//! ```graph only=IDENTIFIER,LOCAL
//! …
//! ```
//! ````
//!
//! A case is one or more code fences, then one graph fence. Without `path` a file is called `example` with the language's first
//! ending; the path gives the module's name. `only=` names kinds, names or roles of rows to print, `all` prints all rows. In the code, `␍` stands for a carriage return, `␌` for a form feed, `␀` for NUL,
//! `⟦FF⟧` for a byte in hexadecimal, `⟦BOM⟧` for the byte order mark: what an editor would lose.

use std::fmt::Write as _;
use std::ops::Range;

use super::print::Wanted;

/// A source file of a case.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) language: String,
    pub(crate) path: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

/// A case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Heading above it.
    pub(crate) title: String,
    /// Line of its graph fence, from 1.
    pub(crate) line: usize,
    pub(crate) sources: Vec<Source>,
    pub(crate) wanted: Wanted,
    /// Where its expectation stands in the document.
    pub(crate) expected: Range<usize>,
}

/// Reads the cases of a document.
///
/// # Errors
/// Says what is wrong with the document, and in which line.
pub(crate) fn parse(document: &str) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    let mut sources: Vec<Source> = Vec::new();
    let mut title = String::new();
    let mut lines = Lines {
        document,
        at: 0,
        number: 0,
    };
    while let Some((line, _)) = lines.next() {
        if let Some(heading) = line.strip_prefix('#') {
            heading
                .trim_start_matches('#')
                .trim()
                .clone_into(&mut title);
        }
        let Some(info) = line
            .strip_prefix("```")
            .filter(|info| !info.trim().is_empty())
        else {
            continue;
        };
        let opened = lines.number;
        let body = lines
            .fence()
            .ok_or_else(|| format!("the fence of line {opened} is not closed"))?;
        let mut words = info.split_whitespace();
        let language = words.next().unwrap_or_default().to_owned();
        if language == "graph" {
            if sources.is_empty() {
                return Err(format!("the graph of line {opened} has no code before it"));
            }
            let mut wanted = Wanted::default();
            for word in words {
                match word.strip_prefix("only=") {
                    Some(only) => wanted.only = only.split(',').map(str::to_owned).collect(),
                    None if word == "all" => wanted.all = true,
                    None => {
                        return Err(format!("line {opened}: a graph fence cannot have `{word}`"));
                    }
                }
            }
            let sources = std::mem::take(&mut sources);
            cases.push(Case {
                title: title.clone(),
                line: opened,
                sources,
                wanted,
                expected: body,
            });
        } else if language != "text" {
            let path = words
                .find_map(|word| word.strip_prefix("path="))
                .map(str::to_owned);
            sources.push(Source {
                language,
                path,
                bytes: bytes(&document[body])?,
            });
        }
    }
    if sources.is_empty() {
        Ok(cases)
    } else {
        Err(format!("the code under \"{title}\" has no graph behind it"))
    }
}

/// Puts new expectations into a document.
pub(crate) fn rewrite(document: &str, cases: &[Case], graphs: &[String]) -> String {
    let mut out = String::new();
    let mut at = 0;
    for (case, graph) in cases.iter().zip(graphs) {
        out.push_str(&document[at..case.expected.start]);
        out.push_str(graph);
        at = case.expected.end;
    }
    out.push_str(&document[at..]);
    out
}

/// The lines in which two texts differ, with some around.
pub(crate) fn difference(expected: &str, found: &str) -> String {
    let (expected, found): (Vec<&str>, Vec<&str>) =
        (expected.lines().collect(), found.lines().collect());
    let same = expected
        .iter()
        .zip(&found)
        .take_while(|(a, b)| a == b)
        .count();
    let tail = expected[same..]
        .iter()
        .rev()
        .zip(found[same..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let mut out = String::new();
    for line in &expected[same.saturating_sub(3)..same] {
        let _ = writeln!(out, "    {line}");
    }
    for line in &expected[same..expected.len() - tail] {
        let _ = writeln!(out, "  - {line}");
    }
    for line in &found[same..found.len() - tail] {
        let _ = writeln!(out, "  + {line}");
    }
    out
}

struct Lines<'a> {
    document: &'a str,
    at: usize,
    number: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<(&'a str, Range<usize>)> {
        let rest = &self.document[self.at..];
        if rest.is_empty() {
            return None;
        }
        let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let range = self.at..self.at + length;
        self.at += length;
        self.number += 1;
        Some((rest[..length].trim_end_matches('\n'), range))
    }

    /// The place of what stands up to the closing fence.
    fn fence(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        while let Some((line, range)) = self.next() {
            if line.trim_end() == "```" {
                return Some(start..range.start);
            }
        }
        None
    }
}

/// The bytes that a code fence stands for.
fn bytes(code: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(code.len());
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '␍' => out.push(b'\r'),
            '␌' => out.push(0x0C),
            '␀' => out.push(0),
            '⟦' => {
                let (inside, after) = rest.split_once('⟧').ok_or("a `⟦` is not closed")?;
                rest = after;
                match inside {
                    "BOM" => out.extend([0xEF, 0xBB, 0xBF]),
                    _ => out.push(
                        u8::from_str_radix(inside, 16)
                            .map_err(|_| format!("`{inside}` is no byte"))?,
                    ),
                }
            }
            _ => out.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Ok(out)
}
