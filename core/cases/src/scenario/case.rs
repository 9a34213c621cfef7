//! Cases as Markdown: the files of a project, then questions, each with what must be true of its answer.
//!
//! ````markdown
//! ```python path=shop/orders.py
//! def save_order(order): …
//! ```
//!
//! ```ask en
//! Where is save_order defined?
//! ```
//!
//! ```expect
//! intent: definition
//! found: yes
//! confidence: 0.95..1
//! says: `shop/orders.py:1`
//! says not: nearest
//! cites: shop/orders.py:1
//! draws: save_order
//! follows: Who calls
//! ```
//! ````
//!
//! - A fence with `path=` is a file. A fence `project` holds the path of a folder, from the root of the workspace, whose files are
//!   the project's instead. The whole document is one project.
//! - `ask` is followed by the language, and by `repeat=<n>` for a question that is its text so many times. `␀` stands for NUL.
//! - `expect` may give the lines above, in any order; `says`, `says not`, `cites`, `draws`, `draws not` and `follows` as often as needed, each with one text.
//!   `cites` is `path:line`, or `path:line code` where the line must hold that code; `cites only` is the whole list, separated by spaces.

use std::ops::Range;
use std::path::{Component, Path};

/// Longest question, bytes, `repeat` counted.
const QUESTION: usize = 16 << 20;

/// A document.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// Path and text.
    pub(crate) files: Vec<(String, String)>,
    /// Folder from the root of the workspace.
    pub(crate) project: Option<String>,
    pub(crate) questions: Vec<Question>,
}

/// A question and what must be true of its answer.
#[derive(Debug)]
pub(crate) struct Question {
    /// Line of its fence, from 1.
    pub(crate) line: usize,
    pub(crate) text: String,
    pub(crate) russian: bool,
    pub(crate) expected: Expected,
    /// Lines between the fences of `expect`, from 0.
    pub(crate) lines: Range<usize>,
}

/// What must be true of an answer.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Expected {
    pub(crate) intent: Option<String>,
    pub(crate) found: Option<bool>,
    pub(crate) confidence: Option<(f64, f64)>,
    pub(crate) says: Vec<String>,
    pub(crate) says_not: Vec<String>,
    pub(crate) cites: Vec<String>,
    pub(crate) cites_only: Option<Vec<String>>,
    pub(crate) draws: Vec<String>,
    pub(crate) draws_not: Vec<String>,
    pub(crate) follows: Vec<String>,
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// Says what is wrong with it, and in which line.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut document = Self::default();
        let mut open: Option<(usize, String, bool, usize)> = None;
        let mut lines = text.lines().enumerate();
        while let Some((at, line)) = lines.next() {
            let ticks = line.chars().take_while(|c| *c == '`').count();
            if ticks < 3 {
                continue;
            }
            let fence = &line[..ticks];
            let mut words = line[ticks..].split_whitespace();
            let kind = words.next().unwrap_or_default().to_owned();
            let attributes: Vec<&str> = words.collect();
            let mut body = Vec::new();
            loop {
                match lines.next() {
                    Some((_, row)) if row == fence => break,
                    Some((_, row)) => body.push(row),
                    None => return Err(format!("the fence of line {} is not closed", at + 1)),
                }
            }
            let attribute = |name: &str| attributes.iter().find_map(|word| word.strip_prefix(name));
            match kind.as_str() {
                "ask" => {
                    if let Some((line, ..)) = open {
                        return Err(format!("the question of line {line} has no `expect`"));
                    }
                    let russian = match attributes.first() {
                        Some(&"en") => false,
                        Some(&"ru") => true,
                        _ => {
                            return Err(format!(
                                "line {}: `ask` is followed by `en` or `ru`",
                                at + 1
                            ));
                        }
                    };
                    let repeat = attribute("repeat=").map_or(Ok(1), str::parse);
                    let repeat =
                        repeat.map_err(|_| format!("line {}: `repeat` is a number", at + 1))?;
                    open = Some((at + 1, body.join("\n").replace('␀', "\0"), russian, repeat));
                }
                "expect" => {
                    let lines = at + 1..at + 1 + body.len();
                    let (line, text, russian, repeat) = open.take().ok_or_else(|| {
                        format!("line {}: `expect` stands behind an `ask`", at + 1)
                    })?;
                    let expected = Expected::parse(&body)
                        .map_err(|problem| format!("line {}: {problem}", at + 1))?;
                    if text.len().saturating_mul(repeat) > QUESTION {
                        return Err(format!(
                            "line {line}: the question has more than {QUESTION} bytes"
                        ));
                    }
                    document.questions.push(Question {
                        line,
                        text: text.repeat(repeat),
                        russian,
                        expected,
                        lines,
                    });
                }
                "project" => {
                    let path = body.join("").trim().to_owned();
                    stays_inside(&path).map_err(|problem| format!("line {}: {problem}", at + 1))?;
                    document.project = Some(path);
                }
                _ => {
                    if let Some(path) = attribute("path=") {
                        stays_inside(path)
                            .map_err(|problem| format!("line {}: {problem}", at + 1))?;
                        document
                            .files
                            .push((path.to_owned(), body.join("\n") + "\n"));
                    }
                }
            }
        }
        if let Some((line, ..)) = open {
            return Err(format!("the question of line {line} has no `expect`"));
        }
        if document.files.is_empty() == document.project.is_none() {
            return Err(
                "a document has files (fences with `path=`), or names a `project`".to_owned(),
            );
        }
        if document.questions.is_empty() {
            return Err("a document asks something".to_owned());
        }
        Ok(document)
    }
}

/// A path that leads nowhere else: documents come from anybody.
fn stays_inside(path: &str) -> Result<(), String> {
    let is_inside = !path.is_empty()
        && !path.contains('\0')
        && Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
    is_inside
        .then_some(())
        .ok_or_else(|| format!("`{path}` is no path below the project's folder"))
}

impl Expected {
    /// Whether nothing is expected.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn parse(lines: &[&str]) -> Result<Self, String> {
        let mut expected = Self::default();
        for line in lines.iter().filter(|line| !line.trim().is_empty()) {
            let (key, value) = line
                .split_once(": ")
                .ok_or_else(|| format!("`{line}` is no `key: value`"))?;
            let value = value.trim().to_owned();
            match key.trim() {
                "intent" => expected.intent = Some(value),
                "found" => {
                    expected.found = Some(match value.as_str() {
                        "yes" => true,
                        "no" => false,
                        _ => return Err(format!("`found` is `yes` or `no`, not `{value}`")),
                    });
                }
                "confidence" => {
                    let (least, most) = value.split_once("..").unwrap_or((&value, &value));
                    let number = |text: &str| {
                        text.parse::<f64>()
                            .map_err(|_| format!("`{value}` is no confidence"))
                    };
                    expected.confidence = Some((number(least)?, number(most)?));
                }
                "says" => expected.says.push(value),
                "says not" => expected.says_not.push(value),
                "cites" => expected.cites.push(value),
                "cites only" => {
                    expected.cites_only =
                        Some(value.split_whitespace().map(str::to_owned).collect());
                }
                "draws" => expected.draws.push(value),
                "draws not" => expected.draws_not.push(value),
                "follows" => expected.follows.push(value),
                other => return Err(format!("`{other}` is nothing that can be expected")),
            }
        }
        Ok(expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read() {
        let text = "# T\n\n```python path=a.py\nx = 1\n```\n\n````ask ru repeat=2\n```\n````\n\n```expect\nfound: no\nconfidence: 0.1..0.3\nsays not: b: c\n```\n";
        let document = Document::parse(text).expect("it is well formed");
        assert_eq!(document.files, [("a.py".to_owned(), "x = 1\n".to_owned())]);
        let question = &document.questions[0];
        assert_eq!(
            (question.line, question.text.as_str(), question.russian),
            (7, "``````", true)
        );
        assert_eq!(question.expected.confidence, Some((0.1, 0.3)));
        assert_eq!(question.expected.says_not, ["b: c"]);
    }

    #[test]
    fn malformed_documents_are_refused() {
        let file = "```python path=a.py\n```\n";
        for (text, problem) in [
            (format!("{file}```ask en\nx\n```\n"), "has no `expect`"),
            (
                format!("{file}```expect\nfound: no\n```\n"),
                "behind an `ask`",
            ),
            (format!("{file}```ask\nx\n```\n"), "`en` or `ru`"),
            (
                format!("{file}```ask en\nx\n```\n```expect\nfound: maybe\n```\n"),
                "`yes` or `no`",
            ),
            (
                format!("{file}```ask en\nx\n```\n```expect\nlikes: it\n```\n"),
                "nothing that can be expected",
            ),
            (format!("{file}```ask en\nx\n"), "is not closed"),
            (
                format!("{file}```ask en repeat=99999999\nx\n```\n```expect\n```\n"),
                "more than",
            ),
            (
                "```python path=../a.py\n```\n".to_owned(),
                "no path below the project's folder",
            ),
            (
                "```python path=/etc/a.py\n```\n".to_owned(),
                "no path below the project's folder",
            ),
            (
                "```project\n../other\n```\n".to_owned(),
                "no path below the project's folder",
            ),
            (file.to_owned(), "asks something"),
            (
                "```ask en\nx\n```\n```expect\nfound: no\n```\n".to_owned(),
                "names a `project`",
            ),
        ] {
            let said = Document::parse(&text).expect_err("it is malformed");
            assert!(said.contains(problem), "{said} does not say {problem}");
        }
    }
}
