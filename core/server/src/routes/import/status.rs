use axum::Json;
use axum::extract::Path;
use codegraph_model::{Job, JobId, JobStep};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::caller::{Caller, ProjectsRead};
use crate::error::{ApiError, ApiResult};
use crate::extract::id;

/// A step of an import.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepView {
    /// Its id.
    #[schema(example = "joern_import")]
    id: String,
    /// Its name.
    #[schema(example = "Create CPG")]
    name: String,
    /// `pending`, `in_progress`, `completed`, `failed` or `skipped`.
    #[schema(value_type = String)]
    status: codegraph_model::StepStatus,
    /// From 0 to 100.
    progress: u8,
    /// What it does, or did.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<String>,
}

impl From<JobStep> for StepView {
    fn from(step: JobStep) -> Self {
        Self {
            id: step.id,
            name: step.name,
            status: step.status,
            progress: step.progress,
            message: step.message,
            error: step.error,
            started_at: step.started_at.map(|time| time.to_string()),
            completed_at: step.completed_at.map(|time| time.to_string()),
        }
    }
}

/// How far an import is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportView {
    /// The job.
    job_id: String,
    /// The project.
    project_name: String,
    /// The group of the project.
    group_id: String,
    /// `pending`, `in_progress`, `completed`, `failed` or `cancelled`.
    #[schema(value_type = String)]
    pub(super) status: codegraph_model::JobStatus,
    /// The steps, in order.
    steps: Vec<StepView>,
    /// Id of the step that runs, or that ended the job.
    current_step: Option<String>,
    /// From 0 to 100.
    overall_progress: u8,
    /// Whether somebody asked it to end.
    cancel_requested: bool,
    /// When it was asked for.
    created_at: String,
    /// When it last changed.
    updated_at: String,
    /// When it ended.
    finished_at: Option<String>,
    /// Why it failed.
    error: Option<String>,
    /// What came of it.
    #[schema(value_type = Option<Object>)]
    result: Option<Value>,
}

impl From<Job> for ImportView {
    fn from(job: Job) -> Self {
        Self {
            job_id: job.id.to_string(),
            group_id: job.group.to_string(),
            status: job.status,
            current_step: job.current_step().map(str::to_owned),
            overall_progress: job.overall_progress(),
            cancel_requested: job.cancel_requested,
            created_at: job.created_at.to_string(),
            updated_at: job.updated_at.to_string(),
            finished_at: job.finished_at.map(|time| time.to_string()),
            project_name: job.project_name,
            steps: job.steps.into_iter().map(StepView::from).collect(),
            error: job.error,
            result: job.result,
        }
    }
}

/// Says how far an import is.
#[utoipa::path(get, path = "/import/status/{job_id}", tag = "import", params(("job_id" = String, Path)),
    responses((status = 200, body = ImportView), ApiError))]
pub async fn get_import_status(
    caller: Caller<ProjectsRead>,
    Path(job): Path<String>,
) -> ApiResult<Json<ImportView>> {
    let job: JobId = id(&job, "job")?;
    let mut tx = caller.read().await?;
    let job = tx.jobs().lookup(caller.scope(), job).await?;
    let job = job.ok_or_else(|| ApiError::not_found("job"))?;
    Ok(Json(job.into()))
}
