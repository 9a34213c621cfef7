use axum::extract::Path;
use axum::http::StatusCode;
use codegraph_model::{GroupRole, UserId};

use super::find;
use crate::caller::{Caller, GroupsRead};
use crate::error::{ApiError, ApiResult};
use crate::extract::id;

/// Takes a user out of a group. Takes the role of an admin in it.
#[utoipa::path(delete, path = "/groups/{group_id}/users/{user_id}", tag = "groups",
    params(("group_id" = String, Path), ("user_id" = String, Path)), responses((status = 204), ApiError))]
pub async fn remove_group_user(
    caller: Caller<GroupsRead>,
    Path((group, user)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let mut tx = caller.begin().await?;
    let group = find(&caller, &mut tx, &group, GroupRole::Admin).await?;
    let user: UserId = id(&user, "user")?;
    let removed = tx.groups().remove_member(group.id, user).await?;
    tx.commit().await?;
    if removed {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found("user"))
    }
}
