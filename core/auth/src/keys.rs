//! API keys: making, listing, revoking, and saying whose one is.

use codegraph_model::{ApiKey, ApiKeyId, Permission, Permissions};
use codegraph_storage::NewKey;
use jiff::SignedDuration;

use crate::service::{Auth, AuthError, Client, Identity, Means, NewApiKey};
use crate::{key, refresh};

/// A key's last use is noted once in so long.
const NOTED_EACH: SignedDuration = SignedDuration::from_mins(1);

impl Auth {
    /// Makes a key of the caller's; the text of it is shown here and never again.
    pub async fn add_key(
        &self,
        identity: &Identity,
        new: NewApiKey,
        client: Client<'_>,
    ) -> Result<(ApiKey, String), AuthError> {
        let now = self.clock.now();
        // What is no permission is dropped; a key that makes a key passes on no more than it has.
        let asked: Permissions = new
            .scopes
            .iter()
            .filter_map(|scope| scope.parse::<Permission>().ok())
            .collect();
        let asked = match identity.means {
            Means::Login(_) => asked,
            Means::Key(_) => asked.cut_by(identity.permissions),
        };
        let scopes: Vec<String> = asked.iter().map(|scope| scope.text().to_owned()).collect();
        let text = key::make()?;
        let days = SignedDuration::from_hours(24 * i64::from(new.expires_days));
        let mut tx = self.db.begin().await?;
        let new = NewKey {
            user: identity.user.id,
            name: &new.name,
            prefix: key::shown(&text),
            hash: &refresh::hash(&text),
            scopes: &scopes,
            expires_at: now + days,
        };
        let key = tx.api_keys().add(&new, now).await?;
        tx.audit()
            .add(
                "API_KEY_CREATED",
                Some(identity.user.id),
                client.address,
                &key.prefix,
                now,
            )
            .await?;
        tx.commit().await?;
        Ok((key, text))
    }

    /// Gives the caller's keys, the last first.
    pub async fn keys(&self, identity: &Identity) -> Result<Vec<ApiKey>, AuthError> {
        let mut tx = self.db.read().await?;
        Ok(tx.api_keys().list(identity.user.id).await?)
    }

    /// Revokes a key of the caller's; false where it has none of that id.
    pub async fn remove_key(
        &self,
        identity: &Identity,
        id: ApiKeyId,
        client: Client<'_>,
    ) -> Result<bool, AuthError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let removed = tx.api_keys().remove(identity.user.id, id).await?;
        if removed {
            tx.audit()
                .add(
                    "API_KEY_REVOKED",
                    Some(identity.user.id),
                    client.address,
                    "",
                    now,
                )
                .await?;
        }
        tx.commit().await?;
        Ok(removed)
    }

    pub(crate) async fn identify_key(&self, text: &str) -> Result<Identity, AuthError> {
        // Mistyped and made-up keys end here, without a look at the database.
        if !key::is_possible(text) {
            return Err(AuthError::Unauthenticated);
        }
        let now = self.clock.now();
        let mut tx = self.db.read().await?;
        let found = tx.api_keys().find(&refresh::hash(text), now).await?;
        let found = found.ok_or(AuthError::Unauthenticated)?;
        let user = tx.users().lookup(found.user).await?;
        let user = user
            .filter(|user| user.is_active)
            .ok_or(AuthError::Unauthenticated)?;
        drop(tx);
        if found
            .last_used_at
            .is_none_or(|used| used + NOTED_EACH <= now)
        {
            let mut tx = self.db.begin_beside().await?;
            tx.api_keys().used(found.id, now).await?;
            tx.commit().await?;
        }
        let scopes: Permissions = found
            .scopes
            .iter()
            .filter_map(|scope| scope.parse::<Permission>().ok())
            .collect();
        let scopes = if scopes.holds(Permission::AdminAll) {
            Permissions::all()
        } else {
            scopes
        };
        Ok(Identity {
            permissions: scopes.cut_by(user.role.permissions()),
            user,
            means: Means::Key(found.id),
        })
    }
}
