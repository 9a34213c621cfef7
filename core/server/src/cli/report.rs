//! The report of an import, for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use codegraph_model::{FileChanges, ImportReport, Step};
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
    let what = match (report.project_is_new, report.revision_is_new) {
        (true, _) => "imported".to_owned(),
        (false, true) => "imported anew".to_owned(),
        (false, false) => format!(
            "is as it was: nothing changed since {:.0}, its graph stays;",
            report.indexed_at
        ),
    };
    let _ = writeln!(
        page,
        "project '{}' {what}{commit} in {:.1} s",
        report.project, report.seconds
    );
    let mut line = |name: &str, text: String| {
        let _ = writeln!(page, "  {name:10} {text}");
    };
    line("mode", mode(report));
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

/// How the graph was made, and from what.
fn mode(report: &ImportReport) -> String {
    match (&report.full_because, report.changes) {
        (Some(why), _) => format!("full, because {why}"),
        (None, Some(changes)) => format!(
            "{}: {}, {} unchanged",
            report.mode.text(),
            changed(changes),
            HumanCount(changes.unchanged)
        ),
        (None, None) => report.mode.text().to_owned(),
    }
}

/// `2 changed, 1 added`; what is none is left out.
fn changed(changes: FileChanges) -> String {
    let parts: Vec<String> = [
        (changes.changed, "changed"),
        (changes.added, "added"),
        (changes.removed, "removed"),
    ]
    .into_iter()
    .filter(|&(files, _)| files > 0)
    .map(|(files, what)| format!("{} {what}", HumanCount(files)))
    .collect();
    if parts.is_empty() {
        "no file changed".to_owned()
    } else {
        parts.join(", ")
    }
}

/// One line for a watch: what changed, seconds, nodes.
pub(crate) fn line(report: &ImportReport) -> String {
    let what = match (&report.full_because, report.changes) {
        (Some(why), _) => format!("imported in full, because {why}"),
        (None, Some(changes)) => changed(changes),
        (None, None) => "imported".to_owned(),
    };
    format!(
        "{what}: {:.2} s, {} nodes\n",
        report.seconds,
        HumanCount(report.nodes)
    )
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
