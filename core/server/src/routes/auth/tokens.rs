//! What a login gives.

use codegraph_auth::Issued;
use serde::Serialize;
use utoipa::ToSchema;

/// Tokens of a login.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokensView {
    /// For requests: `Authorization: Bearer …`.
    access_token: String,
    /// For new tokens; used once.
    refresh_token: String,
    /// `bearer`.
    #[schema(example = "bearer")]
    token_type: &'static str,
    /// Seconds that the access token lives.
    #[schema(example = 1800)]
    expires_in: i64,
    /// Whether the password was made by the program and is to be changed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    must_change_password: bool,
}

impl From<Issued> for TokensView {
    fn from(issued: Issued) -> Self {
        Self {
            access_token: issued.access_token,
            refresh_token: issued.refresh_token,
            token_type: "bearer",
            expires_in: issued.expires_in,
            must_change_password: issued.user.must_change_password,
        }
    }
}
