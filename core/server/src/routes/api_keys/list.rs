use axum::Json;
use codegraph_model::ApiKey;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::{ApiKeysRead, Caller};
use crate::error::{ApiError, ApiResult};

/// A key, without the key.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKeyView {
    /// Its id.
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// Its first characters.
    #[schema(example = "rak_xxxx")]
    pub(super) prefix: String,
    /// What it may do, as long as its owner may.
    pub(super) scopes: Vec<String>,
    /// When it ends.
    pub(super) expires_at: String,
    /// When it was made.
    pub(super) created_at: String,
    /// When it was last used.
    pub(super) last_used_at: Option<String>,
}

impl From<ApiKey> for ApiKeyView {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name,
            prefix: key.prefix,
            scopes: key.scopes,
            expires_at: key.expires_at.to_string(),
            created_at: key.created_at.to_string(),
            last_used_at: key.last_used_at.map(|time| time.to_string()),
        }
    }
}

/// Keys of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKeysView {
    /// The keys, the last first.
    api_keys: Vec<ApiKeyView>,
    /// How many.
    total: usize,
}

/// Lists the caller's keys.
#[utoipa::path(get, path = "/auth/api-keys", tag = "auth", responses((status = 200, body = ApiKeysView), ApiError))]
pub async fn list_api_keys(caller: Caller<ApiKeysRead>) -> ApiResult<Json<ApiKeysView>> {
    list(caller).await
}

/// Lists the caller's keys.
#[utoipa::path(get, path = "/api-keys", tag = "auth", responses((status = 200, body = ApiKeysView), ApiError))]
pub async fn list_own_api_keys(caller: Caller<ApiKeysRead>) -> ApiResult<Json<ApiKeysView>> {
    list(caller).await
}

async fn list(caller: Caller<ApiKeysRead>) -> ApiResult<Json<ApiKeysView>> {
    let keys = caller.state().parts().auth.keys(caller.identity()).await?;
    let api_keys: Vec<ApiKeyView> = keys.into_iter().map(ApiKeyView::from).collect();
    Ok(Json(ApiKeysView {
        total: api_keys.len(),
        api_keys,
    }))
}
