use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::tokens::TokensView;
use crate::caller::Anybody;
use crate::error::{ApiError, ApiResult, FieldError};
use crate::extract::Json;
use crate::limits::Quota;

/// A name or an address, in either field, and a password.
#[derive(Deserialize, ToSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct Credentials {
    /// A user's name, or address.
    #[garde(length(max = 320))]
    #[schema(example = "admin")]
    username: Option<String>,
    /// A user's address, or name.
    #[garde(length(max = 320))]
    email: Option<String>,
    /// The password.
    password: String,
}

/// Logs in by a user's name or address and password.
#[utoipa::path(post, path = "/auth/token", request_body = Credentials, tag = "auth", security(()), responses((status = 200, body = TokensView), ApiError))]
pub async fn create_token(
    anybody: Anybody,
    Json(credentials): Json<Credentials>,
) -> ApiResult<axum::Json<TokensView>> {
    login(anybody, credentials).await
}

/// Logs in by a user's address or name and password.
#[utoipa::path(post, path = "/auth/login", request_body = Credentials, tag = "auth", security(()), responses((status = 200, body = TokensView), ApiError))]
pub async fn create_login(
    anybody: Anybody,
    Json(credentials): Json<Credentials>,
) -> ApiResult<axum::Json<TokensView>> {
    login(anybody, credentials).await
}

async fn login(anybody: Anybody, credentials: Credentials) -> ApiResult<axum::Json<TokensView>> {
    anybody.count(Quota::Login).await?;
    let name = credentials.username.or(credentials.email);
    let name = name.ok_or_else(|| {
        ApiError::fields(&[FieldError {
            loc: vec!["body".into(), "username".into()],
            msg: "field required".into(),
            kind: "missing",
        }])
    })?;
    let auth = &anybody.state().parts().auth;
    let issued = auth
        .login(&name, &credentials.password, anybody.client())
        .await?;
    Ok(axum::Json(issued.into()))
}
