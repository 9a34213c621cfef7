use axum::Json;
use axum::http::StatusCode;
use codegraph_model::{GroupId, GroupRole, ProjectName, ProjectNames};
use codegraph_storage::{ListedProject, NewProject};
use garde::Validate;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::list::ProjectView;
use crate::caller::{Caller, ProjectsRead};
use crate::error::{ApiError, ApiResult, Code};
use crate::extract::{self, id};

/// What clients keep with a project has at most so many bytes, as JSON.
const MOST_METADATA: usize = 64 << 10;

/// A project to make.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct NewProjectRequest {
    /// The group that it is to belong to; without one, the default group.
    group_id: Option<String>,
    /// Its name, unique in its group.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "PostgreSQL 17")]
    name: ProjectName,
    /// Name of its graph; no path of the server.
    #[garde(length(max = 255))]
    #[serde(default)]
    db_path: String,
    /// Name of its graph in an exchange format; no path of the server.
    #[garde(length(max = 255))]
    #[serde(default)]
    cpg_path: String,
    /// Name of its source; no path of the server.
    #[garde(length(max = 255))]
    #[serde(default)]
    source_path: String,
    /// The language that most of it is written in.
    #[garde(length(max = 100))]
    #[serde(default)]
    language: String,
    /// What it is.
    #[garde(length(chars, max = 2000))]
    #[serde(default)]
    description: String,
    /// What clients keep with it, up to 64 KiB.
    #[garde(custom(is_small))]
    #[serde(default)]
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
pub(super) fn is_small(metadata: &Map<String, Value>, (): &()) -> garde::Result {
    let bytes = serde_json::to_vec(metadata).map_or(usize::MAX, |text| text.len());
    if bytes > MOST_METADATA {
        return Err(garde::Error::new("metadata has more than 64 KiB"));
    }
    Ok(())
}

/// Makes a project; importing into it fills it. Takes the role of an editor in the group.
#[utoipa::path(post, path = "/projects", request_body = NewProjectRequest, tag = "projects", responses((status = 201, body = ProjectView), ApiError))]
pub async fn create_project(
    caller: Caller<ProjectsRead>,
    extract::Json(new): extract::Json<NewProjectRequest>,
) -> ApiResult<(StatusCode, Json<ProjectView>)> {
    let group: GroupId = match &new.group_id {
        Some(text) => id(text, "group")?,
        None => GroupId::DEFAULT,
    };
    for name in [&new.db_path, &new.cpg_path, &new.source_path] {
        check_path(name)?;
    }
    let mut tx = caller.begin().await?;
    if tx.groups().lookup(caller.scope(), group).await?.is_none() {
        return Err(ApiError::not_found("group"));
    }
    caller
        .needs_group(&mut tx, group, GroupRole::Editor, "group")
        .await?;
    let new = NewProject {
        group,
        name: new.name,
        description: new.description,
        language: new.language,
        names: ProjectNames {
            db_path: new.db_path,
            cpg_path: new.cpg_path,
            source_path: new.source_path,
        },
        metadata: new.metadata,
    };
    let project = tx.projects().add_new(&new, caller.now()).await?;
    tx.commit().await?;
    let listed = ListedProject {
        project,
        graph: None,
    };
    Ok((StatusCode::CREATED, Json(listed.into())))
}

/// A name of a file in the workspace: nothing that leads out of it, although nothing is opened by it.
fn check_path(text: &str) -> ApiResult<()> {
    let is_bad = text.starts_with(['/', '\\', '~'])
        || text.contains(['\\', '%', ':'])
        || text.chars().any(char::is_control)
        || text.split('/').any(|part| part == "..");
    if is_bad {
        return Err(ApiError::new(
            Code::InvalidPath,
            "a path is a name in the workspace: relative, with '/', without '..'",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_the_workspace() {
        for good in [
            "",
            "a.duckdb",
            "./workspace/postgresql.duckdb",
            "a/b..c/d",
            "магазин",
        ] {
            assert!(check_path(good).is_ok(), "{good}");
        }
        for bad in [
            "/etc/passwd",
            "../x",
            "a/../../x",
            "..",
            "a/..",
            "C:\\x",
            "\\\\host\\x",
            "~/x",
            "%2e%2e/x",
            "a\0b",
            "a\nb",
            "file:///etc",
        ] {
            assert!(check_path(bad).is_err(), "{bad:?}");
        }
    }
}
