use axum::http::StatusCode;

use crate::caller::{Caller, Known};
use crate::error::{ApiError, ApiResult};

/// Ends all logins of the caller.
#[utoipa::path(post, path = "/auth/logout-all", tag = "auth", responses((status = 204), ApiError))]
pub async fn logout_all(caller: Caller<Known>) -> ApiResult<StatusCode> {
    let auth = &caller.state().parts().auth;
    auth.logout_all(caller.identity(), caller.client()).await?;
    Ok(StatusCode::NO_CONTENT)
}
