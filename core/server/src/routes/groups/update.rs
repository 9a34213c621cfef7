use axum::Json;
use axum::extract::Path;
use codegraph_model::GroupRole;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::create::is_name;
use super::find;
use super::list::GroupView;
use crate::caller::{Caller, GroupsRead};
use crate::error::{ApiError, ApiResult};
use crate::extract;

/// What of a group is changed; what is not there stays.
#[derive(Debug, Deserialize, ToSchema, Validate)]
pub struct GroupUpdate {
    /// Its name.
    #[garde(inner(custom(is_optional_name)))]
    name: Option<String>,
    /// What it is for.
    #[garde(length(chars, max = 2000))]
    description: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::ptr_arg,
    reason = "garde's signature"
)]
fn is_optional_name(name: &String, context: &()) -> garde::Result {
    is_name(name, context)
}

/// Changes a group. Takes the role of an editor in it.
#[utoipa::path(put, path = "/groups/{group_id}", request_body = GroupUpdate, tag = "groups", params(("group_id" = String, Path)),
    responses((status = 200, body = GroupView), ApiError))]
pub async fn update_group(
    caller: Caller<GroupsRead>,
    Path(group): Path<String>,
    extract::Json(update): extract::Json<GroupUpdate>,
) -> ApiResult<Json<GroupView>> {
    let mut tx = caller.begin().await?;
    let found = find(&caller, &mut tx, &group, GroupRole::Editor).await?;
    let (name, description) = (update.name.as_deref(), update.description.as_deref());
    tx.groups()
        .update(found.id, name, description, caller.now())
        .await?;
    let changed = tx.groups().lookup(caller.scope(), found.id).await?;
    tx.commit().await?;
    let changed = changed.ok_or_else(|| ApiError::not_found("group"))?;
    Ok(Json(changed.into()))
}
