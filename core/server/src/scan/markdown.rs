//! A scan as a Markdown page.

use std::fmt::Write as _;

use super::{Scan, counts};

/// Writes a scan for an issue, a merge request, a wiki.
pub fn markdown(scan: &Scan) -> String {
    let mut page = String::from("# Security scan\n\n");
    let counts = counts(scan);
    if counts.is_empty() {
        page.push_str("Nothing was found.\n");
    }
    if !counts.is_empty() {
        page.push_str("| severity | findings |\n|---|--:|\n");
        for (severity, count) in counts {
            let _ = writeln!(page, "| {} | {count} |", severity.name());
        }
    }
    for (number, one) in scan.findings.iter().enumerate() {
        let finding = &one.finding;
        let cwe: Vec<String> = finding.cwe.iter().map(|cwe| format!("CWE-{cwe}")).collect();
        let symbol = if finding.symbol.is_empty() {
            String::new()
        } else {
            format!(" in `{}`", finding.symbol)
        };
        let _ = write!(
            page,
            "\n## {}. {}: `{}:{}`\n\n{}, {}, certainty {:.2}{symbol}\n\n{}\n\n```\n{}\n```\n\n**Fix.** {}\n",
            number + 1,
            finding.title,
            finding.place.path,
            finding.place.line,
            finding.severity.name(),
            cwe.join(", "),
            finding.confidence,
            finding.message,
            finding.place.code.replace("```", "` ` `"),
            finding.fix,
        );
        if finding.way.len() > 1 {
            page.push_str("\nThe way:\n\n");
            for place in &finding.way {
                let _ = writeln!(
                    page,
                    "1. {} `{}:{}` `{}`",
                    place.kind,
                    place.path,
                    place.line,
                    place.code.replace('`', "'")
                );
            }
        }
    }
    let _ = write!(page, "\n---\n{}\n", super::text::footer(scan).join("  \n"));
    page
}
