//! Precision and recall, whole, by tier and by topic.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Call, Calls};
use crate::programs::Program;

/// Right, wrong and missed calls.
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
    tiers: BTreeMap<&'static str, Counts>,
    topics: BTreeMap<String, Counts>,
    /// What is wrong and what is missed, with `SHOW`.
    notes: Vec<String>,
}

impl Score {
    /// Adds a program with what was found of it.
    pub(crate) fn add(
        &mut self,
        topic: &str,
        program: &Program<Calls>,
        found: &BTreeMap<Call, &'static str>,
    ) {
        let show = std::env::var_os("SHOW").is_some();
        let expected: BTreeSet<&Call> = program.known.iter().collect();
        self.programs += 1;
        let by_topic = self.topics.entry(topic.to_owned()).or_default();
        for (call, tier) in found {
            let right = expected.contains(call);
            for counts in [
                &mut self.whole,
                &mut *by_topic,
                self.tiers.entry(tier).or_default(),
            ] {
                if right {
                    counts.right += 1;
                } else {
                    counts.wrong += 1;
                }
            }
            if show && !right {
                self.notes
                    .push(format!("wrong  {topic} {} {tier} {call:?}", program.title));
            }
        }
        for call in expected {
            if !found.contains_key(call) {
                self.whole.missed += 1;
                by_topic.missed += 1;
                if show {
                    self.notes
                        .push(format!("missed {topic} {} {call:?}", program.title));
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
        for note in &self.notes {
            writeln!(f, "{note}")?;
        }
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
        // A tier finds a part of what there is.
        let all = self.whole.right + self.whole.missed;
        for (tier, &counts) in &self.tiers {
            let missed = all - counts.right;
            line(&format!("tier {tier}"), Counts { missed, ..counts })?;
        }
        for (topic, &counts) in &self.topics {
            line(topic, counts)?;
        }
        Ok(())
    }
}
