//! Precision and recall, whole and by topic.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::Program;

/// Right, wrong and missed sinks.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    right: usize,
    wrong: usize,
    missed: usize,
}

/// What was found of the truth set.
#[derive(Debug, Default)]
pub(crate) struct Score {
    pub(crate) programs: usize,
    whole: Counts,
    topics: BTreeMap<String, Counts>,
}

impl Score {
    /// Adds a program with the lines of sinks that were found reached.
    pub(super) fn add(
        &mut self,
        topic: &str,
        program: &Program,
        found: &BTreeSet<(String, usize)>,
    ) {
        let show = std::env::var_os("SHOW").is_some();
        self.programs += 1;
        let by_topic = self.topics.entry(topic.to_owned()).or_default();
        for (path, source) in &program.files {
            for (number, line) in (1..).zip(source.lines()) {
                let expected = line.trim_end().ends_with("# flow");
                if !expected && !line.trim_end().ends_with("# no flow") {
                    continue;
                }
                let is_found = found.contains(&(path.clone(), number));
                for counts in [&mut self.whole, &mut *by_topic] {
                    match (expected, is_found) {
                        (true, true) => counts.right += 1,
                        (true, false) => counts.missed += 1,
                        (false, true) => counts.wrong += 1,
                        (false, false) => {}
                    }
                }
                if show && expected != is_found {
                    let what = if expected { "missed" } else { "wrong " };
                    say!(
                        "{what} {topic} {} {path}:{number} {}",
                        program.title,
                        line.trim()
                    );
                }
            }
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
