use axum::Json;
use axum::extract::Path;
use codegraph_model::{GroupRole, ProjectName};
use codegraph_storage::ProjectChange;
use garde::Validate;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::create::is_small;
use super::find;
use super::list::ProjectView;
use crate::caller::{Caller, ProjectsRead};
use crate::error::{ApiError, ApiResult};
use crate::extract;

/// What of a project is changed; what is not there stays.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct ProjectUpdate {
    /// Its name.
    #[schema(value_type = Option<String>)]
    name: Option<ProjectName>,
    /// What it is.
    #[garde(length(chars, max = 2000))]
    description: Option<String>,
    /// What clients keep with it.
    #[garde(inner(custom(is_small)))]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
}

/// Changes a project. Takes the role of an editor in its group.
#[utoipa::path(put, path = "/projects/{project_id}", request_body = ProjectUpdate, tag = "projects", params(("project_id" = String, Path)),
    responses((status = 200, body = ProjectView), ApiError))]
pub async fn update_project(
    caller: Caller<ProjectsRead>,
    Path(project): Path<String>,
    extract::Json(update): extract::Json<ProjectUpdate>,
) -> ApiResult<Json<ProjectView>> {
    let mut tx = caller.begin().await?;
    let project = find(&caller, &mut tx, &project, GroupRole::Editor).await?;
    let change = ProjectChange {
        name: update.name,
        description: update.description,
        metadata: update.metadata,
    };
    tx.projects()
        .update(project.id, &change, caller.now())
        .await?;
    let listed = tx.projects().listed(caller.scope(), project.id).await?;
    tx.commit().await?;
    let listed = listed.ok_or_else(|| ApiError::not_found("project"))?;
    Ok(Json(listed.into()))
}
