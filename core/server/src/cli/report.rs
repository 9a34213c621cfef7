//! The report of an import, for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use codegraph_model::{ImportReport, Step};
use indicatif::{HumanBytes, HumanCount};

pub(crate) fn text(report: &ImportReport) -> String {
    let mut page = String::new();
    let commit = if report.indexed_commit.is_empty() {
        String::new()
    } else {
        format!(
            " at commit {}",
            report
                .indexed_commit
                .get(..12)
                .unwrap_or(&report.indexed_commit)
        )
    };
    let what = if report.project_is_new {
        "imported"
    } else {
        "imported anew"
    };
    let _ = writeln!(
        page,
        "project '{}' {what}{commit} in {:.1} s",
        report.project, report.seconds
    );
    let mut line = |name: &str, text: String| {
        let _ = writeln!(page, "  {name:10} {text}");
    };
    line(
        "files",
        format!(
            "{}: {} read into the graph ({}), {} listed",
            HumanCount(report.files),
            HumanCount(report.files_lowered),
            list(&report.files_by_language),
            HumanCount(report.files - report.files_lowered),
        ),
    );
    line("roles", list(&report.files_by_role));
    line(
        "source",
        format!(
            "{} lines, {}",
            HumanCount(report.lines),
            HumanBytes(report.source_bytes)
        ),
    );
    line(
        "graph",
        format!(
            "{} nodes, {} edges, {} methods",
            HumanCount(report.nodes),
            HumanCount(report.edges),
            HumanCount(report.methods)
        ),
    );
    line(
        "calls",
        format!(
            "{} linked: {}",
            HumanCount(report.calls),
            list(&report.calls_by_resolution)
        ),
    );
    line(
        "gaps",
        if report.gaps == 0 {
            "none".into()
        } else {
            list(&report.gaps_by_reason)
        },
    );
    if !report.no_importer_by_language.is_empty() {
        line(
            "",
            format!("no importer yet: {}", list(&report.no_importer_by_language)),
        );
    }
    let steps: Vec<String> = Step::ALL
        .iter()
        .filter_map(|step| {
            report
                .seconds_by_step
                .get(step.text())
                .map(|s| format!("{} {s:.2}", step.text()))
        })
        .collect();
    line("seconds", steps.join(", "));
    let children = match report.peak_child_rss_bytes {
        0 => String::new(),
        bytes => format!(", largest child {}", HumanBytes(bytes)),
    };
    line(
        "memory",
        format!("{} at most{children}", HumanBytes(report.peak_rss_bytes)),
    );
    line(
        "graph file",
        format!(
            "{}, {} of it source text",
            HumanBytes(report.graph_bytes),
            HumanBytes(report.stored_source_bytes)
        ),
    );
    page
}

/// `a 3, b 2`: the largest first.
fn list(counts: &BTreeMap<String, u64>) -> String {
    let mut counts: Vec<(&String, &u64)> = counts.iter().collect();
    counts.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    let counts: Vec<String> = counts
        .into_iter()
        .map(|(name, count)| format!("{name} {}", HumanCount(*count)))
        .collect();
    counts.join(", ")
}
