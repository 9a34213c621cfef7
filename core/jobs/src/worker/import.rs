//! The import as a job.

use std::sync::Arc;

use codegraph_model::{Domain, ImportReport, Job, Payload};
use codegraph_search::Built;
use codegraph_storage::{Beat, Held};
use serde_json::{Value, json};

use super::domain::{plugin_path, set_up};
use super::index::{collection, index, stats};
use super::published::Published;
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
        fetch_depth,
        rows_at_once,
        texts,
        domain_name,
    } = &job.payload
    else {
        return Ended::Failed("this is no import".to_owned());
    };
    let mut context = worker.context.clone();
    context.options.fetch_depth = fetch_depth.unwrap_or(1);
    if let Some(rows) = *rows_at_once {
        context.options.rows_at_once = rows;
    }
    if let Some(bytes) = *memory_bytes {
        context.options.graph_memory = context.options.graph_memory.min(bytes);
    }
    let progress: Arc<dyn Progress> = Arc::clone(steps) as Arc<dyn Progress>;
    let held = Held {
        job: job.id,
        attempt: job.attempt,
    };
    let imported = import::run_held(
        &context,
        request.clone(),
        progress,
        cancel.clone(),
        Some(held),
    );
    let report = match imported.await {
        Ok(report) => report,
        Err(ImportError::Cancelled) => return Ended::Cancelled,
        Err(ImportError::Lost) => return Ended::Lost,
        Err(error) => {
            let text = shown(&context, &error);
            steps.fail(&text);
            return Ended::Failed(text);
        }
    };
    steps.imported(&report);
    steps.start(VALIDATE, "Validating CPG...");
    let published = Published::from(&report);
    let validation = match validate(&context, &published).await {
        Ok(validation) => validation,
        Err(text) => return failed(steps, text),
    };
    steps.complete(
        VALIDATE,
        &format!("Quality score {} of 100", validation.quality_score),
    );
    let indexed = if *wants_docs {
        match index(&context, &published, *texts, steps, cancel).await {
            Ok(built) => built,
            Err(text) => return failed(steps, text),
        }
    } else {
        steps.skip(
            DOCS,
            "Not asked for: the index is made when something is searched",
        );
        None
    };
    let mut domain = None;
    if *wants_domain {
        match set_up(&context, &published, domain_name.as_deref(), steps).await {
            Ok(made) => domain = Some(made),
            Err(text) => return failed(steps, text),
        }
    } else {
        steps.skip(DOMAIN, "Not asked for");
    }
    match activate(&context, held, &report).await {
        Ok(()) => {}
        // The graph is published: that is what was asked for, and it is too late to end it.
        Err(ImportError::Lost) => return Ended::Lost,
        Err(error) => return Ended::Failed(shown(&context, &error)),
    }
    tracing::info!(job.id = %job.id, project = %report.project, seconds = report.seconds, "imported");
    (worker.imported)(&report);
    Ended::Completed(result(
        &report,
        &validation,
        indexed.as_ref(),
        domain.as_ref(),
    ))
}

fn failed(steps: &Steps, text: String) -> Ended {
    steps.fail(&text);
    Ended::Failed(text)
}

async fn activate(
    context: &ImportContext,
    held: Held,
    report: &ImportReport,
) -> Result<(), ImportError> {
    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    if tx.jobs().hold(held, now).await? == Beat::Lost {
        return Err(ImportError::Lost);
    }
    tx.projects().activate(report.project_id, now).await?;
    tx.commit().await?;
    Ok(())
}

/// What went wrong, without the paths of this machine: whoever imports need not know where things lie.
pub(super) fn shown(context: &ImportContext, error: &ImportError) -> String {
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

fn result(
    report: &ImportReport,
    validation: &Validation,
    texts: Option<&Built>,
    domain: Option<&Domain>,
) -> Value {
    let languages = &report.files_by_language;
    let most = languages.iter().rev().max_by_key(|(_, files)| **files);
    json!({
        "project_id": report.project_id,
        "repository_id": report.repository_id,
        "revision_id": report.revision_id,
        "project_is_new": report.project_is_new,
        "chromadb_collection": texts.map(|_| collection(&Published::from(report))),
        "chromadb_stats": stats(texts),
        "domain_plugin_path": domain.map(plugin_path),
        "domain": domain,
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
