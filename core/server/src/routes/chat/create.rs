use axum::Json;

use super::answer::ChatView;
use super::question::{ChatRequest, Prepared};
use crate::caller::{Caller, ScenariosExecute};
use crate::error::{ApiError, ApiResult};
use crate::extract;
use crate::limits::Quota;

/// Asks a question about a project. Without `scenario_id` the question's words choose who answers.
#[utoipa::path(post, path = "/chat", request_body = ChatRequest, tag = "chat", responses((status = 200, body = ChatView), ApiError))]
pub async fn create_chat(
    caller: Caller<ScenariosExecute>,
    extract::Json(request): extract::Json<ChatRequest>,
) -> ApiResult<Json<ChatView>> {
    caller.count(Quota::Chat).await?;
    let prepared = Prepared::new(&caller, request).await?;
    Ok(Json(prepared.answer(|_, _| std::future::ready(())).await?))
}
