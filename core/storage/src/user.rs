//! Rows of `users`.

use codegraph_model::{GroupId, GroupRole, Role, User, UserId, Username};
use jiff::Timestamp;

use crate::error::StorageError;
use crate::sql::{Row, Statement};
use crate::tx::Tx;

const NOUN: &str = "a user of this name or address";

/// Users, in a transaction.
pub struct Users<'tx>(pub(crate) &'tx mut Tx);

/// A user to add.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Its name.
    pub username: Username,
    /// Its address.
    pub email: Option<String>,
    /// Its name for people.
    pub full_name: String,
    /// Hash of its password; none where somebody else vouches for it.
    pub password_hash: Option<String>,
    /// What it may do.
    pub role: Role,
    /// Whether the program made the password.
    pub must_change_password: bool,
}

/// A user with the hash of its password.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user.
    pub user: User,
    /// The hash; none where somebody else vouches for it.
    pub password_hash: Option<String>,
}

impl Users<'_> {
    /// Adds a user, as a member of the default group.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] where the name or the address is taken.
    pub async fn add(&mut self, new: &NewUser, now: Timestamp) -> Result<User, StorageError> {
        let id = UserId::new(now);
        let statement = Statement::new(
            "INSERT INTO users (id, username, username_key, email, email_key, full_name, password_hash, role, is_active, \
             auth_provider, must_change_password, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 'local', $9, $10, $10)",
        )
        .bind(id.to_string())
        .bind(new.username.as_str())
        .bind(key(new.username.as_str()))
        .bind(new.email.clone())
        .bind(new.email.as_deref().map(key))
        .bind(new.full_name.as_str())
        .bind(new.password_hash.clone())
        .bind(new.role.text())
        .bind(new.must_change_password)
        .bind(now);
        self.0.insert(statement, NOUN).await?;
        let role = match new.role {
            Role::Viewer => GroupRole::Viewer,
            Role::Analyst | Role::Reviewer => GroupRole::Editor,
            Role::Admin => GroupRole::Admin,
        };
        self.0
            .groups()
            .add_member(GroupId::DEFAULT, id, role, now)
            .await?;
        self.lookup(id).await?.ok_or(StorageError::Gone("the user"))
    }

    /// Counts users.
    pub async fn count(&mut self) -> Result<u64, StorageError> {
        let row = self
            .0
            .row(Statement::new("SELECT COUNT(*) FROM users"))
            .await?;
        row.map_or(Ok(0), |row| row.count(0))
    }

    /// Gives the user of an id.
    pub async fn lookup(&mut self, id: UserId) -> Result<Option<User>, StorageError> {
        let statement = Statement::new(
            "SELECT id, username, email, full_name, role, is_active, auth_provider, must_change_password, created_at, \
             last_login_at FROM users WHERE id = $1",
        )
        .bind(id.to_string());
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Gives the user of a name, or else of an address, whatever the case.
    pub async fn find(&mut self, name_or_email: &str) -> Result<Option<Credentials>, StorageError> {
        // An address goes before a name: nobody may stand in for an account by choosing its address as a name.
        let statement = Statement::new(
            "SELECT id, username, email, full_name, role, is_active, auth_provider, must_change_password, created_at, \
             last_login_at, password_hash FROM users WHERE email_key = $1 OR username_key = $1 \
             ORDER BY CASE WHEN email_key = $1 THEN 0 ELSE 1 END LIMIT 1",
        )
        .bind(key(name_or_email));
        let row = self.0.row(statement).await?;
        row.map(|row| {
            Ok(Credentials {
                user: read(&row)?,
                password_hash: row.optional_text(10)?,
            })
        })
        .transpose()
    }

    /// Gives the hash of a user's password.
    pub async fn password_hash(&mut self, id: UserId) -> Result<Option<String>, StorageError> {
        let statement =
            Statement::new("SELECT password_hash FROM users WHERE id = $1").bind(id.to_string());
        let row = self.0.row(statement).await?;
        row.map_or(Ok(None), |row| row.optional_text(0))
    }

    /// Sets the hash of a user's password.
    pub async fn set_password(
        &mut self,
        id: UserId,
        hash: &str,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let statement = Statement::new(
            "UPDATE users SET password_hash = $2, must_change_password = 0, updated_at = $3 WHERE id = $1",
        )
        .bind(id.to_string())
        .bind(hash)
        .bind(now);
        self.0.change(statement, "the user").await
    }

    /// Sets what a user may do, and whether it may log in.
    pub async fn set_role(
        &mut self,
        id: UserId,
        role: Role,
        is_active: bool,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let statement = Statement::new(
            "UPDATE users SET role = $2, is_active = $3, updated_at = $4 WHERE id = $1",
        )
        .bind(id.to_string())
        .bind(role.text())
        .bind(is_active)
        .bind(now);
        self.0.change(statement, "the user").await
    }

    /// Notes a login.
    pub async fn logged_in(
        &mut self,
        id: UserId,
        address: &str,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let statement = Statement::new("UPDATE users SET last_login_at = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(now);
        self.0.change(statement, "the user").await?;
        let known = Statement::new(
            "INSERT INTO known_addresses (user_id, address, seen_at) VALUES ($1, $2, $3) \
             ON CONFLICT (user_id, address) DO UPDATE SET seen_at = excluded.seen_at",
        )
        .bind(id.to_string())
        .bind(address)
        .bind(now);
        self.0.run(known).await?;
        Ok(())
    }

    /// Whether a user logged in from an address since a time. No user did nowhere, and it takes as long to say so.
    pub async fn is_known_at(
        &mut self,
        id: Option<UserId>,
        address: &str,
        since: Timestamp,
    ) -> Result<bool, StorageError> {
        let statement = Statement::new(
            "SELECT 1 FROM known_addresses WHERE user_id = $1 AND address = $2 AND seen_at >= $3",
        )
        .bind(id.map(|id| id.to_string()).unwrap_or_default())
        .bind(address)
        .bind(since);
        Ok(self.0.row(statement).await?.is_some())
    }
}

/// What names and addresses are compared by.
fn key(text: &str) -> String {
    text.trim().to_lowercase()
}

fn read(row: &Row) -> Result<User, StorageError> {
    Ok(User {
        id: row.parsed(0)?,
        username: row.parsed(1)?,
        email: row.optional_text(2)?,
        full_name: row.text(3)?,
        role: row.parsed(4)?,
        is_active: row.truth(5)?,
        auth_provider: row.text(6)?,
        must_change_password: row.truth(7)?,
        created_at: row.time(8)?,
        last_login_at: row.optional_time(9)?,
    })
}
