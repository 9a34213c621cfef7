//! Accounts: the first one, more of them, and new passwords.

use codegraph_model::{Role, User, Username};
use codegraph_storage::NewUser;
use secrecy::{ExposeSecret as _, SecretString};

use crate::password;
use crate::secret::random_text;
use crate::service::{Auth, AuthError, Client, Identity, Means};

/// The account of a first start.
#[derive(Clone, Debug)]
pub struct FirstAdmin {
    /// Its name.
    pub username: Username,
    /// Its password where the program made it: shown once, to be changed.
    pub made_password: Option<String>,
}

/// An account that somebody asks for.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Its name.
    pub username: Username,
    /// Its address.
    pub email: Option<String>,
    /// Its name for people.
    pub full_name: String,
    /// Its password.
    pub password: SecretString,
}

impl Auth {
    /// Makes the first account, an admin, where there is none yet. Without a password one is made.
    pub async fn first_admin(
        &self,
        username: &Username,
        password: Option<&str>,
    ) -> Result<Option<FirstAdmin>, AuthError> {
        if self.db.read().await?.users().count().await? > 0 {
            return Ok(None);
        }
        let (text, made_password) = if let Some(password) = password {
            password::check(password, username.as_str())?;
            (password.to_owned(), None)
        } else {
            let made = random_text(18)?;
            (made.clone(), Some(made))
        };
        let new = NewUser {
            username: username.clone(),
            email: None,
            full_name: String::new(),
            password_hash: Some(self.passwords.hash(&text).await?),
            role: Role::Admin,
            must_change_password: made_password.is_some(),
        };
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        // Looked at again under the write lock: two first starts make one admin.
        if tx.users().count().await? > 0 {
            return Ok(None);
        }
        tx.users().add(&new, now).await?;
        tx.commit().await?;
        Ok(Some(FirstAdmin {
            username: username.clone(),
            made_password,
        }))
    }

    /// Whether there is no account yet: who registers now is the admin.
    pub async fn needs_setup(&self) -> Result<bool, AuthError> {
        Ok(self.db.read().await?.users().count().await? == 0)
    }

    /// Adds an account that somebody asks for himself: an admin where it is the first one, else an analyst, where that is allowed.
    pub async fn register(
        &self,
        new: Registration,
        is_allowed: bool,
        client: Client<'_>,
    ) -> Result<User, AuthError> {
        // Before a hash is made: who may not register costs nothing.
        if !is_allowed && !self.needs_setup().await? {
            return Err(AuthError::RegistrationClosed);
        }
        let password = new.password.expose_secret();
        password::check(password, new.username.as_str())?;
        let mut user = NewUser {
            username: new.username,
            email: new.email,
            full_name: new.full_name,
            password_hash: Some(self.passwords.hash(password).await?),
            role: Role::Analyst,
            must_change_password: false,
        };
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        // Looked at again as the only writer: of two who come first, one is the first.
        if tx.users().count().await? == 0 {
            user.role = Role::Admin;
        } else if !is_allowed {
            return Err(AuthError::RegistrationClosed);
        }
        let user = tx.users().add(&user, now).await?;
        tx.audit()
            .add("USER_REGISTERED", Some(user.id), client.address, "", now)
            .await?;
        tx.commit().await?;
        Ok(user)
    }

    /// Adds an account with a password.
    pub async fn add_user(
        &self,
        username: Username,
        email: Option<String>,
        password: &str,
        role: Role,
    ) -> Result<User, AuthError> {
        password::check(password, username.as_str())?;
        let new = NewUser {
            username,
            email,
            full_name: String::new(),
            password_hash: Some(self.passwords.hash(password).await?),
            role,
            must_change_password: false,
        };
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let user = tx.users().add(&new, now).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// Changes the caller's password and ends its other logins.
    pub async fn change_password(
        &self,
        identity: &Identity,
        old: &str,
        new: &str,
        client: Client<'_>,
    ) -> Result<(), AuthError> {
        let Means::Login(login) = identity.means else {
            return Err(AuthError::NeedsLogin);
        };
        let user = &identity.user;
        password::check(new, user.username.as_str())?;
        let now = self.clock.now();
        // The old password is a guess like one at the door.
        let mut tx = self.db.begin().await?;
        let name = user.username.as_str();
        let counted =
            crate::guard::count(&mut tx, name, Some(user.id), client.address, now).await?;
        tx.commit().await?;
        let counted = counted.map_err(|locked| AuthError::locked(locked, now))?;
        let hash = self.db.read().await?.users().password_hash(user.id).await?;
        let is_right = old.len() <= password::MOST_BYTES
            && self.passwords.verify(old, hash.as_deref()).await?;
        if !is_right {
            return Err(AuthError::WrongPassword);
        }
        let hash = self.passwords.hash(new).await?;
        let mut tx = self.db.begin().await?;
        crate::guard::right(&mut tx, &counted).await?;
        tx.users().set_password(user.id, &hash, now).await?;
        tx.logins().end_others(user.id, Some(login), now).await?;
        tx.audit()
            .add("PASSWORD_CHANGED", Some(user.id), client.address, "", now)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
