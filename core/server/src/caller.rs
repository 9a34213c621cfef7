//! Who calls: the only door from a handler to a transaction.
//!
//! A handler that takes a [`Caller`] runs only for somebody who is who he says, may do what the type parameter names, and has calls
//! left. A handler without one has no way to the database.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use codegraph_auth::{AuthError, Client, Identity};
use codegraph_model::{GroupId, GroupRole, Permission, Role};
use codegraph_storage::{Scope, Tx};
use jiff::Timestamp;

use crate::client_address::bucket;
use crate::error::{ApiError, ApiResult, Code};
use crate::layers::RequestId;
use crate::limits::{Exceeded, Quota, Spent};
use crate::state::AppState;

/// A permission as a type.
pub trait Permit: Send + Sync + 'static {
    /// The permission; none asks only for somebody who is known.
    const PERMISSION: Option<Permission>;
}

macro_rules! permits {
    ($($name:ident,)*) => {$(
        /// Asks for the permission of this name.
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Permit for $name {
            const PERMISSION: Option<Permission> = Some(Permission::$name);
        }
    )*};
}

permits! {
    ScenariosRead, ScenariosExecute, QueryExecute, QueryValidate, ProjectsRead, ProjectsImport, GroupsRead, ApiKeysRead,
    ApiKeysWrite, MetricsRead, AdminAll,
}

/// Asks only for somebody who is known.
#[derive(Clone, Copy, Debug)]
pub struct Known;

impl Permit for Known {
    const PERMISSION: Option<Permission> = None;
}

/// Somebody who may do what the type parameter names.
pub struct Caller<P> {
    state: AppState,
    identity: Identity,
    address: String,
    user_agent: String,
    request_id: String,
    spent: Spent,
    permit: PhantomData<P>,
}

impl<P: Permit> Caller<P> {
    /// What all handlers share.
    pub(crate) fn state(&self) -> &AppState {
        &self.state
    }

    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Where the call comes from.
    pub fn client(&self) -> Client<'_> {
        Client {
            address: &self.address,
            user_agent: &self.user_agent,
        }
    }

    /// Leads to the log.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.state.parts().clock.now()
    }

    /// Begins a transaction that reads.
    pub async fn read(&self) -> ApiResult<Tx> {
        Ok(self.state.read().await?)
    }

    /// Begins a transaction that writes.
    pub async fn begin(&self) -> ApiResult<Tx> {
        Ok(self.state.begin().await?)
    }

    /// Begins a transaction whose statements are each right by themselves: it waits for fewer.
    pub async fn begin_beside(&self) -> ApiResult<Tx> {
        Ok(self.state.begin_beside().await?)
    }

    /// What the caller's queries reach: all for an admin, else the projects of its groups.
    pub fn scope(&self) -> Scope {
        if self.is_admin() {
            Scope::All
        } else {
            Scope::Of(self.identity.user.id)
        }
    }

    /// Whether the caller may do everything: an admin, by a login or by a key that has all scopes.
    pub fn is_admin(&self) -> bool {
        self.identity.user.role == Role::Admin
            && self.identity.permissions.holds(Permission::AdminAll)
    }

    /// Sees to it that the caller has at least a role in a group. A group that it does not belong to is not there for it.
    pub async fn needs_group(
        &self,
        tx: &mut Tx,
        group: GroupId,
        least: GroupRole,
        noun: &str,
    ) -> ApiResult<()> {
        if self.is_admin() {
            return Ok(());
        }
        let access = tx.groups().access(self.identity.user.id, group).await?;
        let Some(access) = access else {
            return Err(ApiError::not_found(noun));
        };
        if access.role < least {
            return Err(ApiError::forbidden(format!(
                "this takes the role '{}' in the group",
                least.text()
            )));
        }
        Ok(())
    }

    /// Counts a call of an endpoint that has a limit of its own.
    pub async fn count(&self, quota: Quota) -> ApiResult<()> {
        let who = format!("user:{}", self.identity.user.id);
        let counted = self.state.parts().quotas.count_endpoint(&who, quota).await;
        self.spent.note(counted.map_err(exceeded)?);
        Ok(())
    }
}

/// Somebody who knocks: where from, and what is noted of it.
pub(crate) struct Visitor {
    address: String,
    user_agent: String,
    pub(crate) request_id: String,
    spent: Spent,
}

impl Visitor {
    /// The one of a request.
    pub(crate) fn of(parts: &Parts, state: &AppState) -> Self {
        let address = state
            .parts()
            .proxies
            .client(&parts.extensions, &parts.headers);
        let id = parts.extensions.get::<RequestId>();
        Self {
            address: bucket(address),
            user_agent: user_agent(&parts.headers),
            request_id: id.map(|id| id.0.clone()).unwrap_or_default(),
            spent: Spent::of(&parts.extensions),
        }
    }
}

impl<P: Permit> Caller<P> {
    /// Lets somebody in who proves who he is, may do what is asked, and has calls left.
    pub(crate) async fn admit(
        state: &AppState,
        visitor: Visitor,
        credential: Option<&str>,
    ) -> ApiResult<Self> {
        let shared = state.parts();
        let identity = match credential {
            Some(credential) => shared
                .auth
                .identify(credential)
                .await
                .map_err(ApiError::from),
            None => Err(ApiError::new(
                Code::Unauthorized,
                "this takes a token (Authorization: Bearer …) or a key (X-API-Key)",
            )),
        };
        // Who proves nothing is counted by address, so that tokens cannot be tried without end.
        let who = match &identity {
            Ok(identity) => format!("user:{}", identity.user.id),
            Err(_) => format!("address:{}", visitor.address),
        };
        visitor
            .spent
            .note(shared.quotas.count(&who).await.map_err(exceeded)?);
        let identity = permitted::<P>(identity?)?;
        Ok(Self {
            state: state.clone(),
            identity,
            address: visitor.address,
            user_agent: visitor.user_agent,
            request_id: visitor.request_id,
            spent: visitor.spent,
            permit: PhantomData,
        })
    }

    /// Looks up again who the caller is and what he may: for what stays open. Nothing is counted.
    pub(crate) async fn renew(&mut self, credential: &str) -> ApiResult<()> {
        let identity = self.state.parts().auth.identify(credential).await?;
        self.identity = permitted::<P>(identity)?;
        Ok(())
    }

    /// Counts a call that is none of HTTP: a message of a WebSocket.
    pub(crate) async fn count_message(&self) -> ApiResult<()> {
        let who = format!("user:{}", self.identity.user.id);
        self.state
            .parts()
            .quotas
            .count(&who)
            .await
            .map_err(exceeded)?;
        Ok(())
    }
}

fn permitted<P: Permit>(identity: Identity) -> ApiResult<Identity> {
    match P::PERMISSION {
        Some(permission) if !identity.permissions.holds(permission) => Err(ApiError::forbidden(
            format!("this takes the permission '{permission}'"),
        )),
        _ => Ok(identity),
    }
}

impl<P: Permit> FromRequestParts<AppState> for Caller<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let visitor = Visitor::of(parts, state);
        Self::admit(state, visitor, credential(&parts.headers)).await
    }
}

/// Somebody who need not say who he is; counted by address.
pub struct Anybody {
    state: AppState,
    address: String,
    user_agent: String,
    spent: Spent,
}

impl Anybody {
    /// What all handlers share.
    pub(crate) fn state(&self) -> &AppState {
        &self.state
    }

    /// Where the call comes from.
    pub fn client(&self) -> Client<'_> {
        Client {
            address: &self.address,
            user_agent: &self.user_agent,
        }
    }

    /// Counts a call of an endpoint that has a limit of its own.
    pub async fn count(&self, quota: Quota) -> ApiResult<()> {
        let who = format!("address:{}", self.address);
        let counted = self.state.parts().quotas.count_endpoint(&who, quota).await;
        self.spent.note(counted.map_err(exceeded)?);
        Ok(())
    }
}

/// Somebody who need not say who he is, and may.
pub struct MaybeCaller {
    /// The call.
    pub anybody: Anybody,
    /// Who it is, where a token or key says so.
    pub identity: Option<Identity>,
}

impl FromRequestParts<AppState> for MaybeCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let anybody = Anybody::from_request_parts(parts, state).await?;
        let said =
            parts.headers.contains_key("authorization") || parts.headers.contains_key("x-api-key");
        let identity = match credential(&parts.headers) {
            Some(credential) => Some(state.parts().auth.identify(credential).await?),
            // What is no token is a wrong one, not none.
            None if said => return Err(AuthError::Unauthenticated.into()),
            None => None,
        };
        Ok(Self { anybody, identity })
    }
}

impl FromRequestParts<AppState> for Anybody {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let shared = state.parts();
        let address = bucket(shared.proxies.client(&parts.extensions, &parts.headers));
        let spent = Spent::of(&parts.extensions);
        let counted = shared.quotas.count(&format!("address:{address}")).await;
        spent.note(counted.map_err(exceeded)?);
        Ok(Self {
            state: state.clone(),
            address,
            user_agent: user_agent(&parts.headers),
            spent,
        })
    }
}

/// The token or key of a request: `Authorization: Bearer`, else `X-API-Key`.
pub(crate) fn credential(headers: &HeaderMap) -> Option<&str> {
    if let Some(value) = headers.get("authorization") {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| token.trim());
    }
    headers.get("x-api-key")?.to_str().ok().map(str::trim)
}

fn user_agent(headers: &HeaderMap) -> String {
    let text = headers
        .get("user-agent")
        .and_then(|value| value.to_str().ok());
    text.unwrap_or_default().to_owned()
}

fn exceeded(exceeded: Exceeded) -> ApiError {
    ApiError::new(
        Code::RateLimited,
        format!("too many requests: {} are allowed", exceeded.left.limit),
    )
    .retry_after(exceeded.retry_after)
    .with_limit(exceeded.left)
}
