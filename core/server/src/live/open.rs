//! From a request to a WebSocket that knows its caller.

use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::header::{HOST, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde_json::json;

use super::message::{Told, read};
use super::socket::{Channel, Socket, close};
use super::ticket::{BadTicket, path_of};
use crate::caller::{Caller, Visitor, credential};
use crate::error::{ApiError, ApiResult, Code};
use crate::state::AppState;

/// The subprotocol whose second name is a token.
const BEARER: &str = "bearer";
/// So long a client that showed no token has for one.
const PROOF: Duration = Duration::from_secs(10);

/// A request that wants to become a WebSocket.
pub(crate) struct Wanted {
    upgrade: WebSocketUpgrade,
    state: AppState,
    visitor: Visitor,
    proof: ApiResult<Option<String>>,
}

impl FromRequestParts<AppState> for Wanted {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        if !is_ours(&parts.headers, &state.parts().config.api.cors_origins) {
            return Err(ApiError::forbidden("pages of this origin may not connect"));
        }
        let visitor = Visitor::of(parts, state);
        let OriginalUri(uri) = OriginalUri::from_request_parts(parts, state)
            .await
            .unwrap_or_else(|never| match never {});
        let proof = proof(&uri, &parts.headers, state);
        let upgrade = WebSocketUpgrade::from_request_parts(parts, state)
            .await
            .map_err(|_: WebSocketUpgradeRejection| {
                ApiError::new(Code::BadRequest, "this takes a WebSocket")
            })?;
        Ok(Self {
            upgrade: upgrade.protocols([BEARER]),
            state: state.clone(),
            visitor,
            proof,
        })
    }
}

/// Whether the page that asks is the server's own, or one of those that may. What is no browser names none.
fn is_ours(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let own = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    (own.is_some() && own == host) || allowed.iter().any(|allowed| allowed == origin)
}

/// What the client proves itself with: a ticket, a token in the address, a header, a subprotocol.
fn proof(uri: &Uri, headers: &HeaderMap, state: &AppState) -> ApiResult<Option<String>> {
    let parts = state.parts();
    let query = uri.query().unwrap_or_default();
    let mut token = None;
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "ticket" => {
                let path = path_of(uri.path()).unwrap_or_default();
                let taken = parts.live.tickets.take(&value, &path, parts.clock.now());
                return match taken {
                    Ok(credential) => Ok(Some(credential)),
                    Err(BadTicket::Unknown) => Err(ApiError::new(
                        Code::Unauthorized,
                        "the ticket was used, is too old, or never was",
                    )),
                    Err(BadTicket::OtherPath) => {
                        Err(ApiError::forbidden("the ticket is for something else"))
                    }
                };
            }
            "token" => token = Some(value.into_owned()),
            _ => {}
        }
    }
    if let Some(token) = token {
        if parts.live.token_in_query {
            return Ok(Some(token));
        }
        return Err(ApiError::new(
            Code::Unauthorized,
            "no token may stand in the address: get a ticket (POST /api/v1/auth/ws-ticket)",
        ));
    }
    if let Some(credential) = credential(headers) {
        return Ok(Some(credential.to_owned()));
    }
    let offered = headers
        .get(SEC_WEBSOCKET_PROTOCOL)
        .and_then(|value| value.to_str().ok());
    let mut offered = offered.unwrap_or_default().split(',').map(str::trim);
    Ok(match offered.next() {
        Some(BEARER) => offered.next().map(str::to_owned),
        _ => None,
    })
}

/// Makes the request a WebSocket, and runs a channel on it once its caller is known.
pub(crate) fn open<C: Channel>(wanted: Wanted, target: C::Target) -> ApiResult<Response> {
    let Wanted {
        upgrade,
        state,
        visitor,
        proof,
    } = wanted;
    let live = &state.parts().live;
    let place = live.all.clone().try_acquire_owned().map_err(|_| {
        ApiError::new(
            Code::Unavailable,
            "the server is at its limit of WebSockets",
        )
        .retry_after(1)
    })?;
    let bytes = live.bounds.message_bytes;
    let upgrade = upgrade.max_message_size(bytes).max_frame_size(bytes);
    Ok(upgrade.on_upgrade(async move |socket| {
        let mut socket = Socket::new(socket, state.clone(), visitor.request_id.clone());
        let ended = admitted::<C>(&mut socket, &state, visitor, proof, target).await;
        if let Err(error) = ended {
            refuse(socket, &error).await;
        }
        drop(place);
    }))
}

async fn admitted<C: Channel>(
    socket: &mut Socket,
    state: &AppState,
    visitor: Visitor,
    proof: ApiResult<Option<String>>,
    target: C::Target,
) -> ApiResult<()> {
    let mut asked = false;
    let credential = if let Some(credential) = proof? {
        credential
    } else {
        asked = true;
        ask(socket).await?
    };
    let caller = Caller::<C::Permit>::admit(state, visitor, Some(&credential)).await?;
    let user = caller.identity().user.id;
    let places = &state.parts().live.sockets;
    let Some(_place) = places.take(user) else {
        let each = places.each();
        return Err(ApiError::new(
            Code::RateLimited,
            format!("too many WebSockets: {each} are allowed at the same time"),
        ));
    };
    let channel = C::begin(&caller, target).await?;
    if asked {
        let known = Told::new("authenticated", json!({"user_id": user.to_string()}));
        socket.tell(&known).await;
    }
    socket.run(channel, caller, &credential).await;
    Ok(())
}

/// Asks a client that showed nothing for its token: `{"type": "auth", "payload": {"token": …}}`.
async fn ask(socket: &mut Socket) -> ApiResult<String> {
    let why = "this takes a token: {\"type\": \"auth\", \"payload\": {\"token\": …}}";
    socket
        .tell(&Told::new("auth_required", json!({"message": why})))
        .await;
    let said = tokio::time::timeout(PROOF, socket.hear()).await;
    let token = said.ok().flatten().and_then(|text| {
        let said = read(&text).ok().filter(|said| said.kind == "auth")?;
        Some(said.payload.get("token")?.as_str()?.to_owned())
    });
    token.ok_or_else(|| ApiError::new(Code::Unauthorized, why))
}

/// Says why not, and closes.
async fn refuse(mut socket: Socket, error: &ApiError) {
    let code = match error.code {
        Code::Unauthorized | Code::InvalidCredentials => close::BAD_TOKEN,
        Code::Forbidden | Code::AccountDisabled => close::FORBIDDEN,
        Code::NotFound => close::NOT_FOUND,
        Code::RateLimited => close::POLICY,
        _ => close::TRY_AGAIN,
    };
    let text = error.detail.as_str().unwrap_or_default();
    let details = json!({"error_code": error.code.text(), "retry_after": error.retry_after});
    socket.tell(&Told::error(text, details)).await;
    socket.close(code, text).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(origin: Option<&str>, host: &str, allowed: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        let allowed: Vec<String> = allowed.iter().map(|&text| text.to_owned()).collect();
        is_ours(&headers, &allowed)
    }

    #[test]
    fn pages_of_others_may_not_connect() {
        let allowed = ["https://app.example.org"];
        assert!(ours(None, "a:8000", &[]));
        assert!(ours(Some("http://a:8000"), "a:8000", &[]));
        assert!(ours(Some("https://app.example.org"), "a:8000", &allowed));
        for foreign in [
            "http://a:8001",
            "https://evil.example",
            "null",
            "",
            "http://a:8000.evil.example",
        ] {
            assert!(!ours(Some(foreign), "a:8000", &allowed), "{foreign}");
        }
    }
}
