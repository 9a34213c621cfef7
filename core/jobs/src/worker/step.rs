//! One step of an import by itself.
//!
//! Creating the graph and writing it are one thing here, and are jobs of imports; what is left works on a source (and keeps nothing of
//! it), or on a graph that is published.

use std::sync::Arc;

use codegraph_model::{ImportRequest, ProjectId, WantedTexts};
use codegraph_storage::StorageError;
use serde_json::{Value, json};

use super::domain::{plugin_path, set_up};
use super::import::shown;
use super::index::{collection, index, stats};
use super::published::{Published, hold, release};
use super::run::Ended;
use super::steps::{CLONE, DETECT, Steps, VALIDATE};
use super::validate::validate;
use crate::fetch::Cancel;
use crate::import::{ImportContext, ImportError, Progress, Survey, survey};

/// What a step works on.
pub(super) enum On<'a> {
    /// A source that can be imported.
    Source(&'a ImportRequest),
    /// The published graph of a project.
    Graph {
        project: ProjectId,
        texts: WantedTexts,
        domain_name: Option<&'a str>,
    },
    Nothing,
}

pub(super) async fn run(
    context: &ImportContext,
    step: &str,
    on: On<'_>,
    steps: &Arc<Steps>,
    cancel: &Cancel,
) -> Ended {
    let ended = match (step, on) {
        ("clone" | "detect_language", On::Source(request)) => {
            of_source(context, step, request, steps, cancel).await
        }
        (
            "validate" | "chromadb_import" | "domain_setup",
            On::Graph {
                project,
                texts,
                domain_name,
            },
        ) => {
            let options = (texts, domain_name);
            of_graph(context, step, project, options, steps, cancel).await
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
    step: &str,
    project: ProjectId,
    options: (WantedTexts, Option<&str>),
    steps: &Arc<Steps>,
    cancel: &Cancel,
) -> Result<Value, Failed> {
    let (published, lease) = hold(context, project, step)
        .await?
        .ok_or_else(|| Failed::Text("the project has no graph: import it first".to_owned()))?;
    let done = on_graph(context, step, &published, options, steps, cancel).await;
    release(context, lease).await?;
    done
}

/// What the same step of an import does.
async fn on_graph(
    context: &ImportContext,
    step: &str,
    published: &Published,
    (texts, domain_name): (WantedTexts, Option<&str>),
    steps: &Arc<Steps>,
    cancel: &Cancel,
) -> Result<Value, Failed> {
    match step {
        "chromadb_import" => {
            let built = index(context, published, texts, steps, cancel).await;
            let built = built.map_err(Failed::Text)?;
            // Unlike an import it has nothing else to show.
            let built = built.ok_or(ImportError::Cancelled)?;
            Ok(json!({
                "chromadb_collection": collection(published),
                "chromadb_stats": stats(Some(&built)),
            }))
        }
        "domain_setup" => {
            let domain = set_up(context, published, domain_name, steps).await;
            let domain = domain.map_err(Failed::Text)?;
            Ok(json!({ "domain_plugin_path": plugin_path(&domain), "domain": domain }))
        }
        _ => {
            steps.start(VALIDATE, "Validating CPG...");
            let validation = validate(context, published).await.map_err(Failed::Text)?;
            steps.complete(
                VALIDATE,
                &format!("Quality score {} of 100", validation.quality_score),
            );
            Ok(json!({ "validation_report": validation }))
        }
    }
}
