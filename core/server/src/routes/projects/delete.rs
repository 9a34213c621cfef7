use axum::extract::Path;
use axum::http::StatusCode;
use codegraph_model::{GroupRole, Repository};

use super::find;
use crate::caller::{Caller, Permit, ProjectsRead};
use crate::error::{ApiError, ApiResult};

/// Removes a project with its graphs. Takes the role of an admin in its group.
#[utoipa::path(delete, path = "/projects/{project_id}", tag = "projects", params(("project_id" = String, Path)),
    responses((status = 204), ApiError))]
pub async fn delete_project(
    caller: Caller<ProjectsRead>,
    Path(project): Path<String>,
) -> ApiResult<StatusCode> {
    let mut tx = caller.begin().await?;
    let project = find(&caller, &mut tx, &project, GroupRole::Admin).await?;
    let repositories = tx.repositories().list(project.id).await?;
    tx.projects().remove(project.id).await?;
    tx.commit().await?;
    remove_files(&caller, repositories).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes the graphs of repositories whose rows are gone. What cannot be removed goes with the next sweep of an import.
pub(crate) async fn remove_files<P: Permit>(caller: &Caller<P>, repositories: Vec<Repository>) {
    let data = caller.state().parts().data.clone();
    let removed = tokio::task::spawn_blocking(move || {
        for repository in repositories {
            let folder = data.repository(repository.id);
            match std::fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    tracing::warn!(%error, "cannot remove a project's graphs");
                }
                _ => {}
            }
        }
    });
    if let Err(error) = removed.await {
        tracing::warn!(%error, "cannot remove a project's graphs");
    }
}
