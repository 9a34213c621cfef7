use axum::Json;
use codegraph_plugin_host::types::{AnswerLanguage, Localized, ScenarioInfo};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::{Caller, ScenariosRead};
use crate::error::{ApiError, ApiResult};
use crate::extract::Query;

/// The language of texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}

impl From<Language> for AnswerLanguage {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::En,
            Language::Ru => Self::Ru,
        }
    }
}

/// In which language.
#[derive(Debug, Deserialize, utoipa::IntoParams, Validate)]
#[garde(allow_unvalidated)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Language of names and descriptions.
    #[serde(default)]
    pub(super) language: Language,
}

/// A scenario, as it says of itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScenarioView {
    /// Its id.
    #[schema(example = "tour")]
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// What it does.
    pub(super) description: String,
    /// Group in lists.
    #[schema(example = "Learning")]
    pub(super) category: String,
    /// Words that lead a question to it.
    pub(super) keywords: Vec<String>,
    /// Questions to try.
    pub(super) example_queries: Vec<String>,
    /// Whether it takes the questions that no other claims.
    pub(super) is_default: bool,
}

impl ScenarioView {
    pub(super) fn of(scenario: &ScenarioInfo, language: AnswerLanguage) -> Self {
        let says = &scenario.descriptor;
        let texts = |texts: &[Localized]| {
            texts
                .iter()
                .map(|text| text.get(language).to_owned())
                .filter(|text| !text.is_empty())
                .collect()
        };
        Self {
            id: says.id.clone(),
            name: says.name.get(language).to_owned(),
            description: says.description.get(language).to_owned(),
            category: says.category.clone(),
            keywords: texts(&says.keywords),
            example_queries: texts(&says.examples),
            is_default: says.is_default,
        }
    }
}

/// Lists the scenarios that are installed: the default one first, then by id.
#[utoipa::path(get, path = "/scenarios", tag = "scenarios", params(ListQuery), responses((status = 200, body = Vec<ScenarioView>), ApiError))]
pub async fn list_scenarios(
    caller: Caller<ScenariosRead>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Vec<ScenarioView>>> {
    let plugins = caller.state().plugins().await?;
    let mut scenarios = plugins.scenarios();
    scenarios.sort_by_key(|scenario| {
        let says = &scenario.descriptor;
        (!says.is_default, says.id.clone())
    });
    let view = |scenario| ScenarioView::of(scenario, query.language.into());
    Ok(Json(scenarios.iter().map(view).collect()))
}
