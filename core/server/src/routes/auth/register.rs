use axum::Json;
use axum::http::StatusCode;
use codegraph_auth::Registration;
use codegraph_model::{Role, User, Username};
use garde::Validate;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::MaybeCaller;
use crate::error::{ApiError, ApiResult};
use crate::extract;
use crate::limits::Quota;

/// An account to make.
#[derive(Deserialize, ToSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct RegisterRequest {
    /// Its name; without one, what stands before the @ of the address.
    #[garde(length(max = 320))]
    #[schema(example = "johndoe")]
    username: Option<String>,
    /// Its address.
    #[garde(custom(is_address), length(max = 320))]
    #[schema(example = "user@example.com")]
    email: Option<String>,
    /// Its password: at least 8 characters, none of the common ones, not the name.
    password: String,
    /// Its name for people; `display_name` is the same.
    #[garde(length(chars, max = 200))]
    #[serde(alias = "display_name", default)]
    full_name: String,
    /// Taken and not used: there is one organisation.
    #[garde(length(chars, max = 200))]
    org_name: Option<String>,
}

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "garde's signature"
)]
fn is_address(address: &Option<String>, (): &()) -> garde::Result {
    let Some(address) = address else {
        return Ok(());
    };
    let parts = address.split_once('@');
    let is_one = parts
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    let has_odd = |c: char| c.is_whitespace() || c.is_control();
    if !is_one || address.chars().any(has_odd) {
        return Err(garde::Error::new("this is no address: write name@host"));
    }
    Ok(())
}

/// An account that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisteredView {
    /// Its id.
    id: String,
    /// Its address.
    email: Option<String>,
    /// Its name.
    username: String,
    /// Its name for people.
    full_name: String,
    /// `admin` for the first one, else `analyst`.
    #[schema(example = "analyst")]
    role: &'static str,
    /// When it was made.
    created_at: String,
}

impl From<User> for RegisteredView {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email,
            username: user.username.to_string(),
            full_name: user.full_name,
            role: user.role.text(),
            created_at: user.created_at.to_string(),
        }
    }
}

/// Makes an account: the first one is an admin. Once there is one, it takes `REGISTRATION=open`, or an admin who does it.
#[utoipa::path(post, path = "/auth/register", request_body = RegisterRequest, tag = "auth", security(()),
    responses((status = 201, body = RegisteredView), ApiError))]
pub async fn register(
    caller: MaybeCaller,
    extract::Json(request): extract::Json<RegisterRequest>,
) -> ApiResult<(StatusCode, Json<RegisteredView>)> {
    let MaybeCaller { anybody, identity } = caller;
    anybody.count(Quota::Login).await?;
    let parts = anybody.state().parts();
    let is_admin = identity.is_some_and(|identity| {
        identity.user.role == Role::Admin
            && identity
                .permissions
                .holds(codegraph_model::Permission::AdminAll)
    });
    let is_allowed = is_admin || parts.config.auth.registration == "open";
    let before_at = |address: &String| address.split('@').next().map(str::to_owned);
    let name = request
        .username
        .or_else(|| request.email.as_ref().and_then(before_at))
        .ok_or_else(|| ApiError::field("username", "a user name or an address is needed"))?;
    let username: Username = name
        .parse()
        .map_err(|error| ApiError::field("username", format!("{error}")))?;
    let new = Registration {
        username,
        email: request.email,
        full_name: request.full_name,
        password: SecretString::from(request.password),
    };
    let user = parts
        .auth
        .register(new, is_allowed, anybody.client())
        .await?;
    Ok((StatusCode::CREATED, Json(user.into())))
}
