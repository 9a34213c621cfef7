use axum::Json;
use codegraph_model::Group;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::{Caller, GroupsRead};
use crate::error::{ApiError, ApiResult};
use crate::extract::Query;

/// A part of a list.
#[derive(Debug, Deserialize, utoipa::IntoParams, Validate)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// At most so many.
    #[garde(range(min = 1, max = 1000))]
    #[serde(default = "hundred")]
    #[param(minimum = 1, maximum = 1000)]
    pub(crate) limit: u64,
    /// So many are left out before.
    #[garde(range(max = 1_000_000_000))]
    #[serde(default)]
    pub(crate) offset: u64,
}

pub(crate) fn hundred() -> u64 {
    100
}

/// A group.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupView {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// What it is for.
    description: String,
    /// When it was made.
    created_at: String,
    /// When it was last changed.
    updated_at: String,
    /// Projects in it.
    project_count: u64,
}

impl From<Group> for GroupView {
    fn from(group: Group) -> Self {
        Self {
            id: group.id.to_string(),
            name: group.name,
            description: group.description,
            created_at: group.created_at.to_string(),
            updated_at: group.updated_at.to_string(),
            project_count: group.project_count,
        }
    }
}

/// Groups.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupsView {
    /// This part of the list, by name.
    groups: Vec<GroupView>,
    /// How many there are in all.
    total: u64,
}

/// Lists the groups that the caller belongs to; an admin sees all.
#[utoipa::path(get, path = "/groups", tag = "groups", params(PageQuery), responses((status = 200, body = GroupsView), ApiError))]
pub async fn list_groups(
    caller: Caller<GroupsRead>,
    Query(page): Query<PageQuery>,
) -> ApiResult<Json<GroupsView>> {
    let mut tx = caller.read().await?;
    let mut groups = tx.groups();
    let (groups, total) = groups.list(caller.scope(), page.limit, page.offset).await?;
    let groups = groups.into_iter().map(GroupView::from).collect();
    Ok(Json(GroupsView { groups, total }))
}
