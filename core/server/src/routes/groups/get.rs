use axum::Json;
use axum::extract::Path;
use codegraph_model::GroupRole;

use super::find;
use super::list::GroupView;
use crate::caller::{Caller, GroupsRead};
use crate::error::{ApiError, ApiResult};

/// Gives a group.
#[utoipa::path(get, path = "/groups/{group_id}", tag = "groups", params(("group_id" = String, Path)),
    responses((status = 200, body = GroupView), ApiError))]
pub async fn get_group(
    caller: Caller<GroupsRead>,
    Path(group): Path<String>,
) -> ApiResult<Json<GroupView>> {
    let mut tx = caller.read().await?;
    let group = find(&caller, &mut tx, &group, GroupRole::Viewer).await?;
    Ok(Json(group.into()))
}
