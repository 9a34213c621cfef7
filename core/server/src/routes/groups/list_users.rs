use axum::Json;
use axum::extract::Path;
use codegraph_model::{GroupRole, Member};
use serde::Serialize;
use utoipa::ToSchema;

use super::find;
use crate::caller::{Caller, GroupsRead};
use crate::error::{ApiError, ApiResult};

/// Somebody who belongs to a group.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    /// Identifies the membership: the user's id.
    id: String,
    /// The user.
    user_id: String,
    /// Its name.
    username: String,
    /// `viewer`, `editor` or `admin`.
    role: String,
    /// Since when.
    created_at: String,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        Self {
            id: member.user.to_string(),
            user_id: member.user.to_string(),
            username: member.username.to_string(),
            role: member.role.text().to_owned(),
            created_at: member.created_at.to_string(),
        }
    }
}

/// Who belongs to a group.
#[derive(Debug, Serialize, ToSchema)]
pub struct MembersView {
    /// By name.
    users: Vec<MemberView>,
    /// How many.
    total: usize,
}

/// Lists who belongs to a group.
#[utoipa::path(get, path = "/groups/{group_id}/users", tag = "groups", params(("group_id" = String, Path)),
    responses((status = 200, body = MembersView), ApiError))]
pub async fn list_group_users(
    caller: Caller<GroupsRead>,
    Path(group): Path<String>,
) -> ApiResult<Json<MembersView>> {
    let mut tx = caller.read().await?;
    let group = find(&caller, &mut tx, &group, GroupRole::Viewer).await?;
    let members = tx.groups().members(group.id).await?;
    let users: Vec<MemberView> = members.into_iter().map(MemberView::from).collect();
    Ok(Json(MembersView {
        total: users.len(),
        users,
    }))
}
