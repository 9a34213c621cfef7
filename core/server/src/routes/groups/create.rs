use axum::Json;
use axum::http::StatusCode;
use codegraph_model::GroupRole;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::list::GroupView;
use crate::caller::{AdminAll, Caller};
use crate::error::{ApiError, ApiResult};
use crate::extract;

/// A group to make.
#[derive(Debug, Deserialize, ToSchema, Validate)]
pub struct NewGroup {
    /// Its name, unique.
    #[garde(custom(is_name))]
    #[schema(min_length = 1, max_length = 100, example = "PostgreSQL Development")]
    name: String,
    /// What it is for.
    #[garde(length(chars, max = 2000))]
    #[serde(default)]
    description: String,
}

/// A name: something to see, no control characters, no space at its ends.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
pub(in crate::routes) fn is_name(name: &str, (): &()) -> garde::Result {
    let length = name.chars().count();
    if length == 0 || length > 100 || name.trim() != name || name.chars().any(char::is_control) {
        return Err(garde::Error::new(
            "a name has 1 to 100 characters, no control characters and no space at its ends",
        ));
    }
    Ok(())
}

/// Makes a group. Who makes it belongs to it.
#[utoipa::path(post, path = "/groups", request_body = NewGroup, tag = "groups", responses((status = 201, body = GroupView), ApiError))]
pub async fn create_group(
    caller: Caller<AdminAll>,
    extract::Json(new): extract::Json<NewGroup>,
) -> ApiResult<(StatusCode, Json<GroupView>)> {
    let now = caller.now();
    let mut tx = caller.begin().await?;
    let group = tx.groups().add(&new.name, &new.description, now).await?;
    let user = caller.identity().user.id;
    tx.groups()
        .add_member(group.id, user, GroupRole::Admin, now)
        .await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(group.into())))
}
