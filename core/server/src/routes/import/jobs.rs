use axum::Json;
use codegraph_model::JobStatus;
use garde::Validate;
use serde::Deserialize;

use super::status::ImportView;
use crate::caller::{Caller, ProjectsRead};
use crate::error::{ApiError, ApiResult};
use crate::extract::Query;

/// Which jobs.
#[derive(Debug, Deserialize, utoipa::IntoParams, Validate)]
#[garde(allow_unvalidated)]
#[into_params(parameter_in = Query)]
pub struct JobsQuery {
    /// Only those that are so far: `pending`, `in_progress`, `completed`, `failed`, `cancelled`.
    #[param(value_type = Option<String>)]
    status_filter: Option<JobStatus>,
    /// At most so many.
    #[garde(range(min = 1, max = 1000))]
    #[serde(default = "twenty")]
    #[param(minimum = 1, maximum = 1000)]
    limit: u64,
}

fn twenty() -> u64 {
    20
}

/// Lists imports, the last first.
#[utoipa::path(get, path = "/import/jobs", tag = "import", params(JobsQuery), responses((status = 200, body = Vec<ImportView>), ApiError))]
pub async fn list_import_jobs(
    caller: Caller<ProjectsRead>,
    Query(query): Query<JobsQuery>,
) -> ApiResult<Json<Vec<ImportView>>> {
    let mut tx = caller.read().await?;
    let jobs = tx
        .jobs()
        .list(caller.scope(), query.status_filter, query.limit)
        .await?;
    Ok(Json(jobs.into_iter().map(ImportView::from).collect()))
}
