use axum::Json;
use axum::extract::Path;
use serde::Serialize;
use utoipa::ToSchema;

use super::list::{ListQuery, ScenarioView};
use crate::caller::{Caller, ScenariosRead};
use crate::error::{ApiError, ApiResult};
use crate::extract::Query;

/// A scenario with its page.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScenarioPageView {
    /// What lists say of it.
    #[serde(flatten)]
    scenario: ScenarioView,
    /// Its page for users, Markdown.
    readme: String,
}

/// Says what a scenario does.
#[utoipa::path(get, path = "/scenarios/{scenario_id}", tag = "scenarios", params(("scenario_id" = String, Path), ListQuery),
    responses((status = 200, body = ScenarioPageView), ApiError))]
pub async fn get_scenario(
    caller: Caller<ScenariosRead>,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<ScenarioPageView>> {
    let plugins = caller.state().plugins().await?;
    let scenarios = plugins.scenarios();
    let found = scenarios
        .iter()
        .find(|scenario| scenario.descriptor.id == id)
        .ok_or_else(|| unknown(&id))?;
    Ok(Json(ScenarioPageView {
        scenario: ScenarioView::of(found, query.language.into()),
        readme: found.descriptor.readme.clone(),
    }))
}

pub(super) fn unknown(id: &str) -> ApiError {
    let shown: String = id.chars().take(100).collect();
    ApiError::not_found(&format!("scenario '{shown}'"))
}
