//! What people are told.

use std::fmt::Write as _;

use codegraph_sdk::finding::{Finding, Severity};
use codegraph_sdk::scenario::{Chunk, Citation, Outcome, Sink, source};
use codegraph_sdk::{Entry, Fault};

use crate::rules::Rule;
use crate::search::Found;
use crate::topic::Topic;

/// Findings that are told whole; the others are counted, and stand among the findings for programs.
const TOLD: usize = 20;
/// Pieces of an answer that are handed over at once.
const AT_ONCE: usize = 50;

/// Says what was found.
///
/// # Errors
/// What the host says of a piece.
pub fn report(
    found: &Found,
    asked: &[Rule],
    topic: &Topic,
    russian: bool,
    out: &Sink,
) -> Result<Outcome, Fault> {
    let words = Words::of(russian);
    let mut pieces = vec![Chunk::Text(words.head(found, asked, topic))];
    for (number, finding) in found.findings.iter().enumerate() {
        pieces.push(finding.chunk());
        if number < TOLD {
            pieces.push(Chunk::Text(words.told(number + 1, finding)));
            pieces.extend(evidence(finding));
        }
    }
    pieces.push(Chunk::Text(words.foot(found)));
    pieces.extend(remarks(found).into_iter().map(remark));
    pieces.extend(words.next(found).into_iter().map(Chunk::FollowUp));
    for part in pieces.chunks(AT_ONCE) {
        out.emit(part)?;
    }
    let is_found = !found.findings.is_empty();
    Ok(Outcome {
        confidence: found
            .findings
            .iter()
            .map(|finding| finding.confidence)
            .fold(0.0, f64::max),
        found: is_found,
        intent: if topic.named { "flaws" } else { "audit" }.to_owned(),
        extra: Vec::new(),
    })
}

/// What searches left out, for those who read findings and no text.
fn remarks(found: &Found) -> Vec<String> {
    let mut remarks = Vec::new();
    if found.cut {
        remarks
            .push("a search ended by its budget of steps: there may be more findings".to_owned());
    }
    if found.more > 0 {
        remarks.push(format!(
            "{} places beyond the limit are left out",
            found.more
        ));
    }
    remarks
}

fn remark(value: String) -> Chunk {
    Chunk::Other(Entry {
        key: "remark".to_owned(),
        value,
    })
}

/// Where it is and where it comes from, as whole lines of the source.
fn evidence(finding: &Finding) -> Vec<Chunk> {
    let mut places = vec![&finding.place];
    places.extend(
        finding
            .way
            .iter()
            .filter(|place| (&place.path, place.line) != (&finding.place.path, finding.place.line)),
    );
    places.dedup_by(|a, b| (&a.path, a.line) == (&b.path, b.line));
    let cited = places.into_iter().filter_map(|place| {
        let line = source(&place.path, place.line, place.line).ok()?;
        Some(Chunk::Citation(Citation {
            path: place.path.clone(),
            line: place.line,
            line_end: place.line,
            code: line.trim_end().to_owned(),
            kind: "reference".to_owned(),
            symbol: finding.symbol.clone(),
            relevance: finding.confidence,
        }))
    });
    cited.collect()
}

/// Sentences in one language.
struct Words {
    russian: bool,
}

impl Words {
    fn of(russian: bool) -> Self {
        Self { russian }
    }

    fn pick(&self, en: &'static str, ru: &'static str) -> &'static str {
        if self.russian { ru } else { en }
    }

    fn severity(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::Critical => self.pick("critical", "критический"),
            Severity::High => self.pick("high", "высокий"),
            Severity::Medium => self.pick("medium", "средний"),
            Severity::Low => self.pick("low", "низкий"),
            Severity::Info => self.pick("info", "справочно"),
        }
    }

    fn head(&self, found: &Found, asked: &[Rule], topic: &Topic) -> String {
        let place = topic.path.as_ref().map_or_else(String::new, |path| {
            format!("{} `{path}`", self.pick(" in", " в"))
        });
        let names = || {
            let names: Vec<&str> = asked
                .iter()
                .map(|rule| rule.title.of(self.russian))
                .collect();
            names.join(", ")
        };
        if found.findings.is_empty() {
            let what = if topic.named {
                names()
            } else {
                format!("{} {}", asked.len(), self.pick("rules", "правил"))
            };
            return format!(
                "{}{place} ({what}).\n\n",
                self.pick("Nothing was found", "Ничего не найдено")
            );
        }
        let mut head = format!(
            "**{}{place}: {}**",
            self.pick("Found", "Найдено"),
            found.findings.len()
        );
        let mut separator = " — ";
        for severity in [
            Severity::Critical,
            Severity::High,
            Severity::Medium,
            Severity::Low,
            Severity::Info,
        ] {
            let many = found
                .findings
                .iter()
                .filter(|finding| finding.severity == severity)
                .count();
            if many > 0 {
                let _ = write!(head, "{separator}{} {many}", self.severity(severity));
                separator = ", ";
            }
        }
        head.push_str("\n\n");
        head
    }

    fn told(&self, number: usize, finding: &Finding) -> String {
        let cwe: Vec<String> = finding.cwe.iter().map(|cwe| format!("CWE-{cwe}")).collect();
        let place = &finding.place;
        let symbol = if finding.symbol.is_empty() {
            String::new()
        } else {
            format!(" `{}`", finding.symbol)
        };
        let mut text = format!(
            "{number}. **{}** ({}, {}, {} {:.2}) `{}:{}`{symbol}  \n   {}",
            finding.title,
            self.severity(finding.severity),
            cwe.join(", "),
            self.pick("certainty", "уверенность"),
            finding.confidence,
            place.path,
            place.line,
            finding.message,
        );
        if let [first, .., last] = finding.way.as_slice()
            && (&first.path, first.line) != (&last.path, last.line)
        {
            let mut steps: Vec<String> = finding
                .way
                .iter()
                .map(|step| format!("`{}:{}`", step.path, step.line))
                .collect();
            steps.dedup();
            let _ = write!(
                text,
                "  \n   {}: {}",
                self.pick("Way", "Путь"),
                steps.join(" → ")
            );
        }
        let _ = write!(
            text,
            "  \n   {}: {}\n\n",
            self.pick("Fix", "Исправление"),
            finding.fix
        );
        text
    }

    fn foot(&self, found: &Found) -> String {
        let mut foot = String::new();
        if let Some(left) = found
            .findings
            .len()
            .checked_sub(TOLD)
            .filter(|left| *left > 0)
        {
            let _ = writeln!(
                foot,
                "{} {left}: `codegraph scan`.\n",
                self.pick("Not told here:", "Здесь не показано:")
            );
        }
        if found.more > 0 {
            let _ = writeln!(
                foot,
                "{}: {}.\n",
                self.pick("Found beyond the limit", "Найдено сверх предела"),
                found.more
            );
        }
        if found.cut {
            let text = self.pick(
                "A search ended by its budget: there may be more.",
                "Поиск прекращён по исчерпании бюджета: может быть и другое.",
            );
            let _ = writeln!(foot, "{text}\n");
        }
        foot.push_str(self.pick(
            "Looked at: what the graph holds; gaps of the analysis may hide more.\n",
            "Проверено то, что есть в графе; пробелы анализа могут скрывать другое.\n",
        ));
        foot
    }

    fn next(&self, found: &Found) -> Vec<String> {
        let first = found
            .findings
            .iter()
            .find(|finding| !finding.symbol.is_empty());
        let Some(first) = first else {
            return Vec::new();
        };
        let name = first.symbol.rsplit(['.', ':']).next().unwrap_or_default();
        if name.is_empty() || name.starts_with('<') {
            return Vec::new();
        }
        vec![format!(
            "{} `{name}`?",
            self.pick("Who calls", "Кто вызывает")
        )]
    }
}
