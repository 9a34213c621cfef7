use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::tokens::TokensView;
use crate::caller::Anybody;
use crate::error::{ApiError, ApiResult};
use crate::extract::Json;
use crate::limits::Quota;

/// A refresh token.
#[derive(Deserialize, ToSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct RefreshRequest {
    /// The token that came with the last tokens.
    refresh_token: String,
}

/// Gives new tokens for a refresh token. Each refresh token is used once; one that is used again ends its login.
#[utoipa::path(post, path = "/auth/refresh", request_body = RefreshRequest, tag = "auth", security(()), responses((status = 200, body = TokensView), ApiError))]
pub async fn refresh_token(
    anybody: Anybody,
    Json(request): Json<RefreshRequest>,
) -> ApiResult<axum::Json<TokensView>> {
    anybody.count(Quota::Login).await?;
    let auth = &anybody.state().parts().auth;
    let issued = auth
        .refresh(&request.refresh_token, anybody.client())
        .await?;
    Ok(axum::Json(issued.into()))
}
