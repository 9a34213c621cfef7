//! Logging in, renewing, ending, and saying who calls.

use codegraph_model::{ApiKeyId, Clock, Login, LoginId, Permissions, User};
use codegraph_storage::{Consumed, Db, NewLogin, StorageError, Tx};
use jiff::{SignedDuration, Timestamp};

use crate::access::AccessTokens;
use crate::guard::{self, Locked};
use crate::password::{self, BadPassword, Busy, Passwords};
use crate::refresh::{self, RefreshTokens};
use crate::secret::{SecretError, SigningSecret};

/// So long after its use a refresh token still gives its successor: the answer may have been lost on its way.
pub const GRACE: SignedDuration = SignedDuration::from_secs(10);
/// So long a login that ended is kept, so that a token of it that comes again is known.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// What a client calls itself is kept to so many characters.
const USER_AGENT_CHARS: usize = 200;

/// How long things last.
#[derive(Clone, Copy, Debug)]
pub struct AuthOptions {
    /// Life of an access token.
    pub access: SignedDuration,
    /// Life of a refresh token: who does not come back in this time logs in again.
    pub refresh: SignedDuration,
    /// Hashes that are made at the same time.
    pub hashing_places: usize,
}

/// Says who calls. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) passwords: Passwords,
    access: AccessTokens,
    refresh: RefreshTokens,
    options: AuthOptions,
}

/// Where a call comes from.
#[derive(Clone, Copy, Debug)]
pub struct Client<'a> {
    /// Its address, without port.
    pub address: &'a str,
    /// What it calls itself.
    pub user_agent: &'a str,
}

/// Tokens that were made.
#[derive(Clone, Debug)]
pub struct Issued {
    /// For requests.
    pub access_token: String,
    /// For new tokens.
    pub refresh_token: String,
    /// Seconds that the access token lives.
    pub expires_in: i64,
    /// Whose they are.
    pub user: User,
}

/// Who calls.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The user.
    pub user: User,
    /// What this call may do: never more than the user may.
    pub permissions: Permissions,
    /// How the call proved it.
    pub means: Means,
}

/// How a call proves whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// By a token of a login.
    Login(LoginId),
    /// By an API key.
    Key(ApiKeyId),
}

/// A key to make.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// Its name.
    pub name: String,
    /// Life in days.
    pub expires_days: u32,
    /// What it may do; what is no permission is left out.
    pub scopes: Vec<String>,
}

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// No token, or one that proves nothing any more.
    #[error("authentication is missing, wrong or expired")]
    Unauthenticated,
    /// Name and password do not go together.
    #[error("the user name or the password is wrong")]
    WrongPassword,
    /// The password is right, and the account is switched off.
    #[error("this account is disabled")]
    Disabled,
    /// Accounts are made by an admin.
    #[error("registration is closed: ask an admin for an account")]
    RegistrationClosed,
    /// Too many guesses.
    #[error("too many attempts to log in, try again later")]
    Locked {
        /// Seconds until another one is looked at.
        seconds: u64,
    },
    /// Too many at once.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// A new password that is refused.
    #[error(transparent)]
    BadPassword(#[from] BadPassword),
    /// Something that only a login can do.
    #[error("this takes a login with a password: an API key cannot do it")]
    NeedsLogin,
    /// The system gives no randomness.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The database refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl AuthError {
    pub(crate) fn locked(Locked { until }: Locked, now: Timestamp) -> Self {
        let seconds = u64::try_from(until.as_second() - now.as_second()).unwrap_or(0);
        Self::Locked {
            seconds: seconds.max(1),
        }
    }
}

impl Auth {
    /// Makes what says who calls.
    pub fn new(db: Db, clock: Clock, secret: &SigningSecret, options: AuthOptions) -> Self {
        Self {
            db,
            clock,
            passwords: Passwords::new(options.hashing_places),
            access: AccessTokens::new(secret, options.access),
            refresh: RefreshTokens::new(secret),
            options,
        }
    }

    /// Logs in by a name or an address and a password.
    pub async fn login(
        &self,
        name: &str,
        password: &str,
        client: Client<'_>,
    ) -> Result<Issued, AuthError> {
        let now = self.clock.now();
        let mut tx = self.db.begin_beside().await?;
        let found = tx.users().find(name).await?;
        let user = found.as_ref().map(|found| found.user.id);
        let counted = guard::count(&mut tx, name, user, client.address, now).await?;
        if counted.is_err() {
            let mut audit = tx.audit();
            audit
                .add("AUTH_LOCKED", user, client.address, "", now)
                .await?;
        }
        tx.commit().await?;
        let counted = counted.map_err(|locked| AuthError::locked(locked, now))?;

        let hash = found
            .as_ref()
            .and_then(|found| found.password_hash.as_deref());
        let is_right =
            password.len() <= password::MOST_BYTES && self.passwords.verify(password, hash).await?;
        let found = found.filter(|_| is_right);
        let mut tx = self.db.begin_beside().await?;
        let refused = match &found {
            None => Some(AuthError::WrongPassword),
            Some(found) if !found.user.is_active => Some(AuthError::Disabled),
            Some(_) => None,
        };
        if let Some(refused) = refused {
            let mut audit = tx.audit();
            audit
                .add("AUTH_FAILURE", user, client.address, "", now)
                .await?;
            tx.commit().await?;
            return Err(refused);
        }
        let user = found.ok_or(AuthError::WrongPassword)?.user;
        guard::right(&mut tx, &counted).await?;
        tx.users().logged_in(user.id, client.address, now).await?;
        let issued = self.begin_login(&mut tx, user, client, now).await?;
        let mut audit = tx.audit();
        audit
            .add(
                "AUTH_SUCCESS",
                Some(issued.user.id),
                client.address,
                "",
                now,
            )
            .await?;
        tx.commit().await?;
        Ok(issued)
    }

    async fn begin_login(
        &self,
        tx: &mut Tx,
        user: User,
        client: Client<'_>,
        now: Timestamp,
    ) -> Result<Issued, AuthError> {
        let expires_at = now + self.options.refresh;
        let user_agent: String = client.user_agent.chars().take(USER_AGENT_CHARS).collect();
        let new = NewLogin {
            user: user.id,
            address: client.address,
            user_agent: &user_agent,
            expires_at,
        };
        let login = tx.logins().add(&new, now).await?;
        let refresh_token = RefreshTokens::first()?;
        let hash = refresh::hash(&refresh_token);
        tx.logins()
            .add_token(login.id, &hash, now, expires_at)
            .await?;
        self.issue(user, login.id, refresh_token, now)
    }

    fn issue(
        &self,
        user: User,
        login: LoginId,
        refresh_token: String,
        now: Timestamp,
    ) -> Result<Issued, AuthError> {
        let access_token = self
            .access
            .sign(user.id, user.role, login, now)
            .ok_or(AuthError::Unauthenticated)?;
        Ok(Issued {
            access_token,
            refresh_token,
            expires_in: self.access.life().as_secs(),
            user,
        })
    }

    /// Gives new tokens for a refresh token. Each is used once; one that comes again after [`GRACE`] was stolen, from here or from
    /// there: its login ends.
    pub async fn refresh(&self, token: &str, client: Client<'_>) -> Result<Issued, AuthError> {
        if !RefreshTokens::is_possible(token) {
            return Err(AuthError::Unauthenticated);
        }
        let now = self.clock.now();
        let next = self.refresh.successor(token);
        let next_hash = refresh::hash(&next);
        let mut tx = self.db.begin().await?;
        let mut logins = tx.logins();
        let consumed = logins
            .consume(&refresh::hash(token), &next_hash, now)
            .await?;
        let login = match consumed {
            Consumed::Now(login) => {
                let expires_at = now + self.options.refresh;
                logins
                    .add_token(login.id, &next_hash, now, expires_at)
                    .await?;
                logins.renew(login.id, now, expires_at).await?;
                login
            }
            Consumed::Before {
                login,
                at,
                successor_is_live: true,
            } if now <= at + GRACE => login,
            Consumed::Before { login, .. } => {
                logins.end(login.user, login.id, now).await?;
                tx.audit()
                    .add("TOKEN_REUSED", Some(login.user), client.address, "", now)
                    .await?;
                tx.commit().await?;
                return Err(AuthError::Unauthenticated);
            }
            Consumed::Nothing => return Err(AuthError::Unauthenticated),
        };
        let user = active_user(&mut tx, &login).await?;
        let issued = self.issue(user, login.id, next, now)?;
        tx.audit()
            .add("TOKEN_ISSUED", Some(login.user), client.address, "", now)
            .await?;
        tx.commit().await?;
        Ok(issued)
    }

    /// Says who calls with a token or a key.
    pub async fn identify(&self, credential: &str) -> Result<Identity, AuthError> {
        if crate::key::looks_like(credential) {
            return self.identify_key(credential).await;
        }
        let now = self.clock.now();
        let (user, login) = self
            .access
            .read(credential, now)
            .ok_or(AuthError::Unauthenticated)?;
        let mut tx = self.db.read().await?;
        let login = tx.logins().live(login, now).await?;
        let login = login
            .filter(|login| login.user == user)
            .ok_or(AuthError::Unauthenticated)?;
        let user = active_user(&mut tx, &login).await?;
        Ok(Identity {
            permissions: user.role.permissions(),
            user,
            means: Means::Login(login.id),
        })
    }

    /// Ends the login that a call came by.
    pub async fn logout(&self, identity: &Identity, client: Client<'_>) -> Result<(), AuthError> {
        let Means::Login(login) = identity.means else {
            return Err(AuthError::NeedsLogin);
        };
        self.end_login(identity, login, client).await.map(drop)
    }

    /// Ends one login of the caller; false where it has none of that id.
    pub async fn end_login(
        &self,
        identity: &Identity,
        login: LoginId,
        client: Client<'_>,
    ) -> Result<bool, AuthError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let ended = tx.logins().end(identity.user.id, login, now).await?;
        tx.audit()
            .add(
                "TOKEN_REVOKED",
                Some(identity.user.id),
                client.address,
                "",
                now,
            )
            .await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Ends all logins of the caller.
    pub async fn logout_all(
        &self,
        identity: &Identity,
        client: Client<'_>,
    ) -> Result<u64, AuthError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let ended = tx.logins().end_others(identity.user.id, None, now).await?;
        tx.audit()
            .add(
                "TOKEN_REVOKED",
                Some(identity.user.id),
                client.address,
                "all",
                now,
            )
            .await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Removes what has ended and what was counted long ago: nothing can be done with it any more.
    pub async fn sweep(&self) -> Result<(), AuthError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let logins = tx.logins().remove_ended(now - KEPT).await?;
        let guesses = tx.guesses().remove_old(now - KEPT).await?;
        tx.commit().await?;
        tracing::debug!(logins, guesses, "swept logins");
        Ok(())
    }

    /// Gives the caller's logins, the last first.
    pub async fn logins(&self, identity: &Identity) -> Result<Vec<Login>, AuthError> {
        let now = self.clock.now();
        let mut tx = self.db.read().await?;
        Ok(tx.logins().list(identity.user.id, now).await?)
    }
}

async fn active_user(tx: &mut Tx, login: &Login) -> Result<User, AuthError> {
    let user = tx.users().lookup(login.user).await?;
    user.filter(|user| user.is_active)
        .ok_or(AuthError::Unauthenticated)
}
