//! What is answered: one file an intent, of the name it has in `phrases.toml`.
//!
//! # To add an intent
//!
//! 1. A block in `phrases.toml`: its id and its wordings in both languages.
//! 2. A file here with `pub fn run(cx: &mut Context) -> Answer<Verdict>`, a `mod` line and a line in [`by_name`].
//! 3. Its texts in `messages.toml`.
//! 4. Cases in `cases/`, in both languages, with one that must not be found.

pub mod call_path;
pub mod callees;
pub mod callers;
pub mod common;
pub mod definition;
pub mod explain;
pub mod file;
pub mod gaps;
pub mod help;
pub mod importers;
pub mod imports;
pub mod members;
pub mod overview;
pub mod reading;
pub mod sequence;
pub mod signature;
pub mod start;

use crate::answer::confidence::{BARE_NAME, Confidence};
use crate::answer::{Reply, Verdict};
use crate::graph::{Answer, Graph};
use crate::question::{Entity, Reading};

/// What an intent works with.
pub struct Context<'a> {
    pub graph: &'a dyn Graph,
    pub reply: Reply<'a>,
    pub reading: &'a Reading,
    /// The intent as it is reported.
    pub intent: &'static str,
}

impl Context<'_> {
    /// The name in the first slot, or the second.
    pub fn subject(&self, index: usize) -> Option<Entity> {
        self.reading.subjects.get(index).cloned()
    }

    /// Where confidence starts: lower where the question was only a name.
    pub fn confidence(&self) -> Confidence {
        Confidence::default().times(if self.reading.by_pattern {
            1.0
        } else {
            BARE_NAME
        })
    }

    /// An answer that was found.
    pub fn found(&self, confidence: Confidence) -> Verdict {
        Verdict::found(self.intent, confidence)
    }
}

/// How an intent answers.
pub type Run = fn(&mut Context<'_>) -> Answer<Verdict>;

/// The intent of that name.
pub fn by_name(name: &str) -> Option<(&'static str, Run)> {
    INTENTS.iter().find(|(known, _)| *known == name).copied()
}

const INTENTS: [(&str, Run); 16] = [
    ("call_path", call_path::run),
    ("sequence", sequence::run),
    ("callers", callers::run),
    ("callees", callees::run),
    ("signature", signature::run),
    ("importers", importers::run),
    ("imports", imports::run),
    ("members", members::run),
    ("file", file::run),
    ("reading", reading::run),
    ("start", start::run),
    ("overview", overview::run),
    ("gaps", gaps::run),
    ("help", help::run),
    ("definition", definition::run),
    ("explain", explain::run),
];
