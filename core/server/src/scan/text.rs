//! A scan for a terminal.

use std::fmt::Write as _;

use super::{Scan, counts};

/// Characters of code on a line.
const CODE: usize = 100;

/// Writes a scan for a terminal.
pub fn text(scan: &Scan) -> String {
    let mut page = String::new();
    for one in &scan.findings {
        let finding = &one.finding;
        let cwe: Vec<String> = finding.cwe.iter().map(|cwe| format!("CWE-{cwe}")).collect();
        let _ = writeln!(
            page,
            "{}:{}: {}: {} ({}, certainty {:.2}) [{}]\n    {}\n    {}",
            finding.place.path,
            finding.place.line,
            finding.severity.name(),
            finding.title,
            cwe.join(", "),
            finding.confidence,
            finding.rule,
            cut(&finding.place.code),
            finding.message,
        );
        if finding.way.len() > 1 {
            for place in &finding.way {
                let at = format!("{}:{}", place.path, place.line);
                let _ = writeln!(page, "      {:<10} {at}  {}", place.kind, cut(&place.code));
            }
        }
        let _ = writeln!(page, "    fix: {}\n", finding.fix);
    }
    let counts: Vec<String> = counts(scan)
        .into_iter()
        .map(|(severity, count)| format!("{count} {}", severity.name()))
        .collect();
    if counts.is_empty() {
        page.push_str("nothing was found\n");
    } else {
        let _ = writeln!(
            page,
            "{} findings: {}",
            scan.findings.len(),
            counts.join(", ")
        );
    }
    for line in footer(scan) {
        let _ = writeln!(page, "{line}");
    }
    page
}

/// What was looked at, and what was not seen.
pub(super) fn footer(scan: &Scan) -> Vec<String> {
    let freshness = &scan.freshness;
    let commit = freshness.indexed_commit.get(..12).unwrap_or("no commit");
    let mut lines = scan.remarks.clone();
    lines.push(format!(
        "{} {commit}, {} rules of {}, {:.1} s; not analysed: {} ({})",
        freshness.project,
        scan.rules.len(),
        scan.scenarios.join(", "),
        scan.processing_time_ms / 1e3,
        freshness.analysis_gaps.count,
        freshness.analysis_gaps.read_with,
    ));
    lines
}

fn cut(code: &str) -> String {
    if code.chars().count() > CODE {
        code.chars().take(CODE - 1).chain(['…']).collect()
    } else {
        code.to_owned()
    }
}
