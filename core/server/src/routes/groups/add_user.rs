use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use codegraph_model::{GroupRole, UserId};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::find;
use super::list_users::MemberView;
use crate::caller::{Caller, GroupsRead};
use crate::error::{ApiError, ApiResult};
use crate::extract::{self, id};

/// Who is to belong to a group, and as what.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct NewMember {
    /// The user.
    user_id: String,
    /// `viewer`, `editor` or `admin`.
    #[schema(value_type = String, example = "viewer")]
    role: GroupRole,
}

/// Takes a user into a group. Takes the role of an admin in it.
#[utoipa::path(post, path = "/groups/{group_id}/users", request_body = NewMember, tag = "groups", params(("group_id" = String, Path)),
    responses((status = 201, body = MemberView), ApiError))]
pub async fn add_group_user(
    caller: Caller<GroupsRead>,
    Path(group): Path<String>,
    extract::Json(new): extract::Json<NewMember>,
) -> ApiResult<(StatusCode, Json<MemberView>)> {
    let mut tx = caller.begin().await?;
    let group = find(&caller, &mut tx, &group, GroupRole::Admin).await?;
    let user: UserId = id(&new.user_id, "user")?;
    if tx.users().lookup(user).await?.is_none() {
        return Err(ApiError::not_found("user"));
    }
    tx.groups()
        .add_member(group.id, user, new.role, caller.now())
        .await?;
    let members = tx.groups().members(group.id).await?;
    tx.commit().await?;
    let added = members.into_iter().find(|member| member.user == user);
    let added = added.ok_or_else(|| ApiError::not_found("user"))?;
    Ok((StatusCode::CREATED, Json(added.into())))
}
