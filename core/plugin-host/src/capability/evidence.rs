//! Whether a citation is true: the file exists, the lines are in it, and the code is what stands there.

use crate::capability::graph::GraphReader;
use crate::text;
use crate::types::Citation;

/// Lines of a citation; it is cut after them.
const LINES: u32 = 200;
/// Code of a citation, bytes.
const CODE_BYTES: usize = 16 << 10;

/// What became of a citation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Checked {
    /// It is true as it came.
    True(Citation),
    /// Its code was not what stands there, and was replaced by that.
    Corrected(Citation),
    /// There is no such place.
    Dropped(String),
}

/// Checks a citation against the stored source. Blocks.
pub(crate) fn check(graph: &dyn GraphReader, mut citation: Citation) -> Checked {
    citation.relevance = if citation.relevance.is_nan() {
        0.0
    } else {
        citation.relevance.clamp(0.0, 1.0)
    };
    citation.kind = text::clean_line(&citation.kind, 64);
    citation.symbol = text::clean_line(&citation.symbol, 1024);
    let place = || text::clean_line(&format!("{}:{}", citation.path, citation.line), 512);
    if citation.line == 0 {
        return Checked::Dropped(format!("{}: lines count from 1", place()));
    }
    let last = if citation.line_end == 0 {
        citation.line
    } else {
        citation.line_end
    };
    if last < citation.line {
        return Checked::Dropped(format!("{}: it ends before it starts", place()));
    }
    let last = last.min(citation.line.saturating_add(LINES - 1));
    let there = match graph.source(&citation.path, citation.line, last) {
        Ok(there) if there.is_empty() => {
            return Checked::Dropped(format!("{}: the file has no such line", place()));
        }
        Ok(there) => text::clean(&there, CODE_BYTES),
        Err(error) => return Checked::Dropped(format!("{}: {error}", place())),
    };
    let there = there.trim_end().to_owned();
    // What was cut, and a file that ends earlier, shorten the range.
    let lines = there.lines().count().max(1) as u32;
    citation.line_end = last.min(citation.line + lines - 1);
    if citation.path != text::clean_line(&citation.path, citation.path.len()) {
        return Checked::Dropped(format!("{}: no such path", place()));
    }
    if same_lines(&citation.code, &there) {
        citation.code = text::clean(&citation.code, CODE_BYTES);
        Checked::True(citation)
    } else {
        citation.code = there;
        Checked::Corrected(citation)
    }
}

/// Whether the texts have the same lines; what stands before and after the words of a line does not count.
fn same_lines(ours: &str, theirs: &str) -> bool {
    let trimmed = |text: &str| {
        text.trim()
            .lines()
            .map(str::trim)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    trimmed(ours) == trimmed(theirs)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use codegraph_cpg::flows;
    use codegraph_cpg::store::{
        Budget, ColumnBatch, Interrupt, QueryError, ReachSpec, RevisionInfo, Rows, Value,
    };

    use super::*;

    struct OneFile;

    impl GraphReader for OneFile {
        fn revision(&self) -> RevisionInfo {
            RevisionInfo::default()
        }
        fn query(
            &self,
            name: &str,
            _: &[Value],
            _: Budget,
            _: &Interrupt,
        ) -> Result<Rows, QueryError> {
            Err(QueryError::UnknownQuery {
                name: name.into(),
                known: String::new(),
            })
        }
        fn reach(&self, _: &ReachSpec) -> Result<ColumnBatch, QueryError> {
            Err(QueryError::Invalid("no".into()))
        }
        fn flows(
            &self,
            _: &flows::Spec,
            _: flows::Budget,
            _: u32,
            _: &Interrupt,
        ) -> Result<(Arc<flows::Found>, ColumnBatch), QueryError> {
            Err(QueryError::Invalid(
                "the graph of one file has no values".into(),
            ))
        }
        fn source(&self, path: &str, first: u32, last: u32) -> Result<String, QueryError> {
            if path != "a.py" {
                return Err(QueryError::NoSource(path.into()));
            }
            let lines = ["def f():", "    return 1", "", "x = f()"];
            let wanted = lines.iter().skip(first as usize - 1);
            let wanted = wanted.take((last - first + 1) as usize);
            Ok(wanted.flat_map(|line| [*line, "\n"]).collect())
        }
    }

    fn cite(path: &str, line: u32, line_end: u32, code: &str) -> Checked {
        let citation = Citation {
            path: path.into(),
            line,
            line_end,
            code: code.into(),
            kind: "definition".into(),
            symbol: "f".into(),
            relevance: f64::NAN,
        };
        check(&OneFile, citation)
    }

    #[test]
    fn true_ones_stay() {
        let Checked::True(citation) = cite("a.py", 1, 2, "def f():\n    return 1\n") else {
            panic!("it is true")
        };
        assert_eq!((citation.line, citation.line_end), (1, 2));
        assert!(citation.relevance.abs() < f64::EPSILON);
        assert!(matches!(cite("a.py", 2, 0, "return 1"), Checked::True(_)));
    }

    #[test]
    fn false_code_is_replaced() {
        let Checked::Corrected(citation) = cite("a.py", 4, 4, "rm -rf /") else {
            panic!("it is false")
        };
        assert_eq!(citation.code, "x = f()");
    }

    #[test]
    fn a_range_beyond_the_file_is_cut() {
        let Checked::Corrected(citation) = cite("a.py", 4, 4_000_000, "?") else {
            panic!("it is false")
        };
        assert_eq!(citation.line_end, 4);
    }

    #[test]
    fn places_that_are_not_there_are_dropped() {
        for (path, line, line_end) in [
            ("b.py", 1, 1),
            ("../../etc/passwd", 1, 1),
            ("a.py", 0, 1),
            ("a.py", 9, 9),
            ("a.py", 2, 1),
            ("a.py\u{1b}[2J", 1, 1),
        ] {
            assert!(
                matches!(cite(path, line, line_end, ""), Checked::Dropped(_)),
                "{path}:{line}"
            );
        }
    }
}
