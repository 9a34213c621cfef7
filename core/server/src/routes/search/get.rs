use axum::Json;
use codegraph_model::TextKind;
use codegraph_search::{Ask, Hit, LONGEST_QUESTION};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::{Caller, ProjectsRead};
use crate::error::{ApiError, ApiResult, Code};
use crate::extract::Query;
use crate::routes::chat::answer::FreshnessView;
use crate::routes::chat::question::{Guard, hold};

/// What is looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams, Validate)]
#[garde(allow_unvalidated)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words of English, Russian or identifiers; those in quotes stand one behind the other.
    #[garde(custom(is_question))]
    #[param(min_length = 1, max_length = 500)]
    q: String,
    /// Only these, separated by commas: `readme`, `document`, `comment`, `symbol`.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Only this file, or what lies in this folder.
    #[garde(inner(length(max = 4096)))]
    path: Option<String>,
    /// The project; without one, the active one.
    project_id: Option<String>,
    /// The repository of the project; without one, the primary one.
    repository_id: Option<String>,
    /// At most so many.
    #[garde(range(min = 1, max = 100))]
    #[serde(default = "twenty")]
    #[param(minimum = 1, maximum = 100)]
    limit: u64,
    /// So many are left out before.
    #[garde(range(max = 10_000))]
    #[serde(default)]
    #[param(maximum = 10_000)]
    offset: u64,
}

fn twenty() -> u64 {
    20
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
fn is_question(question: &str, (): &()) -> garde::Result {
    let length = question.chars().count();
    if question.trim().is_empty() || length > LONGEST_QUESTION {
        return Err(garde::Error::new(format!(
            "1 to {LONGEST_QUESTION} characters are expected"
        )));
    }
    Ok(())
}

/// A text that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResultView {
    /// `readme`, `document`, `comment` or `symbol`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// `path:line`.
    #[schema(example = "src/executor.c:123")]
    source: String,
    /// The lines that show why.
    content: String,
    /// From 0 to 1; for putting in order only.
    relevance: f64,
    /// Path from the root of the repository.
    path: String,
    /// First of those lines, from 1.
    line: u32,
    /// Last of them.
    line_end: u32,
    /// Heading of the section, or full name of the symbol; empty for none.
    name: String,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchView {
    /// What was asked.
    query: String,
    /// This part of the list, the best first.
    results: Vec<ResultView>,
    /// How many there are in all.
    total: u64,
    /// At most so many.
    limit: u64,
    /// So many were left out before.
    offset: u64,
    /// `all` where the results hold all words; `some` where nothing does.
    matched: &'static str,
    /// Texts that were looked through.
    indexed_texts: u64,
    /// Whether all texts of the revision are among them.
    index_is_whole: bool,
    /// How fresh it is.
    #[serde(flatten)]
    freshness: FreshnessView,
}

impl From<Hit> for ResultView {
    fn from(hit: Hit) -> Self {
        let score = f64::from(hit.score.max(0.0));
        Self {
            kind: hit.kind.text(),
            source: format!("{}:{}", hit.path, hit.line),
            content: hit.snippet,
            relevance: score / (score + 10.0),
            path: hit.path,
            line: hit.line,
            line_end: hit.line_end,
            name: hit.name,
        }
    }
}

/// Searches documents, comments and names of a project.
#[utoipa::path(get, path = "/search", tag = "search", params(SearchQuery), responses((status = 200, body = SearchView), ApiError))]
pub async fn search(
    caller: Caller<ProjectsRead>,
    Query(query): Query<SearchQuery>,
) -> ApiResult<Json<SearchView>> {
    let kinds = kinds(query.kind.as_deref().unwrap_or_default())?;
    let mut tx = caller.begin().await?;
    let (project, repository) = (query.project_id.as_deref(), query.repository_id.as_deref());
    let held = hold(&caller, &mut tx, project, repository).await?;
    tx.commit().await?;
    let freshness = FreshnessView::from(&held);
    let state = caller.state().clone();
    let parts = state.parts();
    let place = parts.data.text_index(held.repository.id, held.revision.id);
    let graph = held.path.clone();
    let guard = Guard {
        held,
        state: state.clone(),
    };
    let index = parts.texts.get(&place, graph, &parts.graphs, guard).await?;
    let ask = Ask {
        text: query.q.clone(),
        kinds,
        within: query.path.unwrap_or_default(),
        limit: query.limit as usize,
        offset: query.offset as usize,
    };
    let built = index.built().clone();
    let found = tokio::task::spawn_blocking(move || index.search(&ask)).await;
    let found = found.map_err(|error| {
        // A file that was cut under our feet: the next request looks anew.
        parts.texts.forget(&place);
        tracing::error!(%error, "a text index broke");
        ApiError::new(Code::Unavailable, "the text index broke").retry_after(1)
    })??;
    Ok(Json(SearchView {
        query: query.q,
        results: found.hits.into_iter().map(ResultView::from).collect(),
        total: found.total as u64,
        limit: query.limit,
        offset: query.offset,
        matched: found.matched.text(),
        indexed_texts: built.texts,
        index_is_whole: built.is_whole,
        freshness,
    }))
}

fn kinds(text: &str) -> ApiResult<Vec<TextKind>> {
    let names = text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let kind = |name: &str| TextKind::ALL.into_iter().find(|kind| kind.text() == name);
    names
        .map(|name| {
            kind(name).ok_or_else(|| {
                let known = "one of readme, document, comment, symbol is expected";
                ApiError::query_field("type", known)
            })
        })
        .collect()
}
