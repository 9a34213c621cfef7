//! A scan: all scenarios that look for flaws are asked for everything, and what they find is put together.
//!
//! Which scenarios those are they say themselves, by the rules that their descriptors list.

mod fingerprint;
mod markdown;
mod sarif;
mod text;

use std::sync::Arc;
use std::time::{Duration, Instant};

use codegraph_plugin_host::finding::{
    Finding, RULES_KEY, RuleInfo, SCAN_KEY, Severity, UNTRUSTED_KEY,
};
use codegraph_plugin_host::types::{AnswerLanguage, Entry, ScenarioInfo};
use codegraph_plugin_host::{Cancel, GraphReader, PluginHost};
use serde::Serialize;

use crate::answer::{AskError, Freshness, Question, ask};
use crate::projects::Held;

pub use markdown::markdown;
pub use sarif::sarif;
pub use text::text;

/// What counts as untrusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Untrusted {
    /// What comes over the network.
    #[default]
    Network,
    /// Parameters of public functions as well.
    Public,
}

impl Untrusted {
    const fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Public => "public",
        }
    }
}

/// What a scan found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scan {
    /// The worst and surest first.
    pub findings: Vec<Fingerprinted>,
    /// What was looked for.
    pub rules: Vec<RuleInfo>,
    /// Scenarios that looked.
    pub scenarios: Vec<String>,
    /// What scenarios say of their own searches: budgets that ended them and the like.
    pub remarks: Vec<String>,
    /// Which code was looked at.
    #[serde(flatten)]
    pub freshness: Freshness,
    /// How long it took, milliseconds.
    pub processing_time_ms: f64,
}

/// A finding that keeps its identity while the code around it changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fingerprinted {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// The same for the same flaw in another revision.
    pub fingerprint: String,
}

/// Why there is no scan.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Nobody looks for flaws.
    #[error("no scenario that looks for flaws is installed, see 'codegraph plugin list'")]
    NoScenario,
    /// A scenario failed.
    #[error(transparent)]
    Ask(#[from] AskError),
}

/// What is asked of every scenario.
#[derive(Clone, Debug)]
pub struct Request {
    /// What counts as untrusted.
    pub untrusted: Untrusted,
    /// Language of texts.
    pub language: AnswerLanguage,
    /// Identifies it in logs.
    pub request_id: String,
    /// How to read what was not analysed.
    pub read_gaps_with: String,
    /// How long each scenario may take.
    pub time: Duration,
}

/// Scans a graph.
///
/// # Errors
/// [`ScanError`].
pub async fn scan(
    plugins: &PluginHost,
    graph: Arc<dyn GraphReader>,
    held: &Held,
    request: Request,
    started: Instant,
    cancel: Cancel,
) -> Result<Scan, ScanError> {
    let mut scenarios = plugins.scenarios();
    scenarios.retain(|scenario| rules_of(scenario).is_some());
    scenarios.sort_by(|a, b| a.descriptor.id.cmp(&b.descriptor.id));
    let mut whole: Option<Scan> = None;
    for scenario in &scenarios {
        let question = Question {
            text: String::new(),
            scenario: Some(scenario.descriptor.id.clone()),
            language: request.language,
            history: Vec::new(),
            extra: vec![
                entry(SCAN_KEY, "all"),
                entry(UNTRUSTED_KEY, request.untrusted.name()),
            ],
            request_id: request.request_id.clone(),
            read_gaps_with: request.read_gaps_with.clone(),
            started,
            time: Some(request.time),
        };
        let answer = ask(
            plugins,
            graph.clone(),
            held,
            question,
            cancel.clone(),
            |_, _| std::future::ready(()),
        )
        .await?;
        let whole = whole.get_or_insert_with(|| Scan {
            findings: Vec::new(),
            rules: Vec::new(),
            scenarios: Vec::new(),
            remarks: Vec::new(),
            freshness: answer.freshness.clone(),
            processing_time_ms: 0.0,
        });
        whole.scenarios.push(scenario.descriptor.id.clone());
        whole.rules.extend(rules_of(scenario).into_iter().flatten());
        let remarks = answer.extra.into_iter().filter(|said| said.key == "remark");
        whole.remarks.extend(remarks.map(|said| said.value));
        whole.findings.extend(fingerprint::of(answer.findings));
    }
    let mut whole = whole.ok_or(ScanError::NoScenario)?;
    whole.findings.sort_by(|a, b| order(&a.finding, &b.finding));
    whole.processing_time_ms = started.elapsed().as_secs_f64() * 1e3;
    Ok(whole)
}

impl Scan {
    /// Whether a finding is at least as bad.
    pub fn reaches(&self, severity: Severity) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|one| one.finding.severity >= severity)
    }
}

/// The worst first, then the surest, then by place: the same in every run.
fn order(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    b.severity
        .cmp(&a.severity)
        .then_with(|| b.confidence.total_cmp(&a.confidence))
        .then_with(|| a.place.path.cmp(&b.place.path))
        .then_with(|| a.place.line.cmp(&b.place.line))
        .then_with(|| a.rule.cmp(&b.rule))
}

fn entry(key: &str, value: &str) -> Entry {
    Entry {
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

/// What a scenario looks for; none where it does not look for flaws.
fn rules_of(scenario: &ScenarioInfo) -> Option<Vec<RuleInfo>> {
    let mut extra = scenario.descriptor.extra.iter();
    let listed = extra.find(|entry| entry.key == RULES_KEY)?;
    // Rules that cannot be read are none to be listed; the scenario is asked all the same.
    Some(serde_json::from_str(&listed.value).unwrap_or_default())
}

/// So many findings of each severity.
fn counts(scan: &Scan) -> Vec<(Severity, usize)> {
    let of = |severity| {
        let findings = scan.findings.iter();
        findings
            .filter(|one| one.finding.severity == severity)
            .count()
    };
    let all = Severity::ALL.into_iter();
    all.map(|severity| (severity, of(severity)))
        .filter(|(_, count)| *count > 0)
        .collect()
}
