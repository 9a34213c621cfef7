//! Findings of a scenario as people may see them: known fields, texts of bounded length, places that are in the source.

use super::evidence::{self, Checked};
use super::graph::GraphReader;
use crate::finding::{Finding, Place};
use crate::text;
use crate::types::{Citation, Fault};

/// Longest title, symbol.
const LINE_BYTES: usize = 1 << 10;
/// Longest sentence.
const SENTENCE_BYTES: usize = 4 << 10;
/// Most places of a way.
const PLACES: usize = 200;
/// Most weaknesses that one finding names.
const WEAKNESSES: usize = 20;

/// Reads a finding. A finding whose own place is not in the source is refused, places of its way that are not there go.
pub(super) fn check(graph: &dyn GraphReader, json: &str) -> Result<Result<Finding, String>, Fault> {
    let mut finding: Finding = serde_json::from_str(json).map_err(|error| {
        Fault::InvalidInput(format!("a finding is not what it should be: {error}"))
    })?;
    if !text::is_identifier(&finding.rule) {
        let rule = text::clean_line(&finding.rule, 64);
        return Err(Fault::InvalidInput(format!(
            "the rule of a finding is an identifier, not {rule:?}"
        )));
    }
    if finding.way.len() > PLACES || finding.cwe.len() > WEAKNESSES {
        return Err(Fault::InvalidInput(format!(
            "a finding has at most {PLACES} places and {WEAKNESSES} weaknesses"
        )));
    }
    finding.confidence = if finding.confidence.is_nan() {
        0.0
    } else {
        finding.confidence.clamp(0.0, 1.0)
    };
    for (field, bytes) in [
        (&mut finding.title, LINE_BYTES),
        (&mut finding.symbol, LINE_BYTES),
        (&mut finding.message, SENTENCE_BYTES),
        (&mut finding.fix, SENTENCE_BYTES),
    ] {
        *field = text::clean_line(field, bytes);
    }
    finding.place = match place(graph, finding.place) {
        Ok(place) => place,
        Err(why) => return Ok(Err(why)),
    };
    let way = std::mem::take(&mut finding.way);
    let way = way.into_iter().filter_map(|step| place(graph, step).ok());
    finding.way = way.collect();
    Ok(Ok(finding))
}

/// The place with the whole line that stands there.
fn place(graph: &dyn GraphReader, place: Place) -> Result<Place, String> {
    let citation = Citation {
        path: place.path,
        line: place.line,
        line_end: place.line,
        code: String::new(),
        kind: place.kind,
        symbol: String::new(),
        relevance: 0.0,
    };
    match evidence::check(graph, citation) {
        Checked::True(citation) | Checked::Corrected(citation) => Ok(Place {
            kind: citation.kind,
            path: citation.path,
            line: citation.line,
            code: citation.code.trim().to_owned(),
        }),
        Checked::Dropped(why) => Err(why),
    }
}
