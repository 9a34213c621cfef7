//! A scan as SARIF 2.1.0 (OASIS Standard, <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>), as code hosts read it.
//!
//! Tags name weaknesses as `external/cwe/cwe-089`, `security-severity` is on the scale of CVSS (0 to 10), ways are code flows, and
//! `partialFingerprints` keep alerts apart and alive between revisions.

use codegraph_plugin_host::finding::{Finding, Place, RuleInfo, Severity};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Fingerprinted, Scan};

/// The schema that logs name.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The base that paths are relative to.
const ROOT: &str = "%SRCROOT%";

/// A log with one run.
#[derive(Debug, Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    results: Vec<SarifResult<'a>>,
    original_uri_base_ids: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_control_provenance: Option<Value>,
    invocations: Value,
    column_kind: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    rule_index: i64,
    level: &'static str,
    message: Value,
    locations: [Value; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<Value>,
    partial_fingerprints: Value,
    /// From 0 to 100: how sure it is.
    rank: f64,
    properties: Value,
}

/// Writes a scan as SARIF. `repository` is the address of the repository where that is known.
///
/// # Errors
/// None for a scan: all of it is plain data.
pub fn sarif(scan: &Scan, repository: Option<&str>) -> serde_json::Result<String> {
    let index = |rule: &str| scan.rules.iter().position(|known| known.id == rule);
    let results = scan.findings.iter().map(|one| {
        let at = index(&one.finding.rule);
        result(one, at.map_or(-1, |at| at as i64))
    });
    let commit = &scan.freshness.indexed_commit;
    let provenance = repository.filter(|_| !commit.is_empty());
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: json!({ "driver": {
                "name": "CodeGraph",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": scan.rules.iter().map(rule).collect::<Vec<_>>(),
            }}),
            results: results.collect(),
            original_uri_base_ids: json!({ ROOT: { "description": { "text": "Root of the repository." } } }),
            version_control_provenance: provenance
                .map(|uri| json!([{ "repositoryUri": uri, "revisionId": commit }])),
            invocations: invocations(scan),
            column_kind: "unicodeCodePoints",
        }],
    };
    let mut text = serde_json::to_string_pretty(&log)?;
    text.push('\n');
    Ok(text)
}

/// What the scan could not see is a notification of the tool: an empty list of results alone would promise too much.
fn invocations(scan: &Scan) -> Value {
    let gaps = scan.freshness.analysis_gaps.count;
    let mut notes: Vec<Value> = scan
        .remarks
        .iter()
        .map(|remark| json!({ "level": "warning", "message": { "text": remark } }))
        .collect();
    if gaps > 0 {
        let text = format!(
            "{gaps} places of the source were not analysed: {}",
            scan.freshness.analysis_gaps.read_with
        );
        notes.push(json!({ "level": "note", "message": { "text": text } }));
    }
    json!([{ "executionSuccessful": true, "toolExecutionNotifications": notes }])
}

fn rule(rule: &RuleInfo) -> Value {
    let mut tags = vec!["security".to_owned()];
    tags.extend(
        rule.cwe
            .iter()
            .map(|cwe| format!("external/cwe/cwe-{cwe:03}")),
    );
    json!({
        "id": rule.id,
        "name": pascal(&rule.id),
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.description },
        "helpUri": rule.from,
        "help": { "text": rule.help, "markdown": rule.help },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "tags": tags, "security-severity": score(rule.severity) },
    })
}

fn result(one: &Fingerprinted, index: i64) -> SarifResult<'_> {
    let finding = &one.finding;
    let message = format!("{} {}", finding.message, finding.fix);
    SarifResult {
        rule_id: &finding.rule,
        rule_index: index,
        level: level(finding.severity),
        message: json!({ "text": message }),
        locations: [location(&finding.place, finding)],
        code_flows: flow(finding),
        partial_fingerprints: json!({ "primaryLocationLineHash": format!("{}:1", one.fingerprint) }),
        rank: (finding.confidence * 100.0).round(),
        properties: json!({ "security-severity": score(finding.severity), "confidence": finding.confidence }),
    }
}

fn physical(place: &Place) -> Value {
    let mut region = Map::new();
    region.insert("startLine".into(), json!(place.line));
    if !place.code.is_empty() {
        region.insert("snippet".into(), json!({ "text": place.code }));
    }
    json!({
        "artifactLocation": { "uri": encoded(&place.path), "uriBaseId": ROOT },
        "region": region,
    })
}

fn location(place: &Place, finding: &Finding) -> Value {
    let mut location = json!({ "physicalLocation": physical(place) });
    if !finding.symbol.is_empty() {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": finding.symbol }]);
    }
    location
}

fn flow(finding: &Finding) -> Vec<Value> {
    if finding.way.len() < 2 {
        return Vec::new();
    }
    let steps = finding.way.iter().map(|place| {
        json!({ "location": {
            "physicalLocation": physical(place),
            "message": { "text": place.kind },
        }})
    });
    vec![json!({ "threadFlows": [{ "locations": steps.collect::<Vec<_>>() }] })]
}

/// A path as a relative URI (RFC 3986): what is no unreserved character or slash is written as octets.
fn encoded(path: &str) -> String {
    use std::fmt::Write as _;
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// `sql-injection` as `SqlInjection`.
fn pascal(id: &str) -> String {
    id.split('-')
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        })
        .collect()
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The middle of the range that CVSS 3.1 gives the severity.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths() {
        assert_eq!(pascal("sql-injection"), "SqlInjection");
        assert_eq!(encoded("a b/ё.py"), "a%20b/%D1%91.py");
    }
}
