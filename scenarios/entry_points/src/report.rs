//! What people and programs are told, from one result.

use std::collections::BTreeSet;

use codegraph_sdk::scenario::{Chunk, Citation, Outcome, Sink, Table, revision, source};
use codegraph_sdk::{Entry as Piece, Fault};

use crate::find::Found;
use crate::graph;
use crate::point::{Entry, Kind, Place};
use crate::reached::Reached;
use crate::topic::Topic;
use crate::words::Words;

/// Entries of a kind that are told; the others are counted, and stand among the pieces for programs.
const TOLD: usize = 40;
/// Entries for programs.
const FOR_PROGRAMS: usize = 2_000;
/// Places that are cited.
const CITED: usize = 120;
/// Pieces of an answer that are handed over at once.
const AT_ONCE: usize = 50;
/// Key of the pieces that hold entries as JSON.
pub(crate) const KEY: &str = "entry-point";

/// A result.
pub(crate) struct Report<'r> {
    pub(crate) entries: Vec<Entry>,
    /// Calls between the entry and the function that was asked for, in the order of the entries.
    pub(crate) distance: Vec<i64>,
    pub(crate) target: Option<Reached>,
    pub(crate) found: &'r Found,
    pub(crate) topic: &'r Topic,
    /// Handlers whose bodies were not looked into.
    pub(crate) unguarded: usize,
    pub(crate) russian: bool,
}

/// Says what was found.
///
/// # Errors
/// What the host says of a piece.
pub(crate) fn report(report: &mut Report<'_>, out: &Sink) -> Result<Outcome, Fault> {
    let words = Words::of(report.russian);
    let tests = report.entries.iter().filter(|entry| entry.is_test).count();
    if report.target.is_none() {
        report.entries.retain(|entry| !entry.is_test);
    }
    parameters(report)?;
    let mut pieces = vec![Chunk::Text(words.head(report))];
    for kind in Kind::ALL {
        let of_kind: Vec<(usize, &Entry)> = report
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.kind == kind)
            .collect();
        if !of_kind.is_empty() {
            pieces.push(Chunk::Text(words.kind_head(kind, &of_kind)));
            pieces.push(Chunk::Table(table(report, &words, kind, &of_kind)));
        }
    }
    pieces.push(Chunk::Text(words.foot(report, tests)));
    pieces.extend(citations(report));
    for entry in report.entries.iter().take(FOR_PROGRAMS) {
        let value =
            serde_json::to_string(entry).map_err(|error| Fault::Internal(error.to_string()))?;
        pieces.push(Chunk::Other(Piece {
            key: KEY.to_owned(),
            value,
        }));
    }
    pieces.extend(words.next(report).into_iter().map(Chunk::FollowUp));
    for part in pieces.chunks(AT_ONCE) {
        out.emit(part)?;
    }
    let found = !report.entries.is_empty();
    let sure = report
        .entries
        .iter()
        .map(|entry| entry.confidence)
        .fold(1.0, f64::min);
    Ok(Outcome {
        confidence: if found {
            (sure * 95.0).round() / 100.0
        } else {
            0.0
        },
        found,
        intent: intent(report.topic).to_owned(),
        extra: Vec::new(),
    })
}

fn intent(topic: &Topic) -> &'static str {
    if topic.symbol.is_some() {
        "reached_from"
    } else if topic.unchecked {
        "unchecked"
    } else if topic.named || topic.trust.is_some() {
        "entries"
    } else {
        "surface"
    }
}

/// Parameters of the handlers that are told.
fn parameters(report: &mut Report<'_>) -> Result<(), Fault> {
    let mut told = [0; Kind::ALL.len()];
    for entry in &mut report.entries {
        let count = &mut told[entry.kind as usize];
        *count += 1;
        if *count > TOLD {
            continue;
        }
        if let Some(handler) = &mut entry.handler
            && let Some(symbol) = report
                .found
                .symbols
                .get(&handler.node)
                .filter(|symbol| !symbol.is_type)
        {
            handler.parameters = graph::parameters(symbol)?;
        }
    }
    Ok(())
}

fn table(report: &Report<'_>, words: &Words, kind: Kind, entries: &[(usize, &Entry)]) -> Table {
    let mut columns = vec![
        words.column(kind),
        words.code(),
        words.trust_column(),
        words.checks(),
    ];
    if report.target.is_some() {
        columns.push(words.calls());
    }
    let rows = entries.iter().take(TOLD).map(|(at, entry)| {
        let mut row = vec![
            words.name(entry),
            Words::handler(entry),
            words.trust(entry),
            words.checks_of(entry),
        ];
        if report.target.is_some() {
            row.push(
                report
                    .distance
                    .get(*at)
                    .map_or_else(String::new, i64::to_string),
            );
        }
        row
    });
    Table {
        title: words.title(kind),
        rows: rows.collect(),
        columns,
    }
}

/// Lines that show it: registrations, handlers, checks.
fn citations(report: &Report<'_>) -> Vec<Chunk> {
    let mut cited: BTreeSet<Place> = BTreeSet::new();
    let mut pieces = Vec::new();
    let mut cite = |place: &Place, kind: &str, symbol: &str, relevance: f64| {
        if pieces.len() >= CITED || !cited.insert(place.clone()) {
            return;
        }
        if let Ok(line) = source(&place.path, place.line, place.line) {
            pieces.push(Chunk::Citation(Citation {
                path: place.path.clone(),
                line: place.line,
                line_end: place.line,
                code: line.trim_end().to_owned(),
                kind: kind.to_owned(),
                symbol: symbol.to_owned(),
                relevance,
            }));
        }
    };
    if let Some(target) = &report.target {
        for (name, place) in &target.targets {
            cite(place, "definition", name, 1.0);
        }
    }
    for kind in Kind::ALL {
        let of_kind = report.entries.iter().filter(|entry| entry.kind == kind);
        for entry in of_kind.take(TOLD) {
            let symbol = entry.handler.as_ref().map_or("", |handler| &handler.name);
            cite(&entry.place, "reference", symbol, entry.confidence);
            if let Some(handler) = &entry.handler {
                cite(&handler.place, "definition", &handler.name, 0.8);
            }
            for check in &entry.checks {
                cite(&check.place, "reference", symbol, 0.7);
                if let Some(refuses) = &check.refuses {
                    cite(refuses, "reference", &check.name, 0.6);
                }
            }
        }
    }
    pieces
}

/// Constructs whose meaning only a run can tell, and gaps of the analysis.
pub(crate) fn gaps() -> u32 {
    revision().gaps
}
