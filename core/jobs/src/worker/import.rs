//! The import as a job.

use std::sync::Arc;

use codegraph_model::{ImportReport, Job, Payload};
use serde_json::{Value, json};

use super::run::{Ended, Worker};
use super::steps::{DOCS, DOMAIN, Steps, VALIDATE};
use super::validate::{Validation, validate};
use crate::fetch::Cancel;
use crate::import::{self, ImportContext, ImportError, Progress};

pub(super) async fn run(worker: &Worker, job: &Job, steps: &Arc<Steps>, cancel: &Cancel) -> Ended {
    let Payload::Import {
        request,
        memory_bytes,
        wants_docs,
        wants_domain,
    } = &job.payload;
    let mut context = worker.context.clone();
    if let Some(bytes) = *memory_bytes {
        context.options.graph_memory = context.options.graph_memory.min(bytes);
    }
    let progress: Arc<dyn Progress> = Arc::clone(steps) as Arc<dyn Progress>;
    let report = match import::run(&context, request.clone(), progress, cancel.clone()).await {
        Ok(report) => report,
        Err(ImportError::Cancelled) => return Ended::Cancelled,
        Err(error) => {
            let text = shown(&context, &error);
            steps.fail(&text);
            return Ended::Failed(text);
        }
    };
    steps.imported(&report);
    steps.start(VALIDATE, "Validating CPG...");
    let validation = match validate(&context, &report).await {
        Ok(validation) => validation,
        Err(text) => {
            steps.fail(&text);
            return Ended::Failed(text);
        }
    };
    steps.complete(
        VALIDATE,
        &format!("Quality score {} of 100", validation.quality_score),
    );
    let why = |wanted: bool, missing: &'static str| if wanted { missing } else { "Not asked for" };
    let docs = why(
        *wants_docs,
        "Skipped: this version indexes no documentation",
    );
    steps.skip(DOCS, docs);
    let domain = why(
        *wants_domain,
        "Skipped: this version makes no domain plugin",
    );
    steps.skip(DOMAIN, domain);
    if let Err(error) = activate(&context, &report).await {
        return Ended::Failed(error.to_string());
    }
    tracing::info!(job.id = %job.id, project = %report.project, seconds = report.seconds, "imported");
    (worker.imported)(&report);
    Ended::Completed(result(&report, &validation))
}

async fn activate(
    context: &ImportContext,
    report: &ImportReport,
) -> Result<(), codegraph_storage::StorageError> {
    let mut tx = context.db.begin().await?;
    tx.projects()
        .activate(report.project_id, context.clock.now())
        .await?;
    tx.commit().await
}

/// What went wrong, without the paths of this machine: whoever imports need not know where things lie.
fn shown(context: &ImportContext, error: &ImportError) -> String {
    match error {
        ImportError::NotFound(_) | ImportError::NotAFolder(_) | ImportError::Unreadable { .. } => {
            "the folder is not there any more, or cannot be read".to_owned()
        }
        ImportError::Full(_) => "no space left on the server's disk".to_owned(),
        ImportError::Data { .. }
        | ImportError::Graph(_)
        | ImportError::Storage(_)
        | ImportError::Internal(_) => {
            tracing::error!(%error, "an import failed");
            "the server could not do this; its log has the reason".to_owned()
        }
        ImportError::NothingToLower { .. } => {
            format!("No supported source files found: {error}")
        }
        error => error.to_string().replace(
            &context.data.root().display().to_string(),
            "the data folder",
        ),
    }
}

fn result(report: &ImportReport, validation: &Validation) -> Value {
    let languages = &report.files_by_language;
    let most = languages.iter().rev().max_by_key(|(_, files)| **files);
    json!({
        "project_id": report.project_id,
        "repository_id": report.repository_id,
        "revision_id": report.revision_id,
        "project_is_new": report.project_is_new,
        "duckdb_path": format!("{}.duckdb", report.project),
        "detected_language": most.map(|(language, _)| language),
        "languages": languages,
        "mode": report.mode,
        "full_because": report.full_because,
        "changes": report.changes,
        "indexed_commit": report.indexed_commit,
        "indexed_at": report.indexed_at,
        "import_duration_seconds": report.seconds,
        "cpg_stats": {
            "methods": report.methods,
            "calls": report.calls,
            "nodes": report.nodes,
            "edges": report.edges,
            "files": report.files,
            "files_lowered": report.files_lowered,
            "lines": report.lines,
        },
        "analysis_gaps": { "count": report.gaps, "by_reason": report.gaps_by_reason },
        "validation_report": validation,
    })
}
