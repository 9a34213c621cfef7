use axum::Json;
use axum::extract::Path;
use codegraph_model::ProjectId;

use super::list::ProjectView;
use crate::caller::{Caller, ProjectsRead};
use crate::error::{ApiError, ApiResult};
use crate::extract::id;

/// Gives a project.
#[utoipa::path(get, path = "/projects/{project_id}", tag = "projects", params(("project_id" = String, Path)),
    responses((status = 200, body = ProjectView), ApiError))]
pub async fn get_project(
    caller: Caller<ProjectsRead>,
    Path(project): Path<String>,
) -> ApiResult<Json<ProjectView>> {
    let project: ProjectId = id(&project, "project")?;
    let mut tx = caller.read().await?;
    let listed = tx.projects().listed(caller.scope(), project).await?;
    let listed = listed.ok_or_else(|| ApiError::not_found("project"))?;
    Ok(Json(listed.into()))
}
