use axum::http::StatusCode;
use codegraph_auth::NewApiKey;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::ApiKeyView;
use crate::caller::{ApiKeysWrite, Caller};
use crate::error::{ApiError, ApiResult};
use crate::extract::Json;

/// A key to make.
#[derive(Deserialize, ToSchema, Validate)]
pub struct NewKeyRequest {
    /// Its name.
    #[garde(length(chars, min = 1, max = 100))]
    #[schema(example = "my-integration")]
    name: String,
    /// Days that it lives.
    #[garde(range(min = 1, max = 3650))]
    #[serde(default = "a_year")]
    expires_days: u32,
    /// What it may do; what is no permission is left out.
    #[garde(length(max = 100), inner(length(max = 100)))]
    #[serde(default = "usual_scopes")]
    scopes: Vec<String>,
}

fn a_year() -> u32 {
    365
}

fn usual_scopes() -> Vec<String> {
    vec!["scenarios:read".into(), "query:execute".into()]
}

/// A key that was made: the only time that it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewKeyView {
    /// The key itself.
    #[schema(example = "rak_xxxxxxxxxxxxxxxxxxxx")]
    key: String,
    /// What lists show of it.
    #[serde(flatten)]
    view: ApiKeyView,
}

/// Makes a key. The key itself is shown in this answer and never again.
#[utoipa::path(post, path = "/auth/api-keys", request_body = NewKeyRequest, tag = "auth", responses((status = 201, body = NewKeyView), ApiError))]
pub async fn create_api_key(
    caller: Caller<ApiKeysWrite>,
    Json(new): Json<NewKeyRequest>,
) -> ApiResult<(StatusCode, axum::Json<NewKeyView>)> {
    create(caller, new).await
}

/// Makes a key. The key itself is shown in this answer and never again.
#[utoipa::path(post, path = "/api-keys", request_body = NewKeyRequest, tag = "auth", responses((status = 201, body = NewKeyView), ApiError))]
pub async fn create_own_api_key(
    caller: Caller<ApiKeysWrite>,
    Json(new): Json<NewKeyRequest>,
) -> ApiResult<(StatusCode, axum::Json<NewKeyView>)> {
    create(caller, new).await
}

async fn create(
    caller: Caller<ApiKeysWrite>,
    new: NewKeyRequest,
) -> ApiResult<(StatusCode, axum::Json<NewKeyView>)> {
    let new = NewApiKey {
        name: new.name,
        expires_days: new.expires_days,
        scopes: new.scopes,
    };
    let auth = &caller.state().parts().auth;
    let (made, key) = auth
        .add_key(caller.identity(), new, caller.client())
        .await?;
    let view = made.into();
    Ok((StatusCode::CREATED, axum::Json(NewKeyView { key, view })))
}
