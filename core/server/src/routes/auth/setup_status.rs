use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Anybody;
use crate::error::{ApiError, ApiResult};

/// Whether there is an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetupView {
    /// Whether there is none yet: who registers now is the admin.
    needs_setup: bool,
    /// Whether everybody may register.
    registration_open: bool,
}

/// Says whether the server has no account yet.
#[utoipa::path(get, path = "/auth/setup-status", tag = "auth", security(()), responses((status = 200, body = SetupView), ApiError))]
pub async fn get_setup_status(anybody: Anybody) -> ApiResult<Json<SetupView>> {
    let parts = anybody.state().parts();
    let needs_setup = parts.auth.needs_setup().await?;
    Ok(Json(SetupView {
        needs_setup,
        registration_open: needs_setup || parts.config.auth.registration == "open",
    }))
}
