//! Looks for what the rules describe, and makes findings of it.

mod constants;
mod flows;
mod patterns;
mod states;
mod symbols;

use std::collections::BTreeMap;

use codegraph_sdk::Fault;
use codegraph_sdk::finding::{Finding, Place};
use codegraph_sdk::flows::FlowStep;

use crate::rules::{Rule, Source};

/// What to look for, and how to say it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Parameters of public functions count as untrusted, too.
    pub public: bool,
    /// Language of what findings say.
    pub russian: bool,
}

/// Findings, and what the search left out.
#[derive(Debug, Default)]
pub struct Found {
    /// The worst and surest first.
    pub findings: Vec<Finding>,
    /// A search ended by its budget: there may be others.
    pub cut: bool,
    /// Places that were found and are not among them.
    pub more: u64,
}

/// A finding in the making.
struct Raw {
    /// Position of its rule.
    rule: usize,
    /// What stands for `{source}` in the rule's sentence.
    source: String,
    confidence: f64,
    /// The row that it is at.
    node: u64,
    place: Place,
    way: Vec<Place>,
}

/// What the searches found so far.
#[derive(Default)]
struct Raws {
    all: Vec<Raw>,
    cut: bool,
    more: u64,
}

/// Looks for everything that `rules` describe.
///
/// # Errors
/// What the host says of a question.
pub fn search(rules: &[Rule], sources: &[Source], options: Options) -> Result<Found, Fault> {
    let mut raws = Raws::default();
    let calls = patterns::search(rules, &mut raws)?;
    flows::search(rules, sources, options, &calls, &mut raws)?;
    states::search(rules, &mut raws)?;
    let mut found = Found {
        cut: raws.cut,
        more: raws.more,
        findings: Vec::new(),
    };
    let raws = once_a_place(raws.all);
    let symbols = symbols::around(raws.iter().map(|raw| raw.node))?;
    for raw in raws {
        let rule = &rules[raw.rule];
        let says = rule.says.of(options.russian);
        found.findings.push(Finding {
            rule: rule.id.clone(),
            title: rule.title.of(options.russian).to_owned(),
            message: sentence(&says.replace("{source}", &raw.source)),
            severity: rule.severity,
            confidence: (raw.confidence * 100.0).round() / 100.0,
            cwe: rule.cwe.clone(),
            fix: rule.fix.of(options.russian).to_owned(),
            symbol: symbols.get(&raw.node).cloned().unwrap_or_default(),
            place: raw.place,
            way: raw.way,
        });
    }
    found.findings.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.severity, (finding.confidence * 100.0) as i64);
        key(b).cmp(&key(a)).then_with(|| {
            let place = |finding: &Finding| {
                (
                    finding.place.path.clone(),
                    finding.place.line,
                    finding.rule.clone(),
                )
            };
            place(a).cmp(&place(b))
        })
    });
    Ok(found)
}

/// Of the findings of one rule at one line the surest, of the same certainty the one with the shortest way.
fn once_a_place(all: Vec<Raw>) -> Vec<Raw> {
    let mut best: BTreeMap<(usize, String, u32), Raw> = BTreeMap::new();
    for raw in all {
        let key = (raw.rule, raw.place.path.clone(), raw.place.line);
        let better = best.get(&key).is_none_or(|other| {
            (raw.confidence, std::cmp::Reverse(raw.way.len()))
                > (other.confidence, std::cmp::Reverse(other.way.len()))
        });
        if better {
            best.insert(key, raw);
        }
    }
    best.into_values().collect()
}

fn place(step: &FlowStep) -> Place {
    Place {
        kind: step.kind.clone(),
        path: step.path.clone(),
        line: step.line,
        code: step.code.clone(),
    }
}

/// With a capital letter at its beginning and a full stop at its end.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    let mut sentence: String = first.into_iter().flatten().chain(letters).collect();
    sentence.push('.');
    sentence
}
