//! Permissions, and which role holds which: the one table of it.
//!
//! A viewer reads. An analyst asks, imports and keeps sessions, too. A reviewer also reviews. An admin may do everything. What
//! belongs to a group asks for the role in that group as well ([`crate::group::GroupRole`]).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($name:ident = $text:literal,)*) => {
        /// What a caller may do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the texts say what they are")]
        pub enum Permission { $($name,)* }

        impl Permission {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name on the wire, as scopes of keys spell it.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

permissions! {
    ScenariosRead = "scenarios:read",
    ScenariosExecute = "scenarios:execute",
    QueryExecute = "query:execute",
    QueryValidate = "query:validate",
    ReviewRead = "review:read",
    ReviewExecute = "review:execute",
    ReviewGithub = "review:github",
    ReviewGitlab = "review:gitlab",
    SessionsRead = "sessions:read",
    SessionsWrite = "sessions:write",
    SessionsDelete = "sessions:delete",
    HistoryRead = "history:read",
    HistoryExport = "history:export",
    ProjectsRead = "projects:read",
    ProjectsImport = "projects:import",
    GroupsRead = "groups:read",
    PluginsRead = "plugins:read",
    PluginsWrite = "plugins:write",
    ReportsRead = "reports:read",
    ReportsWrite = "reports:write",
    TasksRead = "tasks:read",
    TasksWrite = "tasks:write",
    McpRead = "mcp:read",
    McpWrite = "mcp:write",
    ConnectionsRead = "connections:read",
    ConnectionsWrite = "connections:write",
    ApiKeysRead = "api_keys:read",
    ApiKeysWrite = "api_keys:write",
    ApiKeysDelete = "api_keys:delete",
    UsersRead = "users:read",
    UsersWrite = "users:write",
    UsersDelete = "users:delete",
    StatsRead = "stats:read",
    MetricsRead = "metrics:read",
    OpsRead = "ops:read",
    OpsWrite = "ops:write",
    AdminAll = "admin:all",
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A text that names no permission.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no permission")]
pub struct NotAPermission(pub String);

impl FromStr for Permission {
    type Err = NotAPermission;

    fn from_str(text: &str) -> Result<Self, NotAPermission> {
        let found = Self::ALL
            .iter()
            .find(|permission| permission.text() == text);
        found
            .copied()
            .ok_or_else(|| NotAPermission(text.to_owned()))
    }
}

/// Permissions held together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u64);

impl Permissions {
    /// All of them.
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Whether one is held.
    pub fn holds(self, permission: Permission) -> bool {
        self.0 & Self::bit(permission) != 0
    }

    /// What both hold: a key's scopes cut by its owner's role.
    #[must_use]
    pub fn cut_by(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is held, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .iter()
            .copied()
            .filter(move |&permission| self.holds(permission))
    }

    fn bit(permission: Permission) -> u64 {
        1 << (permission as u64)
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let bits = permissions.into_iter().map(Self::bit);
        Self(bits.fold(0, |all, bit| all | bit))
    }
}

/// The role of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Asks, imports, keeps sessions.
    Analyst,
    /// Reviews, too.
    Reviewer,
    /// May do everything.
    Admin,
}

impl Role {
    /// All of them, each holding more than the one before.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Analyst, Self::Reviewer, Self::Admin];

    /// Its name.
    pub fn text(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Analyst => "analyst",
            Self::Reviewer => "reviewer",
            Self::Admin => "admin",
        }
    }

    /// What the role holds.
    pub fn permissions(self) -> Permissions {
        use Permission as P;
        const VIEWER: &[P] = &[
            P::ScenariosRead,
            P::HistoryRead,
            P::SessionsRead,
            P::StatsRead,
            P::ProjectsRead,
            P::GroupsRead,
            P::PluginsRead,
            P::ReviewRead,
            P::ReportsRead,
            P::TasksRead,
            P::McpRead,
            P::ConnectionsRead,
        ];
        const ANALYST: &[P] = &[
            P::ScenariosExecute,
            P::QueryExecute,
            P::QueryValidate,
            P::SessionsWrite,
            P::SessionsDelete,
            P::HistoryExport,
            P::ApiKeysRead,
            P::ApiKeysWrite,
            P::ApiKeysDelete,
            P::ProjectsImport,
            P::ConnectionsWrite,
            P::TasksWrite,
            P::ReportsWrite,
            P::McpWrite,
        ];
        const REVIEWER: &[P] = &[P::ReviewExecute, P::ReviewGithub, P::ReviewGitlab];
        let added: &[&[P]] = match self {
            Self::Viewer => &[VIEWER],
            Self::Analyst => &[VIEWER, ANALYST],
            Self::Reviewer => &[VIEWER, ANALYST, REVIEWER],
            Self::Admin => return Permissions::all(),
        };
        added.iter().copied().flatten().copied().collect()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A text that names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no role: viewer, analyst, reviewer or admin is expected")]
pub struct NotARole(pub String);

impl FromStr for Role {
    type Err = NotARole;

    fn from_str(text: &str) -> Result<Self, NotARole> {
        // Clients of the agent API call an analyst a user.
        if text == "user" {
            return Ok(Self::Analyst);
        }
        let found = Self::ALL.into_iter().find(|role| role.text() == text);
        found.ok_or_else(|| NotARole(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_holds_what_the_one_before_holds() {
        for pair in Role::ALL.windows(2) {
            let (less, more) = (pair[0].permissions(), pair[1].permissions());
            assert_eq!(less.cut_by(more), less, "{pair:?}");
            assert_ne!(less, more, "{pair:?}");
        }
        assert_eq!(
            Role::Admin.permissions().iter().count(),
            Permission::ALL.len()
        );
    }

    #[test]
    fn what_only_an_admin_may() {
        let reviewer = Role::Reviewer.permissions();
        let missing: Vec<&str> = Permission::ALL
            .iter()
            .filter(|&&permission| !reviewer.holds(permission))
            .map(|permission| permission.text())
            .collect();
        assert_eq!(
            missing,
            [
                "plugins:write",
                "users:read",
                "users:write",
                "users:delete",
                "metrics:read",
                "ops:read",
                "ops:write",
                "admin:all"
            ]
        );
    }

    #[test]
    fn names_survive_and_others_are_refused() {
        for permission in Permission::ALL {
            assert_eq!(permission.text().parse(), Ok(*permission));
        }
        assert!("scenarios:READ".parse::<Permission>().is_err());
        assert_eq!("user".parse(), Ok(Role::Analyst));
        assert!("root".parse::<Role>().is_err());
    }

    #[test]
    fn a_key_never_holds_more_than_its_owner() {
        let scopes: Permissions = [Permission::AdminAll, Permission::QueryExecute]
            .into_iter()
            .collect();
        assert_eq!(
            scopes.cut_by(Role::Viewer.permissions()),
            Permissions::default()
        );
        let cut: Vec<Permission> = scopes.cut_by(Role::Analyst.permissions()).iter().collect();
        assert_eq!(cut, [Permission::QueryExecute]);
    }
}
