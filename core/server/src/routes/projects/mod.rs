//! Projects in groups.

pub mod activate;
pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod update;

use codegraph_model::{GroupRole, Project, ProjectId};
use codegraph_storage::Tx;

use crate::caller::{Caller, Permit};
use crate::error::{ApiError, ApiResult};
use crate::extract::id;

/// Finds the project of a path, where the caller has at least a role in its group.
async fn find<P: Permit>(
    caller: &Caller<P>,
    tx: &mut Tx,
    text: &str,
    least: GroupRole,
) -> ApiResult<Project> {
    let project: ProjectId = id(text, "project")?;
    let found = tx.projects().lookup_in(caller.scope(), project).await?;
    let found = found.ok_or_else(|| ApiError::not_found("project"))?;
    caller
        .needs_group(tx, found.group_id, least, "project")
        .await?;
    Ok(found)
}
