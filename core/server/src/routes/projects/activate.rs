use axum::Json;
use axum::extract::Path;
use codegraph_model::GroupRole;
use serde::Serialize;
use utoipa::ToSchema;

use super::find;
use crate::caller::{Caller, ProjectsRead};
use crate::error::{ApiError, ApiResult};

/// A project that was made active.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActivatedView {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// Whether it is active.
    is_active: bool,
    /// What was done.
    message: &'static str,
}

/// Makes a project the active one of its group: questions that name none go to it. Takes the role of an editor in the group.
#[utoipa::path(post, path = "/projects/{project_id}/activate", tag = "projects", params(("project_id" = String, Path)),
    responses((status = 200, body = ActivatedView), ApiError))]
pub async fn activate_project(
    caller: Caller<ProjectsRead>,
    Path(project): Path<String>,
) -> ApiResult<Json<ActivatedView>> {
    let mut tx = caller.begin().await?;
    let project = find(&caller, &mut tx, &project, GroupRole::Editor).await?;
    tx.projects().activate(project.id, caller.now()).await?;
    tx.commit().await?;
    Ok(Json(ActivatedView {
        id: project.id.to_string(),
        name: project.name.to_string(),
        is_active: true,
        message: "Project activated successfully",
    }))
}
