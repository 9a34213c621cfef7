use axum::Json;
use axum::extract::Path;

use super::get::unknown;
use crate::caller::{Caller, ScenariosExecute};
use crate::error::{ApiError, ApiResult};
use crate::extract;
use crate::limits::Quota;
use crate::routes::chat::answer::ChatView;
use crate::routes::chat::question::{ChatRequest, Prepared};

/// Asks one scenario.
#[utoipa::path(post, path = "/scenarios/{scenario_id}/query", request_body = ChatRequest, tag = "scenarios", params(("scenario_id" = String, Path)),
    responses((status = 200, body = ChatView), ApiError))]
pub async fn query_scenario(
    caller: Caller<ScenariosExecute>,
    Path(id): Path<String>,
    extract::Json(mut request): extract::Json<ChatRequest>,
) -> ApiResult<Json<ChatView>> {
    caller.count(Quota::Chat).await?;
    let plugins = caller.state().plugins().await?;
    let is_known =
        |scenario: &codegraph_plugin_host::types::ScenarioInfo| scenario.descriptor.id == id;
    if !plugins.scenarios().iter().any(is_known) {
        return Err(unknown(&id));
    }
    request.scenario_id = Some(id);
    let prepared = Prepared::new(&caller, request).await?;
    let answered = prepared.answer(|_, _| std::future::ready(())).await?;
    Ok(Json(answered))
}
