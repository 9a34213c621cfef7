//! Groups of projects and who belongs to them.

pub mod add_user;
pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod list_users;
pub mod remove_user;
pub mod update;

pub(super) use create::is_name;

use codegraph_model::{Group, GroupId, GroupRole};
use codegraph_storage::Tx;

use crate::caller::{Caller, Permit};
use crate::error::{ApiError, ApiResult};
use crate::extract::id;

/// Finds the group of a path, where the caller has at least a role in it.
async fn find<P: Permit>(
    caller: &Caller<P>,
    tx: &mut Tx,
    text: &str,
    least: GroupRole,
) -> ApiResult<Group> {
    let group: GroupId = id(text, "group")?;
    let found = tx.groups().lookup(caller.scope(), group).await?;
    let found = found.ok_or_else(|| ApiError::not_found("group"))?;
    caller.needs_group(tx, group, least, "group").await?;
    Ok(found)
}
