use axum::Json;
use codegraph_model::GroupId;
use codegraph_storage::ListedProject;
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::caller::{Caller, ProjectsRead};
use crate::error::{ApiError, ApiResult};
use crate::extract::{Query, id};
use crate::routes::chat::answer::{GapsView, READ_GAPS};
use crate::routes::groups::list::hundred;

/// Which projects.
#[derive(Debug, Deserialize, utoipa::IntoParams, Validate)]
#[garde(allow_unvalidated)]
#[into_params(parameter_in = Query)]
pub struct ProjectsQuery {
    /// Only those of this group.
    group_id: Option<String>,
    /// At most so many.
    #[garde(range(min = 1, max = 1000))]
    #[serde(default = "hundred")]
    #[param(minimum = 1, maximum = 1000)]
    limit: u64,
    /// So many are left out before.
    #[garde(range(max = 1_000_000_000))]
    #[serde(default)]
    offset: u64,
}

/// A project.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectView {
    /// Its id.
    id: String,
    /// The group that it belongs to.
    group_id: String,
    /// Its name, unique in its group.
    name: String,
    /// Name of its graph; no path of the server.
    db_path: String,
    /// Name of its graph in an exchange format; no path of the server.
    cpg_path: String,
    /// Name of its source; no path of the server.
    source_path: String,
    /// The language that most of it is written in; empty before the first import where nobody said.
    language: String,
    /// What it is.
    description: String,
    /// Whether it is the active one of its group.
    is_active: bool,
    /// What clients keep with it.
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
    /// When it was made.
    created_at: String,
    /// When it was last changed.
    updated_at: String,
    /// Commit of the source that answers; empty where it was no git repository, none before the first import.
    indexed_commit: Option<String>,
    /// When that source was read.
    indexed_at: Option<String>,
    /// What was not analysed of it.
    analysis_gaps: Option<GapsView>,
}

impl From<ListedProject> for ProjectView {
    fn from(listed: ListedProject) -> Self {
        let ListedProject { project, graph } = listed;
        let languages = graph.as_ref().map(|graph| &graph.languages);
        // Of several languages of as many files the first by name: the same each time.
        let most = languages
            .into_iter()
            .flatten()
            .rev()
            .max_by_key(|(_, files)| **files);
        let language = most.map_or(project.language, |(language, _)| language.clone());
        let name = project.name.to_string();
        let or_named = |given: String, otherwise: String| {
            if given.is_empty() && graph.is_some() {
                otherwise
            } else {
                given
            }
        };
        Self {
            id: project.id.to_string(),
            group_id: project.group_id.to_string(),
            db_path: or_named(project.names.db_path, format!("{name}.duckdb")),
            cpg_path: project.names.cpg_path,
            source_path: or_named(project.names.source_path, name.clone()),
            name,
            language,
            description: project.description,
            is_active: project.activated_at.is_some(),
            metadata: project.metadata,
            created_at: project.created_at.to_string(),
            updated_at: project.updated_at.to_string(),
            indexed_commit: graph.as_ref().map(|graph| graph.indexed_commit.clone()),
            indexed_at: graph.as_ref().map(|graph| graph.indexed_at.to_string()),
            analysis_gaps: graph.map(|graph| GapsView {
                count: graph.gaps,
                read_with: READ_GAPS.to_owned(),
            }),
        }
    }
}

/// Projects.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectsView {
    /// This part of the list, by name.
    projects: Vec<ProjectView>,
    /// How many there are in all.
    total: u64,
}

/// Lists the projects of the caller's groups; an admin sees all.
#[utoipa::path(get, path = "/projects", tag = "projects", params(ProjectsQuery), responses((status = 200, body = ProjectsView), ApiError))]
pub async fn list_projects(
    caller: Caller<ProjectsRead>,
    Query(query): Query<ProjectsQuery>,
) -> ApiResult<Json<ProjectsView>> {
    let group = query.group_id.as_deref();
    let group: Option<GroupId> = group.map(|text| id(text, "group")).transpose()?;
    let mut tx = caller.read().await?;
    if let Some(group) = group
        && tx.groups().lookup(caller.scope(), group).await?.is_none()
    {
        return Err(ApiError::not_found("group"));
    }
    let (projects, total) = tx
        .projects()
        .page(caller.scope(), group, query.limit, query.offset)
        .await?;
    let projects = projects.into_iter().map(ProjectView::from).collect();
    Ok(Json(ProjectsView { projects, total }))
}
