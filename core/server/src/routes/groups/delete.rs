use axum::extract::Path;
use axum::http::StatusCode;
use codegraph_model::{GroupId, GroupRole};

use super::find;
use crate::caller::{AdminAll, Caller};
use crate::error::{ApiError, ApiResult, Code};
use crate::routes::projects::delete::remove_files;

/// Removes a group with its projects and their graphs.
#[utoipa::path(delete, path = "/groups/{group_id}", tag = "groups", params(("group_id" = String, Path)),
    responses((status = 204), ApiError))]
pub async fn delete_group(
    caller: Caller<AdminAll>,
    Path(group): Path<String>,
) -> ApiResult<StatusCode> {
    let mut tx = caller.begin().await?;
    let group = find(&caller, &mut tx, &group, GroupRole::Admin).await?;
    if group.id == GroupId::DEFAULT {
        return Err(ApiError::new(
            Code::Conflict,
            "the default group cannot be removed",
        ));
    }
    let (projects, _) = tx
        .projects()
        .page(caller.scope(), Some(group.id), u64::from(u32::MAX), 0)
        .await?;
    let mut repositories = Vec::new();
    for listed in projects {
        repositories.extend(tx.repositories().list(listed.project.id).await?);
    }
    tx.groups().remove(group.id).await?;
    tx.commit().await?;
    remove_files(&caller, repositories).await;
    Ok(StatusCode::NO_CONTENT)
}
