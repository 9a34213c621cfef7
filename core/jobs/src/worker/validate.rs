//! The score of a graph: can it be worked with.

use codegraph_cpg::store::Quality;
use serde::Serialize;

use super::published::Published;
use crate::import::ImportContext;

/// What a graph scored, of 100.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Validation {
    pub(super) status: &'static str,
    pub(super) quality_score: u64,
    metrics: Metrics,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Metrics {
    methods_exist: bool,
    calls_exist: bool,
    identifiers_exist: bool,
    edges_ast: u64,
    edges_cfg: u64,
    edges_call: u64,
    methods: u64,
    calls: u64,
    identifiers: u64,
    methods_with_files: u64,
    methods_with_lines: u64,
    errors: Vec<String>,
    warnings: Vec<String>,
    duckdb_size_mb: f64,
}

/// Opens a published graph and scores it.
pub(super) async fn validate(
    context: &ImportContext,
    published: &Published,
) -> Result<Validation, String> {
    let path = context.data.graph(published.repository, published.revision);
    let graphs = context.graphs.clone();
    let quality = tokio::task::spawn_blocking(move || {
        let graph = graphs.open(&path).map_err(|error| error.to_string())?;
        graph.quality().map_err(|error| error.to_string())
    })
    .await
    .map_err(|error| error.to_string())?
    .map_err(|error| {
        tracing::error!(%error, "a published graph cannot be read");
        "the graph that was made cannot be read; the server's log has the reason".to_owned()
    })?;
    Ok(score(quality, published.bytes, published.gaps))
}

/// Methods 50, those with a file 20, edges of syntax 8, edges of control flow 7, no errors 15.
fn score(quality: Quality, bytes: u64, gaps: u64) -> Validation {
    let mut errors = Vec::new();
    let mut warnings = Vec::new();
    if quality.methods == 0 {
        errors.push("there are no methods".to_owned());
    }
    if quality.edges_ast == 0 {
        errors.push("there are no edges of the syntax tree".to_owned());
    }
    if quality.edges_cfg == 0 {
        warnings.push("there are no edges of control flow".to_owned());
    }
    if gaps > 0 {
        warnings.push(format!(
            "{gaps} places were not analysed: see analysis_gaps"
        ));
    }
    let points = |is_so: bool, points: u64| if is_so { points } else { 0 };
    let with_files = (quality.methods_with_files * 20)
        .checked_div(quality.methods)
        .unwrap_or(0);
    let quality_score = points(quality.methods > 0, 50)
        + with_files
        + points(quality.edges_ast > 0, 8)
        + points(quality.edges_cfg > 0, 7)
        + points(errors.is_empty(), 15);
    Validation {
        status: if errors.is_empty() {
            "passed"
        } else {
            "failed"
        },
        quality_score,
        metrics: Metrics {
            methods_exist: quality.methods > 0,
            calls_exist: quality.calls > 0,
            identifiers_exist: quality.identifiers > 0,
            edges_ast: quality.edges_ast,
            edges_cfg: quality.edges_cfg,
            edges_call: quality.edges_call,
            methods: quality.methods,
            calls: quality.calls,
            identifiers: quality.identifiers,
            methods_with_files: quality.methods_with_files,
            methods_with_lines: quality.methods_with_lines,
            errors,
            warnings,
            duckdb_size_mb: bytes as f64 / 1e6,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_points() {
        let whole = Quality {
            methods: 10,
            methods_with_files: 10,
            methods_with_lines: 10,
            calls: 1,
            identifiers: 1,
            edges_ast: 1,
            edges_cfg: 1,
            edges_call: 1,
        };
        assert_eq!(score(whole, 0, 0).quality_score, 100);
        let half = Quality {
            methods_with_files: 5,
            edges_cfg: 0,
            ..whole
        };
        assert_eq!(score(half, 0, 0).quality_score, 83);
        let empty = score(Quality::default(), 0, 0);
        assert_eq!((empty.quality_score, empty.status), (0, "failed"));
    }
}
