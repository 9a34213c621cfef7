//! Users, their logins and their keys.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ApiKeyId, LoginId, UserId};
use crate::permission::Role;

/// A person or a service that may call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Its name, unique whatever the case.
    pub username: Username,
    /// Its address, unique whatever the case; none where it has none.
    pub email: Option<String>,
    /// Its name for people.
    pub full_name: String,
    /// What it may do.
    pub role: Role,
    /// Whether it may log in.
    pub is_active: bool,
    /// Who vouches for it: `local` where it has a password here.
    pub auth_provider: String,
    /// Whether the password was made by the program and is to be changed.
    pub must_change_password: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it logged in last.
    pub last_login_at: Option<Timestamp>,
}

/// A name that a user may have: 1 to 64 letters, digits and `. _ - + @`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Username(String);

/// A text that cannot name a user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user's name has 1 to 64 letters, digits and . _ - + @")]
pub struct BadUsername;

impl Username {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Username {
    type Err = BadUsername;

    fn from_str(text: &str) -> Result<Self, BadUsername> {
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '@');
        if (1..=64).contains(&text.chars().count()) && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadUsername)
        }
    }
}

impl TryFrom<String> for Username {
    type Error = BadUsername;

    fn try_from(text: String) -> Result<Self, BadUsername> {
        text.parse()
    }
}

impl From<Username> for String {
    fn from(name: Username) -> Self {
        name.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A login: all tokens that came of one password. It ends as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Login {
    /// Its id.
    pub id: LoginId,
    /// Whose it is.
    pub user: UserId,
    /// When the password was given.
    pub created_at: Timestamp,
    /// When its tokens were last renewed.
    pub renewed_at: Timestamp,
    /// When it ends unless it is renewed.
    pub expires_at: Timestamp,
    /// Where it came from.
    pub address: String,
    /// What the client called itself.
    pub user_agent: String,
}

/// An API key, without the key: only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose it is.
    pub user: UserId,
    /// Its name.
    pub name: String,
    /// The first characters of the key, to recognise it by.
    pub prefix: String,
    /// What it may do, as long as its owner may.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_users() {
        for good in ["a", "анна", "j.doe+test@example.org", &"x".repeat(64)] {
            assert!(good.parse::<Username>().is_ok(), "{good}");
        }
        for bad in [
            "",
            " a",
            "a b",
            "a/b",
            "a\0",
            "a\r\nb",
            "<b>",
            &"x".repeat(65),
        ] {
            assert!(bad.parse::<Username>().is_err(), "{bad:?}");
        }
    }
}
