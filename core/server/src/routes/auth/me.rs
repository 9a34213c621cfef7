use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::{Caller, Known};
use crate::error::ApiError;

/// A user as it sees itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeView {
    /// Its id.
    id: String,
    /// Its name.
    username: String,
    /// Its address.
    email: Option<String>,
    /// Its name for people.
    full_name: String,
    /// `viewer`, `analyst`, `reviewer` or `admin`.
    role: String,
    /// What this call may do: what the role holds, cut by the scopes of the key where one was used.
    scopes: Vec<String>,
    /// Whether it may log in.
    is_active: bool,
    /// Who vouches for it.
    auth_provider: String,
    /// Whether the password was made by the program and is to be changed.
    must_change_password: bool,
    /// When it was made.
    created_at: String,
    /// When it logged in last.
    last_login_at: Option<String>,
}

/// Says who the caller is. Good for testing that a token is valid.
#[utoipa::path(get, path = "/auth/me", tag = "auth", responses((status = 200, body = MeView), ApiError))]
pub async fn get_me(caller: Caller<Known>) -> Json<MeView> {
    let identity = caller.identity();
    let user = &identity.user;
    let scopes = identity.permissions.iter();
    Json(MeView {
        id: user.id.to_string(),
        username: user.username.to_string(),
        email: user.email.clone(),
        full_name: user.full_name.clone(),
        role: user.role.to_string(),
        scopes: scopes.map(|scope| scope.text().to_owned()).collect(),
        is_active: user.is_active,
        auth_provider: user.auth_provider.clone(),
        must_change_password: user.must_change_password,
        created_at: user.created_at.to_string(),
        last_login_at: user.last_login_at.map(|time| time.to_string()),
    })
}
