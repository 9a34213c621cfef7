//! One step of an import by itself.
//!
//! Creating the graph and writing it are one thing here, and are jobs of imports; what is left works on a source (and keeps nothing of
//! it), or on a graph that is published.

use std::sync::Arc;

use codegraph_model::{ImportRequest, LeaseId, ProjectId, Revision};
use codegraph_storage::StorageError;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::import::shown;
use super::run::{Ended, Worker};
use super::steps::{CLONE, DETECT, DOCS, DOMAIN, Steps, VALIDATE};
use super::validate::validate;
use crate::fetch::Cancel;
use crate::import::{ImportContext, ImportError, Progress, Survey, survey};

/// So long a graph is held at most while a step reads it.
const LEASE: SignedDuration = SignedDuration::from_mins(10);

pub(super) async fn run(
    worker: &Worker,
    (step, request, project): (&str, Option<&ImportRequest>, Option<ProjectId>),
    steps: &Arc<Steps>,
    cancel: &Cancel,
) -> Ended {
    let context = &worker.context;
    let ended = match (step, request, project) {
        ("clone" | "detect_language", Some(request), _) => {
            of_source(context, step, request, steps, cancel).await
        }
        ("validate", _, Some(project)) => of_graph(context, project, steps).await,
        ("chromadb_import", _, Some(_)) => {
            steps.skip(DOCS, "Skipped: this version indexes no documentation");
            Ok(Value::Null)
        }
        ("domain_setup", _, Some(_)) => {
            steps.skip(DOMAIN, "Skipped: this version makes no domain plugin");
            Ok(Value::Null)
        }
        _ => Err(Failed::Text(format!(
            "the step '{step}' lacks what it works on"
        ))),
    };
    let text = match ended {
        Ok(result) => return Ended::Completed(result),
        Err(Failed::Import(ImportError::Cancelled)) => return Ended::Cancelled,
        Err(Failed::Import(error)) => shown(context, &error),
        Err(Failed::Text(text)) => text,
    };
    steps.fail(&text);
    Ended::Failed(text)
}

enum Failed {
    Import(ImportError),
    Text(String),
}

impl From<ImportError> for Failed {
    fn from(error: ImportError) -> Self {
        Self::Import(error)
    }
}

impl From<StorageError> for Failed {
    fn from(error: StorageError) -> Self {
        Self::Import(error.into())
    }
}

async fn of_source(
    context: &ImportContext,
    step: &str,
    request: &ImportRequest,
    steps: &Arc<Steps>,
    cancel: &Cancel,
) -> Result<Value, Failed> {
    let detects = step == "detect_language";
    let progress: Arc<dyn Progress> = Arc::clone(steps) as Arc<dyn Progress>;
    let Survey { commit, languages } =
        survey(context, request.clone(), progress, cancel.clone(), detects).await?;
    if !detects {
        steps.complete(CLONE, "The source can be read; nothing of it is kept");
        return Ok(json!({ "source_info": { "commit": commit } }));
    }
    let most = languages.iter().rev().max_by_key(|(_, files)| **files);
    let detected = most.map(|(language, _)| language.clone());
    steps.complete(
        DETECT,
        &format!("Detected {}", detected.as_deref().unwrap_or("nothing")),
    );
    Ok(json!({
        "detected_language": detected,
        "languages": languages,
        "source_info": { "commit": commit },
    }))
}

async fn of_graph(
    context: &ImportContext,
    project: ProjectId,
    steps: &Steps,
) -> Result<Value, Failed> {
    steps.start(VALIDATE, "Validating CPG...");
    let (revision, lease) = hold(context, project)
        .await?
        .ok_or_else(|| Failed::Text("the project has no graph: import it first".to_owned()))?;
    let validated = validate(
        context,
        revision.repository,
        revision.id,
        revision.graph_bytes,
        revision.gaps,
    )
    .await;
    let mut tx = context.db.begin_beside().await?;
    tx.leases().remove(lease).await?;
    tx.commit().await?;
    let validation = validated.map_err(Failed::Text)?;
    steps.complete(
        VALIDATE,
        &format!("Quality score {} of 100", validation.quality_score),
    );
    Ok(json!({ "validation_report": validation }))
}

/// The published graph of a project, held so that its file stays.
async fn hold(
    context: &ImportContext,
    project: ProjectId,
) -> Result<Option<(Revision, LeaseId)>, StorageError> {
    let now = context.clock.now();
    let mut tx = context.db.begin_beside().await?;
    let Some(repository) = tx.repositories().primary(project).await? else {
        return Ok(None);
    };
    let Some(revision) = tx.revisions().published(repository.id).await? else {
        return Ok(None);
    };
    let lease = tx
        .leases()
        .take(revision.id, "validate", now, now + LEASE)
        .await?;
    tx.commit().await?;
    Ok(Some((revision, lease.id)))
}
