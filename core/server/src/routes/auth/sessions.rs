use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use codegraph_auth::Means;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::{Caller, Known};
use crate::error::{ApiError, ApiResult};
use crate::extract::id;

/// A login of the caller's.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginView {
    /// Its id.
    id: String,
    /// Whether this call came by it.
    is_current: bool,
    /// Where it came from.
    address: String,
    /// What the client called itself.
    user_agent: String,
    /// When the password was given.
    created_at: String,
    /// When its tokens were last renewed.
    last_used_at: String,
    /// When it ends unless it is renewed.
    expires_at: String,
}

/// Logins of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginsView {
    /// The logins, the last first.
    sessions: Vec<LoginView>,
    /// How many.
    total: usize,
}

/// Lists the caller's logins.
#[utoipa::path(get, path = "/auth/sessions", tag = "auth", responses((status = 200, body = LoginsView), ApiError))]
pub async fn list_logins(caller: Caller<Known>) -> ApiResult<Json<LoginsView>> {
    let identity = caller.identity();
    let logins = caller.state().parts().auth.logins(identity).await?;
    let sessions: Vec<LoginView> = logins
        .into_iter()
        .map(|login| LoginView {
            id: login.id.to_string(),
            is_current: identity.means == Means::Login(login.id),
            address: login.address,
            user_agent: login.user_agent,
            created_at: login.created_at.to_string(),
            last_used_at: login.renewed_at.to_string(),
            expires_at: login.expires_at.to_string(),
        })
        .collect();
    Ok(Json(LoginsView {
        total: sessions.len(),
        sessions,
    }))
}

/// Ends one login of the caller's.
#[utoipa::path(delete, path = "/auth/sessions/{session_id}", tag = "auth", params(("session_id" = String, Path)),
    responses((status = 204), ApiError))]
pub async fn delete_login(
    caller: Caller<Known>,
    Path(login): Path<String>,
) -> ApiResult<StatusCode> {
    let login = id(&login, "login")?;
    let auth = &caller.state().parts().auth;
    let ended = auth
        .end_login(caller.identity(), login, caller.client())
        .await?;
    if ended {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found("login"))
    }
}
