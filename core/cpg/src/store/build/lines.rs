//! From byte offsets to lines and columns, and from spans to short code.

/// Longest code that a row keeps, in bytes.
pub(super) const CODE_BYTES: usize = 200;

/// Where the lines of a source start.
pub(super) struct Lines<'a> {
    source: &'a [u8],
    starts: Vec<u32>,
    ascii: bool,
}

impl<'a> Lines<'a> {
    /// Finds the lines; a line ends after its `\n`.
    pub(super) fn new(source: &'a [u8]) -> Self {
        let starts = crate::lines::starts(source);
        Self {
            source,
            starts,
            ascii: source.is_ascii(),
        }
    }

    /// Number of lines; a `\n` at the very end starts no other.
    pub(super) fn count(&self) -> u32 {
        let last = *self.starts.last().expect("the first line always starts");
        self.starts.len() as u32 - u32::from(last as usize == self.source.len())
    }

    /// Number of lines that hold more than white space.
    pub(super) fn filled(&self) -> u32 {
        let lines = self.source.split(|&byte| byte == b'\n');
        lines
            .filter(|line| line.iter().any(|byte| !byte.is_ascii_whitespace()))
            .count() as u32
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    pub(super) fn position(&self, offset: u32) -> (i32, i32) {
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = self.starts[line - 1] as usize;
        let end = (offset as usize).clamp(start, self.source.len());
        let column = if self.ascii {
            end - start
        } else {
            // What is not UTF-8 counts a character for each byte that continues none.
            self.source[start..end]
                .iter()
                .filter(|&&byte| byte & 0xC0 != 0x80)
                .count()
        };
        (line as i32, column as i32 + 1)
    }

    /// Position of the last character of a span; of its start where it is empty.
    pub(super) fn last(&self, start: u32, end: u32) -> (i32, i32) {
        let mut at = end.max(start + 1) - 1;
        while at > start
            && self
                .source
                .get(at as usize)
                .is_some_and(|byte| byte & 0xC0 == 0x80)
        {
            at -= 1;
        }
        self.position(at)
    }

    /// The first line of a span's text, cut likewise, without the white space at its end.
    pub(super) fn first_line(&self, start: u32, end: u32) -> std::borrow::Cow<'a, str> {
        let line = self.starts.partition_point(|&from| from <= start);
        let next = self.starts.get(line).copied().unwrap_or(u32::MAX);
        let mut end = end.min(next).min(self.source.len() as u32);
        while end > start && self.source[end as usize - 1].is_ascii_whitespace() {
            end -= 1;
        }
        self.code(start, end)
    }

    /// The text of a span, cut to [`CODE_BYTES`] at a character; bytes that are not UTF-8 are replaced.
    pub(super) fn code(&self, start: u32, end: u32) -> std::borrow::Cow<'a, str> {
        let end = (end as usize).min(self.source.len());
        let start = (start as usize).min(end);
        let mut cut = end.min(start + CODE_BYTES);
        if cut < end {
            while cut > start && self.source[cut] & 0xC0 == 0x80 {
                cut -= 1;
            }
        }
        String::from_utf8_lossy(&self.source[start..cut])
    }
}

/// Takes away the indentation that all lines but the first have in common, and blank lines at both ends.
pub(super) fn dedent(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let common = lines
        .iter()
        .skip(1)
        .filter(|line| !line.is_empty())
        .map(|line| indent(line))
        .min()
        .unwrap_or(0);
    let mut out: Vec<&str> = Vec::with_capacity(lines.len());
    for (number, line) in lines.iter().enumerate() {
        out.push(if number == 0 {
            line.trim_start()
        } else {
            cut(line, common)
        });
    }
    let first = out
        .iter()
        .position(|line| !line.is_empty())
        .unwrap_or(out.len());
    let last = out
        .iter()
        .rposition(|line| !line.is_empty())
        .map_or(first, |at| at + 1);
    out[first..last].join("\n")
}

/// Takes up to so many bytes of white space from the start of a line.
fn cut(line: &str, bytes: usize) -> &str {
    let blank = line.len() - line.trim_start().len();
    line.get(bytes.min(blank)..).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters() {
        let lines = Lines::new("é = 1\nab\n".as_bytes());
        assert_eq!(lines.count(), 2);
        assert_eq!(lines.position(0), (1, 1));
        assert_eq!(lines.position(3), (1, 3), "é has two bytes and one column");
        assert_eq!(lines.position(7), (2, 1));
        assert_eq!(lines.last(0, 2), (1, 1));
        assert_eq!(
            lines.last(0, 10),
            (2, 3),
            "the line's own end is its last character"
        );
        assert_eq!(lines.last(4, 4), (1, 4));
    }

    #[test]
    fn an_empty_source_has_no_line() {
        let lines = Lines::new(b"");
        assert_eq!(
            (lines.count(), lines.filled(), lines.position(0)),
            (0, 0, (1, 1))
        );
        assert_eq!(Lines::new(b"a\n\n b").count(), 3);
        assert_eq!(Lines::new(b"a\n\n b").filled(), 2);
    }

    #[test]
    fn code_is_cut_at_a_character() {
        let text = format!("{}é tail", "a".repeat(199));
        let lines = Lines::new(text.as_bytes());
        assert_eq!(lines.code(0, text.len() as u32), "a".repeat(199));
        assert_eq!(Lines::new(b"a\xffb").code(0, 3), "a\u{fffd}b");
        assert_eq!(Lines::new(b"ab").code(1, 99), "b");
    }

    #[test]
    fn docstrings_lose_their_common_indentation() {
        assert_eq!(
            dedent("Does it.\n\n    More:\n      - one\n    "),
            "Does it.\n\nMore:\n  - one"
        );
        assert_eq!(dedent("\n    Only this.\n"), "Only this.");
        assert_eq!(dedent("  "), "");
        // White space of several bytes, indented differently: nothing is cut inside of a character.
        assert_eq!(dedent("a\n\u{a0}b\n  c"), "a\nb\nc");
        assert_eq!(
            dedent("a\n \u{a0}b\n\u{3000}c\n  d"),
            "a\n \u{a0}b\n\u{3000}c\nd"
        );
    }
}
