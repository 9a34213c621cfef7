use axum::http::StatusCode;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::caller::{Caller, Known};
use crate::error::{ApiError, ApiResult};
use crate::extract::Json;

/// The old password and a new one.
#[derive(Deserialize, ToSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct PasswordChange {
    /// The password that is.
    #[serde(alias = "current_password")]
    old_password: String,
    /// The password that is to be: at least 8 characters, none of the most common ones, not the user's own name.
    new_password: String,
}

/// Changes the caller's password and ends its other logins.
#[utoipa::path(put, path = "/auth/password", request_body = PasswordChange, tag = "auth", responses((status = 204), ApiError))]
pub async fn update_password(
    caller: Caller<Known>,
    Json(change): Json<PasswordChange>,
) -> ApiResult<StatusCode> {
    let auth = &caller.state().parts().auth;
    auth.change_password(
        caller.identity(),
        &change.old_password,
        &change.new_password,
        caller.client(),
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
