//! Text of the code and of the question, made harmless in Markdown.

/// Characters that change how text around them is shown, or cannot be shown.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// One line without characters that cannot be seen, at most `most` characters.
pub fn line(text: &str, most: usize) -> String {
    let mut out = String::new();
    for (count, c) in text.trim().chars().enumerate() {
        if count == most {
            out.push('…');
            break;
        }
        out.push(if c == '\n' || c == '\t' || c == '\r' {
            ' '
        } else if is_invisible(c) {
            '\u{fffd}'
        } else {
            c
        });
    }
    out
}

/// A code span: its fence is longer than any run of backticks in it.
pub fn code(text: &str) -> String {
    let text = line(text, 160);
    let text = if text.is_empty() {
        " ".to_owned()
    } else {
        text
    };
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A fenced block of text, at most `lines` lines of 200 characters.
pub fn block(text: &str, language: &str, lines: usize) -> String {
    let mut body: Vec<String> = text
        .lines()
        .take(lines)
        .map(|row| keep_indent(row, 200))
        .collect();
    if text.lines().nth(lines).is_some() {
        body.push("…".to_owned());
    }
    let body = body.join("\n");
    let fence = "`".repeat(longest_run(&body).max(2) + 1);
    format!("{fence}{language}\n{body}\n{fence}")
}

fn keep_indent(row: &str, most: usize) -> String {
    let indent: String = row
        .chars()
        .take_while(|c| *c == ' ' || *c == '\t')
        .collect();
    format!("{indent}{}", line(row, most))
}

fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// A place as people write it: `src/app.py:12`, `src/app.py:12–40`; only the path where there is no line.
pub fn place(path: &str, line: u32, line_end: u32) -> String {
    if line == 0 {
        code(path)
    } else if line_end > line {
        code(&format!("{path}:{line}-{line_end}"))
    } else {
        code(&format!("{path}:{line}"))
    }
}

/// First paragraph of a documentation text, its common indent taken away.
pub fn first_paragraph(text: &str, most_lines: usize) -> String {
    let lines: Vec<&str> = text.trim().lines().collect();
    let indent = lines
        .iter()
        .skip(1)
        .filter(|row| !row.trim().is_empty())
        .map(|row| row.len() - row.trim_start().len())
        .min()
        .unwrap_or(0);
    lines
        .iter()
        .enumerate()
        .map(|(i, row)| {
            if i == 0 {
                row.trim()
            } else {
                row.get(indent..).unwrap_or(row).trim_end()
            }
        })
        .take_while(|row| !row.trim().is_empty())
        .take(most_lines)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_spans_hold_backticks() {
        assert_eq!(code("a_b"), "`a_b`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`x``y"), "``` `x``y ```");
        assert_eq!(code("one\ntwo\u{202e}"), "`one two\u{fffd}`");
        assert_eq!(code(""), "` `");
        assert!(code(&"x".repeat(1000)).chars().count() < 170);
    }

    #[test]
    fn blocks_hold_fences() {
        assert_eq!(block("a\n```\nb", "text", 9), "````text\na\n```\nb\n````");
        assert_eq!(block("a\n    b\nc", "", 2), "```\na\n    b\n…\n```");
    }

    #[test]
    fn paragraphs_lose_their_indent() {
        assert_eq!(
            first_paragraph("Opens it.\n    Then\n      more.\n\n    Else.", 9),
            "Opens it.\nThen\n  more."
        );
        assert_eq!(first_paragraph("", 9), "");
    }
}
