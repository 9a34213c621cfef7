//! Precision and recall of labelled lines, whole and by topic.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

/// Right, wrong and missed labels.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    right: usize,
    wrong: usize,
    missed: usize,
}

/// What was found of a truth set.
#[derive(Debug, Default)]
pub(crate) struct Score {
    pub(crate) programs: usize,
    whole: Counts,
    topics: BTreeMap<String, Counts>,
}

impl Score {
    /// Adds a program: what its lines are labelled with, and what was found.
    pub(crate) fn add(
        &mut self,
        topic: &str,
        title: &str,
        expected: &BTreeSet<(String, usize, String)>,
        found: &BTreeSet<(String, usize, String)>,
    ) {
        self.programs += 1;
        let by_topic = self.topics.entry(topic.to_owned()).or_default();
        let mut show = String::new();
        for counts in [&mut self.whole, by_topic] {
            counts.right += expected.intersection(found).count();
            counts.missed += expected.difference(found).count();
            counts.wrong += found.difference(expected).count();
        }
        for (what, lines) in [
            ("missed", expected.difference(found)),
            ("wrong ", found.difference(expected)),
        ] {
            for (path, line, label) in lines {
                // Writing to a text cannot fail.
                let _ = writeln!(show, "{what} {topic} {title} {path}:{line} {label}");
            }
        }
        if std::env::var_os("SHOW").is_some() {
            std::io::Write::write_all(&mut std::io::stdout(), show.as_bytes())
                .expect("standard output takes text");
        }
    }

    /// Right ones of those that were found.
    pub(crate) fn precision(&self) -> f64 {
        self.whole.precision()
    }

    /// Right ones of those that there are.
    pub(crate) fn recall(&self) -> f64 {
        self.whole.recall()
    }
}

impl Counts {
    fn precision(self) -> f64 {
        self.right as f64 / (self.right + self.wrong).max(1) as f64
    }

    fn recall(self) -> f64 {
        self.right as f64 / (self.right + self.missed).max(1) as f64
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} programs", self.programs)?;
        let mut line = |name: &str, counts: Counts| {
            writeln!(
                f,
                "{name:24} precision {:.3}  recall {:.3}  ({} right, {} wrong, {} missed)",
                counts.precision(),
                counts.recall(),
                counts.right,
                counts.wrong,
                counts.missed
            )
        };
        line("all", self.whole)?;
        for (topic, &counts) in &self.topics {
            line(topic, counts)?;
        }
        Ok(())
    }
}
