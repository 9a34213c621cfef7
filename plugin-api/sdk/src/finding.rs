//! Findings: flaws that a scenario found, for people, programs and SARIF alike.
//!
//! A finding is a piece of an answer of its own, a [`Chunk::Other`] with the key [`KEY`] and the JSON of [`Finding`]. The host
//! reads it, checks its places against the source and gives it a fingerprint.

use serde::{Deserialize, Serialize};

use crate::Entry;
use crate::scenario::Chunk;

/// Key of the piece of an answer that holds a finding.
pub const KEY: &str = "finding";
/// Key of the entry in `Descriptor::extra` by which a scenario says that it looks for flaws; its value lists what it looks for, as
/// the JSON of [`RuleInfo`]s. `codegraph scan` asks such scenarios.
pub const RULES_KEY: &str = "rules";
/// Key of the entry in `Ask::extra` that says what counts as untrusted: `network`, or `public` for parameters of public functions as
/// well.
pub const UNTRUSTED_KEY: &str = "untrusted";
/// Key of the entry in `Ask::extra` that asks for all findings, whatever the question says.
pub const SCAN_KEY: &str = "scan";

/// How bad a flaw is where it is real.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Hardly to be used by itself.
    Low,
    /// Harm under conditions.
    Medium,
    /// Harm.
    High,
    /// Takes over the program or its data.
    Critical,
}

/// A place on the way to a flaw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// What happens there: `source`, `argument`, `sink` …
    pub kind: String,
    /// Path from the root of the repository.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Source text.
    pub code: String,
}

/// A flaw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Identifier of the rule: `sql-injection`.
    pub rule: String,
    /// Name of the rule in the language of the answer.
    pub title: String,
    /// A sentence on this very flaw.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
    /// From 0 to 1: how sure it is that it is one.
    pub confidence: f64,
    /// Numbers of the Common Weakness Enumeration, the closest first.
    pub cwe: Vec<u32>,
    /// What to do.
    pub fix: String,
    /// Full name of the method that it is in; empty for none.
    pub symbol: String,
    /// Where it is.
    pub place: Place,
    /// The way that leads there, from its beginning; empty where one place says it all.
    pub way: Vec<Place>,
}

/// What a scenario looks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleInfo {
    /// Identifier.
    pub id: String,
    /// Name in English.
    pub title: String,
    /// What is wrong, in English.
    pub description: String,
    /// What to do, in English.
    pub help: String,
    /// Where the rule is from.
    pub from: String,
    /// How bad it is.
    pub severity: Severity,
    /// Numbers of the Common Weakness Enumeration.
    pub cwe: Vec<u32>,
}

impl Finding {
    /// The piece of an answer that says it.
    ///
    /// # Panics
    /// Never: it has no map with keys that are no texts.
    pub fn chunk(&self) -> Chunk {
        let value = serde_json::to_string(self).expect("plain data");
        Chunk::Other(Entry {
            key: KEY.to_owned(),
            value,
        })
    }
}

/// The entry of a descriptor that lists the rules.
///
/// # Panics
/// Never, as above.
pub fn rules_entry(rules: &[RuleInfo]) -> Entry {
    Entry {
        key: RULES_KEY.to_owned(),
        value: serde_json::to_string(rules).expect("plain data"),
    }
}
