use axum::extract::Path;
use axum::http::StatusCode;

use crate::caller::{ApiKeysWrite, Caller};
use crate::error::{ApiError, ApiResult};
use crate::extract::id;

/// Revokes a key of the caller's.
#[utoipa::path(delete, path = "/auth/api-keys/{key_id}", tag = "auth", params(("key_id" = String, Path)),
    responses((status = 204), ApiError))]
pub async fn delete_api_key(
    caller: Caller<ApiKeysWrite>,
    Path(key): Path<String>,
) -> ApiResult<StatusCode> {
    delete(caller, &key).await
}

/// Revokes a key of the caller's.
#[utoipa::path(delete, path = "/api-keys/{key_id}", tag = "auth", params(("key_id" = String, Path)),
    responses((status = 204), ApiError))]
pub async fn delete_own_api_key(
    caller: Caller<ApiKeysWrite>,
    Path(key): Path<String>,
) -> ApiResult<StatusCode> {
    delete(caller, &key).await
}

async fn delete(caller: Caller<ApiKeysWrite>, key: &str) -> ApiResult<StatusCode> {
    let key = id(key, "key")?;
    let auth = &caller.state().parts().auth;
    let removed = auth
        .remove_key(caller.identity(), key, caller.client())
        .await?;
    if removed {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found("key"))
    }
}
