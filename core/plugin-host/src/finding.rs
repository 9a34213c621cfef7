//! Findings: flaws that a scenario found, as `codegraph_sdk::finding` writes them.

use serde::{Deserialize, Serialize};

/// Key of the piece of an answer that holds a finding.
pub const KEY: &str = "finding";
/// Key of the entry of a descriptor that lists what a scenario looks for.
pub const RULES_KEY: &str = "rules";
/// Key of the entry of a question that says what counts as untrusted.
pub const UNTRUSTED_KEY: &str = "untrusted";
/// Key of the entry of a question that asks for all findings.
pub const SCAN_KEY: &str = "scan";

/// How bad a flaw is where it is real.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

impl Severity {
    /// The worst first.
    pub const ALL: [Self; 5] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Info,
    ];

    /// Its name: `critical`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }
}

/// A place in the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// What happens there: `source`, `argument`, `sink` …
    pub kind: String,
    /// Path from the root of the repository.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// The line, without what is around its words.
    pub code: String,
}

/// A flaw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Identifier of the rule.
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
    /// Name.
    pub title: String,
    /// What is wrong.
    pub description: String,
    /// What to do.
    pub help: String,
    /// Where the rule is from.
    pub from: String,
    /// How bad it is.
    pub severity: Severity,
    /// Numbers of the Common Weakness Enumeration.
    pub cwe: Vec<u32>,
}
