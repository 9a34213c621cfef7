use axum::http::StatusCode;

use crate::caller::{Caller, Known};
use crate::error::{ApiError, ApiResult};

/// Ends the login that the token belongs to: its access and refresh tokens are worth nothing from now on.
#[utoipa::path(post, path = "/auth/logout", tag = "auth", responses((status = 204), ApiError))]
pub async fn logout(caller: Caller<Known>) -> ApiResult<StatusCode> {
    let auth = &caller.state().parts().auth;
    auth.logout(caller.identity(), caller.client()).await?;
    Ok(StatusCode::NO_CONTENT)
}
